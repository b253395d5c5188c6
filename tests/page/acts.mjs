// SPDX-License-Identifier: Apache-2.0
// What people do in the console: filters, pages, keys, links, looks, zones, the picture, one artifact,
// a decision, and what others do to the case meanwhile.
import { join } from "node:path";
import { unfit } from "./lib/access.mjs";
import { jsonOf, say, TOP } from "./lib/cases.mjs";
import { holds, promise, same } from "./lib/tap.mjs";
import { Visit } from "./lib/visit.mjs";

export async function acts(t) {
    const v = await Visit.of(t, {
        context: { permissions: ["clipboard-read", "clipboard-write"] },
    });
    await v.open(t);
    await tokens(t, v);
    await tables(t, v);
    await keys(t, v);
    await looks(t, v);
    await picture(t, v);
    await walk(t, v);
    await artifact(t, v);
    await decisions(t, v);
    await others(t, v);
    await v.leave("what people do");
    await stranger(t);
}

async function tokens(t, v) {
    const { page } = v;
    await promise("the token leaves the address, and stays in this tab", async () => {
        await v.settle("overview");
        holds(!page.url().includes(t.server.token), `the address is ${page.url()}`);
        same(
            await page.evaluate(() => sessionStorage.getItem("headwater-token")),
            t.server.token,
            "kept",
        );
        same(
            await page.evaluate(() => document.cookie + JSON.stringify(localStorage)),
            "{}",
            "kept elsewhere",
        );
    });
    await promise("a link to a view is kept by reloading, without the token", async () => {
        await v.go("findings", { target: t.target });
        await page.reload();
        await v.settle("findings");
        holds(page.url().endsWith(`#/findings?target=${t.target}`), `the address is ${page.url()}`);
        holds((await v.rows().count()) > 0, "no findings after reloading");
    });
    await promise("back and forth go through views", async () => {
        await v.go("machines", { target: t.target });
        await page.goBack();
        await v.settle("findings");
        await page.goForward();
        await v.settle("machines");
    });
    await promise("a copied link has no token", async () => {
        await page.getByRole("button", { name: "Copy link" }).click();
        await page.getByText("The link is copied").waitFor();
        const got = await page.evaluate(() => navigator.clipboard.readText());
        same(got, page.url(), "copied");
        holds(!got.includes(t.server.token), "the token is in it");
    });
}

async function tables(t, v) {
    const { page } = v;
    await promise("a filter of words narrows rows, and gives them back", async () => {
        await v.go("knowledge");
        const all = await page.locator("caption").innerText();
        const box = page.getByRole("searchbox", { name: /^Filter/ });
        await box.fill("akamaitechcloudservices");
        await box.press("Enter");
        await page.waitForFunction(
            (was) => document.querySelector("caption")?.innerText !== was,
            all,
        );
        await v.settle("knowledge");
        const n = await v.rows().count();
        holds(n > 0 && n < 100, `${n} rows`);
        for (const row of await v.rows().allInnerTexts())
            holds(/akamaitechcloudservices/i.test(row), row);
        await box.fill("no such words anywhere");
        await box.press("Enter");
        await page.getByText("Nothing is as the filter wants it.").waitFor();
        await box.fill("");
        await box.press("Enter");
        await page.getByText(all).waitFor();
    });
    await promise("files are narrowed by their state", async () => {
        await v.go("artifacts");
        const want = new Map();
        for (const l of await t.server.lines("artifacts?limit=1000"))
            if (l.state) want.set(l.state, (want.get(l.state) ?? 0) + 1);
        holds(want.size > 1, `states: ${[...want.keys()]}`);
        for (const [state, n] of want) {
            await page.getByLabel("State").selectOption(state);
            await page.getByText(`Files examined: ${n}`, { exact: true }).waitFor();
            same(await v.rows().count(), n, `files that are ${state}`);
        }
        await page.getByLabel("State").selectOption("");
    });
    await promise("a choice narrows rows", async () => {
        await v.go("findings");
        await page.getByLabel("Severity").selectOption("high");
        await v.settle("findings");
        holds((await v.rows().count()) > 0, "no row is left");
        for (const row of await v.rows().locator("td:first-child .badge").allInnerTexts())
            same(row, "high", "severity");
        await page.getByLabel("Severity").selectOption("");
        await v.settle("findings");
    });
    await promise("more rows are shown when asked, to the last", async () => {
        await v.go("knowledge");
        const want = Number(
            /of ([\d,]+)$/.exec(await page.locator("caption").innerText())[1].replaceAll(",", ""),
        );
        holds(want > 100, `only ${want} indicators`);
        const more = page.getByRole("button", { name: /^Show more/ });
        for (let shown = 100; shown < want; shown += 100) {
            await more.click();
            const now = Math.min(want, shown + 100);
            await page.waitForFunction(
                (n) => document.querySelectorAll("main tbody tr").length === n,
                now,
            );
        }
        same(await more.count(), 0, "it can be asked for more than all");
        const rows = await v.rows().allInnerTexts();
        same(new Set(rows).size, rows.length, "rows shown once");
    });
}

