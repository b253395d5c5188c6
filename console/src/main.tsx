// SPDX-License-Identifier: Apache-2.0
// The page: which view is open, the keys, the look and the zone. In a report all views that hold
// something stand below each other; in the console one is open at a time, named by the address.
import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import "./style.css";
import "./parts.css";
import { reportSource } from "./data/report";
import { serverSource, takeToken } from "./data/server";
import type { Line, Source } from "./data/source";
import { Place, type Here } from "./parts/ask";
import { Bar } from "./parts/bar";
import { Zone } from "./parts/time";
import { byName, VIEWS } from "./views";

function address(): { view: string; query: URLSearchParams } {
    const [view, query] = location.hash.replace(/^#\/?/, "").split("?");
    return { view: byName(view) ? view : "overview", query: new URLSearchParams(query ?? "") };
}

const addressOf = (view: string, query: Record<string, string>) => {
    const kept = Object.fromEntries(Object.entries(query).filter(([, v]) => v !== ""));
    const text = new URLSearchParams(kept).toString();
    return `#/${view}${text ? `?${text}` : ""}`;
};

function useAddress() {
    const [at, setAt] = useState(address);
    useEffect(() => {
        const moved = () => {
            takeToken();
            setAt(address());
        };
        addEventListener("hashchange", moved);
        return () => removeEventListener("hashchange", moved);
    }, []);
    return at;
}

// What a writer does meanwhile: the case's number, and words for people.
function useChanges(source: Source) {
    const [generation, setGeneration] = useState(0);
    const [progress, setProgress] = useState("");
    useEffect(
        () =>
            source.watch((kind: string, data: Line) => {
                if (kind === "changed") setGeneration((n) => n + 1);
                if (kind === "progress") {
                    const read = `${Number(data.evidence).toLocaleString("en")} pieces of evidence, ${Number(data.facts).toLocaleString("en")} facts`;
                    setProgress(data.writing === true ? `Reading evidence: ${read} so far` : "");
                }
            }),
        [source],
    );
    return { generation, progress, changed: () => setGeneration((n) => n + 1) };
}

// g and a letter: a view; j and k: rows; /: the filter; ?: the keys; Escape: out of it.
function useKeys(here: Here, help: (open: boolean) => void) {
    useEffect(() => {
        let g = false;
        const key = (e: KeyboardEvent) => {
            const typing = (e.target as Element).matches("input, select, textarea");
            if (e.key === "Escape") {
                help(false);
                (e.target as HTMLElement).blur();
            }
            if (typing || e.ctrlKey || e.metaKey || e.altKey) return;
            const view = g ? VIEWS.find((v) => v.key === e.key) : undefined;
            g = e.key === "g";
            if (view) here.go(view.name);
            else if (e.key === "?") help(true);
            else if (e.key === "/") {
                document.querySelector<HTMLInputElement>("main input[type=search]")?.focus();
                e.preventDefault();
            } else if (e.key === "j" || e.key === "k") {
                const rows = [...document.querySelectorAll<HTMLElement>("main tbody tr")];
                const at = rows.indexOf(document.activeElement?.closest("tr") as HTMLElement);
                rows[
                    Math.max(0, Math.min(rows.length - 1, at + (e.key === "j" ? 1 : -1)))
                ]?.focus();
            }
        };
        addEventListener("keydown", key);
        return () => removeEventListener("keydown", key);
    }, [here]);
}

function App({ source }: { source: Source }) {
    const { view, query } = useAddress();
    const { generation, progress, changed } = useChanges(source);
    const [zone, setZone] = useState("UTC");
    const [help, setHelp] = useState(false);
    const target = query.get("target") ?? "";
    const here = useMemo<Here>(() => {
        const link = (to: string, more: Record<string, string> = {}) =>
            addressOf(to, { target, ...more });
        return {
            source: { ...source, judge: (...a) => source.judge(...a).then(changed) },
            target,
            generation,
            link,
            go: (to, more) => {
                location.hash = link(to, more);
            },
        };
    }, [source, target, generation]);
    useKeys(here, setHelp);
    const views = VIEWS.filter((v) => source.live || v.report);
    useEffect(() => {
        if (!source.live) {
            if (location.hash !== "") document.getElementById(view)?.scrollIntoView();
            return;
        }
        document.title = `${byName(view)!.title} – Headwater`;
        document.querySelector<HTMLElement>("main h2")?.focus();
    }, [view]);
    return (
        <Place.Provider value={here}>
            <Zone.Provider value={zone}>
                <a
                    class="skip"
                    href="#main"
                    onClick={(e) => {
                        e.preventDefault();
                        document.querySelector<HTMLElement>("main h2")?.focus();
                    }}
                >
                    To the content
                </a>
                <Bar
                    views={views}
                    view={view}
                    zone={zone}
                    setZone={setZone}
                    help={() => setHelp(true)}
                />
                <p class="progress" role="status" aria-live="polite">
                    {progress}
                </p>
                <main id="main" class={source.live ? "live" : "report"}>
                    {views
                        .filter((v) => !source.live || v.name === view)
                        .map((v) => (
                            <section key={v.name} id={v.name} aria-labelledby={`h-${v.name}`}>
                                <h2 id={`h-${v.name}`} tabIndex={-1}>
                                    {v.title}
                                </h2>
                                <v.show query={query} />
                            </section>
                        ))}
                </main>
                {help && <Keys close={() => setHelp(false)} />}
            </Zone.Provider>
        </Place.Provider>
    );
}

function Keys({ close }: { close(): void }) {
    return (
        <div class="keys" role="dialog" aria-modal="true" aria-label="Keys">
            <h2>Keys</h2>
            <dl>
                {VIEWS.map((v) => (
                    <div key={v.name}>
                        <dt>
                            <kbd>g</kbd> <kbd>{v.key}</kbd>
                        </dt>
                        <dd>{v.title}</dd>
                    </div>
                ))}
                <div>
                    <dt>
                        <kbd>/</kbd>
                    </dt>
                    <dd>filter</dd>
                </div>
                <div>
                    <dt>
                        <kbd>j</kbd> <kbd>k</kbd>
                    </dt>
                    <dd>next and last row</dd>
                </div>
                <div>
                    <dt>
                        <kbd>Esc</kbd>
                    </dt>
                    <dd>out of it</dd>
                </div>
            </dl>
            <button type="button" onClick={close} ref={(e) => e?.focus()}>
                Close
            </button>
        </div>
    );
}

const held = document.getElementById("headwater-data");
if (!held) takeToken();
render(
    <App source={held ? reportSource(held) : serverSource()} />,
    document.getElementById("app")!,
);
