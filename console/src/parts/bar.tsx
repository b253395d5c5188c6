// SPDX-License-Identifier: Apache-2.0
// The bar above: where one can go, what it is about, the look and the zone.
import { useContext, useEffect, useState } from "preact/hooks";
import type { View } from "../views";
import { Place } from "./ask";
import { Said } from "./text";

const ZONES = [
    "UTC",
    "local",
    "-08:00",
    "-05:00",
    "+01:00",
    "+02:00",
    "+05:30",
    "+08:00",
    "+09:00",
];

export function Bar(p: {
    views: View[];
    view: string;
    zone: string;
    setZone(z: string): void;
    help(): void;
}) {
    const { source, target, link, go } = useContext(Place);
    const [look, setLook] = useState("auto");
    const [said, setSaid] = useState("");
    useEffect(() => {
        const dark = matchMedia("(prefers-color-scheme: dark)");
        const show = () => {
            const of = look !== "auto" ? look : dark.matches ? "dark" : "light";
            document.documentElement.dataset.look = of;
        };
        show();
        dark.addEventListener("change", show);
        return () => dark.removeEventListener("change", show);
    }, [look]);
    const copy = () => {
        void navigator.clipboard
            ?.writeText(location.origin + location.pathname + location.hash)
            .then(
                () => setSaid("The link is copied, without the token."),
                () => setSaid("It cannot be copied."),
            );
    };
    return (
        <header>
            <h1>Headwater</h1>
            {target !== "" && (
                <p class="target">
                    about <Said s={target.length > 40 ? `${target.slice(0, 24)}…` : target} />{" "}
                    <button
                        type="button"
                        class="link"
                        onClick={() => {
                            location.hash = "#/overview";
                        }}
                    >
                        all of the case
                    </button>
                </p>
            )}
            {target === "" && source.live && p.view !== "chain" && (
                <button type="button" class="link" onClick={() => go("chain")}>
                    Choose what it is about
                </button>
            )}
            <nav aria-label="Views">
                {p.views.map((v) => (
                    <a
                        key={v.name}
                        href={link(v.name)}
                        aria-current={v.name === p.view ? "page" : undefined}
                        title={`${v.title} (g ${v.key})`}
                    >
                        {v.short ?? v.title}
                    </a>
                ))}
            </nav>
            <div class="settings">
                <label>
                    Times{" "}
                    <select value={p.zone} onChange={(e) => p.setZone(e.currentTarget.value)}>
                        {ZONES.map((z) => (
                            <option key={z}>{z}</option>
                        ))}
                    </select>
                </label>
                <label>
                    Look{" "}
                    <select value={look} onChange={(e) => setLook(e.currentTarget.value)}>
                        {["auto", "light", "dark"].map((l) => (
                            <option key={l}>{l}</option>
                        ))}
                    </select>
                </label>
                {source.live && (
                    <button type="button" onClick={copy}>
                        Copy link
                    </button>
                )}
                <button type="button" onClick={p.help}>
                    Keys
                </button>
                <span role="status">{said}</span>
            </div>
        </header>
    );
}
