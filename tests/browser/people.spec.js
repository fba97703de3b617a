// What people need beyond axe: four times as large, letters further apart, no motion, and never a lost focus.
const fs = require("node:fs");
const path = require("node:path");
const { test, expect, words } = require("../page/fixtures.js");
const { root } = require("../page/server.js");
const { layOut, sealSession, HOST, ENDPOINT } = require("./endpoint.js");
const { well, REFERENCE } = require("./states.js");
const { WHOLE, cut } = require("./cut.js");
const { PSEUDO, LESSON } = require("../pseudo.js");

const VIEWS = ["board", "posting", "apply", "lookup", "status"];
const LANGS = ["nl", "en", "de", "ar", PSEUDO];

/** Opens a view and waits until it stands. */
async function open(page, view, lang = "en", answers = well(lang)) {
  const element = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="${lang}" view="${view === "lookup" ? "status" : view}" posting="cook"></belofte-careers>`;
  await layOut(page, { element, answers, lang, policy: "", now: Date.parse("2027-03-26T13:03:00Z") });
  if (lang === PSEUDO) await page.addInitScript(LESSON);
  if (view === "status") await sealSession(page, { token: "a".repeat(43), reference: REFERENCE });
  await page.goto(HOST);
  const inside = page.locator("belofte-careers");
  await expect(inside.locator("h1").first()).toBeVisible();
  if (lang === PSEUDO) await expect(inside).toContainText(/⟦.*[áéîöú]{2}.*⟧/);
  return inside;
}

for (const view of VIEWS) {
  test(`at 400 % of 1280 px nothing of the ${view} is cut off or needs scrolling sideways`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 256 });
    for (const lang of LANGS) {
      await open(page, view, lang);
      expect(await page.evaluate(cut), lang).toEqual(WHOLE);
    }
  });

  test(`with letters, words and lines further apart nothing of the ${view} is cut off`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 740 });
    for (const lang of LANGS) {
      await open(page, view, lang);
      await page.evaluate(() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
        const root = document.querySelector("belofte-careers").shadowRoot;
        root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
      });
      expect(await page.evaluate(cut), lang).toEqual(WHOLE);
    }
  });
}

test("who asks for less motion sees none", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const view of VIEWS) {
    await open(page, view);
    const moves = () => document.querySelector("belofte-careers").shadowRoot.getAnimations().filter(({ effect }) => effect.getKeyframes().some((frame) => "transform" in frame || "translate" in frame || "scale" in frame));
    expect(await page.evaluate(moves), view).toEqual([]);
  }
});

test("a step to another view takes the focus to its heading, never to nowhere", async ({ page }) => {
  const w = words("en");
  const inside = await open(page, "board");
  const focused = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.localName ?? document.activeElement?.localName);
  await inside.getByRole("link", { name: "Cook", exact: true }).press("Enter");
  await expect.poll(focused).toBe("h1");
  await inside.getByRole("link", { name: w("postings.apply_now"), exact: true }).first().press("Enter");
  await expect(inside.getByRole("button", { name: w("apply.send"), exact: true })).toBeVisible();
  await expect.poll(focused).toBe("h1");
  await inside.getByRole("button", { name: w("apply.send"), exact: true }).press("Enter");
  await expect(inside.getByRole("alert").first()).toBeVisible();
  await expect.poll(focused, "the list of what is missing, or the first of it").not.toBe("body");
});

/** Runs in the page: from now on, notes what is said aloud; only a region that stood there before is sure to be heard. */
function listen() {
  const LIVE = "[role=status], [role=alert], [aria-live]";
  const root = document.querySelector("belofte-careers").shadowRoot;
  const stood = new Set(root.querySelectorAll(LIVE));
  window.said = [];
  new MutationObserver((changes) => {
    const regions = new Set(changes.flatMap(({ target, addedNodes }) => [target, ...addedNodes]).map((node) => (node.closest ? node : node.parentElement)?.closest(LIVE)));
    for (const region of regions) {
      if (region?.isConnected && region.textContent.trim()) window.said.push([stood.has(region) || region.role === "alert", region.textContent.trim()]);
    }
  }).observe(root, { childList: true, characterData: true, subtree: true });
}

test("each change is said aloud once, politely, by a region that was there before", async ({ page }) => {
  const w = words("en");
  const answers = well("en");
  const list = answers["GET /v1/job-postings"];
  // With a dozen there is something to search.
  const more = Array.from({ length: 10 }, (_, number) => ({ ...list.postings[0], id: `cook-${number}` }));
  answers["GET /v1/job-postings"] = { ...list, postings: [...list.postings, ...more], total: 12 };
  const inside = await open(page, "board", "en", answers);
  await page.evaluate(listen);
  await inside.getByLabel(w("postings.search")).fill("gard");
  const found = () => page.evaluate(() => window.said);
  await expect.poll(found).toEqual([[true, w("postings.found.one", { count: 1 })]]);
  await inside.getByLabel(w("postings.search")).fill("nothing of this kind");
  await expect.poll(found).toEqual([[true, w("postings.found.one", { count: 1 })], [true, w("postings.found_none")]]);
  expect(await page.evaluate(() => document.querySelector("belofte-careers").shadowRoot.querySelectorAll("[aria-live=assertive]").length)).toBe(0);

  const form = await open(page, "apply");
  await page.evaluate(listen);
  await form.getByRole("button", { name: w("apply.send"), exact: true }).click();
  await expect(form.getByRole("alert")).toBeVisible();
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => window.said), "the list of what is missing, once").toEqual([[true, expect.stringContaining("2 answers")]]);
});

test("each of the 55 criteria of WCAG 2.2, A and AA, names a test that exists, or why there is none", () => {
  const text = fs.readFileSync(path.join(root, "docs/ACCESSIBILITY.md"), "utf8");
  const rows = [...text.matchAll(/^\| (\d\.\d\.\d+) [^|]+ \| (A|AA) \| ([^|]+) \|$/gm)].map(([, number, , by]) => [number, by]);
  expect(new Set(rows.map(([number]) => number)).size, "criteria").toBe(55);
  const unsaid = rows.filter(([, by]) => !/^axe\b|`tests\/|^does not apply: |no test of its own$/.test(by));
  expect(unsaid, "rows that say nothing").toEqual([]);
  const named = [...text.matchAll(/`(tests\/[\w./-]+)` “([^”]+)”/g)];
  const gone = named.filter(([, file, part]) => !fs.existsSync(path.join(root, file)) || !fs.readFileSync(path.join(root, file), "utf8").includes(part));
  expect(gone.map(([all]) => all), "tests that are named and not there").toEqual([]);
});
