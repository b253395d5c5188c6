// SPDX-License-Identifier: Apache-2.0
// Files that were examined; one of them as a tree of boxes, with what each signature covers.
import { useContext } from "preact/hooks";
import { type Line, list, text } from "../data/source";
import { Place, useAnswer, Waiting } from "../parts/ask";
import { Table } from "../parts/table";
import { Badge, Id, Said } from "../parts/text";
import { When } from "../parts/time";
import { Why } from "../parts/why";

const STATES = [
    "valid",
    "valid-with-additions",
    "broken",
    "incomplete",
    "untrusted",
    "expired",
    "revoked",
    "unsigned",
    "unknown",
];

export function Artifacts({ query }: { query: URLSearchParams }) {
    const { source, link } = useContext(Place);
    const id = query.get("id") ?? "";
    if (id !== "") return <Artifact id={id} />;
    return (
        <>
            <p>A valid signature shows who signed; it does not show that the build was honest.</p>
            <Table
                caption="Files examined"
                choices={[{ label: "State", key: "state", values: STATES }]}
                ask={(q, after, limit, chosen) =>
                    source.get("artifacts", {
                        limit: String(limit),
                        ...Object.fromEntries(chosen),
                        ...(q ? { q } : {}),
                        ...(after ? { after } : {}),
                    })
                }
                empty="No file was examined."
                columns={[
                    {
                        head: "State",
                        cell: (l) =>
                            text(l.state) === "" ? (
                                <span
                                    class="quiet"
                                    title="no signature is part of this format, or it was not judged"
                                >
                                    –
                                </span>
                            ) : (
                                <Badge word={text(l.state)} />
                            ),
                    },
                    {
                        head: "File",
                        wide: true,
                        cell: (l) => (
                            <a href={link("artifacts", { id: text(l.id) })}>
                                <Said s={text(l.path)} cut={120} />
                            </a>
                        ),
                    },
                    { head: "Format", cell: (l) => <Said s={text(l.format)} /> },
                    { head: "Bytes", cell: (l) => Number(l.size).toLocaleString("en") },
                    {
                        head: "Component",
                        cell: (l) => (
                            <>
                                <Said s={text(l.component)} /> <Said s={text(l.version)} cut={40} />
                            </>
                        ),
                    },
                    { head: "Signatures", cell: (l) => text(l.signatures) },
                    { head: "Inside", cell: (l) => text(l.members) },
                ]}
            />
        </>
    );
}

function Artifact({ id }: { id: string }) {
    const { source, link } = useContext(Place);
    const answer = useAnswer(() => source.get(`artifact/${id}`), [id]);
    const lines = answer.page?.lines ?? [];
    const boxes = lines.filter((l) => l.type === "box");
    return (
        <>
            <p>
                <a href={link("artifacts")}>All files</a>
            </p>
            <Waiting answer={answer} />
            <ul class="boxes" role="tree" aria-label="What lies in what">
                {boxes.map((b, i) => (
                    <Box
                        key={i}
                        of={b}
                        signatures={lines.filter(
                            (l) => l.type === "signature" && l.artifact === b.id,
                        )}
                    />
                ))}
            </ul>
            {lines
                .filter((l) => l.type === "gap")
                .map((l, i) => (
                    <p key={i} class="notice">
                        <Said s={text(l.what)} /> → <Said s={text(l.ask_for)} />
                    </p>
                ))}
            {lines
                .filter((l) => l.type === "left-out")
                .map((l, i) => (
                    <p key={i} class="notice">
                        {text(l.count)} more boxes are not shown.
                    </p>
                ))}
        </>
    );
}

function Box({ of, signatures }: { of: Line; signatures: Line[] }) {
    const depth = Math.min(8, Number(of.depth ?? 0));
    const state = text(of.state);
    const path = text(of.path);
    return (
        <li
            role="treeitem"
            aria-level={depth + 1}
            class={`box depth-${depth}${of.asked === true ? " asked" : ""}`}
        >
            <div class="line">
                {state !== "" && STATES.includes(state) && <Badge word={state} />}
                <b>
                    <Said s={depth > 0 ? path.slice(path.lastIndexOf("!/") + 2) : path} cut={140} />
                </b>
                <span class="quiet">
                    <Said s={text(of.format)} />, {Number(of.size).toLocaleString("en")} bytes
                </span>
                <Id s={text(of.sha256)} />
                {text(of.degree) !== "sound" && <Badge word={text(of.degree)} />}
            </div>
            {signatures.map((s, i) => (
                <Signature key={i} of={s} size={Number(of.size)} />
            ))}
        </li>
    );
}

function Signature({ of, size }: { of: Line; size: number }) {
    const parts = list(of.covered);
    const signer =
        of.signer !== null && typeof of.signer === "object"
            ? text((of.signer as Line).name ?? (of.signer as Line).subject)
            : text(of.signer);
    return (
        <div class="signature">
            <p>
                signed by <Said s={signer || "nobody named"} />, <When iso={text(of.signed_at)} /> ·
                integrity <Badge word={text(of.integrity)} /> chain <Badge word={text(of.chain)} />{" "}
                at that time <Badge word={text(of.at_time)} /> revocation{" "}
                <Badge word={text(of.revocation)} />
            </p>
            <p class="place">
                {[
                    ["time", of.countersignature],
                    ["digest", of.digest],
                    ["key", of.key],
                    ["anchor", of.anchor],
                    ["serial", of.serial],
                ]
                    .filter(([, v]) => text(v) !== "")
                    .map(([name, v], i) => (
                        <span key={i}>
                            {i > 0 && " · "}
                            {text(name)} <Said s={text(v)} cut={120} />
                        </span>
                    ))}
            </p>
            {parts.length > 0 && (
                <>
                    <svg
                        class="coverage"
                        viewBox="0 0 1000 16"
                        preserveAspectRatio="none"
                        role="img"
                        aria-label={`What the signature covers: ${parts.map((p) => `${text(p.how)} from ${text(p.from)} to ${text(p.to)}`).join("; ")}`}
                    >
                        {parts.map((p, i) => {
                            const x = (Number(p.from) / size) * 1000;
                            return (
                                <rect
                                    key={i}
                                    class={`is-${text(p.how)}`}
                                    x={x}
                                    y={0}
                                    height={16}
                                    width={Math.max(2, (Number(p.to) / size) * 1000 - x)}
                                >
                                    <title>{`${text(p.how)}: ${text(p.from)} to ${text(p.to)}`}</title>
                                </rect>
                            );
                        })}
                    </svg>
                    <ul class="legend">
                        {[...new Set(parts.map((p) => text(p.how)))].map((how) => (
                            <li key={how}>
                                <Badge word={how} />{" "}
                                {parts
                                    .filter((p) => text(p.how) === how)
                                    .reduce((n, p) => n + Number(p.to) - Number(p.from), 0)
                                    .toLocaleString("en")}{" "}
                                bytes
                            </li>
                        ))}
                    </ul>
                </>
            )}
            <Why why={list(of.because ?? of.why)} />
        </div>
    );
}
