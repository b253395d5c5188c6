// SPDX-License-Identifier: Apache-2.0
// Who is hit: machines and their states, what was held, releases at risk, who got them, counts.
import { useContext } from "preact/hooks";
import { list, text } from "../data/source";
import { Place, useOf } from "../parts/ask";
import { Table } from "../parts/table";
import { Badge, Said } from "../parts/text";
import { When } from "../parts/time";
import { Why } from "../parts/why";

const NO_TARGET = "Nothing is told of this without a target, or nothing is known.";

export function Machines() {
    const { link, source } = useContext(Place);
    return (
        <Table
            caption="Machines by state, worst first"
            query={useOf("asset")}
            choices={[
                {
                    label: "State",
                    key: "state",
                    values: [
                        "second-stage",
                        "contacted",
                        "executed",
                        "present",
                        "unknown",
                        "clean",
                        "absent",
                    ],
                },
            ]}
            empty={NO_TARGET}
            columns={[
                { head: "State", cell: (l) => <Badge word={text(l.state)} /> },
                {
                    head: "Machine",
                    cell: (l) =>
                        source.live && text(l.id) !== "" ? (
                            <a href={link("walk", { node: text(l.id) })}>
                                <Said s={text(l.host)} cut={60} />
                            </a>
                        ) : (
                            <Said s={text(l.host)} cut={60} />
                        ),
                },
                { head: "Organisation", cell: (l) => <Said s={text(l.org)} cut={60} /> },
                { head: "Why", wide: true, cell: (l) => <Why why={list(l.why)} most={2} /> },
                {
                    head: "What is missing",
                    wide: true,
                    cell: (l) => (
                        <>
                            <Said s={text(l.lacks)} />
                            {text(l.ask_for) !== "" && (
                                <span class="ask">
                                    {" "}
                                    → <Said s={text(l.ask_for)} />
                                </span>
                            )}
                        </>
                    ),
                },
            ]}
        />
    );
}

export function Releases() {
    return (
        <>
            <Table
                caption="Releases at risk, worst first"
                query={useOf("release")}
                empty={NO_TARGET}
                columns={[
                    { head: "Risk", cell: (l) => <Badge word={text(l.risk)} /> },
                    {
                        head: "Release",
                        cell: (l) => (
                            <>
                                <Said s={text(l.name)} /> <Said s={text(l.version)} cut={40} />
                            </>
                        ),
                    },
                    { head: "Of", cell: (l) => <Said s={text(l.org)} /> },
                    { head: "Published", cell: (l) => <When iso={text(l.published)} /> },
                    { head: "Why", wide: true, cell: (l) => <Why why={list(l.why)} /> },
                ]}
            />
            <Table
                caption="In a stranger's hand, or within reach"
                query={useOf("held")}
                choices={[
                    { label: "Kind", key: "kind", values: ["host", "account", "certificate"] },
                ]}
                empty={NO_TARGET}
                columns={[
                    {
                        head: "What",
                        cell: (l) => (
                            <>
                                <span class="kind">{text(l.kind)}</span>{" "}
                                <Said s={text(l.name)} cut={80} />
                            </>
                        ),
                    },
                    { head: "Of", cell: (l) => <Said s={text(l.org)} /> },
                    {
                        head: "Known",
                        cell: (l) => <Badge word={l.shown === true ? "shown" : "possible"} />,
                    },
                    { head: "Since", cell: (l) => <When iso={text(l.since)} /> },
                    { head: "Why", wide: true, cell: (l) => <Why why={list(l.why)} most={2} /> },
                ]}
            />
            <Table
                caption="Organisations that got it, as estates declare, and products that contain it"
                query={useOf("receiver", "product")}
                empty="Nobody is declared to have got it."
                columns={[
                    { head: "Who or what", cell: (l) => <Said s={text(l.org ?? l.name)} /> },
                    { head: "Product", cell: (l) => <Said s={text(l.product ?? l.via)} /> },
                    { head: "Depth", cell: (l) => text(l.depth) },
                    { head: "When", cell: (l) => <When iso={text(l.at)} /> },
                    { head: "Why", wide: true, cell: (l) => <Why why={list(l.why)} /> },
                ]}
            />
            <Table
                caption="Counts, each its observer's; none is added to another"
                query={useOf("count", "estimate")}
                empty="Nobody counted."
                columns={[
                    {
                        head: "Value",
                        cell: (l) =>
                            `${text(l.limit)} ${Number(l.value ?? l.n).toLocaleString("en")}`,
                    },
                    { head: "Unit", cell: (l) => <Said s={text(l.unit)} /> },
                    { head: "Of", wide: true, cell: (l) => <Said s={text(l.of)} /> },
                    { head: "Observer", cell: (l) => <Said s={text(l.observer ?? l.method)} /> },
                    { head: "From", cell: (l) => <When iso={text(l.from)} /> },
                ]}
            />
            <Table
                caption="What is held of whom: visibility"
                query={useOf("visibility")}
                empty={NO_TARGET}
                columns={["org", "artifact", "endpoint", "identity", "network", "build"].map(
                    (key) => ({
                        head: key === "org" ? "Organisation" : key,
                        cell: (l) =>
                            key === "org" ? (
                                <Said s={text(l.org)} />
                            ) : (
                                <Badge word={text(l[key])} />
                            ),
                    }),
                )}
            />
        </>
    );
}
