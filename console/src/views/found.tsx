// SPDX-License-Identifier: Apache-2.0
// Findings and incidents, worst first.
import { useContext, useState } from "preact/hooks";
import { type Line, list, text } from "../data/source";
import { Place, useOf } from "../parts/ask";
import { Table } from "../parts/table";
import { Badge, Id, Said } from "../parts/text";
import { When } from "../parts/time";
import { Subject, Why } from "../parts/why";

export function Decide({ id, done }: { id: string; done?(): void }) {
    const { source } = useContext(Place);
    const [because, setBecause] = useState("");
    const [says, setSays] = useState("");
    if (!source.live || id === "") return null;
    const judge = (word: "accept" | "reject") => {
        if (because.trim() === "") return setSays("Say why first: it is kept in the log.");
        source.judge(id, word, because).then(
            () => {
                setSays(`${word}ed`);
                setBecause("");
                done?.();
            },
            (e: Error) => setSays(e.message),
        );
        return undefined;
    };
    return (
        <form class="decide" onSubmit={(e) => e.preventDefault()}>
            <input
                value={because}
                placeholder="because …"
                aria-label={`Why ${id} is accepted or rejected`}
                onInput={(e) => setBecause(e.currentTarget.value)}
            />
            <button type="button" onClick={() => judge("accept")}>
                Accept
            </button>
            <button type="button" onClick={() => judge("reject")}>
                Reject
            </button>
            <span role="status">{says}</span>
        </form>
    );
}

function Judged({ of }: { of: Line }) {
    return text(of.judged) === "" ? null : (
        <p>
            <Badge word={text(of.judged)} /> because <Said s={text(of.judged_because)} />
        </p>
    );
}

export function Findings() {
    return (
        <Table
            caption="Findings, as the hunt ranks them"
            query={useOf("finding")}
            choices={[
                {
                    label: "Severity",
                    key: "severity",
                    values: ["critical", "high", "medium", "low", "info"],
                },
                { label: "Confidence", key: "confidence", values: ["high", "moderate", "low"] },
            ]}
            empty="Nothing was found. What was not looked at is under Overview."
            columns={[
                {
                    head: "Severity",
                    cell: (l) => (
                        <>
                            <Badge word={text(l.severity)} />
                            <br />
                            <span class="quiet">{text(l.confidence)} confidence</span>
                        </>
                    ),
                },
                {
                    head: "What",
                    wide: true,
                    cell: (l) => (
                        <>
                            <strong>
                                <Said s={text(l.rule)} />
                            </strong>
                            <br />
                            <Subject of={l} />
                            <Judged of={l} />
                        </>
                    ),
                },
                {
                    head: "Why",
                    wide: true,
                    cell: (l) => (
                        <>
                            <Why why={list(l.why)} />
                            {text(l.do_next ?? l.do) !== "" && (
                                <p class="ask">
                                    → <Said s={text(l.do_next ?? l.do)} cut={600} />
                                </p>
                            )}
                        </>
                    ),
                },
                {
                    head: "When",
                    cell: (l) => (
                        <>
                            <When iso={text(l.first)} />
                            <br />
                            <When iso={text(l.last)} />
                        </>
                    ),
                },
                {
                    head: "Decision",
                    cell: (l) => (
                        <>
                            <Id s={text(l.id)} />
                            <Decide id={text(l.id)} />
                        </>
                    ),
                },
            ]}
        />
    );
}

export function Incidents() {
    return (
        <Table
            caption="Incidents, worst first"
            query={useOf("incident")}
            empty="No findings make an incident."
            columns={[
                { head: "Severity", cell: (l) => <Badge word={text(l.severity)} /> },
                { head: "Organisation", cell: (l) => <Said s={text(l.org)} /> },
                { head: "Campaign", cell: (l) => <Said s={text(l.campaign)} /> },
                { head: "First", cell: (l) => <When iso={text(l.first)} /> },
                { head: "Last", cell: (l) => <When iso={text(l.last)} /> },
                { head: "Findings", cell: (l) => text(l.findings) },
                {
                    head: "Machines",
                    wide: true,
                    cell: (l) => (
                        <ul class="plain">
                            {list(l.machines).map((m, i) => (
                                <li key={i}>
                                    <Badge word={text(m.severity)} />{" "}
                                    <Said s={text(m.host ?? m.together ?? m.input)} />
                                    {m.ran === true && ", ran"}
                                </li>
                            ))}
                        </ul>
                    ),
                },
            ]}
        />
    );
}
