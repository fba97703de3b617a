// The example dates of the contract's first rule, in API, page, mail and calendar file, and for a browser far away.
const { test, expect, words, start, PDF } = require("./fixtures.js");
const story = require("./story.js");

const CASES = [
  { sent: "before the cutoff", now: "2027-03-25T16:58:30+01:00", due: "2027-03-31T15:00:00Z", nl: "woensdag 31 maart", en: "Wednesday 31 March", stamp: "20270331T" },
  { sent: "after the cutoff", now: "2027-03-25T17:01:00+01:00", due: "2027-04-01T15:00:00Z", nl: "donderdag 1 april", en: "Thursday 1 April", stamp: "20270401T" },
];
/** Two business days, Europe/Amsterdam, Dutch holidays. */
const POSTING = "wijkverpleegkundige";

const instant = (text) => new Date(text).getTime();

for (const { sent, now, due, nl, en, stamp } of CASES) {
  test.describe(`an application sent ${sent}`, () => {
    let demo;
    test.beforeAll(async () => {
      demo = await start({ now });
    });
    test.afterAll(() => demo?.stop());

    test("is promised the exact date in API, mail and calendar file", async () => {
      const detail = await demo.json("GET", `/v1/job-postings/${POSTING}?lang=nl`);
      expect(instant(detail.first_answer_by), "what the posting promises").toBe(instant(due));
      const email = `api-${stamp.toLowerCase()}@example.com`;
      const { reference, token, receipt } = await demo.apply({ posting: POSTING, email });
      const promise = receipt.promises.find((each) => !each.kept_at);
      expect(instant(promise.due_at), "what the receipt promises").toBe(instant(due));
      expect(instant(promise.first_due_at)).toBe(instant(due));

      const [mail] = await demo.mails(email);
      expect(mail.text).toContain(nl);
      expect(mail.text).toContain("17:00");

      const answer = await fetch(`${demo.endpoint}/v1/applications/${reference}/calendar.ics`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.headers.get("content-type")).toContain("text/calendar");
      const lines = (await answer.text()).replace(/\r\n[ \t]/g, "");
      expect(lines).toMatch(/^BEGIN:VCALENDAR\r\n/);
      const times = [...lines.matchAll(/^DT(?:START|END|UE)[^:]*:(\S+)/gm)].map((match) => match[1]);
      const [utc, local] = [`${stamp}150000Z`, `${stamp}170000`];
      expect(times.some((time) => time === utc || time === local), `${times} names 17:00 in Amsterdam`).toBe(true);
      if (times.includes(local)) expect(lines).toContain("TZID=Europe/Amsterdam");
    });

    test("shows a browser in Tokyo the organisation's date and its own", async ({ browser }) => {
      const context = await browser.newContext({ timezoneId: "Asia/Tokyo", locale: "en-GB" });
      const page = await context.newPage();
      const w = words("en");
      await story.openBoard(page, demo, "en");
      const posting = await story.choosePosting(page, w, demo, POSTING, "en");
      const form = await demo.json("GET", `/v1/forms/${posting.form_id}?lang=en`);
      await expect(story.widget(page)).toContainText(en);
      await story.openForm(page, w);
      await story.fillForm(page, w, { form, name: "Noor Jansen", email: `tokyo-${stamp.toLowerCase()}@example.com`, file: PDF });
      await story.send(page, w);
      await story.seeReceipt(page, w);
      await expect(story.widget(page)).toContainText(en);
      await expect(story.widget(page)).toContainText("17:00");
      // 17:00 in Amsterdam is 00:00 of the next day in Tokyo: both are said.
      const tokyo = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo", weekday: "long", day: "numeric", month: "long" }).format(new Date(due));
      await expect(story.widget(page)).toContainText(new RegExp(tokyo.replace(",", ",?")));
      await context.close();
    });
  });
}

test("an open board, posting and form turn to the next date when the day ends", async ({ browser }) => {
  test.setTimeout(120_000);
  const demo = await start({ now: "2027-03-25T16:59:20+01:00" });
  const context = await browser.newContext();
  try {
    const w = words("en");
    const [board, posting, form] = [await context.newPage(), await context.newPage(), await context.newPage()];
    await story.openBoard(board, demo, "en");
    for (const page of [posting, form]) {
      await story.openBoard(page, demo, "en");
      await story.choosePosting(page, w, demo, POSTING, "en");
    }
    await story.openForm(form, w);
    const name = story.widget(form).locator('[name="name"]');
    await name.fill("Noor Jansen");
    for (const page of [board, posting, form]) await expect(story.widget(page)).toContainText("Wednesday 31 March");
    const answer = await fetch(`${demo.endpoint}/healthz`);
    const left = instant("2027-03-25T17:00:00+01:00") - Number(answer.headers.get("belofte-time"));
    expect(left, "the test looks before the cutoff").toBeGreaterThan(0);
    for (const page of [board, posting, form]) {
      await expect(story.widget(page)).toContainText("Thursday 1 April", { timeout: left + 6_000 });
    }
    await expect(name, "what was written stays").toHaveValue("Noor Jansen");
  } finally {
    await context.close();
    await demo.stop();
  }
});
