// A talk from both sides at once: the desk publishes times, the applicant chooses, moves, proposes and calls off, each live on the
// other's page; calendar files by a second reader; pages without JavaScript; the first day of who is hired.
const ICAL = require("ical.js").default ?? require("ical.js");
const { enter, look } = require("./desk.js");
const { test, expect, words, axe, picture, pattern, start } = require("./fixtures.js");
const { openLink, linkToken, widget } = require("./story.js");

const NOW = "2027-03-23T10:00:00+01:00";
const EMAIL = "nora@example.com";
const languages = process.env.BELOFTE_TEST_ALL ? ["nl", "en"] : ["nl"];

/** What a calendar shows after each file: newer numbers replace, CANCEL takes out. Times by the zone's rules in the file. */
function shown(known, file) {
  const calendar = new ICAL.Component(ICAL.parse(file));
  for (const part of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(part);
    if ((known.get(event.uid)?.sequence ?? -1) >= event.sequence) continue;
    expect(event.startDate.zone.component, "the file's own rules").not.toBeNull();
    known.set(event.uid, {
      sequence: event.sequence,
      start: new Date(event.startDate.toUnixTime() * 1_000).toISOString(),
      minutes: event.duration.toSeconds() / 60,
      gone: calendar.getFirstPropertyValue("method") === "CANCEL",
    });
  }
  return [...known.values()].filter((event) => !event.gone).map(({ start, minutes }) => ({ start, minutes }));
}

/** Somebody who is invited, and their page; the clock stands on a Tuesday before Easter. */
async function arrive(browser, lang, options = {}) {
  const demo = await start({ now: NOW });
  const { reference, token } = await demo.apply({ posting: "kok", email: EMAIL, lang });
  await demo.desk("POST", `/applications/${reference}/transitions`, { stage_id: "talk", by: "sanne" });
  const context = await browser.newContext({ locale: lang, ...options });
  const page = await context.newPage();
  const mail = (await demo.mails(EMAIL, 2)).at(-1);
  await openLink(page, demo, linkToken(mail), lang);
  return { demo, reference, token, context, page, inside: widget(page), w: words(lang) };
}

const publish = (demo, days, times, more = {}) =>
  demo.desk("POST", "/postings/kok/slots", {
    kind: "interview", days, times, minutes: 45, capacity: 1, with: ["joost"], place: { address: "Kade 12", route: "Tram 4" }, ...more,
  });

/** Opens the way whose button has this text. */
async function open(inside, name) {
  await inside.getByRole("link", { name }).click();
  await expect(inside.getByRole("heading", { level: 3, name }).first()).toBeFocused();
}

let demo;
test.afterEach(() => demo?.stop());

