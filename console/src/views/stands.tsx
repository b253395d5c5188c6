// SPDX-License-Identifier: Apache-2.0
// What it stands on: evidence with hashes, the action log, the program; what is published.
import { text } from "../data/source";
import { useOf, useReport } from "../parts/ask";
import { Table } from "../parts/table";
import { Badge, Id, Said } from "../parts/text";
import { When } from "../parts/time";

export function Evidence() {
    const report = useReport(["summary"]).page?.lines.find((l) => l.question === "report");
    return (
        <>
            <Table
                caption="Evidence"
                query={useOf("evidence")}
                empty="The case holds no evidence."
                choices={[
                    {
                        label: "Degree",
                        key: "degree",
                        values: ["sound", "incomplete", "broken", "refused"],
                    },
                ]}
                columns={[
                    { head: "SHA-256", cell: (l) => <Id s={text(l.sha256)} /> },
                    { head: "Path", wide: true, cell: (l) => <Said s={text(l.path)} /> },
                    { head: "Bytes", cell: (l) => Number(l.size).toLocaleString("en") },
                    {
                        head: "Read as",
                        cell: (l) => (
                            <>
                                {text(l.class)} <Badge word={text(l.degree)} />
                            </>
                        ),
                    },
                    {
                        head: "Of",
                        cell: (l) => (
                            <>
                                <Said s={text(l.org)} /> <Said s={text(l.host)} />
                            </>
                        ),
                    },
                    {
                        head: "Acquired",
                        cell: (l) => (
                            <>
                                <Said s={text(l.acquired_by)} /> <Said s={text(l.acquired_at)} />
                            </>
                        ),
                    },
                    { head: "Read", cell: (l) => <When iso={text(l.read)} /> },
                ]}
            />
            <Table
                caption="Action log"
                query={useOf("action")}
                empty="Nothing was done."
                columns={[
                    { head: "#", cell: (l) => text(l.n) },
                    { head: "When", cell: (l) => <When iso={text(l.at)} /> },
                    { head: "Who", cell: (l) => <Said s={text(l.who)} /> },
                    {
                        head: "Command",
                        wide: true,
                        cell: (l) => (
                            <>
                                <b>{text(l.command)}</b> <Said s={text(l.line)} />
                            </>
                        ),
                    },
                    { head: "Version", cell: (l) => text(l.version) },
                ]}
            />
            {report && (
                <p>
                    Headwater {text(report.version)}. The same version, evidence and as-of time give
                    the same answers.
                </p>
            )}
        </>
    );
}

export function Knowledge() {
    return (
        <Table
            caption="What is published of badness, met here first"
            query={useOf("indicator")}
            empty="The case holds no indicators: headwater learn FILE."
            choices={[
                { label: "Met here", key: "met", values: ["true", "false"] },
                {
                    label: "Role",
                    key: "role",
                    values: ["payload", "carrier", "bait", "context", "shared-host"],
                },
            ]}
            columns={[
                { head: "Kind", cell: (l) => text(l.kind) },
                { head: "Value", wide: true, cell: (l) => <Said s={text(l.value)} cut={80} /> },
                {
                    head: "Role",
                    cell: (l) => (
                        <>
                            <Badge word={text(l.role)} />
                            {l.met === true && <Badge word="met" />}
                            {l.block === true && <Badge word="block" />}
                        </>
                    ),
                },
                { head: "Label", wide: true, cell: (l) => <Said s={text(l.label)} /> },
                {
                    head: "Source",
                    wide: true,
                    cell: (l) => (
                        <>
                            <Said s={text(l.source) || text(l.title)} />{" "}
                            <span class="place">
                                <Said s={text(l.path)} cut={60} /> #{text(l.line)}
                            </span>
                        </>
                    ),
                },
                { head: "Published", cell: (l) => <When iso={text(l.published)} /> },
            ]}
        />
    );
}
