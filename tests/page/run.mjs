// SPDX-License-Identifier: Apache-2.0
// The console as people use it: a browser of this machine, a real case, every view. What stands in
// the page is compared with what the commands say of the same case, never with what a page said.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { acts } from "./acts.mjs";
import { hostileNames } from "./hostile.mjs";
import { cascade } from "./lib/cases.mjs";
import { Server, stopAll } from "./lib/server.mjs";
import { finish, part } from "./lib/tap.mjs";
import { report } from "./report.mjs";
import { shots } from "./shots.mjs";
import { views } from "./views.mjs";

class Skipped extends Error {}

function options(words) {
    const o = { headwater: resolve(words[0]), shots: "", case: "", target: "", large: false };
    for (let i = 1; i < words.length; i++) {
        const name = words[i].replace(/^--/, "");
        if (name === "large") o.large = true;
        else if (name in o && i + 1 < words.length) o[name] = words[++i];
        else throw new Error(`what is ${words[i]}?`);
    }
    return o;
}

const o = options(process.argv.slice(2));
const work = mkdtempSync(join(tmpdir(), "headwater-page."));
if (o.shots) mkdirSync(o.shots, { recursive: true });
// Evidence is drawn here, too, but all of it is ours: a container has no user namespaces to give.
const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
let status = 1;
let without = "";
try {
    const small = cascade(o.headwater, work, "small", ["--only-incident"]);
    const t = { browser, work, headwater: o.headwater, shots: o.shots, ...small };
    await part("a case of a cascade", async () => {
        t.server = await Server.start(o.headwater, small.case);
        if ((await fetch(`${t.server.origin}/assets/console.js`)).status !== 200) {
            without = "this program was built without the page (-Dconsole_dist)";
            return;
        }
        await views(t);
        await acts(t);
        await t.server.stop();
    });
    if (without !== "") {
        console.log(`SKIPPED: the page was NOT tested: ${without}`);
        throw new Skipped();
    }
    await part("a report in one file", () => report(t));
    await part("hostile names", () => hostileNames(t));
    if (o.large && !o.case) Object.assign(o, cascade(o.headwater, work, "large", ["--hosts", "100"]));
    if (o.case) {
        await part("a large case", async () => {
            const large = { ...t, case: o.case, target: o.target || t.target };
            large.server = await Server.start(o.headwater, o.case);
            await views(large, { quick: true });
            if (o.shots) await shots(large);
            await large.server.stop();
        });
    } else if (o.shots) {
        await part("pictures of the page", async () => {
            t.server = await Server.start(o.headwater, small.case);
            await shots(t);
            await t.server.stop();
        });
    }
    status = finish();
} catch (e) {
    if (!(e instanceof Skipped)) throw e;
    status = 77;
} finally {
    await browser.close();
    stopAll();
    rmSync(work, { recursive: true, force: true });
}
process.exit(status);
