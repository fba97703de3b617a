// Every state of the story on the employer's own page, held against axe in light and in dark.
const { test, words, axe, picture, PDF } = require("./fixtures.js");
const story = require("./story.js");

for (const [lang, width] of [["nl", 1280], ["en", 360]]) {
  test(`no state has a violation (${lang}, ${width} px)`, async ({ page, demo }) => {
    test.setTimeout(240_000);
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    const see = async (state) => {
      await picture(page, `page-${lang}-${width}-${state}`);
      await axe(page, state);
    };
    const email = `axe-${lang}-${Date.now()}@example.com`;
    await story.whole(page, demo, { lang, pages: story.HOST_PAGE, w: words(lang), email, file: PDF, see });
  });
}
