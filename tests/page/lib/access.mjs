// SPDX-License-Identifier: Apache-2.0
// Whether a page can be used without seeing it, roughly and without a library: names of all that can
// be used, one h1, headings that skip no level, labels, roles of drawings, no width beyond the window.
export const unfit = (page) => page.evaluate(() => {
  const found = [];
  const brief = (e) => e.outerHTML.slice(0, 120);
  const shown = (e) => e.getClientRects().length > 0;
  const byId = (e) => (e.getAttribute("aria-labelledby") ?? "").split(" ")
    .map((id) => document.getElementById(id)?.textContent ?? "").join("").trim();
  const nameOf = (e) => (e.getAttribute("aria-label") ?? "").trim() || byId(e)
    || [...(e.labels ?? [])].map((l) => l.textContent).join("").trim()
    || (e.matches("input, select, textarea") ? "" : e.textContent.trim()) || (e.getAttribute("title") ?? "").trim();
  for (const e of document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]")) {
    if (!shown(e) || e.matches("tr, h2")) continue;
    if (nameOf(e) === "") found.push(`no name: ${brief(e)}`);
  }
  for (const e of document.querySelectorAll("a:not([href])")) {
    if (!e.closest("svg")) found.push(`a link to nowhere: ${brief(e)}`);
  }
  const h1 = document.querySelectorAll("h1");
  if (h1.length !== 1) found.push(`${h1.length} h1`);
  let level = 0;
  for (const h of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    if (!shown(h)) continue;
    const now = Number(h.localName[1]);
    if (now > level + 1) found.push(`h${now} after h${level}: ${brief(h)}`);
    level = now;
  }
  for (const e of document.querySelectorAll("svg, img, canvas")) {
    const inner = e.parentElement.closest("svg");
    const quiet = e.closest("[aria-hidden=true]");
    if (inner || quiet || !shown(e)) continue;
    const told = nameOf(e) !== "" || e.getAttribute("alt") || e.querySelector(":scope > title");
    if (!e.hasAttribute("role") && e.localName !== "img") found.push(`no role: ${brief(e)}`);
    if (!told) found.push(`a drawing without words: ${brief(e)}`);
  }
  for (const t of document.querySelectorAll("table")) {
    if (!t.querySelector("caption")) found.push(`no caption: ${brief(t)}`);
    if (t.querySelector("thead th:not([scope])")) found.push(`a head without scope: ${brief(t)}`);
  }
  for (const e of document.querySelectorAll("li, p:not([role]), dd, caption, th")) {
    if (shown(e) && e.textContent.trim() === "" && !e.querySelector("svg, input")) found.push(`empty: ${brief(e)} in ${brief(e.parentElement)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) found.push(`id twice: ${id}`);
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push(`${wide} wide in a window of ${innerWidth}`);
  return found;
});
