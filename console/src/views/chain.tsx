// SPDX-License-Identifier: Apache-2.0
// The chain as a picture and as a list of the same steps; and, from any thing of the graph, a step
// back or forth at a time, with the record behind each.
import { useContext, useState } from "preact/hooks";
import { type Line, list, part, text } from "../data/source";
import { Place, useAnswer, useOf, useReport, Waiting } from "../parts/ask";
import { Graph } from "../parts/graph";
import { Picture } from "../parts/picture";
import { Table } from "../parts/table";
import { Badge, Id, Said } from "../parts/text";
import { When } from "../parts/time";
import { End, Places } from "../parts/why";
import { Decide } from "./found";

// Where there is no thing yet, nothing is asked.
const NOTHING = Promise.resolve({ lines: [], total: 0, matched: 0, next: null });
const known = {
    label: "Known by",
    key: "class",
    values: ["observed", "keyed", "inferred", "claimed"],
};

function stepColumns(open: (id: string) => void, live: boolean) {
    return [
        {
            head: "#",
            cell: (l: Line) =>
                live ? (
                    <button
                        type="button"
                        class="link"
                        onClick={() => open(text(l.id))}
                        aria-label={`Step ${text(l.n)}`}
                    >
                        {text(l.n) || "·"}
                    </button>
                ) : (
                    text(l.n)
                ),
        },
        { head: "When", cell: (l: Line) => <When iso={text(l.time) || text(l.time_lo)} /> },
        {
            head: "Step",
            wide: true,
            cell: (l: Line) => (
                <>
                    <End end={part(l.from)} /> <b>{text(l.verb)}</b> <End end={part(l.to)} />
                </>
            ),
        },
        {
            head: "Known by",
            cell: (l: Line) => (
                <>
                    <Badge word={text(l.class)} />
                    {text(l.judged) !== "" && <Badge word={text(l.judged)} />}
                </>
            ),
        },
        {
            head: "Machine",
            cell: (l: Line) => (
                <Said s={text(part(l.to).host) || text(part(l.from).host)} cut={60} />
            ),
        },
        {
            head: "Record",
            wide: true,
            cell: (l: Line) => (
                <>
                    <Places of={l} />{" "}
                    {text(l.why) !== "" && (
                        <span class="quiet">
                            <Said s={text(l.why)} />
                        </span>
                    )}
                </>
            ),
        },
    ];
}

export function Chain({ query }: { query: URLSearchParams }) {
    const { source, target } = useContext(Place);
    const [open, setOpen] = useState(query.get("step") ?? "");
    const steps = useOf("step");
    if (target === "" && source.live) return <Choose />;
    return (
        <>
            <Ends />
            {source.live && <Picture chosen={open} choose={(ids) => setOpen(ids[0])} />}
            {open !== "" && source.live && <Step id={open} close={() => setOpen("")} />}
            <Table
                caption="The same steps, in the order of time"
                query={steps}
                choices={[known]}
                empty="No step leads to it."
                columns={stepColumns(setOpen, source.live)}
            />
        </>
    );
}

function Ends() {
    const answer = useReport(["crossing", "root"]);
    const lines = answer.page?.lines ?? [];
    return (
        <>
            <Waiting answer={answer} />
            <ul class="crossings">
                {lines
                    .filter((l) => l.type === "crossing")
                    .map((l, i) => (
                        <li key={i}>
                            passes from{" "}
                            <strong>
                                <Said s={text(l.from_org)} />
                            </strong>
                            {text(l.release) !== "" && (
                                <>
                                    ’s <Said s={text(l.release)} />
                                </>
                            )}{" "}
                            into{" "}
                            <strong>
                                <Said s={text(l.to_org)} />
                            </strong>
                        </li>
                    ))}
            </ul>
            {lines.some((l) => l.type === "root") && <h3>Where it ends</h3>}
            <ul class="roots">
                {lines
                    .filter((l) => l.type === "root")
                    .map((l, i) => (
                        <li key={i} class={l.principal === true ? "principal" : ""}>
                            <End end={part(l.at)} />{" "}
                            {l.principal === true && <Badge word="principal" />}{" "}
                            {l.observed === true ? (
                                <Badge word="observed" />
                            ) : (
                                <Badge word="not-observed" />
                            )}{" "}
                            <Said s={text(l.says)} />
                        </li>
                    ))}
            </ul>
        </>
    );
}

