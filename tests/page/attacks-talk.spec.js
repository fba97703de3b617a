// Strings that want to run, in what applicant and employer write to each other once the application is there: question and answer,
// what is published of them, notes, the reason of a new date, a no and its tip, feedback, a complaint and its answer, and what was
// changed because of it. Shown as typed wherever it is read; nothing runs.
const { ATTACKS } = require("../attacks.js");
const { kept, holds } = require("./attack.js");
const { enter, reader } = require("./desk.js");
const { test, expect, words, start } = require("./fixtures.js");
const story = require("./story.js");

const ALL = Boolean(process.env.BELOFTE_TEST_ALL);
const w = words("en");
const POSTING = "wijkverpleegkundige";
/** The shortest of the fields: feedback, reasons, tips and what was changed. */
const CHARS = 280;
/** So many answers are shown at the desk together, or none. */
const FIVE = 5;
/** So many talk to one demo: its mailbox keeps the newest mails. */
const BATCH = 20;
const COMPLAINANT = "complaint@example.com";

/** What stands in a field: its name, so that none is taken for another, and the strings, each on a line of its own. */
const typed = (field, lines) => [`This is the ${field}:`, ...lines].join("\n");
const LONGEST = "question";

/** Each string once, as many in a text as the shortest field takes. */
function packs() {
  const packed = [];
  for (const text of ATTACKS.map(kept)) {
    const last = packed.at(-1);
    if (last && typed(LONGEST, [...last, text]).length <= CHARS) last.push(text);
    else packed.push([text]);
  }
  return packed;
}

const PACKS = packs();
const ROUNDS = ALL ? PACKS : Array.from({ length: FIVE }, (_, at) => PACKS[Math.floor((at * PACKS.length) / FIVE)]);

test.use({ quiet: false });

for (let from = 0; from < ROUNDS.length; from += BATCH) {
  const batch = ROUNDS.slice(from, from + BATCH);
  test(`applicants ${from + 1} to ${from + batch.length} and their employer write attack strings to each other, shown as typed, and nothing runs`, async ({ browser, page }) => {
    test.setTimeout(ALL ? 1_800_000 : 180_000);
    await page.addInitScript(() => (window.alert = () => (window.ran = 1)));
    const first = await start({ now: "2027-03-25T10:00:00+01:00" });
    const sent = [];
    try {
      for (const [at, lines] of batch.entries()) sent.push(await think(page, first, lines, `talk-${at}@example.com`));
    } finally {
      await first.stop({ keep: true });
    }
    // Feedback can be changed for a week; then the desk sees it.
    const demo = await start({ now: "2027-04-08T10:00:00+02:00", data: first.data });
    try {
      await both(browser, page, demo, sent);
    } finally {
      await demo.stop();
    }
  });
}

async function both(browser, page, demo, sent) {
  await enter(page, words("nl"), demo);
  const others = await reader(browser, page, words("nl"), { server: demo, lang: "nl" });
  const person = await (await browser.newContext({ locale: "en" })).newPage();
  for (const each of [others, person]) await each.addInitScript(() => (window.alert = () => (window.ran = 1)));
  const subjects = [];
  for (const one of sent) {
    await talk(page, demo, one);
    subjects.push(...(await complain({ others, person }, demo, one.lines)));
    await change(page, demo, one.lines);
  }
  await page.goto(`${demo.endpoint}/desk/feedback`);
  const grouped = sent.slice(0, sent.length - (sent.length % FIVE));
  await holds(page, "the desk's feedback", grouped.map(({ lines }) => typed("feedback", lines)));
  await others.goto(`${demo.endpoint}/desk/complaints`);
  await holds(others, "the desk's complaints", subjects);
}

/** What one thought of it, on one's own page. */
async function think(page, demo, lines, email) {
  const text = typed("feedback", lines);
  const { reference, token, receipt } = await demo.apply({ posting: POSTING, email, lang: "en" });
  await own(demo, { reference, token })("POST", "feedback", { moment: "receipt", nps: 9, text, may_quote: true });
  const [mail] = await demo.mails(email);
  await story.openLink(page, demo, story.linkToken(mail), "en");
  await story.widget(page).getByRole("link", { name: w("pages.way_feedback"), exact: true }).click();
  await expect(story.widget(page).getByLabel(w("feedback.text"))).not.toHaveValue("");
  await holds(page, "one's own feedback", [text]);
  return { reference, promise: receipt.promises[0], lines, email };
}

/** Writes as the applicant. */
function own(demo, { reference, token }) {
  return (method, way, body) =>
    demo.json(method, `/v1/applications/${reference}/${way}`, body, { authorization: `Bearer ${token}`, "idempotency-key": `talk-${reference}-${way}` });
}

