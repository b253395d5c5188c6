// SPDX-License-Identifier: Apache-2.0
// Names that would act if they were markup, turn text round or never end: in hosts, organisations,
// paths, products, files, indicators. Nothing of them may act, and what cannot be seen must be seen.
import {
    copyFileSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { generate, say } from "./lib/cases.mjs";
import { Server } from "./lib/server.mjs";
import { holds, promise, same } from "./lib/tap.mjs";
import { Visit } from "./lib/visit.mjs";
import { VIEWS } from "./views.mjs";

const ENDS = "</script><script>window.hit=1</script>";
const ACTS = "<img src=x onerror=window.hit=1>";
const DRAWS = "<svg onload=window.hit=1>";
const TURNS = "\u202eexe.\u2066fdp";
const LONG = `long${"y".repeat(4096)}`;

// Each word of the honest records, and what stands there instead.
const INSTEAD = [
    ["Aster Freight", `Aster${ENDS}${TURNS}`],
    ["Boreal Clinics", `Boreal ${"b".repeat(4096)}`],
    ["AF-PC02", `AF-PC02${ACTS}`],
    ["af-pc02", `af-pc02${ACTS}`],
    ["3CX Desktop App", `3CX${ACTS}${TURNS}`],
    ["wlbsctrl.dll", `wlbs${DRAWS}${TURNS}.dll`],
    ["X_TRADER_r7.17.90p608.exe", `X_TRADER${ENDS}${TURNS}.exe`],
    ["ffmpeg.dll", `ffmpeg${ENDS}${TURNS}.dll`],
];

function turn(path) {
    for (const name of readdirSync(path)) {
        const inner = join(path, name);
        if (statSync(inner).isDirectory()) turn(inner);
        else if (/\.json$/.test(name)) {
            let text = readFileSync(inner, "utf8");
            for (const [from, to] of INSTEAD)
                text = text.replaceAll(from, JSON.stringify(to).slice(1, -1));
            writeFileSync(inner, text);
        }
    }
}

function made(t) {
    const { root, names } = generate(t.work, "hostile", ["--only-incident"]);
    turn(root);
    const dirs = {
        upstream: "Upstream",
        vendor: names.organisations.vendor,
        "customer-a": INSTEAD[0][1],
        "customer-b": INSTEAD[1][1],
    };
    const file = join(t.work, "hostile.case");
    const run = (...args) => say(t.headwater, ["--case", file, ...args]);
    for (const [dir, org] of Object.entries(dirs)) run("add", "--org", org, join(root, dir));
    const bad = join(t.work, "bad");
    mkdirSync(bad);
    if (t.more) {
        copyFileSync(join(t.more, "../padded.dll"), join(bad, `a${ACTS}${TURNS}.dll`));
        say("cp", ["-R", join(t.more, "../hostile"), join(bad, `h${DRAWS}`)]); // names that are no text
    }
    const rows = [ACTS, ENDS.replaceAll("/", ""), DRAWS, TURNS, LONG].map(
        (word, i) =>
            `sha256,${i === 0 ? names["library-sha256"] : String(i).repeat(64)},"${word}","source ${word}"`,
    );
    writeFileSync(
        join(bad, `list${TURNS}.csv`),
        `type,value,description,source\n${rows.join("\n")}\n`,
    );
    run("add", "--host", `h${ACTS}`, bad);
    run("learn", join(bad, `list${TURNS}.csv`));
    return { ...t, case: file, target: names["library-sha256"], root, names };
}

async function quiet(v, where) {
    const seen = await v.page.evaluate(() => {
        const hidden =
            /[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const raw = [];
        while (walker.nextNode()) {
            const n = walker.currentNode;
            if (n.parentElement.closest("script, noscript, template, style")) continue;
            if (hidden.test(n.data)) raw.push(`${n.parentElement.outerHTML.slice(0, 200)}`);
        }
        return {
            hit: window.hit,
            raw,
            images: document.querySelectorAll("#app img, #app script, #app iframe").length,
            acting: [...document.querySelectorAll("#app *")].flatMap((e) =>
                [...e.attributes].filter((a) => /^on/i.test(a.name)),
            ).length,
        };
    });
    same(seen.hit, undefined, `${where}: it was hit`);
    same(seen.images, 0, `${where}: elements out of evidence`);
    same(seen.acting, 0, `${where}: attributes that act`);
    same(seen.raw.join("\n").replace(/\p{C}/gu, "?"), "", `${where}: characters that hide`);
}

export async function hostileNames(plain) {
    const t = made(plain);
    t.server = await Server.start(t.headwater, t.case);
    const shown = { texts: "" };
    for (const target of ["", t.target]) {
        const v = await Visit.of(t);
        await v.open(t);
        for (const view of VIEWS) {
            await promise(
                `${view} ${target ? "of a target" : "of the case"} lets nothing act`,
                async () => {
                    await v.go(view, target ? { target } : {});
                    same(await v.page.locator(".notice.bad").count(), 0, "failures");
                    await quiet(v, view);
                    const wide = await v.page.evaluate(() => document.documentElement.scrollWidth);
                    holds(wide <= 1400, `it is ${wide} wide`);
                    shown.texts += await v.page.locator("main").innerText();
                },
            );
        }
        if (target) await deep(t, v);
        await v.leave(target ? "hostile views of a target" : "hostile views");
    }
    await promise("what was written stands there as text, and the hidden as codes", async () => {
        for (const word of [ACTS, ENDS, DRAWS])
            holds(shown.texts.includes(word), `${word} is not shown`);
        holds(/\\u\{202E\}/i.test(shown.texts), "U+202E is not shown");
        holds(/all [\d,]+ characters/.test(shown.texts), "nothing long is cut");
    });
    await t.server.stop();
    await file(t);
}

// What opens only when it is asked for: a step's record, one artifact, the whole of a long text.
async function deep(t, v) {
    await promise("records and long texts let nothing act", async () => {
        await v.go("chain", { target: t.target });
        for (const n of [1, 5, 9]) {
            await v.page.getByRole("button", { name: `Step ${n}`, exact: true }).click();
            await v.settle("chain");
            await quiet(v, `step ${n}`);
        }
        await v.go("knowledge");
        await v.page
            .getByRole("button", { name: /^all [\d,]+ characters/ })
            .first()
            .click();
        await quiet(v, "the whole of a long text");
        for (const a of (await t.server.lines("artifacts?q=bad&limit=6")).filter(
            (l) => l.type === "artifact",
        )) {
            await v.go("artifacts", { id: a.id });
            await quiet(v, `artifact ${basename(a.path)}`);
        }
    });
}

async function file(t) {
    const out = join(t.work, "hostile.html");
    say(t.headwater, ["--case", t.case, "report", t.target, "--format", "html", "--out", out]);
    const v = await Visit.of({ browser: t.browser });
    v.only = new Set([pathToFileURL(out).href]);
    await promise("the report lets nothing act", async () => {
        await v.context.setOffline(true);
        await v.page.goto(pathToFileURL(out).href);
        await v.settle("overview");
        await quiet(v, "report");
        const text = await v.page.locator("main").innerText();
        for (const word of [ACTS, ENDS]) holds(text.includes(word), `${word} is not shown`);
        holds(/\\u\{202E\}/i.test(text), "U+202E is not shown");
    });
    await v.leave("the hostile report");
}
