# SPDX-License-Identifier: Apache-2.0
"""`bench/run accuracy`: docs/accuracy.md anew, from what the program answers today.

Each table is printed by the code that is measured: bench_attribution (claims of the corpus),
bench_unseen (simulation with known truth), and tests/impact over its generated world.
"""
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
# How right

Made by `./dev bench accuracy`, from what the program answers. Nothing here is typed by hand but the words
around the tables.

## Who did it: a group from behaviour

`headwater attribute --behaviour` (`src/ask/behave*.c`), over the claims of MITRE ATT&CK Enterprise 18.1. A
question is what one report says a group uses; that report is left out of what is known, and so are claims
that stand on its sources alone. "As of" leaves out, besides, whatever was not surely published before the
report. Stated probabilities are those of models that had not seen the question's group, half of them with
the true group taken away; the shipped constants were made from reports before 2023 and then met newer ones
once; while the form of the score was chosen, results on newer ones had been seen. A group is named from
0.55 on, and no country ever.

What this cannot tell: how features were mapped by people who knew the group, and groups that nobody
describes. ATT&CK's own campaign against 3CX shares nothing with the profile of the group that it is
attributed to: there the answer is a refusal, and that is held by a test.
"""
UNSEEN = """
## How many nobody has seen

`headwater impact` (`src/ask/unseen*.c`). 1,000 victims, 200 runs a row; three lists that see .30, .20 and .15
of them unless said. Median error of the number, and how often its interval of 95 % held the truth. The
checks that refuse come before any of this, and refuse most of these rows: copied lists, and such as share
too little or less than chance would. Victims who are harder to see than others are seen by no check: so a
number is told as "at least".
"""
ESTATE = """
Real lists, held by `tests/unit/ask/test_unseen_corpus.c`: of the 21 pairs of seven vendors' lists of
Shai-Hulud 2.0 (795 packages) three pass all checks when they are declared independent, and give 773, 834 and
864; the other 18 are refused, since one list is nearly all in another. Published lists of 3CX's domains are
refused as copies, their hashes for too little in common, and two feeds of PyPI that share 21 of 2,496 names
for less than chance: Chapman's formula alone would say 723,562.

## Who is hit: a generated estate

`headwater impact` over a world with known truth (`tests/impact/generate.py`): 2,000 organisations, 12,000
machines, 200 products of 40 makers, ten poisoned; a third of the machines without evidence of the time that
counts. Each machine is in one of seven states, unknown among them; ten intrusions reach build machines.

```
"""


def said(command, env=None):
    run = subprocess.run([str(c) for c in command], env=env, check=False, capture_output=True,
                         text=True)
    if run.returncode != 0:
        sys.exit(f"bench: {command[0]} ended with {run.returncode}: {run.stdout[-400:]}"
                 f"{run.stderr[-400:]}")
    return run.stdout


def make(headwater, corpus):
    """The page; None where the corpus is missing."""
    build = pathlib.Path(headwater).parent
    env = {**os.environ, "HEADWATER_CORPUS": str(corpus)}
    attribution = said([build / "bench_attribution", "--markdown"], env)
    if "|" not in attribution:
        print(attribution.strip())
        return None
    # One level down, below their chapter.
    attribution = attribution.replace("\n## ", "\n### ")
    estate = said([sys.executable, TOP / "tests/impact/test_estate.py", headwater, "--full"])
    lines = [line[2:] for line in estate.splitlines() if line.startswith("# ")]
    # How long it took is not how right it is.
    lines = [line[:line.rindex(", ")] if line.endswith(" s") else line for line in lines]
    return (HEAD + attribution.rstrip() + "\n" + UNSEEN + "\n" + said([build / "bench_unseen"]).rstrip()
            + "\n" + ESTATE + "\n".join(lines) + "\n```\n")


def write(headwater, corpus):
    page = make(headwater, corpus)
    if page is None:
        return 0
    place = TOP / "docs/accuracy.md"
    place.write_text(page, encoding="utf-8")
    print(f"{place.relative_to(TOP)}: {len(page.splitlines())} lines")
    return 0