async function keys(t, v) {
    const { page } = v;
    await promise("j and k go from row to row", async () => {
        await v.go("findings");
        const at = () =>
            page.evaluate(() =>
                [...document.querySelectorAll("main tbody tr")].indexOf(document.activeElement),
            );
        await page.keyboard.press("j");
        same(await at(), 0, "after j");
        await page.keyboard.press("j");
        same(await at(), 1, "after jj");
        await page.keyboard.press("k");
        same(await at(), 0, "after jjk");
    });
    await promise("g and a letter open a view", async () => {
        await page.keyboard.press("g");
        await page.keyboard.press("m");
        await v.settle("machines");
        await page.keyboard.press("g");
        await page.keyboard.press("o");
        await v.settle("overview");
    });
    await promise("/ is the filter, and letters in it are no keys", async () => {
        await v.go("findings");
        await page.keyboard.press("/");
        await page.keyboard.type("g?mj");
        same(
            await page.getByRole("searchbox", { name: /^Filter/ }).inputValue(),
            "g?mj",
            "the filter",
        );
        await page.keyboard.press("Escape");
        holds(page.url().includes("#/findings"), "it went away");
        await v.go("overview");
    });
    await promise(
        "? shows the keys, Escape and Close close them, and focus goes back",
        async () => {
            const dialog = page.getByRole("dialog", { name: "Keys" });
            await page.keyboard.press("?");
            await dialog.waitFor();
            same((await unfit(page)).join("\n"), "", "unfit");
            await page.keyboard.press("Escape");
            await dialog.waitFor({ state: "detached" });
            await page.getByRole("button", { name: "Keys" }).click();
            await dialog.getByRole("button", { name: "Close" }).click();
            await dialog.waitFor({ state: "detached" });
        },
    );
    await promise("the first tab stop leads to the content", async () => {
        await page.reload();
        await v.settle("overview");
        await page.evaluate(() => document.activeElement.blur());
        await page.getByRole("link", { name: "To the content" }).focus();
        await page.keyboard.press("Enter");
        same(await page.evaluate(() => document.activeElement.localName), "h2", "the focus");
    });
}

const brightness = (page, of, what) =>
    page.evaluate(
        ([selector, property]) => {
            const numbers = getComputedStyle(document.querySelector(selector))
                [property].match(/[\d.]+/g)
                .map(Number);
            return numbers
                .slice(0, 3)
                .map((c) => c / 255)
                .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        },
        [of, what],
    );

async function looks(t, v) {
    const { page } = v;
    for (const look of ["dark", "light"]) {
        await promise(`the ${look} look is ${look}, and can be read`, async () => {
            await v.go("overview", { target: t.target });
            await page.getByLabel("Look").selectOption(look);
            await page.waitForFunction((l) => document.documentElement.dataset.look === l, look);
            const paper = await brightness(page, "body", "backgroundColor");
            holds(look === "dark" ? paper < 0.1 : paper > 0.8, `paper ${paper}`);
            for (const of of [".verdict", ".quiet, dt", "nav a:not([aria-current])", ".place"]) {
                const ink = await brightness(page, of, "color");
                const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
                holds(ratio >= 4.5, `${of} has a contrast of ${ratio.toFixed(2)}`);
            }
        });
    }
    await page.getByLabel("Look").selectOption("auto");
    await promise("times are shown in the chosen zone", async () => {
        await v.go("findings");
        const time = page.locator("main time").first();
        const iso = await time.getAttribute("datetime");
        const at = (hours) =>
            new Date(Date.parse(iso) + hours * 3600000)
                .toISOString()
                .slice(0, 19)
                .replace("T", " ");
        same(await time.innerText(), at(0), "in UTC");
        await page.getByLabel("Times").selectOption("+09:00");
        await page
            .getByText(`${at(9)} +09:00`)
            .first()
            .waitFor();
        same(await time.innerText(), `${at(9)} +09:00`, "at +09:00");
        await page.getByLabel("Times").selectOption("-08:00");
        await page
            .getByText(`${at(-8)} -08:00`)
            .first()
            .waitFor();
        same(await time.innerText(), `${at(-8)} -08:00`, "at -08:00");
        await page.getByLabel("Times").selectOption("UTC");
    });
}

