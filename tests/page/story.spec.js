// The whole story across two origins, under the strictest policy of a host page, without one console message.
const { test, expect, words, picture, PDF } = require("./fixtures.js");
const story = require("./story.js");

/**
 * States that make room in the middle of the page, once, and how much that is by width. `fill` types without keys: what a
 * person types is an act, and forgiven. A chosen file lists itself under its button: the browser does not count the choice as
 * an act. A step or an outcome that arrives pushes down what stands below it, and nothing could be kept free for it.
 */
const MAKES_ROOM = {
  "apply-filled": { 360: 0.05, 1280: 0.02 },
  apply: { 360: 0.14, 1280: 0.025 },
  "status-moved-on": { 360: 0.07, 1280: 0.03 },
  "status-decided": { 360: 0.01, 1280: 0.03 },
};

for (const lang of ["nl", "en"]) {
  for (const width of [360, 1280]) {
    test(`from the board to a timeline that moves (${lang}, ${width} px)`, async ({ page, demo }) => {
      test.setTimeout(120_000);
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      await page.addInitScript(watchShift);
      const see = async (state) => {
        await fits(page);
        const moved = await page.evaluate(() => window.shift);
        expect(moved, `layout shift, ${state}`).toBeLessThanOrEqual(MAKES_ROOM[state]?.[width] ?? 0.01);
        await picture(page, `strict-${lang}-${width}-${state}`);
        // The browser forgives what moves within half a second of an act; what comes by itself after this is counted.
        await expect.poll(() => page.evaluate(() => performance.now() - window.acted)).toBeGreaterThan(600);
        await page.evaluate(() => (window.shift = 0));
      };
      const answer = await page.request.get(demo.host + story.STRICT_PAGE[lang]);
      const policy = answer.headers()["content-security-policy"] ?? "";
      for (const part of ["default-src 'none'", "style-src 'none'", "require-trusted-types-for 'script'"]) {
        expect(policy).toContain(part);
      }
      const email = `story-${lang}-${width}-${Date.now()}@example.com`;
      await story.whole(page, demo, { lang, pages: story.STRICT_PAGE, w: words(lang), email, file: PDF, see });
    });
  }
}

/** Nothing makes the page scroll sideways. */
async function fits(page) {
  const [needs, has] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(needs, "width of the page").toBeLessThanOrEqual(has);
}

function watchShift() {
  window.shift = 0;
  window.acted = -1_000;
  // A picture of the whole page changes the size of the window, which counts as an act, too.
  for (const type of ["pointerdown", "keydown", "resize"]) addEventListener(type, () => (window.acted = performance.now()), true);
  new PerformanceObserver((seen) => {
    for (const entry of seen.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}
