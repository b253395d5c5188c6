// SPDX-License-Identifier: Apache-2.0
// The picture of the chain, made by Headwater as SVG: adopted here without anything that could act,
// then zoomed, searched, and bound to the list of steps beside it.
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Place } from "./ask";

// Elements that a picture of ours consists of; whatever else stands there is taken out.
const DRAWN = new Set([
    "svg",
    "g",
    "rect",
    "text",
    "tspan",
    "path",
    "line",
    "circle",
    "polygon",
    "polyline",
    "title",
    "desc",
    "defs",
    "pattern",
    "marker",
    "use",
    "clipPath",
    "style",
]);

function harmless(root: Element): void {
    for (const e of [root, ...root.querySelectorAll("*")]) {
        if (!DRAWN.has(e.localName) || e.localName === "style") {
            if (e !== root) e.remove();
            continue;
        }
        for (const a of [...e.attributes]) {
            const local = /(^|:)href$/.test(a.name) && !a.value.startsWith("#");
            if (/^on/i.test(a.name) || a.name === "style" || local) e.removeAttributeNode(a);
        }
    }
}

export function Picture({ chosen, choose }: { chosen: string; choose?(steps: string[]): void }) {
    const { source, target, generation } = useContext(Place);
    const box = useRef<HTMLDivElement>(null);
    const [state, setState] = useState("Drawing …");
    const [zoom, setZoom] = useState(1);
    const [q, setQ] = useState("");
    useEffect(() => {
        let wanted = true;
        box.current?.replaceChildren();
        setState("Drawing …");
        if (target === "" && source.live) {
            setState("Choose what the chain is about, and its picture stands here.");
            return undefined;
        }
        source.picture(target).then(
            (made) => {
                const svg = made?.documentElement;
                if (!wanted || !box.current) return;
                if (!svg || svg.localName !== "svg") {
                    setState(
                        "There is no picture: nothing leads to this target, or it is not asked about one.",
                    );
                    return;
                }
                harmless(svg);
                box.current.replaceChildren(document.importNode(svg, true));
                setState("");
            },
            () => wanted && setState("The picture could not be had."),
        );
        return () => {
            wanted = false;
        };
    }, [target, generation]);
    useEffect(() => {
        const svg = box.current?.querySelector("svg");
        if (!svg) return;
        const words = q.trim().toLowerCase();
        for (const e of svg.querySelectorAll("[data-step], [data-node]")) {
            const here = words !== "" && (e.textContent ?? "").toLowerCase().includes(words);
            const ids = (e.getAttribute("data-step") ?? "").split(" ");
            e.classList.toggle("found", here || (chosen !== "" && ids.includes(chosen)));
        }
        svg.classList.toggle("searching", words !== "" || chosen !== "");
    }, [q, chosen, state]);
    useEffect(() => {
        const svg = box.current?.querySelector("svg");
        if (svg) svg.style.width = zoom === 1 ? "" : `${zoom * 100}%`;
    }, [zoom, state]);
    const click = (e: MouseEvent) => {
        const hit = (e.target as Element).closest("[data-step]")?.getAttribute("data-step");
        if (hit && choose) choose(hit.split(" "));
    };
    return (
        <figure class="picture">
            <div class="tools">
                <button
                    type="button"
                    onClick={() => setZoom(Math.min(6, zoom * 1.3))}
                    aria-label="Zoom in"
                >
                    +
                </button>
                <button
                    type="button"
                    onClick={() => setZoom(Math.max(1, zoom / 1.3))}
                    aria-label="Zoom out"
                >
                    −
                </button>
                <button type="button" onClick={() => setZoom(1)}>
                    Whole
                </button>
                <input
                    type="search"
                    value={q}
                    placeholder="Find in the picture"
                    aria-label="Find in the picture"
                    onInput={(e) => setQ(e.currentTarget.value)}
                />
            </div>
            <div
                class="canvas"
                ref={box}
                onClick={click}
                tabIndex={0}
                role="region"
                aria-label="Picture of the chain"
            />
            {state && (
                <p class="quiet" role="status">
                    {state}
                </p>
            )}
            <figcaption>
                {choose
                    ? "The table below has the same steps. A click on a step shows the records behind it."
                    : "The chapter on the chain has the same steps, each with its record."}
            </figcaption>
        </figure>
    );
}