async function picture(t, v) {
    const { page } = v;
    const canvas = page.getByRole("region", { name: "Picture of the chain" });
    await promise("the picture is there, with the steps of the table", async () => {
        await v.go("chain", { target: t.target });
        await canvas.locator("svg [data-step]").first().waitFor();
        const drawn = await canvas
            .locator("[data-step]")
            .evaluateAll((all) => all.flatMap((e) => e.dataset.step.split(" ")));
        const told = new Set(
            jsonOf(t, "trace", t.target)
                .filter((l) => l.type === "step")
                .map((l) => l.id),
        );
        holds(drawn.length > 3, `${drawn.length} steps are drawn`);
        for (const id of drawn) holds(told.has(id), `${id} is drawn, and no step of the trace`);
    });
    await promise("a click on a step of the picture opens its record", async () => {
        const mark = canvas.locator("[data-step]").first();
        const id = (await mark.getAttribute("data-step")).split(" ")[0];
        await mark.dispatchEvent("click");
        const records = page.getByRole("complementary", { name: "The records behind this step" });
        await records.getByText(id).waitFor();
        const step = await t.server.lines(`step/${id}`);
        const value = step
            .find((l) => l.type === "record")
            ?.values.find((x) => x.value.length > 3 && x.value.length < 60);
        holds(value, "the server has no record of it");
        await records.getByText(value.value, { exact: true }).first().waitFor();
        await records.getByRole("button", { name: "Close" }).click();
        await records.waitFor({ state: "detached" });
    });
    await promise("words are found in the picture", async () => {
        await page.getByRole("searchbox", { name: "Find in the picture" }).fill("vpn");
        await canvas.locator(".found").first().waitFor();
        await page.getByRole("searchbox", { name: "Find in the picture" }).fill("");
        await canvas.locator(".found").first().waitFor({ state: "detached" });
    });
    await promise("the picture grows and is made whole again", async () => {
        const wide = () =>
            canvas
                .locator("svg")
                .first()
                .evaluate((e) => e.getBoundingClientRect().width);
        const was = await wide();
        const until = (more, than) =>
            page.waitForFunction(
                ([bigger, width]) => {
                    const now = document.querySelector(".canvas svg").getBoundingClientRect().width;
                    return bigger ? now > width * 1.2 : Math.abs(now - width) < 2;
                },
                [more, than],
            );
        await page.getByRole("button", { name: "Zoom in" }).click();
        await until(true, was);
        await page.getByRole("button", { name: "Whole" }).click();
        await until(false, was);
    });
    await promise("a step of the table opens the record with what the log has", async () => {
        await page.getByRole("button", { name: "Step 5", exact: true }).click();
        const records = page.getByRole("complementary", { name: "The records behind this step" });
        await records.locator("dd").first().waitFor();
        same((await unfit(page)).join("\n"), "", "unfit");
    });
}

async function walk(t, v) {
    const { page } = v;
    await promise("what it is about is found by a name, and chosen", async () => {
        await v.go("chain");
        const box = page.getByRole("searchbox", { name: "Find a thing" });
        await box.fill("ffmpeg");
        await page
            .getByRole("button", { name: /ffmpeg/ })
            .first()
            .click();
        await v.settle("chain");
        holds(/target=/.test(page.url()), page.url());
    });
    await promise("the graph is walked from thing to thing", async () => {
        await v.go("chain", { target: t.target });
        await page.locator(".roots a").first().click();
        await v.settle("walk");
        await page.locator(".graph svg a").first().waitFor();
        const was = page.url();
        await page.locator(".graph svg a:has(rect:not(.here))").first().click();
        await v.settle("walk");
        holds(page.url() !== was, "it did not go");
        same((await unfit(page)).join("\n"), "", "unfit");
    });
}

