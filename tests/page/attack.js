// What the rounds of attack strings share: how a text is kept, and that a page shows it as typed and runs nothing of it.
const { expect } = require("@playwright/test");

/** What a field keeps: no room around the text, runs of it as one. */
const kept = (text) => text.replace(/\s+/g, " ").trim();

/** The page says each text as it was typed, has nothing in it that runs, and nothing ran. */
async function holds(page, where, texts) {
  const { ran, bad, said } = await page.evaluate(seen);
  expect(ran, `${where}: what ran`).toBeUndefined();
  expect(bad, `${where}: what could run`).toEqual([]);
  const shown = kept(said);
  expect(texts.filter((text) => !shown.includes(kept(text))), `${where}: not shown as typed`).toEqual([]);
}

/** Runs in the page. */
function seen() {
  const roots = [document, ...[...document.querySelectorAll("belofte-careers")].map((element) => element.shadowRoot)];
  const all = roots.flatMap((root) => [...root.querySelectorAll("body *, :host *, *")]);
  const acts = ({ name, value }) => /^on/.test(name) || (/^(href|src|action|formaction|srcdoc)$/.test(name) && /^\W*(java|vb)\s*script:/i.test(value));
  const bad = all.filter((node) => /^(object|embed|math|base|marquee|video|audio)$/i.test(node.localName) || [...node.attributes].some(acts));
  const said = [];
  for (const root of roots) {
    // Lines that each have an element of their own have nothing between them.
    const texts = document.createTreeWalker(root.body ?? root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) said.push(texts.currentNode.data);
  }
  said.push(...all.map(({ value }) => value).filter((value) => typeof value === "string"));
  return { ran: window.ran, bad: bad.map((node) => node.outerHTML.slice(0, 200)), said: said.join(" ") };
}

module.exports = { kept, holds, seen };
