// The whole story across two origins, under the strictest policy of a host page, without one console message.
const { test, expect, words, picture, PDF } = require("./fixtures.js");
const story = require("./story.js");

for (const lang of ["nl", "en"]) {
  for (const width of [360, 1280]) {
    test(`from the board to a timeline that moves (${lang}, ${width} px)`, async ({ page, demo }) => {
      test.setTimeout(120_000);
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      await page.addInitScript(watchShift);
      const see = async (state) => {
        await fits(page);
        // What the visitor or the recruiter does may move things: a chosen file is no input to the browser's count here,
        // and an answer that arrives takes the top of the page. All else stays where it is.
        const moved = await page.evaluate(() => [window.shift, (window.shift = 0)][0]);
        if (!["apply", "status-moved-on", "status-decided"].includes(state)) {
          expect(moved, `layout shift, ${state}`).toBeLessThanOrEqual(0.01);
        }
        await picture(page, `strict-${lang}-${width}-${state}`);
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
  new PerformanceObserver((seen) => {
    for (const entry of seen.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}
