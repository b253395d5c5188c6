// SPDX-License-Identifier: Apache-2.0
// Reasons, some as bare words, each with the place that proves it; and one end of a step.
import { useContext } from "preact/hooks";
import { type Line, list, part, text } from "../data/source";
import { Place } from "./ask";
import { Id, Said } from "./text";

export function Why({ why, most = 4 }: { why: Line[]; most?: number }) {
    if (why.length === 0) return null;
    const shown = why.slice(0, most);
    const rest = why.slice(most);
    const row = (w: Line, i: number) => (
        <li key={i}>
            <Said s={typeof w === "string" ? w : text(w.says)} />
            {text(w.evidence) !== "" && (
                <span class="place">
                    {" "}
                    — <Said s={text(w.evidence)} cut={80} />
                    {text(w.record) !== "" && ` #${text(w.record)}`}
                </span>
            )}
        </li>
    );
    return (
        <>
            <ul class="why">{shown.map(row)}</ul>
            {rest.length > 0 && (
                <details>
                    <summary>{rest.length} more</summary>
                    <ul class="why">{rest.map(row)}</ul>
                </details>
            )}
        </>
    );
}

export function End({ end }: { end: Line }) {
    const { source, link } = useContext(Place);
    const name = text(end.name) || text(end.key);
    const shown = (
        <Said s={/^[0-9a-f]{64}$/.test(name) ? `${name.slice(0, 16)}…` : name} cut={90} />
    );
    return (
        <span class="end">
            <span class="kind">{text(end.kind)}</span>{" "}
            {source.live && text(end.id) !== "" ? (
                <a href={link("walk", { node: text(end.id) })}>{shown}</a>
            ) : (
                shown
            )}
        </span>
    );
}

export function Places({ of }: { of: Line }) {
    return (
        <span class="place">
            {list(of.evidence).map((e, i) => (
                <span key={i}>
                    {i > 0 && "; "}
                    <Said s={text(e.file)} cut={70} />
                    {text(e.record) !== "" && ` #${text(e.record)}`}
                </span>
            ))}
        </span>
    );
}

export function Subject({ of }: { of: Line }) {
    const s = part(of.subject);
    return (
        <>
            <span class="kind">{text(s.kind)}</span>{" "}
            <Said s={text(s.path) || text(s.key)} cut={120} />
            {text(s.host) !== "" && (
                <span class="place">
                    {" "}
                    on <Said s={text(s.host)} cut={60} />
                </span>
            )}
        </>
    );
}
export { Id };
