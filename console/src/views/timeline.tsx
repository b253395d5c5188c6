// SPDX-License-Identifier: Apache-2.0
// What has a time, in its order: how much of it when, as a chart, and each as a row.
import { useContext, useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { type Line, part, text } from "../data/source";
import { Place, useAnswer } from "../parts/ask";
import { Table } from "../parts/table";
import { Badge, Id, Said } from "../parts/text";
import { When, Zone, zoneMinutes } from "../parts/time";

const MOST = 1000; // events of the chart
const BARS = 60;

// A report has no timeline of its own: its steps and findings are the events.
function eventOf(l: Line): Line {
    if (l.type === "event") return l;
    const step = l.type === "step";
    const says = step
        ? `${text(part(l.from).name)} ${text(l.verb)} ${text(part(l.to).name)}`
        : `${text(l.rule)}: ${text(part(l.subject).path) || text(part(l.subject).key)}`;
    return {
        type: "event",
        at: step ? l.time : l.first,
        what: step ? "step of the chain" : "finding first met",
        says,
        host: text(part(step ? l.to : l.subject).host),
        known: step ? l.class : l.confidence,
        id: l.id,
    };
}

export function Timeline() {
    const { source, target } = useContext(Place);
    const ask = async (q: string, after: string, limit: number) => {
        if (source.live) {
            return source.get("timeline", {
                limit: String(limit),
                ...(target ? { target } : {}),
                ...(after ? { after } : {}),
            });
        }
        const got = await source.lines({
            of: "report",
            types: ["step", "finding"],
            q,
            limit: 100000,
        });
        const lines = got.lines
            .map(eventOf)
            .filter((l) => text(l.at) !== "")
            .sort((a, b) => (text(a.at) < text(b.at) ? -1 : 1));
        const from = Number(after || 0);
        const next = from + limit < lines.length ? from + limit : null;
        return {
            lines: lines.slice(from, from + limit),
            total: lines.length,
            matched: lines.length,
            next,
        };
    };
    return (
        <>
            <Density ask={() => ask("", "", MOST)} />
            <Table
                caption="Events in the order of time"
                ask={ask}
                unfiltered={source.live}
                on={[target]}
                empty="Nothing that is recorded has a time."
                columns={[
                    { head: "When", cell: (l) => <When iso={text(l.at)} /> },
                    { head: "What", cell: (l) => text(l.what) },
                    { head: "Says", wide: true, cell: (l) => <Said s={text(l.says)} /> },
                    { head: "Known", cell: (l) => <Badge word={text(l.known)} /> },
                    { head: "Machine", cell: (l) => <Said s={text(l.host)} cut={60} /> },
                    { head: "Id", cell: (l) => <Id s={text(l.id)} /> },
                ]}
            />
        </>
    );
}

function Density({ ask }: { ask: () => ReturnType<Here["source"]["get"]> }) {
    const { target } = useContext(Place);
    const zone = useContext(Zone);
    const box = useRef<HTMLDivElement>(null);
    const answer = useAnswer(ask, [target]);
    const times = (answer.page?.lines ?? [])
        .map((l) => Date.parse(text(l.at).replace(/(\.\d{3})\d+/, "$1")) / 1000)
        .filter((t) => !Number.isNaN(t));
    useEffect(() => {
        if (!box.current || times.length < 2) return undefined;
        const [from, to] = [Math.min(...times), Math.max(...times)];
        const wide = Math.max(1, (to - from) / BARS);
        const counts = new Array<number>(BARS + 1).fill(0);
        for (const t of times) counts[Math.floor((t - from) / wide)]++;
        const shift = zoneMinutes(zone, new Date(from * 1000)) * 60;
        const chart = new uPlot(
            {
                width: Math.max(320, box.current.clientWidth),
                height: 120,
                legend: { show: false },
                cursor: { show: false },
                tzDate: (s) =>
                    new Date((s + shift + new Date(s * 1000).getTimezoneOffset() * 60) * 1000),
                scales: { y: { range: (_, __, most) => [0, most || 1] } },
                series: [
                    {},
                    {
                        paths: uPlot.paths.bars!({ size: [0.9] }),
                        fill: "#5b7fb5",
                        stroke: "#5b7fb5",
                        points: { show: false },
                    },
                ],
                axes: [{ stroke: "#8d99a8" }, { stroke: "#8d99a8", size: 40 }],
            },
            [counts.map((_, i) => from + (i + 0.5) * wide), counts],
            box.current,
        );
        return () => chart.destroy();
    }, [times.length, zone]);
    if (times.length < 2) return null;
    return (
        <figure class="density">
            <div ref={box} aria-hidden="true" />
            <figcaption>
                How many events when{answer.page?.next != null && `, of the first ${MOST}`}.
            </figcaption>
        </figure>
    );
}

type Here = { source: { get: (p: string) => Promise<import("../data/source").Page> } };
