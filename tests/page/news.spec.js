// News of a procedure, both sides at once: an applicant chooses to get it, a colleague publishes, the applicant reads it on the
// page and in the mail, and ends it with one button. As a phone in Dutch and a desktop in English, by keyboard, held against axe.
const { test, expect, words, axe, picture, start } = require("./fixtures.js");
const desk = require("./desk.js");
const story = require("./story.js");

const POSTING = "wijkverpleegkundige";
const LINES = { nl: "We lezen in volgorde, ook die van jou.", en: "We read in order, yours too." };

// A line that is cut is told on the console.
test.use({ quiet: false });

for (const [lang, width] of [["nl", 360], ["en", 1280]]) {
  test(`news is chosen, published, read and ended (${lang}, ${width} px)`, async ({ page, browser }) => {
    test.setTimeout(150_000);
    const demo = await start();
    const context = await browser.newContext({ locale: lang });
    try {
      const w = words(lang);
      const email = `news-${lang}-${Date.now()}@example.com`;
      await demo.apply({ posting: POSTING, email, lang });
      await page.setViewportSize({ width, height: 800 });
      const inside = await choose(page, demo, { lang, w, email });
      const colleague = await context.newPage();
      await colleague.setViewportSize({ width, height: 800 });
      await publish(colleague, w, demo);
      await reads(page, inside, { lang, w });
      await endsByMail(page, demo, { lang, w, email });
    } finally {
      await context.close();
      await demo.stop();
    }
  });
}

/** From the mail to one's page, and there by keyboard to the rhythm. */
async function choose(page, demo, { lang, w, email }) {
  const [mail] = await demo.mails(email);
  await page.goto(`${demo.host}${story.HOST_PAGE[lang]}#belofte-link=${story.linkToken(mail)}`);
  const inside = story.widget(page);
  await inside.scrollIntoViewIfNeeded();
  const way = inside.getByRole("link", { name: w("pages.way_preferences"), exact: true });
  await way.focus();
  await page.keyboard.press("Enter");
  await expect(inside.getByRole("heading", { name: w("pages.way_preferences") })).toBeFocused();
  await expect(inside).toContainText(w("news.none"));
  await expect(inside.getByLabel(w("news.rhythm_none"), { exact: true })).toBeChecked();
  await axe(page, `rhythm, ${lang}`);
  await picture(page, `news-rhythm-${lang}`);
  await inside.getByLabel(w("news.rhythm_on_change"), { exact: true }).focus();
  await page.keyboard.press("Space");
  await inside.getByRole("button", { name: w("news.send"), exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(inside).toContainText(w("pages.preferences_on_change"));
  return inside;
}

/** At the desk: the counts suggest a line, a look at what the public reads, out. */
async function publish(page, w, demo) {
  await desk.enter(page, w, demo);
  await page.goto(`${demo.endpoint}/desk/news`);
  await axe(page, "desk, news");
  await page.locator(`a[href="/desk/news/${POSTING}"]`).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w("desk.news_write_heading"));
  await axe(page, "desk, writing news");
  await picture(page, "desk-news-write");
  for (const [lang, text] of Object.entries(LINES)) await page.locator(`#line_${lang}`).fill(text);
  await page.getByRole("button", { name: w("desk.news_look") }).focus();
  await page.keyboard.press("Enter");
  for (const text of Object.values(LINES)) await expect(page.getByText(text)).toBeVisible();
  await axe(page, "desk, looking at news");
  await page.getByRole("button", { name: w("desk.news_send") }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toHaveText(w("desk.news_done"));
}

/** On one's own page, without a login, and when the line is cut. */
async function reads(page, inside, { lang, w }) {
  const open = async () => {
    await inside.getByRole("link", { name: w("pages.way_preferences"), exact: true }).click();
    await expect(inside.getByRole("heading", { name: w("pages.way_preferences") })).toBeFocused();
  };
  await inside.getByRole("button", { name: w("ways.close"), exact: true }).click();
  await page.route("**/bulletins*", (route) => route.abort("internetdisconnected"));
  await open();
  await expect(inside).toContainText(w("ui.offline"));
  await page.unroute("**/bulletins*");
  await inside.getByRole("button", { name: w("ui.try_again") }).click();
  await expect(inside).toContainText(LINES[lang]);
  await expect(inside.getByLabel(w("news.rhythm_on_change"), { exact: true })).toBeChecked();
  await axe(page, `news on one's page, ${lang}`);
  await picture(page, `news-own-${lang}`);
  await inside.getByRole("link", { name: w("pages.foot_news"), exact: true }).click();
  await expect(inside.getByRole("heading", { level: 1, name: w("pages.foot_news") })).toBeVisible();
  await expect(inside).toContainText(LINES[lang]);
  await axe(page, `news for everybody, ${lang}`);
}

/** One mail with the news, and the button behind its last line. */
async function endsByMail(page, demo, { lang, w, email }) {
  await expect.poll(async () => (await demo.mails(email)).filter(({ kind }) => kind === "news").length).toBe(1);
  const mail = (await demo.mails(email)).find(({ kind }) => kind === "news");
  expect(mail.text).toContain(LINES[lang]);
  const address = /\S+\/unsubscribe\/\S+/.exec(mail.text)[0];
  await page.goto(`${address}?lang=${lang}`);
  await axe(page, `end of the mails, ${lang}`);
  await page.getByRole("button", { name: w("pages.unsubscribe_button") }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w("pages.unsubscribed_title"));
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  for (const lang of ["nl", "en"]) {
    test(`news is a page of its own (${lang})`, async ({ page, demo }) => {
      const w = words(lang);
      await page.goto(`${demo.endpoint}/careers?lang=${lang}`);
      await page.getByRole("link", { name: w("pages.foot_news"), exact: true }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(w("pages.foot_news"));
    });
  }
});
