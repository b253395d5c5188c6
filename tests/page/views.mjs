// SPDX-License-Identifier: Apache-2.0
// Every view, of the whole case and of a target: that it stands there, has what the server's lines
// have, and can be used without seeing it.
import { unfit } from "./lib/access.mjs";
import { holds, promise, same } from "./lib/tap.mjs";
import { Visit } from "./lib/visit.mjs";

export const VIEWS = [
    "overview",
    "evidence",
    "chain",
    "walk",
    "timeline",
    "machines",
    "releases",
    "findings",
    "incidents",
    "artifacts",
    "attribution",
    "knowledge",
];
const TITLES = {
    overview: "Overview",
    evidence: "Evidence and action log",
    chain: "Chain",
    walk: "Walk the graph",
    timeline: "Timeline",
    machines: "Machines",
    releases: "Releases at risk, and who got them",
    findings: "Findings",
    incidents: "Incidents",
    artifacts: "Artifacts",
    attribution: "Attribution",
    knowledge: "Knowledge",
};

// Which lines a table of a view shows; its caption says how many there are.
const TABLES = {
    overview: { Gaps: ["gap"] },
    evidence: { Evidence: ["evidence"], "Action log": ["action"] },
    chain: { "The same steps": ["step"] },
    machines: { "Machines by state": ["asset"] },
    releases: { "Releases at risk": ["release"], "In a stranger": ["held"] },
    findings: { Findings: ["finding"] },
    incidents: { Incidents: ["incident"] },
    attribution: { "What others say": ["claim"] },
    knowledge: { "What is published": ["indicator"] },
};

async function standsThere(v, view) {
    const { page } = v;
    await page.getByRole("heading", { level: 1, name: "Headwater" }).waitFor();
    await page.getByRole("heading", { level: 2, name: TITLES[view], exact: true }).waitFor();
    const here = page.getByRole("navigation", { name: "Views" }).locator('[aria-current="page"]');
    same(await here.count(), 1, "links that say they are here");
    same(
        await here.getAttribute("href").then((h) => h.split("?")[0]),
        `#/${view}`,
        "the link that is here",
    );
    same(await page.title(), `${TITLES[view]} – Headwater`, "the title");
    same(
        await page.locator(".notice.bad").count(),
        0,
        `failures: ${await page.locator("main").innerText()}`,
    );
    holds(
        (await page.evaluate(() => document.activeElement?.localName)) === "h2",
        "the heading has the focus",
    );
}

async function countsAgree(t, v, view, target) {
    for (const [caption, types] of Object.entries(TABLES[view] ?? {})) {
        const q = new URLSearchParams({
            of: "report",
            types: types.join(","),
            limit: "1",
            ...(target ? { target } : {}),
        });
        const want = (await t.server.lines(`lines?${q}`)).at(-1).matched;
        const table = v.page.getByRole("table", { name: new RegExp(`^${caption}`) });
        if (want === 0) {
            same(await table.count(), 0, `a table of ${caption} for no lines`);
            continue;
        }
        const said = await table.locator("caption").innerText();
        holds(said.replaceAll(",", "").endsWith(` ${want}`), `${said}: the server has ${want}`);
        same(await table.locator("tbody tr").count(), Math.min(want, 100), `rows of ${caption}`);
    }
}

export async function views(t, { quick = false } = {}) {
    for (const target of quick ? [t.target] : ["", t.target]) {
        const about = target ? "of a target" : "of the case";
        const v = await Visit.of(t, { patience: quick ? 60000 : 20000 });
        await v.open(t);
        for (const view of VIEWS) {
            await promise(`${view} ${about} stands there`, async () => {
                await v.go(view, target ? { target } : {});
                await standsThere(v, view);
                await countsAgree(t, v, view, target);
            });
            await promise(`${view} ${about} can be used without seeing it`, async () => {
                same((await unfit(v.page)).join("\n"), "", "unfit");
            });
        }
        await promise(`the verdict ${about} is the report's`, async () => {
            await v.go("overview", target ? { target } : {});
            const q = new URLSearchParams({
                of: "report",
                types: "summary",
                ...(target ? { target } : {}),
            });
            const want = (await t.server.lines(`lines?${q}`)).find(
                (l) => l.question === "report",
            ).verdict;
            same(await v.page.locator(".verdict").innerText(), want, "the verdict");
        });
        await promise(`what is known, inferred and unknown ${about} is the report's`, async () => {
            const q = new URLSearchParams({
                of: "report",
                types: "statement",
                ...(target ? { target } : {}),
            });
            const want = (await t.server.lines(`lines?${q}`)).filter((l) => l.type !== "page");
            const said = await v.page.locator(".statements li").allInnerTexts();
            same(said.join("\n"), want.map((l) => l.says).join("\n"), "the sentences");
            holds(want.length >= 3, `${want.length} sentences`);
        });
        await v.leave(`all views ${about}`);
    }
    await narrow(t);
}

// A small window: nothing may be wider than it, but what scrolls within itself.
async function narrow(t) {
    const v = await Visit.of(t, { context: { viewport: { width: 400, height: 800 } } });
    await v.open(t);
    for (const view of ["overview", "chain", "findings", "artifacts", "attribution"]) {
        await promise(`${view} fits a window 400 wide`, async () => {
            await v.go(view, { target: t.target });
            const wide = await v.page.evaluate(() => document.documentElement.scrollWidth);
            holds(wide <= 400, `it is ${wide} wide`);
        });
    }
    await v.leave("a small window");
}
