// SPDX-License-Identifier: Apache-2.0
// Where lines come from: a running server, or the report that holds this page. Views do not know
// which. A line is an object of docs/schema/headwater.schema.json; nothing is judged here.

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
export interface Line {
    type: string;
    [key: string]: Value;
}

export interface Query {
    of: string; // report hunt trace impact attribute evidence knowledge log
    target?: string;
    types?: string[];
    where?: [string, string][];
    q?: string;
    after?: string | number;
    limit?: number;
}
export interface Page {
    lines: Line[];
    total: number;
    matched: number;
    next: string | number | null;
}

export interface Source {
    live: boolean;
    lines(query: Query): Promise<Page>;
    picture(target: string): Promise<Document | null>;
    // Only where live: the paths under /api/, as the server has them.
    get(path: string, query?: Record<string, string>): Promise<Page>;
    judge(id: string, says: "accept" | "reject", because: string): Promise<void>;
    watch(on: (kind: string, data: Line) => void): () => void;
}

export class Failure extends Error {
    constructor(
        public status: number,
        says: string,
        public lines: Line[] = [],
    ) {
        super(says);
    }
}

// What a server or a report wrote: one object a line; the last may be a "page".
export function parse(text: string): Page {
    const lines: Line[] = [];
    let page: Line | null = null;
    for (const row of text.split("\n")) {
        if (row.trim() === "") continue;
        const line = JSON.parse(row) as Line;
        if (line.type === "page") page = line;
        else lines.push(line);
    }
    return {
        lines,
        total: Number(page?.total ?? lines.length),
        matched: Number(page?.matched ?? lines.length),
        next: (page?.next as string | number | null | undefined) ?? null,
    };
}

export const text = (v: Value | undefined): string =>
    v === null || v === undefined ? "" : typeof v === "object" ? JSON.stringify(v) : String(v);
export const list = (v: Value | undefined): Line[] => (Array.isArray(v) ? (v as Line[]) : []);
export const part = (v: Value | undefined): Line =>
    v !== null && typeof v === "object" && !Array.isArray(v) ? (v as Line) : { type: "" };
