// SPDX-License-Identifier: Apache-2.0
// A visitor: one browser context and its page, with everything that must not happen written down.
import { holds, promise, same } from "./tap.mjs";

export class Visit {
  // `allowed`: addresses whose refusal is what the test is about (the browser says it in its console).
  static async of(t, more = {}) {
    const it = new Visit();
    it.wrong = [];
    it.allowed = more.allowed ?? [];
    it.context = await t.browser.newContext({ viewport: { width: 1400, height: 900 }, ...more.context });
    it.page = await it.context.newPage();
    it.page.setDefaultTimeout(more.patience ?? 20000);
    it.origin = more.origin ?? t.server?.origin;
    await it.context.addInitScript(() => {
      window.broken = [];
      addEventListener("securitypolicyviolation", (e) => window.broken.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
    });
    it.page.on("console", (m) => {
      if (!["error", "warning"].includes(m.type())) return;
      if (it.allowed.some((a) => (m.location()?.url ?? "").includes(a))) return;
      it.wrong.push(`console ${m.type()}: ${m.text()} ${m.location()?.url ?? ""}`);
    });
    it.page.on("pageerror", (e) => it.wrong.push(`error: ${e.stack ?? e}`));
    it.page.on("request", (r) => {
      const url = r.url();
      if (/^(data|blob):/.test(url)) return;
      const ours = it.origin === undefined ? it.only?.has(url) : url.startsWith(`${it.origin}/`);
      if (!ours) it.wrong.push(`request to ${url}`);
    });
    return it;
  }

  open(t, hash = "") {
    return this.page.goto(hash === "" ? t.server.address : `${t.server.origin}/${hash}&token=${t.server.token}`);
  }

  async go(view, query = {}) {
    const text = new URLSearchParams(query).toString();
    await this.page.evaluate((hash) => { location.hash = hash; }, `#/${view}${text ? `?${text}` : ""}`);
    await this.settle(view);
  }

  // Until the view stands there, and no question is open.
  async settle(view) {
    await this.page.locator(`main section#${view} h2`).waitFor({ timeout: 20000 });
    await this.page.waitForFunction(() => {
      const text = document.querySelector("main")?.textContent ?? "";
      return !/Asking the case|Drawing …/.test(text);
    }, null, { timeout: 90000, polling: 50 });
    await this.page.evaluate(() => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 60))));
  }

  async nothingWrong() {
    const broken = await this.page.evaluate(() => window.broken);
    same([...this.wrong, ...broken.map((b) => `policy: ${b}`)].join("\n"), "", "what must not happen");
  }

  // Promises that nothing went wrong in all that this visitor did, and goes.
  async leave(name) {
    await promise(`${name}: no error, no warning, no violation, no foreign request`, () => this.nothingWrong());
    await this.context.close();
  }

  rows() {
    return this.page.locator("main tbody tr");
  }
}

export { holds };
