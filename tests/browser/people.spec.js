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
async function open(page, view, lang = "en") {
  const element = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="${lang}" view="${view === "lookup" ? "status" : view}" posting="cook"></belofte-careers>`;
  await layOut(page, { element, answers: well(lang), lang, policy: "", now: Date.parse("2027-03-26T13:03:00Z") });
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
