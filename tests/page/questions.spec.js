// What people ask, from both sides at once: a question and its answer live on the page, a call within phone hours and its second
// try, the reason that a rejection lacked, a person who looks again, a question before applying that stands with the job.
const { enter, look } = require("./desk.js");
const { test, expect, words, axe, picture, pattern, start } = require("./fixtures.js");
const { openLink, linkToken, widget } = require("./story.js");

const NOW = "2027-03-23T10:00:00+01:00";
const EMAIL = "nora@example.com";
const languages = process.env.BELOFTE_TEST_ALL ? ["nl", "en"] : ["nl"];
const QUESTION = "Do I work in the weekends too?";
const ANSWER = "Every other weekend, and you choose which Saturday.";
const WHY = "You wrote well, but for this kitchen we need a year of experience with diets.";

let demo;
test.afterEach(() => demo?.stop());

/** Somebody who applied, and their page; the clock stands on a Tuesday before Easter. */
async function arrive(browser, lang, posting = "kok") {
  demo = await start({ now: NOW });
  const { reference } = await demo.apply({ posting, email: EMAIL, lang });
  const context = await browser.newContext({ locale: lang });
  const page = await context.newPage();
  await openLink(page, demo, linkToken((await demo.mails(EMAIL, 1)).at(-1)), lang);
  return { reference, context, page, inside: widget(page), w: words(lang) };
}