// What the chain could be about: what the case suggests, or a thing by its name.
export function Choose() {
    const { source, go } = useContext(Place);
    const [q, setQ] = useState("");
    const answer = useAnswer(
        () => (q.length < 3 ? source.get("case") : source.get("things", { q, limit: "30" })),
        [q],
    );
    const lines = (answer.page?.lines ?? []).filter(
        (l) => l.type === "suggestion" || l.type === "thing",
    );
    return (
        <section class="choose">
            <label>
                What is it about? A hash, a file, a machine, a release:{" "}
                <input
                    type="search"
                    value={q}
                    onInput={(e) => setQ(e.currentTarget.value)}
                    aria-label="Find a thing"
                />
            </label>
            <Waiting answer={answer} />
            <ul>
                {lines.map((l, i) => (
                    <li key={i}>
                        <button
                            type="button"
                            class="link"
                            onClick={() => go("chain", { target: text(l.target ?? l.id) })}
                        >
                            {l.type === "thing" && `${text(l.kind)} `}
                            <Said s={text(l.name) || text(l.key) || text(l.target)} cut={90} />
                        </button>{" "}
                        {text(l.says) !== "" && (
                            <span class="place">
                                <Said s={text(l.says)} />
                            </span>
                        )}
                    </li>
                ))}
            </ul>
        </section>
    );
}

export function Step({ id, close }: { id: string; close(): void }) {
    const { source } = useContext(Place);
    const answer = useAnswer(() => source.get(`step/${id}`), [id]);
    const lines = answer.page?.lines ?? [];
    const step = lines.find((l) => l.type === "step");
    return (
        <aside class="step-of" aria-label="The records behind this step">
            <button type="button" onClick={close}>
                Close
            </button>
            <h3>
                {step ? (
                    <>
                        <End end={part(step.from)} /> {text(step.verb)} <End end={part(step.to)} />
                    </>
                ) : (
                    <Id s={id} />
                )}
            </h3>
            <Waiting answer={answer} />
            {step && (
                <p>
                    <Badge word={text(step.class)} />{" "}
                    <Said s={text(step.why) || "the record says so"} /> <Id s={id} />
                </p>
            )}
            {lines
                .filter((l) => l.type === "decision")
                .map((l, i) => (
                    <p key={i}>
                        <Badge word={text(l.says)} /> by <Said s={text(l.by)} />, because{" "}
                        <Said s={text(l.because)} />
                    </p>
                ))}
            {lines
                .filter((l) => l.type === "record")
                .map((l, i) => (
                    <details key={i} open={i === 0}>
                        <summary>
                            <Said s={text(l.file)} cut={80} /> #{text(l.record)}
                        </summary>
                        <dl class="record">
                            {list(l.values).map((v, k) => (
                                <div key={k}>
                                    <dt>
                                        <Said s={text(v.name)} />
                                    </dt>
                                    <dd>
                                        {text(v.value) === "" ? (
                                            <span class="quiet">empty</span>
                                        ) : (
                                            <Said s={text(v.value)} />
                                        )}
                                    </dd>
                                </div>
                            ))}
                        </dl>
                    </details>
                ))}
            <Decide id={id} />
        </aside>
    );
}

// From one thing a step back and a step forth.
export function Walk({ query }: { query: URLSearchParams }) {
    const { source, go } = useContext(Place);
    const node = query.get("node") ?? "";
    const [open, setOpen] = useState("");
    const thing = useAnswer(() => (node === "" ? NOTHING : source.get(`thing/${node}`)), [node]);
    const it = thing.page?.lines[0];
    if (node === "") return <Choose />;
    const way = (which: "back" | "forward", caption: string) => (
        <Table
            caption={caption}
            unfiltered
            on={[node]}
            ask={(_, after, limit) =>
                source.get("walk", {
                    node,
                    way: which,
                    limit: String(limit),
                    ...(after ? { after } : {}),
                })
            }
            empty="Nothing that is recorded."
            columns={stepColumns(setOpen, true)}
        />
    );
    return (
        <>
            <Waiting answer={thing} />
            {it && (
                <h3>
                    <End end={it} />{" "}
                    {text(it.host) !== "" && (
                        <span class="place">
                            on <Said s={text(it.host)} />
                        </span>
                    )}{" "}
                    <button type="button" onClick={() => go("chain", { target: node })}>
                        The whole chain to it
                    </button>
                </h3>
            )}
            <Graph node={node} />
            {open !== "" && <Step id={open} close={() => setOpen("")} />}
            <div class="pair">
                <section>
                    <h3>Before: what led here</h3>
                    {way("back", "Steps that lead here")}
                </section>
                <section>
                    <h3>After: what came of it</h3>
                    {way("forward", "Steps that lead on")}
                </section>
            </div>
        </>
    );
}