for (const lang of languages) {
  test(`times are published, chosen, moved and called off, live on both pages (${lang})`, async ({ browser }) => {
    test.setTimeout(240_000);
    const there = await arrive(browser, lang);
    const { page, inside, w, reference, context } = there;
    ({ demo } = there);
    const desk = await context.newPage();
    await enter(desk, w, demo);
    await desk.goto(`${demo.endpoint}/desk/appointments/new?posting=kok`);
    await desk.getByLabel(w("desk.slots_day"), { exact: true }).fill("2027-03-25");
    await desk.getByLabel(w("desk.slots_until")).fill("2027-03-31");
    await desk.getByLabel(w("desk.slots_times"), { exact: true }).fill("10:00, 14:30");
    await desk.getByRole("button", { name: w("desk.slots_publish") }).click();
    await expect(desk.getByRole("alert"), "who is there, and where").toBeVisible();
    await look(desk, `${lang}-slots-new`);
    await desk.getByLabel(/^Joost/).check();
    await desk.getByLabel(w("desk.slots_address"), { exact: true }).fill("Kade 12");
    await desk.getByRole("button", { name: w("desk.slots_publish") }).click();
    await expect(desk.getByRole("status")).toHaveText(w("desk.slots_done_published"));

    // The applicant sees it without a reload, and chooses by keyboard.
    await expect(inside).toContainText(pattern(w("pages.talk_event_invited")));
    await open(inside, w("pages.way_appointment"));
    await expect(inside.locator(".days__day"), "one heading a day").toHaveCount(3);
    for (const [width, height] of [[360, 740], [1280, 800]]) {
      await page.setViewportSize({ width, height });
      await picture(page, `appointments-choose-${lang}-${width}`);
      await axe(page, `times to choose from, ${width} px`);
    }
    await inside.getByRole("button", { name: w("appointments.pick"), exact: true }).click();
    await expect(inside.getByRole("alert").first(), "none is chosen").toBeVisible();
    const first = inside.getByRole("radio").first();
    await first.focus();
    await page.keyboard.press("Space");
    await inside.getByRole("button", { name: w("appointments.pick"), exact: true }).focus();
    await page.keyboard.press("Enter");
    await expect(inside.locator(".told__title").first()).toContainText(pattern(w("pages.talk_booked_title")));
    await expect(inside.locator(".talk__person")).toContainText("Joost");
    await picture(page, `appointments-booked-${lang}`);
    await axe(page, "a talk that is booked");
    await desk.goto(`${demo.endpoint}/desk/appointments`);
    await expect(desk.getByRole("link", { name: "Noor Jansen" })).toBeVisible();
    await look(desk, `${lang}-slots`);

    // Moving it is one tap away, and the times have the focus.
    await inside.getByRole("button", { name: w("appointments.move"), exact: true }).click();
    await expect(inside.getByRole("radio").first()).toBeFocused();
    await expect(inside.getByRole("button", { name: w("appointments.move"), exact: true })).toHaveCount(0);
    await inside.getByRole("radio").nth(1).check();
    await inside.getByRole("button", { name: w("appointments.move_send"), exact: true }).click();
    await expect(inside.locator(".told__title").first()).toContainText(pattern(w("pages.talk_moved_title")));
    await inside.getByRole("button", { name: w("appointments.cancel"), exact: true }).click();
    await expect(inside.locator(".told__title").first()).toHaveText(w("pages.talk_cancelled_title"));
    const known = new Map();
    const seen = [];
    for (const mail of (await demo.mails(EMAIL, 6)).filter((mail) => mail.has_calendar)) {
      const file = await (await fetch(`${demo.endpoint}/demo/mail/${mail.id}/belofte.ics`)).text();
      if (file.includes("UID:talk-")) seen.push(shown(known, file));
    }
    expect(seen).toEqual([
      [{ start: "2027-03-25T09:00:00.000Z", minutes: 45 }],
      [{ start: "2027-03-30T08:00:00.000Z", minutes: 45 }],
      [],
    ]);
    expect(reference).toMatch(/-/);
    await context.close();
  });
}

test("a time that somebody else just took gives way to fresh ones, and nothing is lost", async ({ browser }) => {
  const there = await arrive(browser, "en");
  const { page, inside, w, context } = there;
  ({ demo } = there);
  const { slots } = await publish(demo, ["2027-03-25"], ["10:00", "11:00"]);
  await expect(inside).toContainText(pattern(w("pages.talk_event_invited")));
  await open(inside, w("pages.way_appointment"));
  await inside.getByRole("radio").first().check();
  const eva = await demo.apply({ posting: "kok", email: "eva@example.com", lang: "en" });
  await demo.desk("POST", `/applications/${eva.reference}/transitions`, { stage_id: "talk", by: "sanne" });
  await demo.json("PUT", `/v1/applications/${eva.reference}/appointment`, { slot: slots[0].id }, { authorization: `Bearer ${eva.token}` });
  await inside.getByRole("button", { name: w("appointments.pick"), exact: true }).click();
  await expect(inside.getByRole("radio"), "the fresh ones").toHaveCount(1);
  await expect(inside).toContainText("11:00–11:45");
  // The line breaks: it says so, and the choice stands.
  await page.route("**/appointment?*", (route) => route.abort());
  await inside.getByRole("radio").first().check();
  await inside.getByRole("button", { name: w("appointments.pick"), exact: true }).click();
  await expect(inside.locator(".ask .notice").first()).toBeVisible();
  await expect(inside.getByRole("radio").first()).toBeChecked();
  await page.unroute("**/appointment?*");
  await inside.getByRole("button", { name: w("ui.try_again"), exact: true }).click();
  await expect(inside.locator(".told__title").first()).toContainText("Thursday 25 March, 11:00");
  await context.close();
});

