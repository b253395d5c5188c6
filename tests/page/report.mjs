// SPDX-License-Identifier: Apache-2.0
// The report in one file: opened from disk without a network, all chapters, the picture, printing.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { unfit } from "./lib/access.mjs";
import { jsonOf, say } from "./lib/cases.mjs";
import { holds, promise, same } from "./lib/tap.mjs";
import { Visit } from "./lib/visit.mjs";
import { VIEWS } from "./views.mjs";

export const inReport = VIEWS.filter((view) => !["walk", "artifacts"].includes(view));

export async function report(t) {
    const out = join(t.work, "report.html");
    say(t.headwater, ["--case", t.case, "report", t.target, "--format", "html", "--out", out]);
    const v = await Visit.of({ browser: t.browser });
    const { page } = v;
    v.only = new Set([pathToFileURL(out).href]);
    await v.context.setOffline(true);
    await promise("it opens from disk with all chapters", async () => {
        await page.goto(pathToFileURL(out).href);
        await v.settle("overview");
        for (const view of inReport) await page.locator(`main section#${view} h2`).waitFor();
        same(await page.locator("main > section").count(), inReport.length, "chapters");
        holds(statSync(out).size < 5000000, `it has ${statSync(out).size} bytes`);
    });
    await promise("its verdict and its counts are those of report --format json", async () => {
        const lines = jsonOf(t, "report", t.target);
        const summary = lines.find((l) => l.type === "summary" && l.question === "report");
        same(await page.locator(".verdict").innerText(), summary.verdict, "the verdict");
        for (const [caption, type] of [
            ["The same steps", "step"],
            ["Findings", "finding"],
            ["Machines by", "asset"],
        ]) {
            const said = await page
                .getByRole("table", { name: new RegExp(`^${caption}`) })
                .locator("caption")
                .innerText();
            holds(said.endsWith(` ${lines.filter((l) => l.type === type).length}`), said);
        }
    });
    await promise("the picture is in it, once", async () => {
        same(await page.locator("main svg[role]:has([data-step])").count(), 1, "pictures");
        holds((await page.locator("main [data-step]").count()) > 3, "steps drawn");
    });
    await promise("it can be used without seeing it", async () =>
        same((await unfit(page)).join("\n"), "", "unfit"),
    );
    await promise("its policy is strict, and a script put into it does not run", async () => {
        const policy = await page
            .locator('meta[http-equiv="Content-Security-Policy"]')
            .getAttribute("content");
        holds(/default-src 'none'/.test(policy) && /script-src 'sha256-/.test(policy), policy);
        holds(!/unsafe|\*|https?:/.test(policy), policy);
        const violated = await page.evaluate(async () => {
            const script = document.createElement("script");
            script.textContent = "window.ran = 1";
            document.head.append(script);
            await new Promise((go) => setTimeout(go, 100));
            const seen = [...window.broken];
            window.broken.length = 0;
            return { ran: window.ran, seen };
        });
        same(violated.ran, undefined, "it ran");
        holds(
            violated.seen.some((s) => s.startsWith("script-src")),
            "no violation was told",
        );
        v.wrong = v.wrong.filter((w) => !/Content Security Policy/.test(w));
    });
    await promise("it names no address of a network", async () => {
        holds(!/(src|href)="?https?:/.test(readFileSync(out, "utf8")), "an address is in it");
    });
    await promise("filters narrow it, and rows go on", async () => {
        const chapter = page.locator("#knowledge");
        const box = chapter.getByRole("searchbox");
        await box.fill("akamaitechcloudservices");
        await box.press("Enter");
        await page.waitForFunction(() => {
            const rows = [...document.querySelectorAll("#knowledge tbody tr")];
            return (
                rows.length > 0 && rows.every((r) => /akamaitechcloudservices/i.test(r.textContent))
            );
        });
        await box.fill("");
        await box.press("Enter");
        await chapter.getByRole("button", { name: /^Show more/ }).click();
        await page.waitForFunction(
            () => document.querySelectorAll("#knowledge tbody tr").length > 40,
        );
    });
    await promise("a link within it goes to its chapter", async () => {
        await page
            .getByRole("navigation", { name: "Views" })
            .getByRole("link", { name: "Findings" })
            .click();
        await page.waitForFunction(() => {
            const top = document.querySelector("#findings h2").getBoundingClientRect().top;
            return top >= 0 && top < innerHeight / 2;
        });
    });
    await promise("it prints: paper, no tools, all chapters", async () => {
        await page.emulateMedia({ media: "print" });
        holds(!(await page.locator(".filters").first().isVisible()), "filters are printed");
        holds(!(await page.getByRole("navigation").isVisible()), "the bar is printed");
        const pdf = await page.pdf({ format: "A4" });
        holds(
            pdf.subarray(0, 5).toString() === "%PDF-" && pdf.length > 30000,
            `${pdf.length} bytes of PDF`,
        );
        await page.emulateMedia({ media: "screen" });
    });
    if (t.shots) {
        await page.evaluate(() => scrollTo(0, 0));
        await page.waitForTimeout(800);
        await page.screenshot({ path: join(t.shots, "report.png") });
    }
    await v.leave("the report");
    await withoutScripts(t, out);
}

async function withoutScripts(t, out) {
    const v = await Visit.of({ browser: t.browser }, { context: { javaScriptEnabled: false } });
    await promise("without scripts it is the text of the report", async () => {
        await v.page.goto(pathToFileURL(out).href);
        const text = await v.page.locator("body").innerText();
        holds(text.includes(t.target), "the target is not in it");
        holds(/^#+ /m.test(text), "no headings of the text");
    });
    await v.context.close();
}
