// SPDX-License-Identifier: Apache-2.0
// The lines that a report holds. Nothing is ever fetched from here.
import { Failure, type Line, type Page, parse, type Query, type Source } from "./source";

function holds(line: Line, q: string): boolean {
    return q === "" || JSON.stringify(line).toLowerCase().includes(q.toLowerCase());
}

function fits(line: Line, query: Query): boolean {
    if (query.types && !query.types.includes(line.type)) return false;
    if ((query.where ?? []).some(([key, value]) => String(line[key]) !== value)) return false;
    return holds(line, query.q ?? "");
}

const refuse = () => Promise.reject(new Failure(0, "a report asks nobody"));

export function reportSource(data: Element): Source {
    const all = parse(data.textContent ?? "").lines;
    return {
        live: false,
        lines(query: Query): Promise<Page> {
            const found = all.filter((line) => fits(line, query));
            const from = Number(query.after ?? 0);
            const limit = query.limit ?? 200;
            const next = from + limit < found.length ? from + limit : null;
            const lines = found.slice(from, from + limit);
            return Promise.resolve({ lines, total: all.length, matched: found.length, next });
        },
        picture() {
            const held = document.querySelector<HTMLTemplateElement>("#headwater-picture");
            const svg = held?.content.querySelector("svg");
            if (!svg) return Promise.resolve(null);
            const made = new DOMParser().parseFromString(
                new XMLSerializer().serializeToString(svg),
                "image/svg+xml",
            );
            return Promise.resolve(made);
        },
        get: refuse,
        judge: refuse,
        watch: () => () => undefined,
    };
}