test("a reader in another zone sees their own hour beside it, and proposes times that the desk agrees to", async ({ browser }) => {
  test.setTimeout(120_000);
  const there = await arrive(browser, "en", { timezoneId: "America/New_York" });
  const { inside, w, context } = there;
  ({ demo } = there);
  await publish(demo, ["2027-03-25"], ["10:00"]);
  await expect(inside).toContainText(pattern(w("pages.talk_event_invited")));
  await open(inside, w("pages.way_appointment"));
  await expect(inside.locator(".choice__label").first()).toContainText("10:00–10:45 in Amsterdam, for you Thu 25 Mar, 05:00");
  await inside.getByLabel(w("appointments.time", { number: "1" })).fill("2027-04-06T16:30");
  await inside.getByLabel(w("appointments.text")).fill("After school, please.");
  await inside.getByRole("button", { name: w("appointments.propose_send"), exact: true }).click();
  await expect(inside.locator(".told__title")).toContainText(pattern(w("pages.talk_proposed_title")));
  const desk = await context.newPage();
  await enter(desk, w, demo);
  await desk.goto(`${demo.endpoint}/desk/appointments`);
  await desk.getByRole("link", { name: w("desk.proposal_answer") }).click();
  await expect(desk.locator("main")).toContainText("After school, please.");
  await look(desk, "en-proposal");
  await desk.getByLabel("Tuesday 6 April, 16:30").check();
  await desk.getByLabel(/^Joost/).check();
  await desk.getByLabel(w("desk.slots_address"), { exact: true }).fill("Kade 12");
  await desk.getByRole("button", { name: w("desk.proposal_agree"), exact: true }).click();
  await expect(desk.getByRole("status")).toHaveText(w("desk.slots_done_agreed"));
  await expect(inside, "live").toContainText(w("pages.talk_event_booked", { when: "Tuesday 6 April, 16:30" }));
  await context.close();
});

test("who is hired reads the first day, live", async ({ browser }) => {
  const there = await arrive(browser, "en");
  const { page, inside, w, reference, context } = there;
  ({ demo } = there);
  await demo.desk("POST", `/applications/${reference}/decisions`, { outcome: "hired", by: "sanne", reasons: [] });
  const desk = await context.newPage();
  await enter(desk, w, demo);
  await desk.goto(`${demo.endpoint}/desk/applications/${reference}/hand-over`);
  await desk.getByLabel(w("desk.hand_over_day"), { exact: true }).fill("2027-05-03");
  await desk.getByLabel(w("desk.hand_over_buddy")).selectOption("joost");
  await desk.getByLabel(w("desk.hand_over_bring"), { exact: true }).fill("Your passport\nGood shoes");
  await desk.getByLabel(w("desk.hand_over_days"), { exact: true }).fill("2027-05-04 You meet the team");
  await look(desk, "en-hand-over");
  await desk.getByRole("button", { name: w("desk.hand_over_save"), exact: true }).click();
  await expect(desk).toHaveURL(new RegExp(`/desk/applications/${reference}$`));
  await open(inside, w("pages.way_hand_over"));
  for (const part of ["Monday 3 May 2027, 09:00", "Joost", "Good shoes", "You meet the team"]) await expect(inside).toContainText(part);
  await axe(page, "the first day");
  await context.close();
});

// axe is a script itself; the pages under it are the same.
for (const javaScriptEnabled of [false, true]) test(`on a page of its own a time is chosen and called off (script: ${javaScriptEnabled})`, async ({ browser }) => {
  demo = await start({ now: NOW });
  const w = words("en");
  const { reference } = await demo.apply({ posting: "kok", email: EMAIL, lang: "en" });
  await demo.desk("POST", `/applications/${reference}/transitions`, { stage_id: "talk", by: "sanne" });
  await publish(demo, ["2027-03-25"], ["10:00", "11:00"]);
  const context = await browser.newContext({ javaScriptEnabled, locale: "en", viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(`${demo.endpoint}/careers/status?lang=en`);
  await page.getByLabel(w("lookup.email")).fill(EMAIL);
  await page.getByRole("button", { name: w("lookup.send"), exact: true }).click();
  const mail = (await demo.mails(EMAIL, 4)).at(-1);
  await page.getByLabel(w("lookup.code")).fill(/\b\d{6}\b/.exec(mail.text)[0]);
  await page.getByRole("button", { name: w("lookup.open"), exact: true }).click();
  await page.getByRole("link", { name: w("pages.way_appointment"), exact: true }).click();
  await page.getByRole("button", { name: w("appointments.send"), exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel(/^11:00–11:45/).check();
  await page.getByRole("button", { name: w("appointments.send"), exact: true }).click();
  await expect(page.locator("body")).toContainText("Your talk is booked: Thursday 25 March, 11:00.");
  if (javaScriptEnabled) await axe(page, "a talk as a page of its own");
  await page.goto(`${demo.endpoint}/careers/status/${reference}/appointment?lang=en`);
  await page.getByLabel(w("appointments.cancel")).check();
  await page.getByRole("button", { name: w("appointments.send"), exact: true }).click();
  await expect(page.locator("body")).toContainText(w("pages.talk_cancelled_title"));
  await context.close();
});
