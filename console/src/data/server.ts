// SPDX-License-Identifier: Apache-2.0
// The lines that a running server gives. The token came in the fragment of the address; it is kept
// for this tab alone and sent as a header, with the stream of events too: never as a cookie, since
// cookies do not know one port from another.
import { Failure, type Line, type Page, parse, type Query, type Source } from "./source";

const KEPT = "headwater-token";

// Takes the token out of the address, so that a copied address does not hold it.
export function takeToken(): string {
    const found = /(?:^#|[#&])token=([0-9A-Za-z_-]+)/.exec(location.hash);
    if (found) {
        sessionStorage.setItem(KEPT, found[1]);
        const rest = location.hash.replace(/([#&])token=[0-9A-Za-z_-]+&?/, "$1");
        history.replaceState(null, "", location.pathname + (rest.length > 1 ? rest : ""));
    }
    return sessionStorage.getItem(KEPT) ?? "";
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${takeToken()}`, ...(init.headers ?? {}) };
    for (let tries = 0; ; tries++) {
        const got = await fetch(path, { ...init, headers, cache: "no-store", credentials: "omit" });
        if (got.status !== 503 || tries >= 30) return got;
        await new Promise((go) => setTimeout(go, 1000)); // another question is being answered
    }
}

async function page(path: string, init?: RequestInit): Promise<Page> {
    const got = await ask(path, init);
    const body = await got.text();
    let read: Page = { lines: [], total: 0, matched: 0, next: null };
    try {
        read = parse(body);
    } catch {
        // said by the status
    }
    if (!got.ok) {
        const says = read.lines.find((l) => l.type === "error")?.says;
        const known =
            got.status === 401 ? "The token is not there: open the line that serve printed." : "";
        throw new Failure(
            got.status,
            known || String(says ?? `the server answered ${got.status}`),
            read.lines,
        );
    }
    return read;
}

function toQuery(query: Query): string {
    const p = new URLSearchParams({ of: query.of });
    if (query.target) p.set("target", query.target);
    if (query.types) p.set("types", query.types.join(","));
    for (const [key, value] of query.where ?? []) p.append("where", `${key}:${value}`);
    if (query.q) p.set("q", query.q);
    if (query.after !== undefined) p.set("after", String(query.after));
    if (query.limit) p.set("limit", String(query.limit));
    return p.toString();
}

// One event of text/event-stream: its name and its data.
function event(block: string): [string, Line] | null {
    const name = /^event: (.*)$/m.exec(block);
    const data = /^data: (.*)$/m.exec(block);
    return name && data ? [name[1], { type: name[1], ...JSON.parse(data[1]) }] : null;
}

async function follow(stop: AbortSignal, on: (kind: string, data: Line) => void): Promise<void> {
    const got = await ask("/api/events", { signal: stop });
    const reader = got.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let held = ""; reader; ) {
        const { value, done } = await reader.read();
        if (done) return;
        const blocks = (held + value).split("\n\n");
        held = blocks.pop() ?? "";
        for (const block of blocks) {
            const e = event(block);
            if (e) on(...e);
        }
    }
}

export function serverSource(): Source {
    return {
        live: true,
        lines: (query) => page(`/api/lines?${toQuery(query)}`),
        get: (path, query = {}) => {
            const p = new URLSearchParams(query).toString();
            return page(`/api/${path}${p ? `?${p}` : ""}`);
        },
        async picture(target) {
            const got = await ask(`/api/picture?${new URLSearchParams({ target })}`);
            if (!got.ok) return null;
            return new DOMParser().parseFromString(await got.text(), "image/svg+xml");
        },
        async judge(id, says, because) {
            await page("/api/judge", {
                method: "POST",
                body: JSON.stringify({ id, says, because }),
            });
        },
        watch(on) {
            const stop = new AbortController();
            const again = () => {
                if (stop.signal.aborted) return;
                follow(stop.signal, on)
                    .catch(() => undefined)
                    .finally(() => setTimeout(again, 3000));
            };
            again();
            return () => stop.abort();
        },
    };
}