/** Opens a way by its label, by keyboard. */
async function open(page, inside, name) {
  await inside.getByRole("link", { name, exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(inside.getByRole("heading", { level: 3, name, exact: true })).toBeFocused();
}

/** The page as a phone and as a desktop, each held against axe. */
async function seen(page, name) {
  for (const [width, height] of [[360, 740], [1280, 800]]) {
    await page.setViewportSize({ width, height });
    await picture(page, `${name}-${width}`);
    await axe(page, `${name}, ${width} px`);
  }
}

const told = (inside) => inside.locator(".told__title").first();

for (const lang of languages) {
  test(`a question is asked, answered under one's own name, and read live and by mail (${lang})`, async ({ browser }) => {
    test.setTimeout(240_000);
    const { page, inside, w, context } = await arrive(browser, lang);
    const desk = await context.newPage();
    await enter(desk, w, demo);

    await open(page, inside, w("pages.way_questions"));
    const send = inside.getByRole("button", { name: w("questions.send"), exact: true });
    await send.click();
    await expect(inside.locator(".error-summary"), "nothing was written").toBeFocused();
    await inside.getByLabel(w("questions.text")).fill(QUESTION);
    await seen(page, `questions-ask-${lang}`);
    // The line breaks: it says so, and what was written stands.
    await page.route("**/questions?*", (route) => route.abort());
    await send.click();
    await expect(inside.locator(".ask .notice")).toBeVisible();
    await expect(inside.getByLabel(w("questions.text"))).toHaveValue(QUESTION);
    await page.unroute("**/questions?*");
    await inside.getByRole("button", { name: w("ui.try_again"), exact: true }).click();
    await expect(told(inside)).toHaveText(w("pages.told_question_title", { person: "Sanne de Wit" }));
    await expect(inside).toContainText(w("pages.asked_question"));
    await seen(page, `questions-told-${lang}`);

    await desk.goto(`${demo.endpoint}/desk/questions`);
    await look(desk, `${lang}-questions`);
    await desk.getByRole("link", { name: "Noor Jansen" }).click();
    await expect(desk.locator("blockquote")).toHaveText(QUESTION);
    await desk.getByLabel(w("desk.questions_answer"), { exact: true }).fill(ANSWER);
    await look(desk, `${lang}-question`);
    await desk.getByRole("button", { name: w("desk.questions_preview") }).click();
    await expect(desk.locator("main")).toContainText(EMAIL);
    await desk.getByRole("button", { name: w("desk.questions_send"), exact: true }).click();
    await expect(desk.getByRole("status")).toHaveText(w("desk.questions_done_answered"));

    // Nobody reloads: the answer is there.
    await expect(inside).toContainText(ANSWER);
    const mail = (await demo.mails(EMAIL, 2)).at(-1);
    expect(mail.text).toContain(ANSWER);

    await desk.getByRole("link", { name: /Noor Jansen/ }).first().click();
    await desk.getByRole("link", { name: w("desk.questions_publish"), exact: true }).click();
    await desk.getByLabel(w("desk.questions_published_question"), { exact: true }).fill("Weekends?");
    await look(desk, `${lang}-question-publish`);
    await desk.getByRole("button", { name: w("desk.questions_publish_send"), exact: true }).click();
    await expect(desk.getByRole("status")).toHaveText(w("desk.questions_done_published"));
    await context.close();

    // Before applying: what others asked, and one's own question, as a page of the widget.
    const another = await browser.newContext({ locale: lang });
    const other = await another.newPage();
    await other.goto(`${demo.host}${lang === "nl" ? "/" : "/en.html"}`);
    const outside = widget(other);
    await outside.scrollIntoViewIfNeeded();
    const posting = await demo.json("GET", `/v1/job-postings/kok?lang=${lang}`);
    await outside.getByRole("link", { name: posting.title, exact: true }).first().click();
    await outside.getByRole("link", { name: w("pages.foot_questions"), exact: true }).click();
    await expect(outside.getByRole("heading", { level: 3, name: "Weekends?" })).toBeVisible();
    await outside.getByLabel(w("questions.text")).fill("And the evenings?");
    await outside.getByLabel(w("questions.email"), { exact: true }).fill("nobody@example.com");
    await seen(other, `questions-before-${lang}`);
    await outside.getByRole("button", { name: w("questions.send"), exact: true }).click();
    await expect(told(outside)).toContainText(pattern(w("pages.told_question_title")));
    await another.close();
  });
}

test("a call is picked within phone hours, missed, and promised once more", async ({ browser }) => {
  test.setTimeout(180_000);
  const { page, inside, w, context } = await arrive(browser, "en");
  await open(page, inside, w("pages.way_call_back"));
  await inside.getByLabel(w("questions.phone"), { exact: true }).fill("06 12 34 56 78");
  const windows = inside.getByRole("combobox", { name: w("questions.window") });
  await expect(windows).toContainText("Tuesday 23 March, 11:00–13:00, Sanne de Wit");
  await seen(page, "questions-call");
  await windows.selectOption({ label: "Tuesday 23 March, 11:00–13:00, Sanne de Wit" });
  await inside.getByRole("button", { name: w("questions.call_send"), exact: true }).click();
  await expect(told(inside)).toHaveText(w("pages.told_call_title", { person: "Sanne de Wit" }));
  const desk = await context.newPage();
  await enter(desk, w, demo);
  await desk.goto(`${demo.endpoint}/desk/questions`);
  await desk.getByRole("link", { name: "06 12 34 56 78" }).click();
  await desk.getByLabel(w("desk.questions_missed"), { exact: true }).check();
  await desk.getByRole("button", { name: w("desk.questions_preview") }).click();
  await expect(desk.getByRole("alert"), "before the time agreed").toBeVisible();
  await look(desk, "en-question-call");
  await desk.getByLabel(w("desk.questions_reached"), { exact: true }).check();
  await desk.getByRole("button", { name: w("desk.questions_preview") }).click();
  await desk.getByRole("button", { name: w("desk.questions_send"), exact: true }).click();
  await expect(inside).toContainText("We spoke on the phone on Tuesday 23 March.");
  await context.close();
});

test("who hears no reason asks why, and reads it where it was missing", async ({ browser }) => {
  test.setTimeout(180_000);
  const { page, inside, w, reference, context } = await arrive(browser, "en");
  await demo.desk("POST", `/applications/${reference}/decisions`, { outcome: "rejected", by: "sanne", no_reason: true });
  await open(page, inside, w("pages.way_reason"));
  await seen(page, "questions-reason");
  await inside.getByRole("button", { name: w("questions.reason_send"), exact: true }).click();
  await expect(told(inside)).toHaveText(w("pages.told_reason_title", { person: "Sanne de Wit" }));
  const asked = (await demo.desk("GET", "/questions")).find((one) => one.kind === "reason");
  await demo.desk("POST", `/questions/${asked.id}/answer`, { text: WHY, by: "sanne" });
  await expect(inside.locator(".decision")).toContainText(WHY);
  await context.close();
});

test("where a machine had a hand, a person looks again", async ({ browser }) => {
  test.setTimeout(180_000);
  const { page, inside, w, context } = await arrive(browser, "en", "helpende-plus");
  await open(page, inside, w("pages.way_review"));
  await inside.getByLabel(w("questions.review_text")).fill("My diploma is on page two.");
  await seen(page, "questions-review");
  await inside.getByRole("button", { name: w("questions.review_send"), exact: true }).click();
  await expect(told(inside)).toHaveText(w("pages.told_review_title"));
  await expect(inside).toContainText("My diploma is on page two.");
  await context.close();
});
