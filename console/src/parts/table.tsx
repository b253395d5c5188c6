// SPDX-License-Identifier: Apache-2.0
// A table that asks for a page of lines at a time, with a filter. In a report it is shown with its
// first rows, and says how many more there are.
import type { ComponentChildren } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { type Line, type Page, type Query, text } from "../data/source";
import { Place, useAnswer, Waiting } from "./ask";

export interface Column {
    head: string;
    cell(line: Line): ComponentChildren;
    wide?: boolean;
}

interface Props {
    caption: string;
    columns: Column[];
    query?: Query;
    // Where no `query` says it; `chosen`: by the keys of `choices`.
    ask?: (q: string, after: string, limit: number, chosen: [string, string][]) => Promise<Page>;
    unfiltered?: boolean; // whoever is asked knows no words
    on?: unknown[];
    choices?: { label: string; key: string; values: string[] }[];
    empty: string;
}

const ROWS_LIVE = 100;
const ROWS_REPORT = 40;

export function Table(p: Props) {
    const { source } = useContext(Place);
    const [q, setQ] = useState("");
    const [chosen, setChosen] = useState<Record<string, string>>({});
    const [more, setMore] = useState<Page[]>([]);
    const limit = source.live ? ROWS_LIVE : ROWS_REPORT;
    const where = Object.entries(chosen).filter(([, v]) => v !== "");
    const ask = (after: string) =>
        p.ask
            ? p.ask(q, after, limit, where)
            : source.lines({
                  ...(p.query as Query),
                  q,
                  where: [...(p.query?.where ?? []), ...where],
                  after: after === "" ? undefined : after,
                  limit,
              });
    const keys = [q, JSON.stringify(where), JSON.stringify(p.query), ...(p.on ?? [])];
    const answer = useAnswer(() => ask(""), keys);
    useEffect(() => setMore([]), [...keys, answer.page]); // pages are of one state of the case
    const pages = answer.page ? [answer.page, ...more] : [];
    const lines = pages.flatMap((x) => x.lines);
    const next = pages.at(-1)?.next ?? null;
    return (
        <div class="table-of">
            {!p.unfiltered && (
                <Filters p={p} q={q} setQ={setQ} chosen={chosen} setChosen={setChosen} />
            )}
            <Waiting answer={answer} />
            {answer.page && lines.length === 0 && (
                <p class="quiet">
                    {q === "" && where.length === 0 ? p.empty : "Nothing is as the filter wants it."}
                </p>
            )}
            {lines.length > 0 && (
                <Rows p={p} lines={lines} matched={answer.page?.matched ?? lines.length} />
            )}
            {next !== null && (
                <button
                    type="button"
                    class="more"
                    onClick={() => void ask(String(next)).then((x) => setMore([...more, x]))}
                >
                    Show more ({(answer.page!.matched - lines.length).toLocaleString("en")} are not
                    shown)
                </button>
            )}
        </div>
    );
}

function Filters({
    p,
    q,
    setQ,
    chosen,
    setChosen,
}: {
    p: Props;
    q: string;
    setQ(q: string): void;
    chosen: Record<string, string>;
    setChosen(c: Record<string, string>): void;
}) {
    return (
        <form class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
            <label>
                Filter{" "}
                <input
                    type="search"
                    value={q}
                    onChange={(e) => setQ(e.currentTarget.value)}
                    aria-label={`Filter: ${p.caption}`}
                />
            </label>
            {(p.choices ?? []).map((c) => (
                <label key={c.key}>
                    {c.label}{" "}
                    <select
                        value={chosen[c.key] ?? ""}
                        onChange={(e) => setChosen({ ...chosen, [c.key]: e.currentTarget.value })}
                    >
                        <option value="">all</option>
                        {c.values.map((v) => (
                            <option key={v}>{v}</option>
                        ))}
                    </select>
                </label>
            ))}
        </form>
    );
}

// A row is known by its id, and one of several with the same id by which of them it is: what is
// typed in it stays with it when others come before it.
function keysOf(lines: Line[]): string[] {
    const seen = new Map<string, number>();
    return lines.map((line) => {
        const id = text(line.id);
        const nth = seen.get(id) ?? 0;
        seen.set(id, nth + 1);
        return `${id} ${nth}`;
    });
}

function Rows({ p, lines, matched }: { p: Props; lines: Line[]; matched: number }) {
    const keys = keysOf(lines);
    return (
        <div class="scroll" tabIndex={0} role="region" aria-label={p.caption}>
            <table>
                <caption>
                    {p.caption}: {lines.length < matched ? `${lines.length} of ` : ""}
                    {matched.toLocaleString("en")}
                </caption>
                <thead>
                    <tr>
                        {p.columns.map((c) => (
                            <th key={c.head} scope="col">
                                {c.head}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {lines.map((line, i) => (
                        <tr key={keys[i]} tabIndex={-1}>
                            {p.columns.map((c) => (
                                <td key={c.head} class={c.wide ? "wide" : undefined}>
                                    {c.cell(line)}
                                </td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}
