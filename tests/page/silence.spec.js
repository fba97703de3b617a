// What silence costs: the article's own numbers at first, one's own after, the sum in sight and the result in the address.
const { test, expect, words, axe, picture } = require("./fixtures.js");

const CASES = [["nl", 360, { lost: "3.333", tell: "4.000", own: "1.600" }], ["en", 1280, { lost: "3,333", tell: "4,000", own: "1,600" }]];

for (const [lang, width, said] of CASES) {
  test.describe(`what silence costs (${lang}, ${width} px)`, () => {
    const line = (page, name) => page.locator(`[data-line="${name}"]`);

    test("is worked out without JavaScript, and can be shared", async ({ browser, demo }) => {
      const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width, height: 800 } });
      const page = await context.newPage();
      const w = words(lang);
      const answer = await page.goto(`${demo.endpoint}/silence?lang=${lang}`);
      expect(answer.headers()["content-security-policy"]).toContain("default-src 'none'; style-src 'self'");
      await expect(line(page, "lost")).toContainText(said.lost);
      await expect(line(page, "tell")).toContainText(said.tell);
      await page.getByLabel(w("pages.silence_postings")).fill("20");
      await page.getByLabel(w("pages.silence_unanswered")).fill("80");
      await page.keyboard.press("Enter");
      await expect(line(page, "silent")).toContainText(said.own);
      const shared = await page.getByRole("link", { name: w("pages.silence_share") }).getAttribute("href");
      await page.goto(shared);
      await expect(page.getByLabel(w("pages.silence_postings"))).toHaveValue("20");
      await expect(line(page, "silent")).toContainText(said.own);
      await context.close();
    });

    test("has no violations", async ({ page, demo }) => {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${demo.endpoint}/silence?lang=${lang}`);
      await axe(page, `silence, ${lang}`);
      await picture(page, `silence-${lang}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  });
}
