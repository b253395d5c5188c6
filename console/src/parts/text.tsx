// SPDX-License-Identifier: Apache-2.0
// Words of evidence, made fit to be read: what steers, hides or reverses text is shown as a code,
// and what is very long is cut, with the whole behind it.
import { useState } from "preact/hooks";

const HIDDEN =
    /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ue000-\uf8ff]|[\u{e0000}-\u{e0fff}]/gu;
const CUT = 240;

function pieces(s: string) {
    const out: (string | preact.JSX.Element)[] = [];
    let at = 0;
    for (const m of s.matchAll(HIDDEN)) {
        out.push(s.slice(at, m.index));
        const code = m[0].codePointAt(0)!.toString(16).toUpperCase();
        out.push(
            <span
                class="code-point"
                title="a character that cannot be seen"
            >{`\\u{${code}}`}</span>,
        );
        at = m.index + m[0].length;
    }
    out.push(s.slice(at));
    return out;
}

export function Said({ s, cut = CUT }: { s: string; cut?: number }) {
    const [whole, setWhole] = useState(false);
    if (s.length <= cut + 20 || whole) return <bdi class="said">{pieces(s)}</bdi>;
    return (
        <>
            <bdi class="said">{pieces(s.slice(0, cut))}…</bdi>{" "}
            <button type="button" class="link" onClick={() => setWhole(true)}>
                all {s.length.toLocaleString("en")} characters
            </button>
        </>
    );
}

// Hashes and ids: the beginning is enough to tell them apart, the whole is in the title.
export function Id({ s }: { s: string }) {
    const long = /^[0-9a-f]{40,}$/.test(s);
    return (
        <code class="id" title={long ? s : undefined}>
            {long ? `${s.slice(0, 16)}…` : s}
        </code>
    );
}

export const WORDS: Record<string, string> = {
    observed: "a record says so",
    keyed: "two records share a unique id",
    inferred: "time and place only",
    claimed: "somebody says so",
};

// A word that stands for a state or a grade; told by shape and word, not by colour alone.
export function Badge({ word }: { word: string }) {
    return word === "" ? null : (
        <span class={`badge is-${word.replace(/[^a-z0-9-]/gi, "-")}`} title={WORDS[word]}>
            {word}
        </span>
    );
}
