// SPDX-License-Identifier: Apache-2.0
// Pictures of the page for people who read about it.
import { join } from "node:path";
import { Visit } from "./lib/visit.mjs";

export async function shots(t) {
    const v = await Visit.of(t);
    await v.open(t);
    const take = async (name) => {
        await v.page.evaluate(() => document.activeElement?.blur());
        await v.page.screenshot({ path: join(t.shots, name) });
    };
    const about = { target: t.target };
    await v.go("overview", about);
    await take("overview.png");
    await v.page.getByLabel("Look").selectOption("dark");
    await take("dark.png");
    await v.page.getByLabel("Look").selectOption("light");
    await v.go("chain", about);
    // The picture itself, below the bar.
    await v.page
        .locator(".picture")
        .evaluate((e) => scrollTo(0, e.getBoundingClientRect().top + scrollY - 92));
    await take("chain.png");
    await v.page.evaluate(() => scrollTo(0, 0));
    await v.go("findings", about);
    await take("findings.png");
    const all = (await t.server.lines("artifacts?limit=1000")).filter(
        (l) => l.type === "artifact" && l.signatures > 0,
    );
    const best =
        all.find((l) => l.state === "valid-with-additions") ??
        all.find((l) => /padded/.test(l.path)) ??
        all[0];
    if (best) {
        await v.go("artifacts", { id: best.id });
        await take("artifact.png");
        const { y, height } = await v.page.locator(".boxes").boundingBox();
        await v.page.setViewportSize({
            width: 1400,
            height: Math.min(900, Math.ceil(y + height) + 30),
        });
        await take("artifact-only.png");
    }
    await v.leave("pictures");
}
