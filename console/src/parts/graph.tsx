// SPDX-License-Identifier: Apache-2.0
// A thing and its neighbours as a graph, laid out by dagre; each neighbour is a link to walk on.
import dagre from "@dagrejs/dagre";
import { useContext } from "preact/hooks";
import { type Line, part, text } from "../data/source";
import { Place, useAnswer, Waiting } from "./ask";

const WIDE = 190;
const HIGH = 40;
const MOST = 14; // of each side

interface Cell {
    id: string;
    kind: string;
    name: string;
}

const cell = (end: Line): Cell => ({
    id: text(end.id),
    kind: text(end.kind),
    name: text(end.name) || text(end.key),
});

// For letters in a drawing: what cannot be seen is a dot, what is long is cut.
const plain = (s: string, most: number): string => {
    const seen = s.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "·");
    return seen.length > most ? `${seen.slice(0, most / 2 - 1)}…${seen.slice(1 - most / 2)}` : seen;
};

export function Graph({ node }: { node: string }) {
    const { source, link } = useContext(Place);
    const ask = (way: string) => () => source.get("walk", { node, way, limit: "200" });
    const back = useAnswer(ask("back"), [node]);
    const forth = useAnswer(ask("forward"), [node]);
    if (!back.page || !forth.page) return <Waiting answer={back.failure ? back : forth} />;
    const g = new dagre.graphlib.Graph<{ label?: string }>({ multigraph: false });
    g.setGraph({ rankdir: "LR", nodesep: 10, ranksep: 90, marginx: 8, marginy: 8 });
    g.setDefaultEdgeLabel(() => ({}));
    const cells = new Map<string, Cell>();
    const edges = new Map<string, { verb: string; known: string }>();
    let left = 0;
    for (const lines of [back.page.lines, forth.page.lines]) {
        const seen = new Set<string>();
        for (const l of lines.filter((x) => x.type === "step")) {
            const [from, to] = [cell(part(l.from)), cell(part(l.to))];
            const other = from.id === node ? to.id : from.id;
            if (!seen.has(other) && seen.size >= MOST) {
                left++;
                continue;
            }
            seen.add(other);
            cells.set(from.id, from);
            cells.set(to.id, to);
            edges.set(`${from.id} ${to.id}`, { verb: text(l.verb), known: text(l.class) });
        }
    }
    if (cells.size === 0) return null;
    for (const id of cells.keys()) g.setNode(id, { width: WIDE, height: HIGH });
    for (const key of edges.keys()) {
        const [from, to] = key.split(" ");
        g.setEdge(from, to);
    }
    dagre.layout(g);
    const size = g.graph() as { width?: number; height?: number };
    return (
        <figure class="graph">
            <div
                class="scroll"
                tabIndex={0}
                role="region"
                aria-label="This thing and its neighbours"
            >
                <svg
                    width={size.width}
                    height={size.height}
                    role="img"
                    aria-label={`${cells.size - 1} neighbours; the same are in the tables below`}
                >
                    {g.edges().map((e) => (
                        <Arrow
                            key={`${e.v} ${e.w}`}
                            points={g.edge(e).points}
                            of={edges.get(`${e.v} ${e.w}`)!}
                        />
                    ))}
                    {[...cells.values()].map((c) => {
                        const at = g.node(c.id);
                        return (
                            <a key={c.id} href={link("walk", { node: c.id })}>
                                <title>{plain(`${c.kind} ${c.name}`, 400)}</title>
                                <rect
                                    class={c.id === node ? "cell here" : "cell"}
                                    x={at.x - WIDE / 2}
                                    y={at.y - HIGH / 2}
                                    width={WIDE}
                                    height={HIGH}
                                    rx={6}
                                />
                                <text class="kind" x={at.x - WIDE / 2 + 8} y={at.y - 4}>
                                    {c.kind}
                                </text>
                                <text x={at.x - WIDE / 2 + 8} y={at.y + 12}>
                                    {plain(c.name, 26)}
                                </text>
                            </a>
                        );
                    })}
                </svg>
            </div>
            {left > 0 && <figcaption>{left} more steps are in the tables below.</figcaption>}
        </figure>
    );
}

function Arrow({
    points,
    of,
}: {
    points: { x: number; y: number }[];
    of: { verb: string; known: string };
}) {
    const d = points
        .map((p, i) => `${i === 0 ? "M" : "L"}${Math.round(p.x)} ${Math.round(p.y)}`)
        .join("");
    const mid = points[Math.floor(points.length / 2)];
    return (
        <g class={`edge is-${of.known}`}>
            <path d={d} />
            <circle cx={points.at(-1)!.x} cy={points.at(-1)!.y} r={3} />
            <text x={mid.x} y={mid.y - 4} text-anchor="middle">
                {of.verb}
            </text>
        </g>
    );
}