async function artifact(t, v) {
    const { page } = v;
    await promise(
        "one artifact is shown as what lies in what, with what its signature covers",
        async () => {
            const padded = (await t.server.lines("artifacts?q=padded.dll&limit=5")).find(
                (l) => l.type === "artifact",
            );
            holds(padded, "the case has no padded.dll: build the tests' samples");
            await v.go("artifacts");
            const box = page.getByRole("searchbox", { name: /^Filter/ });
            await box.fill("padded.dll");
            await box.press("Enter");
            await page
                .getByRole("link", { name: /padded\.dll/ })
                .first()
                .click();
            await page.getByRole("treeitem").first().waitFor();
            await v.settle("artifacts");
            const lines = await t.server.lines(`artifact/${padded.id}`);
            same(
                await page.getByRole("treeitem").count(),
                lines.filter((l) => l.type === "box").length,
                "boxes",
            );
            const covered = lines.find((l) => l.type === "signature").covered;
            same(await page.locator(".coverage rect").count(), covered.length, "parts of the bar");
            await page.getByRole("img", { name: /What the signature covers/ }).waitFor();
            same((await unfit(page)).join("\n"), "", "unfit");
        },
    );
}

async function decisions(t, v) {
    const { page } = v;
    await promise("no decision without a reason", async () => {
        await v.go("findings");
        await page.getByRole("button", { name: "Accept" }).first().click();
        await page.getByText("Say why first").waitFor();
        same(jsonOf(t, "hunt").filter((l) => l.judged).length, 0, "judged");
    });
    await promise("a reason that is being written outlives a change by others", async () => {
        await v.go("findings");
        const id = /f-[0-9a-f]+/.exec(await v.rows().nth(2).innerText())[0];
    const box = page.getByLabel(`Why ${id} is accepted or rejected`).first();
        await box.fill("half a rea");
        const asked = page.waitForResponse((r) => /\/api\/lines\?.*types=finding/.test(r.url()));
        say(t.headwater, ["--case", t.case, "learn", join(TOP, "data/xtrader-iocs.csv")]);
        await asked;
        await v.settle("findings");
        same(await box.inputValue(), "half a rea", "the reason");
        await box.fill("");
    });
    for (const [says, row] of [
        ["accept", 0],
        ["reject", 1],
    ]) {
        await promise(`${says} with a reason shows up, and is in the case`, async () => {
            await v.go("findings");
            const at = v.rows().nth(row);
            const because = `seen by the page's test, ${says}`;
            const id = /f-[0-9a-f]+/.exec(await at.innerText())[0];
            await at.getByRole("textbox").fill(because);
            await at.getByRole("button", { name: says === "accept" ? "Accept" : "Reject" }).click();
            await page.getByText(because).first().waitFor();
            await v.settle("findings");
            const told = jsonOf(t, "hunt").find((l) => l.id === id);
            holds(told?.judged?.startsWith(says), `hunt says ${JSON.stringify(told?.judged)}`);
            same(told.judged_because, because, "because");
        });
    }
    await promise("the action log has the decisions", async () => {
        await v.go("evidence");
        await page
            .getByRole("table", { name: /^Action log/ })
            .getByText("through the console")
            .first()
            .waitFor();
    });
}

async function others(t, v) {
    const { page } = v;
    await promise("what another process adds is shown without asking", async () => {
        await v.go("evidence");
        const caption = page.getByRole("table", { name: /^Evidence/ }).locator("caption");
        const was = await caption.innerText();
        const file = join(t.work, "added-meanwhile.csv");
        say("cp", [join(t.root, "upstream/access.log"), file]);
        say("sh", ["-c", `echo >>"${file}"`]);
        say(t.headwater, ["--case", t.case, "add", file]);
        await page.waitForFunction(
            (text) => {
                const now = document.querySelector("#evidence caption")?.innerText;
                return now !== undefined && now !== text;
            },
            was,
            { timeout: 20000 },
        );
        await page.getByText("added-meanwhile.csv").first().waitFor();
    });
}

// A second tab has no token: nothing of the case may stand there.
async function stranger(t) {
    const v = await Visit.of(t, { allowed: ["/api/"] });
    await promise("without the token there is a reason, and nothing of the case", async () => {
        await v.page.goto(`${t.server.origin}/#/findings`);
        await v.page
            .getByText("The token is not there: open the line that serve printed.")
            .first()
            .waitFor();
        const text = await v.page.locator("body").innerText();
        holds(!/[fse]-[0-9a-f]{16}/.test(text), text);
        for (const host of Object.values(t.names.hosts))
            holds(!text.includes(host), `${host} stands there`);
        same(await v.rows().count(), 0, "rows");
    });
    await v.leave("a tab without the token");
}
