# SPDX-License-Identifier: Apache-2.0
"""Time as every source writes it. Inside, time is a whole number of milliseconds, UTC, and true;
what a host's clock makes of it (zone, skew) is added when a record is written."""
import calendar

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
CHROME_EPOCH = 11_644_473_600_000

_HMS = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86400)]
_DATE = {}


def at(year, month, day, hour=0, minute=0, second=0):
    return calendar.timegm((year, month, day, hour, minute, second)) * 1000


def ymd(ms):
    """(year, month, day) by the civil calendar (H. Hinnant, days_from_civil inverted)."""
    z = ms // DAY + 719468
    era = z // 146097
    doe = z - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) // 5 + 1


def date(ms):
    day = ms // DAY
    text = _DATE.get(day)
    if text is None:
        text = _DATE[day] = "%04d-%02d-%02d" % ymd(ms)
    return text


def hms(ms):
    return _HMS[ms % DAY // 1000]


def seconds(ms):
    """2023-03-02 20:17:05"""
    return date(ms) + " " + _HMS[ms % DAY // 1000]


def millis(ms):
    """2023-03-02 20:17:05.417"""
    return f"{date(ms)} {_HMS[ms % DAY // 1000]}.{ms % 1000:03}"


def iso(ms):
    """2023-03-02T20:17:05.417Z"""
    return f"{date(ms)}T{_HMS[ms % DAY // 1000]}.{ms % 1000:03}Z"


def iso_seconds(ms):
    return f"{date(ms)}T{_HMS[ms % DAY // 1000]}Z"


def slashes(ms):
    """2023/03/02 20:17:05, as PAN-OS writes it"""
    return date(ms).replace("-", "/") + " " + _HMS[ms % DAY // 1000]


def unix(ms):
    return f"{ms // 1000}.{ms % 1000:03}"


def weekday(ms):
    """0 is Monday."""
    return (ms // DAY + 3) % 7


def apache(ms):
    year, month, day = ymd(ms)
    return f"{day:02}/{MONTHS[month - 1]}/{year}:{hms(ms)} +0000"
