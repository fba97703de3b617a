// Every state of the story, on the employer's own page and on the bare strict one, held against axe in light and in dark.
const { test, words, axe, picture, PDF } = require("./fixtures.js");
const story = require("./story.js");

const RUNS = [
  ["page", story.HOST_PAGE, "nl", 1280],
  ["page", story.HOST_PAGE, "en", 360],
  ["bare", story.STRICT_PAGE, "nl", 360],
  ["bare", story.STRICT_PAGE, "en", 1280],
  ["bare", story.STRICT_PAGE, "ar", 1280],
];

for (const [name, pages, lang, width] of RUNS) {
  test(`no state has a violation (${name}, ${lang}, ${width} px)`, async ({ page, demo }) => {
    test.setTimeout(240_000);
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    const see = async (state) => {
      await picture(page, `${name}-${lang}-${width}-${state}`);
      await axe(page, state);
    };
    const email = `axe-${name}-${lang}-${Date.now()}@example.com`;
    await story.whole(page, demo, { lang, pages, w: words(lang), email, file: PDF, see });
  });
}