/** Question and answer, a note, a new date, a no; then every place that shows them. */
async function talk(page, demo, { reference, promise, lines, email }) {
  const of = (...fields) => fields.map((field) => typed(field, lines));
  const [question, answer, note, reason, no, tip] = of("question", "answer", "note", "reason", "no", "tip");
  const before = await demo.mails(email);
  const { token } = await demo.json("POST", "/v1/status-sessions", { link_token: story.linkToken(before[0]) });
  const mailed = async (count) => (await demo.mails(email, before.length + count)).at(-1);
  await own(demo, { reference, token })("POST", "questions", { text: question });
  const { id } = (await demo.desk("GET", "/questions")).find((each) => each.reference === reference);
  await page.goto(`${demo.endpoint}/desk/questions/${id}`);
  await holds(page, "the desk's question", [question]);
  await demo.desk("POST", `/questions/${id}/answer`, { text: answer, by: "sanne" });
  const mails = [[await mailed(1), answer]];
  await demo.desk("PUT", `/questions/${id}/publication`, { question, answer });
  await asked(page, demo, [question, answer]);
  await demo.desk("POST", `/applications/${reference}/notes`, { text: note });
  await demo.desk("POST", `/applications/${reference}/promises/${promise.id}/moves`, { to: "2027-05-07T15:00:00Z", reason, by: "sanne" });
  mails.push([await mailed(2), reason]);
  await onesPage(page, demo, { reference, token: story.linkToken(before[0]), texts: [question, answer, reason], notes: [note] });
  await demo.desk("POST", `/applications/${reference}/decisions`, { outcome: "rejected", by: "sanne", reasons: [{ text: no }], tip });
  await onesPage(page, demo, { reference, token: story.linkToken(before[0]), texts: [no, tip], notes: [note] });
  mails.push([await mailed(3), no]);
  for (const [mail, text] of mails) {
    await page.goto("about:blank");
    await page.setContent(mail.html, { waitUntil: "domcontentloaded" });
    await holds(page, `the mail “${mail.subject}”`, [text]);
    expect(kept(mail.text)).toContain(kept(text));
    expect(`${mail.to} ${mail.subject}`, "one line, one recipient").not.toMatch(/[\r\n]|Bcc:.*,/);
  }
}

/** What is published of a question stands behind the posting. */
async function asked(page, demo, texts) {
  await page.goto(`${demo.host}/en.html`);
  await story.widget(page).scrollIntoViewIfNeeded();
  await story.widget(page).evaluate((element, posting) => element.show("posting", posting), POSTING);
  await story.widget(page).getByRole("link", { name: w("pages.foot_questions"), exact: true }).click();
  await expect(story.widget(page).getByRole("heading", { name: w("questions.published") })).toBeVisible();
  await holds(page, "what others asked", texts);
  await page.goto(`${demo.endpoint}/careers/${POSTING}/questions?lang=en`);
  await holds(page, "what others asked, without scripts", texts);
}

async function onesPage(page, demo, { reference, token, texts, notes }) {
  await page.goto(`${demo.endpoint}/desk/applications/${reference}`);
  await holds(page, "the desk", [...texts, ...notes]);
  await story.openLink(page, demo, token, "en");
  await expect(story.widget(page)).toContainText(texts.at(-1).split("\n")[0]);
  await holds(page, "one's own page", texts);
}

/** A complaint for each string as its subject; the first of them is answered in the same words. */
async function complain({ others, person }, demo, lines) {
  const [text, answer] = ["complaint", "answer"].map((field) => typed(field, lines));
  const subjects = lines.map((line) => kept(line.slice(0, 120))).slice(0, ALL ? lines.length : 1);
  for (const [at, subject] of subjects.entries()) {
    const { number } = await demo.json("POST", "/v1/complaints", { email: COMPLAINANT, lang: "en", subject, text, uploads: [] });
    await others.goto(`${demo.endpoint}/desk/complaints/${number}`);
    await holds(others, "the desk's complaint", [subject, text]);
    if (at === 0) await write(others, answer);
    await onesComplaint(person, demo, number);
    await holds(person, "one's own complaint", [subject, text, ...(at === 0 ? [answer] : [])]);
  }
  return subjects;
}

/** Answers a complaint at the desk, where it is looked at once more before it goes. */
async function write(others, text) {
  const nl = words("nl");
  await others.getByLabel(nl("desk.complaints_answer"), { exact: true }).fill(text);
  await others.getByRole("button", { name: nl("desk.act_preview") }).click();
  await expect(others.getByRole("heading", { level: 1, name: nl("desk.complaints_look") })).toBeVisible();
  await holds(others, "an answer before it is sent", [text]);
  await others.getByRole("button", { name: nl("desk.complaints_send") }).click();
  await expect(others.getByRole("status")).toContainText(nl("desk.complaints_done_answered"));
  await holds(others, "an answer at the desk", [text]);
}

/** By number and code the first time; whoever is there stays. */
async function onesComplaint(person, demo, number) {
  await person.goto(`${demo.endpoint}/careers/complaint/answer/${number}?lang=en`);
  const code = person.getByLabel(w("complaint.number"), { exact: true });
  if (!(await code.count())) return;
  await code.fill(number);
  await person.getByLabel(w("complaint.email"), { exact: true }).fill(COMPLAINANT);
  const before = (await demo.mails(COMPLAINANT)).length;
  await person.getByRole("button", { name: w("lookup.send"), exact: true }).click();
  const mail = (await demo.mails(COMPLAINANT, before + 1)).at(-1);
  await person.getByLabel(w("lookup.code"), { exact: true }).fill(/\b\d{6}\b/.exec(mail.text)[0]);
  await person.getByRole("button", { name: w("lookup.open"), exact: true }).click();
  await expect(person).toHaveURL(new RegExp(`/careers/complaint/answer/${number}`, "i"));
}

/** What was changed because of it, from the desk to the careers page. */
async function change(page, demo, lines) {
  const nl = words("nl");
  const [said, did] = ["said", "did"].map((field) => kept(typed(field, lines)));
  await page.goto(`${demo.endpoint}/desk/improvements`);
  for (const lang of ["nl", "en"]) {
    await page.locator(`#said_${lang}`).fill(said);
    await page.locator(`#did_${lang}`).fill(did);
  }
  await page.getByRole("button", { name: nl("desk.improvements_save") }).click();
  await expect(page.getByRole("heading", { name: nl("desk.improvements_shown") })).toBeVisible();
  await holds(page, "the desk's improvements", [said, did]);
  await page.goto(`${demo.endpoint}/careers/improvements?lang=en`);
  await holds(page, "the improvements without scripts", [said, did]);
}
