// Following without applying, with one field, and staying in touch after a rejection: asked, asked back by mail, shown at the
// desk, ended. As a phone in Dutch and a desktop in English, by keyboard, held against axe, failures included.
const { test, expect, words, axe, picture, start } = require("./fixtures.js");
const desk = require("./desk.js");
const story = require("./story.js");

const UPCOMING = "leerling-verpleegkundige";

/** The page behind the button of the newest question. */
async function question(demo, email) {
  const mails = (await demo.mails(email)).filter(({ kind }) => kind === "follow_confirm");
  return /\S+\/follow\/\S+/.exec(mails.at(-1).text)[0];
}

// A line that is cut is told on the console.
test.use({ quiet: false });

for (const [lang, width] of [["nl", 360], ["en", 1280]]) {
  test(`an upcoming job is followed, opens, and is told of once (${lang}, ${width} px)`, async ({ page }) => {
    test.setTimeout(120_000);
    const demo = await start();
    try {
      const w = words(lang);
      const email = `follow-${lang}-${Date.now()}@example.com`;
      await page.setViewportSize({ width, height: 800 });
      await story.openBoard(page, demo, lang);
      await story.choosePosting(page, w, demo, UPCOMING, lang);
      await follow(page, { w, lang, email });
      await page.goto(await question(demo, email));
      await axe(page, `the question of the mail, ${lang}`);
      await page.getByRole("button", { name: w("pages.follow_yes") }).focus();
      await page.keyboard.press("Enter");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(w("pages.follow_confirmed_title"));
      await demo.desk("POST", `/postings/${UPCOMING}/status`, { status: "open" });
      const opened = async () => (await demo.mails(email)).filter(({ kind }) => kind === "follow_opened");
      await expect.poll(async () => (await opened()).length).toBe(1);
      const [{ text }] = await opened();
      await page.goto(/\S+\/careers\/\S+/.exec(text)[0]);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    } finally {
      await demo.stop();
    }
  });

  test(`whoever was rejected stays in touch, and the desk sees it (${lang}, ${width} px)`, async ({ page, browser }) => {
    test.setTimeout(120_000);
    const demo = await start();
    const context = await browser.newContext({ locale: lang });
    try {
      const w = words(lang);
      const email = `touch-${lang}-${Date.now()}@example.com`;
      const { reference } = await demo.apply({ posting: "wijkverpleegkundige", email, lang });
      await demo.desk("POST", `/applications/${reference}/decisions`, { outcome: "rejected", by: "sanne", no_reason: true });
      await page.setViewportSize({ width, height: 800 });
      const rejection = (await demo.mails(email, 2)).find(({ kind }) => kind === "decision");
      await page.goto(`${demo.host}${story.HOST_PAGE[lang]}#belofte-link=${story.linkToken(rejection)}`);
      const inside = story.widget(page);
      await inside.scrollIntoViewIfNeeded();
      // Two taps from the mail: the link, then this.
      await inside.getByRole("link", { name: w("pages.way_in_touch"), exact: true }).click();
      await axe(page, `staying in touch, ${lang}`);
      await picture(page, `in-touch-${lang}`);
      await inside.getByRole("button", { name: w("follow.touch_send"), exact: true }).focus();
      await page.keyboard.press("Enter");
      await expect(inside).toContainText(w("pages.touch_asked_title"));
      const colleague = await context.newPage();
      await desk.enter(colleague, w, demo);
      await colleague.goto(`${demo.endpoint}/desk/in-touch`);
      await expect(colleague.getByText(w("desk.in_touch_none"))).toBeVisible();
      await page.goto(await question(demo, email));
      await page.getByRole("button", { name: w("pages.touch_yes") }).click();
      await colleague.reload();
      await expect(colleague.getByText(email)).toBeVisible();
      await desk.look(colleague, `in-touch-${lang}`);
      await page.goto(await question(demo, email));
      await page.getByRole("button", { name: w("pages.follow_end") }).click();
      await colleague.reload();
      await expect(colleague.getByText(email)).toHaveCount(0);
    } finally {
      await context.close();
      await demo.stop();
    }
  });
}

/** With one field, by keyboard; wrongly first, then over a line that is cut. */
async function follow(page, { w, lang, email }) {
  const inside = story.widget(page);
  const way = inside.getByRole("link", { name: w("pages.foot_follow"), exact: true });
  await way.focus();
  await page.keyboard.press("Enter");
  await expect(inside.getByRole("heading", { level: 1, name: w("pages.foot_follow") })).toBeVisible();
  const send = inside.getByRole("button", { name: w("follow.send"), exact: true });
  await send.click();
  await expect(inside.locator(".error-summary")).toBeFocused();
  await axe(page, `following, wrongly, ${lang}`);
  await inside.getByLabel(w("follow.email")).first().fill(email);
  await page.route("**/v1/follows*", (route) => route.abort("internetdisconnected"));
  await send.click();
  await expect(inside).toContainText(w("ui.offline"));
  await page.unroute("**/v1/follows*");
  await inside.getByRole("button", { name: w("ui.try_again") }).or(send).first().click();
  await expect(inside).toContainText(w("pages.follow_asked_title"));
  await axe(page, `followed, ${lang}`);
  await picture(page, `follow-told-${lang}`);
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("one field on a page of its own, and the question by mail", async ({ page, demo }) => {
    const w = words("nl");
    const email = `plain-follow-${Date.now()}@example.com`;
    await page.goto(`${demo.endpoint}/careers/${UPCOMING}?lang=nl`);
    await page.getByRole("link", { name: w("pages.foot_follow"), exact: true }).click();
    await page.getByLabel(w("follow.email")).first().fill(email);
    await page.getByRole("button", { name: w("follow.send"), exact: true }).click();
    await expect(page.locator("main")).toContainText(w("pages.follow_asked_title"));
    await page.goto(await question(demo, email));
    await page.getByRole("button", { name: w("pages.follow_no") }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(w("pages.follow_ended_title"));
  });
});
