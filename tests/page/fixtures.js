// What every journey gets: a running demo, a page that reports each console message, the words of a language.
const fs = require("node:fs");
const path = require("node:path");
const base = require("@playwright/test");
const { source: AXE } = require("axe-core");
const { start: serve, root } = require("./server.js");
const { PSEUDO, pseudo } = require("../pseudo.js");

const cache = {};

/** A text of the locale files, as the widget shows it; plural classes by their full name. */
function words(lang) {
  const file = lang === PSEUDO ? "en" : lang;
  cache[file] ??= JSON.parse(fs.readFileSync(path.join(root, `locales/${file}.json`), "utf8"));
  return (key, values = {}) => {
    const [feature, ...rest] = key.split(".");
    const text = cache[file][feature]?.[rest.join(".")];
    if (typeof text !== "string") throw new Error(`locales/${file}.json has no ${key}`);
    return (lang === PSEUDO ? pseudo(text) : text).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  };
}

/** A pattern for a text whose values the test does not know. */
function pattern(text) {
  const quoted = text.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(quoted.replace(/\{\w+\}/g, ".+?"));
}

/** For each page of the running test, what ends the listening to its console. */
const listening = new Set();

/** A demo of the test's own. Once it goes for good, what a page still asks of it would be a message in the page's console. */
async function start(options) {
  const demo = await serve(options);
  const stop = demo.stop.bind(demo);
  demo.stop = async (how) => {
    if (!how?.keep) for (const end of listening) end();
    await stop(how);
  };
  return demo;
}

const test = base.test.extend({
  /** One demo a worker; tests keep out of each other's way by mail address. */
  demo: [
    async ({}, use) => {
      const server = await start();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  /** Set to false by a test that provokes messages. */
  quiet: [true, { option: true }],
  page: async ({ page, quiet }, use) => {
    const heard = [];
    const hear = (message) => heard.push(`${message.type()}: ${message.text()} ${message.location().url}`);
    const end = () => page.off("console", hear);
    page.on("console", hear);
    page.on("pageerror", (error) => heard.push(`page error: ${error.message}`));
    listening.add(end);
    await use(page);
    listening.delete(end);
    if (quiet) base.expect(heard, "console messages and page errors").toEqual([]);
  },
});

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** All of axe's rules whose outcome colours can change. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** Holds the page, as it stands, against axe: in light against every rule, in dark against those that look at colours. */
async function axe(page, state) {
  // What is still coming up is paler than what will stand there.
  await page.evaluate(() => {
    const roots = [document, ...[...document.querySelectorAll("belofte-careers")].map((element) => element.shadowRoot)];
    return Promise.allSettled(roots.flatMap((root) => root?.getAnimations() ?? []).map((animation) => animation.finished));
  });
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  for (const [colorScheme, runOnly] of [["light", RULES], ["dark", COLOURS]]) {
    await page.emulateMedia({ colorScheme });
    const violations = await page.evaluate(async (runOnly) => (await window.axe.run({ runOnly, resultTypes: ["violations"] })).violations, runOnly);
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
    base.expect(told, `axe: ${state}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** A clock that the test moves. The runner's own leaves out the bounds that the browser keeps for a request: they follow it, too. */
async function ownClock(page, options) {
  await page.clock.install(options);
  await page.addInitScript(() => {
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), ms);
      return controller.signal;
    };
  });
}

/** Counts what moves by itself on every document that `page` opens from now on. */
function watchShift(page) {
  return page.addInitScript(() => {
    window.shift = 0;
    window.acted = -1_000;
    // A picture of the whole page changes the size of the window, which counts as an act, too.
    for (const type of ["pointerdown", "keydown", "resize"]) addEventListener(type, () => (window.acted = performance.now()), true);
    new PerformanceObserver((seen) => {
      for (const entry of seen.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** Nothing moved by itself since the page was last calm; 0.01 is the budget of every state. */
async function still(page, state) {
  // What moved is told some moments after it is drawn.
  await page.waitForTimeout(200);
  base.expect(await page.evaluate(() => window.shift), `layout shift, ${state}`).toBeLessThanOrEqual(0.01);
}

/** The browser forgives what moves within half a second of an act; what comes by itself after this is counted. */
async function calm(page) {
  await base.expect.poll(() => page.evaluate(() => performance.now() - window.acted)).toBeGreaterThan(600);
  await page.evaluate(() => (window.shift = 0));
}

/** A picture for people to look at. */
function picture(page, name) {
  return page.screenshot({ path: path.join(root, `tests/page/results/${name}.png`), fullPage: true });
}

/** A small PDF that a content check accepts. */
const PDF = {
  name: "cv-noor.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from(
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
      "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 144]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
  ),
};

module.exports = { test, expect: base.expect, words, pattern, axe, ownClock, watchShift, still, calm, picture, PDF, start, RULES };
