// SPDX-License-Identifier: Apache-2.0
// Times are UTC in lines; people choose how they are shown.
import { createContext } from "preact";
import { useContext } from "preact/hooks";

export const Zone = createContext("UTC"); // "UTC", "local" or "+HH:MM"
const MINUTE = 60000;

export function zoneMinutes(zone: string, at: Date): number {
    if (zone === "local") return -at.getTimezoneOffset();
    const found = /^([+-])(\d{2}):(\d{2})$/.exec(zone);
    return found ? (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0;
}

export function timeIn(iso: string, zone: string): string {
    const at = new Date(iso.replace(/(\.\d{3})\d+/, "$1"));
    if (Number.isNaN(at.getTime())) return iso;
    const minutes = zoneMinutes(zone, at);
    const shown = new Date(at.getTime() + minutes * MINUTE).toISOString();
    const size = Math.abs(minutes);
    const two = (n: number) => String(n).padStart(2, "0");
    const off = `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
    return `${shown.slice(0, 10)} ${shown.slice(11, 19)}${zone === "UTC" ? "" : ` ${off}`}`;
}

export function When({ iso }: { iso: string }) {
    const zone = useContext(Zone);
    return iso === "" ? (
        <span class="quiet">no time</span>
    ) : (
        <time dateTime={iso} title={iso}>
            {timeIn(iso, zone)}
        </time>
    );
}
