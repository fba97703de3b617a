// The whole story across two origins, under the strictest policy of a host page, without one console message; nothing that
// comes by itself moves what stands there.
const { test, expect, words, watchShift, still, calm, picture, PDF } = require("./fixtures.js");
const story = require("./story.js");

// From right to left, over the employer's texts in Dutch, in one width: the look at every state is axe.spec.js's.
const RUNS = [["nl", 360], ["nl", 1280], ["en", 360], ["en", 1280], ["ar", 360]];

for (const [lang, width] of RUNS) {
  test(`from the board to a timeline that moves (${lang}, ${width} px)`, async ({ page, demo }) => {
    const answer = await page.request.get(demo.host + story.STRICT_PAGE[lang]);
    const policy = answer.headers()["content-security-policy"] ?? "";
    for (const part of ["default-src 'none'", "style-src 'none'", "require-trusted-types-for 'script'"]) {
      expect(policy).toContain(part);
    }
    await walk(page, demo, { lang, width, pages: story.STRICT_PAGE });
  });
}

test.describe("over a slow line, on a page that scrolls smoothly", () => {
  test.use({ contextOptions: { reducedMotion: "no-preference" } });
  for (const width of [360, 1280]) {
    test(`from the board to a timeline that moves (${width} px)`, async ({ page, demo }) => {
      // Answers come when the browser no longer takes what they change for the doing of the visitor.
      await page.route(/\/v1\/(?!.*events)/, async (route) => {
        await new Promise((done) => setTimeout(done, 700));
        await route.continue();
      });
      await walk(page, demo, { lang: "en", width, pages: story.HOST_PAGE });
      await page.unrouteAll({ behavior: "ignoreErrors" });
    });
  }
});

async function walk(page, demo, { lang, width, pages }) {
  test.setTimeout(120_000);
  await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
  await watchShift(page);
  const strict = pages === story.STRICT_PAGE;
  const see = async (state) => {
    await fits(page);
    if (lang === "ar") await standsRight(page);
    await still(page, state);
    if (strict) await picture(page, `strict-${lang}-${width}-${state}`);
    await calm(page);
  };
  const email = `story-${strict}-${lang}-${width}-${Date.now()}@example.com`;
  await story.whole(page, demo, { lang, pages, w: words(lang), email, file: PDF, see });
}

/** Whatever letters it has: a heading stands at the side where the page begins. */
async function standsRight(page) {
  const off = await page.evaluate(() =>
    [...document.querySelector("belofte-careers").shadowRoot.querySelectorAll(":is(h1, h2, h3):not(.visually-hidden)")].flatMap((heading) => {
      const words = document.createRange();
      words.selectNodeContents(heading);
      const lines = [...words.getClientRects()].filter(({ width }) => width);
      const end = Math.max(...lines.map(({ right }) => right));
      return lines.length && Math.abs(heading.getBoundingClientRect().right - end) > 2 ? [heading.textContent] : [];
    }),
  );
  expect(off, "headings that stand at the left").toEqual([]);
}

/** Nothing makes the page scroll sideways. */
async function fits(page) {
  const [needs, has] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(needs, "width of the page").toBeLessThanOrEqual(has);
}
