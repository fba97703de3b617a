// A promise that passes its due minute on an open page, and one that is moved: seen without touching the page.
const { test, expect, words, pattern, axe, watchShift, still, calm, picture, start } = require("./fixtures.js");
const path = require("node:path");
const story = require("./story.js");
const { root } = require("./server.js");

/** Servers of this file; they end with their test, however it ends. */
const started = [];
test.afterEach(async ({ page }) => {
  await page.close();
  while (started.length > 0) await started.pop().stop();
});

const EMAIL = "noor@promise.example";

/** Applies before Easter, then starts the clock anew shortly before the promise is due. */
async function nearTheDueMinute(now) {
  const first = await start({ now: "2027-03-25T16:50:00+01:00" });
  const { reference, receipt } = await first.apply({ posting: "wijkverpleegkundige", email: EMAIL });
  const [mail] = await first.mails(EMAIL);
  await first.stop({ keep: true });
  const demo = await start({ now, data: first.data });
  started.push(demo);
  return { demo, reference, promise: receipt.promises[0], token: story.linkToken(mail) };
}

test("turns late by itself within five seconds of the due minute", async ({ page }) => {
  test.setTimeout(150_000);
  const { demo, token } = await nearTheDueMinute("2027-03-31T16:59:15+02:00");
  const w = words("en");
  await watchShift(page);
  await page.addInitScript(() => {
    window.lateEvents = [];
    document.addEventListener("belofte-promise-late", (event) => window.lateEvents.push({ ...event.detail, at: Date.now() }));
  });
  await story.openLink(page, demo, token, "en");
  const timeline = story.widget(page);
  await expect(timeline).toContainText(w("timeline.state_due_today"));
  await expect(timeline).not.toContainText(story.lateWords(w));
  const answer = await fetch(`${demo.endpoint}/healthz`);
  const left = Date.parse("2027-03-31T17:00:00+02:00") - Number(answer.headers.get("belofte-time"));
  expect(left, "the test looks before the due minute").toBeGreaterThan(1_000);
  await calm(page);
  const due = Date.now() + left;
  await expect(timeline).toContainText(story.lateWords(w), { timeout: left + 5_000 });
  expect(Date.now() - due, "milliseconds after the due minute").toBeLessThan(5_000);
  await expect.poll(() => page.evaluate(() => window.lateEvents.length)).toBeGreaterThan(0);
  // The server's own word comes after the minute, and the page comes up anew with it.
  await expect(timeline).toContainText(pattern(w("timeline.event_late_by")));
  await still(page, "a promise that turned late");
  await axe(page, "a late promise");
  await picture(page, "status-late");
});

test("shows old date, new date, reason and person after a move", async ({ page }) => {
  const { demo, token, reference, promise } = await nearTheDueMinute("2027-03-30T10:00:00+02:00");
  const w = words("en");
  await watchShift(page);
  await story.openLink(page, demo, token, "en");
  await expect(story.widget(page)).toContainText("Wednesday 31 March");
  await calm(page);
  const reason = "Two colleagues who read the letters are ill. I will read yours myself.";
  await demo.desk("POST", `/applications/${reference}/promises/${promise.id}/moves`, {
    to: "2027-04-07T15:00:00Z",
    reason,
    by: "sanne",
  });
  const seen = story.widget(page);
  await expect(seen, "the new date, live").toContainText("Wednesday 7 April");
  await expect(seen.locator('[role="status"]').first(), "the new date is said aloud").toContainText("on Wednesday 7 April 2027");
  await expect(seen, "the first date stays").toContainText("31 March");
  await expect(seen.locator("s, del").first(), "struck through").toContainText("31 March");
  await expect(seen).toContainText(reason);
  await expect(seen).toContainText("Sanne de Wit");
  await still(page, "a promise that was moved");
  await axe(page, "a moved promise");
  await picture(page, "status-moved");
  // The README's picture is this very state: BELOFTE_GALLERY=1 cargo xtask test --only page
  if (process.env.BELOFTE_GALLERY) await portrait(page);
  const mails = await demo.mails(EMAIL, 2);
  expect(mails.at(-1).text).toContain(reason);
});

async function portrait(page) {
  await page.setViewportSize({ width: 1000, height: 860 });
  await story.widget(page).getByRole("heading", { level: 1 }).evaluate((node) => {
    window.scrollTo(0, node.getBoundingClientRect().top + window.scrollY - 90);
  });
  await page.screenshot({ path: path.join(root, "docs/status.png") });
}
