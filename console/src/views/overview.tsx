// SPDX-License-Identifier: Apache-2.0
// What it comes to: the verdict in one sentence, then why, then what to do, and what is not known.
import { useContext } from "preact/hooks";
import { type Line, part, text } from "../data/source";
import { first, Place, useOf, useReport, Waiting } from "../parts/ask";
import { Picture } from "../parts/picture";
import { Table } from "../parts/table";
import { Badge, Said } from "../parts/text";
import { When } from "../parts/time";
import { Judgements } from "./attribution";

const STATES = ["second-stage", "contacted", "executed", "present", "unknown", "clean", "absent"];
const SEVERITIES = ["critical", "high", "medium", "low", "info"];

function Bar({ of, words, label }: { of: Line; words: string[]; label: string }) {
    const all = words.reduce((n, w) => n + Number(of[w] ?? 0), 0);
    if (all === 0) return null;
    return (
        <div class="counts">
            <h3>{label}</h3>
            <div class="bar" aria-hidden="true">
                {words
                    .filter((w) => Number(of[w] ?? 0) > 0)
                    .map((w) => (
                        <Part key={w} word={w} share={Number(of[w]) / all} />
                    ))}
            </div>
            <ul class="legend">
                {words.map((w) => (
                    <li key={w}>
                        <Badge word={w} /> {Number(of[w] ?? 0).toLocaleString("en")}
                    </li>
                ))}
            </ul>
        </div>
    );
}

function Part({ word, share }: { word: string; share: number }) {
    const size = (e: HTMLElement | null) => {
        if (e) e.style.flexGrow = String(share);
    };
    return <span class={`is-${word}`} ref={size} />;
}

function Head({ report, evidence }: { report?: Line; evidence: number }) {
    if (!report) return null;
    return (
        <dl class="head">
            <div>
                <dt>TLP</dt>
                <dd>
                    {text(report.tlp) ? (
                        <>
                            TLP:
                            <Said s={text(report.tlp)} />
                        </>
                    ) : (
                        "not stated"
                    )}
                </dd>
            </div>
            {text(report.target) !== "" && (
                <div>
                    <dt>About</dt>
                    <dd>
                        <Said s={text(report.target)} />
                    </dd>
                </div>
            )}
            <div>
                <dt>As of</dt>
                <dd>
                    <When iso={text(report.as_of)} />
                </dd>
            </div>
            <div>
                <dt>Case</dt>
                <dd>{text(report.case)}</dd>
            </div>
            <div>
                <dt>Author</dt>
                <dd>{text(report.author) ? <Said s={text(report.author)} /> : "not stated"}</dd>
            </div>
            <div>
                <dt>Stands on</dt>
                <dd>
                    {evidence.toLocaleString("en")} pieces of evidence,{" "}
                    {Number(report.logs).toLocaleString("en")} of them logs; Headwater{" "}
                    {text(report.version)}
                </dd>
            </div>
        </dl>
    );
}

export function Overview() {
    const { source, target } = useContext(Place);
    const answer = useReport(["summary", "statement", "left-out"], 1000);
    const measures = useReport(["measure"]);
    const report = first(answer, (l) => l.type === "summary" && l.question === "report");
    const impact = first(answer, (l) => l.type === "summary" && l.question === "impact");
    const hunt = first(answer, (l) => l.type === "summary" && l.question === "hunt");
    const lines = answer.page?.lines ?? [];
    const stated = (is: string) => lines.filter((l) => l.type === "statement" && l.is === is);
    return (
        <>
            <Waiting answer={answer} />
            {report && (
                <>
                    <p class="verdict">
                        <Said s={text(report.verdict)} cut={2000} />
                    </p>
                    <Head report={report} evidence={Number(report.evidence)} />
                </>
            )}
            {(target !== "" || !source.live) && <Picture chosen="" />}
            <div class="pair">
                {impact && (
                    <Bar of={part(impact.states)} words={STATES} label="Machines by state" />
                )}
                {hunt && (
                    <Bar of={part(hunt.findings)} words={SEVERITIES} label="Findings by severity" />
                )}
            </div>
            <ToDo lines={measures.page?.lines ?? []} more={measures.page?.matched ?? 0} />
            {!source.live && <Judgements />}
            {answer.page && (
                <>
                    <div class="pair">
                        <Statements title="What is known" lines={stated("known")} />
                        <Statements title="What is inferred" lines={stated("inferred")} />
                    </div>
                    <Statements
                        title="What is not known, and what would tell"
                        lines={stated("unknown")}
                    />
                    <Gaps />
                </>
            )}
            <LeftOut lines={lines.filter((l) => l.type === "left-out")} />
        </>
    );
}

function ToDo({ lines, more }: { lines: Line[]; more: number }) {
    if (lines.length === 0) return null;
    return (
        <section>
            <h3>What to do, in this order</h3>
            <ol class="todo">
                {lines.map((l, i) => (
                    <li key={i}>
                        <strong>
                            <Said s={text(l.do)} />
                        </strong>{" "}
                        <Said s={text(l.what)} />{" "}
                        <span class="place">
                            — <Said s={text(l.because)} />
                        </span>
                    </li>
                ))}
            </ol>
            {more > lines.length && (
                <p class="quiet">
                    And {(more - lines.length).toLocaleString("en")} more, in the JSON.
                </p>
            )}
        </section>
    );
}

function Statements({ title, lines }: { title: string; lines: Line[] }) {
    return (
        <section>
            <h3>{title}</h3>
            <ul class="statements">
                {lines.map((l, i) => (
                    <li key={i}>
                        <Said s={text(l.says)} cut={2000} />
                    </li>
                ))}
            </ul>
        </section>
    );
}

function Gaps() {
    return (
        <Table
            caption="Gaps: what nothing here tells"
            query={useOf("gap")}
            empty="Nothing was found missing. That is no proof that nothing is."
            columns={[
                {
                    head: "What",
                    wide: true,
                    cell: (l) => (
                        <>
                            <Said s={text(l.what)} cut={600} />
                            {text(l.path) !== "" && (
                                <span class="place">
                                    {" "}
                                    — <Said s={text(l.path)} cut={120} />
                                </span>
                            )}
                        </>
                    ),
                },
                {
                    head: "What would tell",
                    wide: true,
                    cell: (l) => (
                        <span class="ask">
                            <Said s={text(l.ask_for ?? l.needs)} cut={600} />
                        </span>
                    ),
                },
            ]}
        />
    );
}

function LeftOut({ lines }: { lines: Line[] }) {
    if (lines.length === 0) return null;
    return (
        <p class="notice">
            To keep this file small it leaves out:{" "}
            {lines
                .map((l) => `${Number(l.count).toLocaleString("en")} of ${text(l.of)}`)
                .join(", ")}
            . They are in the JSON.
        </p>
    );
}
