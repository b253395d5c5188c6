// SPDX-License-Identifier: Apache-2.0
// Who did it: our judgements with what they stand on, those that are refused, where others do not
// agree, and every word of theirs with its source and grade. Names are not merged.
import { type Line, list, text } from "../data/source";
import { useOf, useReport, Waiting } from "../parts/ask";
import { Table } from "../parts/table";
import { Badge, Said } from "../parts/text";
import { When } from "../parts/time";

const sentence = (v: Line | string): string => (typeof v === "string" ? v : text(v.says));

function Points({ title, of }: { title: string; of: unknown }) {
    const all = Array.isArray(of) ? (of as (Line | string)[]) : [];
    return all.length === 0 ? null : (
        <>
            <h4>{title}</h4>
            <ul>
                {all.map((v, i) => (
                    <li key={i}>
                        <Said s={sentence(v)} />
                    </li>
                ))}
            </ul>
        </>
    );
}

export function Judgements() {
    const answer = useReport(["judgement"]);
    const lines = answer.page?.lines ?? [];
    return (
        <section>
            <h3>Key judgements</h3>
            <Waiting answer={answer} />
            {answer.page && lines.length === 0 && (
                <p>
                    No judgement is made of who did it. What follows is read from evidence, each
                    with its place.
                </p>
            )}
            {lines.map((l, i) => (
                <article key={i} class="judgement">
                    <p class="says">
                        <Said s={text(l.says)} />: <strong>{text(l.word)}</strong>.
                    </p>
                    <p>
                        Our confidence in that is <Said s={text(l.confidence)} />, because{" "}
                        <Said s={text(l.confidence_because)} />.
                    </p>
                    <h4>Basis, in decibans</h4>
                    <ul>
                        {list(l.basis).map((b, k) => (
                            <li key={k}>
                                {Number(b.weight) > 0 ? "+" : ""}
                                {text(b.weight)} {text(b.kind)} <Said s={text(b.says)} />, said by{" "}
                                <Said s={text(b.by)} />
                                {text(b.because) !== "" && (
                                    <span class="place">
                                        ; <Said s={text(b.because)} />
                                    </span>
                                )}
                            </li>
                        ))}
                    </ul>
                    <Points title="Alternatives considered" of={l.alternatives} />
                    <Points title="What would change it" of={l.would_change} />
                    <Points title="Gaps" of={l.gaps} />
                </article>
            ))}
        </section>
    );
}

export function Attribution() {
    return (
        <>
            <Judgements />
            <Table
                caption="Where others do not agree"
                query={useOf("disagreement")}
                empty="No disagreement is held."
                columns={[
                    {
                        head: "Question",
                        wide: true,
                        cell: (l) => (
                            <>
                                <Said s={text(l.asks) || text(l.question)} />{" "}
                                <Badge word={l.disputed === true ? "disputed" : "agreed"} />
                            </>
                        ),
                    },
                    {
                        head: "Answers",
                        wide: true,
                        cell: (l) => (
                            <ul class="plain">
                                {list(l.statements).map((s, i) => (
                                    <li key={i}>
                                        “<Said s={text(s.says)} />”{" "}
                                        <span class="place">
                                            <Said s={text(s.by)} />
                                        </span>
                                    </li>
                                ))}
                            </ul>
                        ),
                    },
                    {
                        head: "What would decide",
                        wide: true,
                        cell: (l) => <Said s={text(l.decided_by)} />,
                    },
                ]}
            />
            <Table
                caption="What others say, each with its source"
                query={useOf("claim")}
                empty="Nobody's word is held."
                choices={[
                    {
                        label: "Topic",
                        key: "topic",
                        values: ["fact", "group", "nexus", "motive", "objective"],
                    },
                ]}
                columns={[
                    { head: "About", cell: (l) => <Said s={text(l.about)} /> },
                    { head: "Topic", cell: (l) => text(l.topic) },
                    {
                        head: "Says",
                        wide: true,
                        cell: (l) => <Said s={text(l.says) || text(l.value)} />,
                    },
                    {
                        head: "By",
                        wide: true,
                        cell: (l) => (
                            <>
                                <Said s={text(l.by)} />{" "}
                                <span class="place">
                                    <Said s={text(l.title)} />
                                </span>
                            </>
                        ),
                    },
                    { head: "On", cell: (l) => <When iso={text(l.on)} /> },
                    {
                        head: "Grade",
                        cell: (l) => (
                            <abbr title="Admiralty: source, then information">
                                <Said s={text(l.held) || text(l.grade)} />
                            </abbr>
                        ),
                    },
                    { head: "Independent", cell: (l) => text(l.independent) },
                ]}
            />
            <Table
                caption="Names, kept apart"
                query={useOf("alias", "naming")}
                empty="No names are held."
                columns={[
                    { head: "Name or attack", cell: (l) => <Said s={text(l.name ?? l.about)} /> },
                    {
                        head: "Whose",
                        cell: (l) => (
                            <Said
                                s={
                                    text(l.who) ||
                                    `${text(l.systems)} naming systems, ${text(l.names)} names`
                                }
                            />
                        ),
                    },
                ]}
            />
        </>
    );
}
