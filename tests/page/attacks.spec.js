// Strings that want to run, typed by an applicant and by a recruiter, or written by the employer, wherever the server shows them: in
// the widget and without scripts, the desk, the mails as page and as text, the calendar file. Shown as typed; nothing runs, nothing
// is added to a file.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { ATTACKS } = require("../attacks.js");
const { kept, holds, seen } = require("./attack.js");
const { enter } = require("./desk.js");
const { test, expect, words, start } = require("./fixtures.js");
const { root } = require("./server.js");
const story = require("./story.js");

const ALL = Boolean(process.env.BELOFTE_TEST_ALL);
const w = words("en");
const [LONG, CHARS] = [20, 1_000];
/** A long text holds strings from this one on, each on a line of its own: twenty, or as many as the shortest of the fields takes. */
function group(at) {
  const lines = Array.from({ length: LONG }, (_, line) => kept(ATTACKS[(at + line) % ATTACKS.length]));
  while (lines.join("\n").length > CHARS) lines.pop();
  return lines;
}

test.use({ quiet: false });

const TRIED = ATTACKS.map((_, at) => at).filter((at) => ALL || at % 50 === 0);
/** A posting to which very many apply within an hour asks for a proof of work, which is not what is tried here. */
const BATCH = 100;
for (let from = 0; from < TRIED.length; from += BATCH) {
  const batch = TRIED.slice(from, from + BATCH);
  test(`applications ${from + 1} to ${from + batch.length}, full of attack strings, are shown as typed and nothing runs`, async ({ page }) => {
    test.setTimeout(ALL ? 3_600_000 : 150_000);
    await page.addInitScript(() => (window.alert = () => (window.ran = 1)));
    const demo = await start();
    try {
      await enter(page, words("nl"), demo);
      for (const at of batch) await attack(page, demo, at);
    } finally {
      await demo.stop();
    }
  });
}

/** What is no text for people: names that files and programs use, dates, addresses. */
const TERMS = ["id", "status", "department", "currency", "unit", "kind", "handled_by", "turn", "from", "form_id", "employment_type", "type", "autocomplete", "value", "accept", "field", "photo", "phone", "email", "logo_url", "locales", "time_zone", "calendar", "norms", "related", "contacts", "colleagues", "owner", "stand_in", "languages", "phone_hours", "away_from", "away_until", "max", "min", "complaint_policy"];

/** A copy of the employer's content in which `make` gives each text, with its number. */
function rewritten(value, make, state, key) {
  if (TERMS.includes(key)) return value;
  if (Array.isArray(value)) return value.map((each) => rewritten(each, make, state, key));
  if (value && typeof value === "object") {
    // In each language the same text, so that either may be looked for.
    if (typeof value.nl === "string") return ((text) => ({ nl: text, en: text }))(make(state.at++));
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rewritten(each, make, state, name)]));
  }
  if (typeof value !== "string") return value;
  // Who somebody is, is one line that a desk takes as a name.
  return key === "name" ? kept(ATTACKS[state.at++ % ATTACKS.length]) : make(state.at++);
}

/** The demo's content as a folder, each text with other strings. */
function contentFrom(round) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "belofte-content-"));
  const state = { at: round * LONG };
  const make = (at) => group(at).join(" ");
  const content = {};
  for (const name of ["organization", "people", "forms", "postings"]) {
    const file = JSON.parse(fs.readFileSync(path.join(root, `crates/belofte-server/demo/${name}.json`), "utf8"));
    content[name] = rewritten(file, make, state, "");
    // Fields of a form keep their names: applications are sent by them.
    if (name === "forms") content.forms.forEach((form, at) => form.fields.forEach((field, index) => (field.name = file[at].fields[index].name)));
    fs.writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(content[name]));
  }
  fs.cpSync(path.join(root, "crates/belofte-server/demo/media"), path.join(folder, "media"), { recursive: true });
  return { folder, content };
}

const ROUNDS = ALL ? ATTACKS.length / LONG : 2;
test(`an employer's own texts, all of them full of attack strings in ${ROUNDS} rounds, are shown as written and nothing runs`, async ({ page }) => {
  test.setTimeout(ALL ? 3_600_000 : 150_000);
  await page.addInitScript(() => (window.alert = () => (window.ran = 1)));
  for (let round = 0; round < ROUNDS; round += 1) {
    const { folder, content } = contentFrom(round);
    const demo = await start({ content: folder });
    try {
      await ofEmployer(page, demo, content, round);
    } finally {
      await demo.stop();
      fs.rmSync(folder, { recursive: true });
    }
  }
});

async function ofEmployer(page, demo, { organization, people, forms, postings }, round) {
  const posting = postings.find(({ id }) => id === "wijkverpleegkundige");
  const form = forms.findLast(({ id }) => id === posting.form_id);
  const person = people.find(({ id }) => id === "sanne");
  const lines = (value) => value.split("\n").map(kept);
  const [title, summary] = [posting.title.en, posting.summary.en].flatMap(lines);
  const steps = posting.process.filter(({ label }) => label).map(({ label }) => kept(label.en));
  const questions = form.fields.filter(({ type, show_if: follows }) => !follows && type !== "consent").map(({ label }) => kept(label.en));
  const views = { "": [organization.name, title, summary], "/wijkverpleegkundige": [title, ...steps], "/wijkverpleegkundige/apply": [title, ...questions] };
  for (const view in views) {
    await page.goto(`${demo.endpoint}/careers${view}?lang=en`);
    await holds(page, `careers${view} without scripts`, views[view].map(kept));
  }
  await page.goto(`${demo.host}/strict-en.html`);
  await page.locator("belofte-careers").scrollIntoViewIfNeeded();
  for (const [view, texts] of [["board", views[""].slice(1)], ["posting", views["/wijkverpleegkundige"]], ["apply", questions]]) {
    await page.locator("belofte-careers").evaluate((element, view) => element.show(view, view === "board" ? undefined : "wijkverpleegkundige"), view);
    await expect.poll(async () => kept((await page.evaluate(seen)).said)).toContain(texts.at(-1));
    await holds(page, `the widget's ${view}`, texts);
  }
  const email = `employer-${round}@example.com`;
  const { reference, token } = await demo.apply({ posting: "wijkverpleegkundige", email, lang: "en" });
  const [mail] = await demo.mails(email, 1);
  await page.goto("about:blank");
  await page.setContent(mail.html, { waitUntil: "domcontentloaded" });
  await holds(page, "the receipt", [title, kept(person.name)]);
  expect(kept(mail.text)).toContain(title);
  expect(mail.to, "one recipient").toBe(email);
  expect(mail.subject, "one line").not.toMatch(/[\r\n]/);
  await calendar(demo, reference, token);
  await story.openLink(page, demo, story.linkToken(mail), "en");
  await holds(page, "one's own page", [title]);
  await enter(page, words("nl"), demo);
  for (const [where, texts] of [["postings/wijkverpleegkundige", [title]], [`applications/${reference}`, [title]]]) {
    await page.goto(`${demo.endpoint}/desk/${where}`);
    await holds(page, `the desk's ${where.split("/")[0]}`, texts);
  }
}

async function attack(page, demo, at) {
  const [name, lines] = [kept(ATTACKS[at]), group(at)];
  const email = `attack-${at}@example.com`;
  const { reference, token } = await demo.apply({ posting: "wijkverpleegkundige", email, lang: "en", answers: { name, motivation: lines.join("\n") } });
  await demo.desk("POST", `/applications/${reference}/transitions`, { stage_id: "talk", by: "sanne", text: lines.join("\n") });
  const mails = await demo.mails(email, 2);
  const write = (way, body) => demo.json("POST", `/v1/applications/${reference}/${way}`, body, { authorization: `Bearer ${token}`, "idempotency-key": `attack-${at}-${way}` });
  // What the stage does not say stands in the words of a question and of a goodbye.
  const [asked, left] = [1, 2].map((step) => group(at + step));
  await write("questions", { text: asked.join("\n") });

  await page.goto(`${demo.endpoint}/desk/applications/${reference}`);
  await holds(page, "the desk", [name, ...lines]);
  const questions = await demo.desk("GET", "/questions");
  await page.goto(`${demo.endpoint}/desk/questions/${questions.find((question) => question.reference === reference).id}`);
  await holds(page, "the desk's questions", asked);
  await page.goto(`${demo.endpoint}/desk/postings/wijkverpleegkundige`);
  await holds(page, "the desk's list", [name]);

  await story.openLink(page, demo, story.linkToken(mails[0]), "en");
  await expect(story.widget(page)).toContainText(lines[0].slice(0, 40));
  await holds(page, "one's own page", lines);

  await without(page, demo, { email, reference });
  await holds(page, "one's own page without scripts", lines);

  await calendar(demo, reference, token);
  await write("withdrawal", { reason: left[0] });
  await page.goto(`${demo.endpoint}/desk/applications/${reference}`);
  await holds(page, "the desk, of who left", [name, left[0]]);

  for (const mail of mails) {
    await page.goto("about:blank");
    await page.setContent(mail.html, { waitUntil: "domcontentloaded" });
    await holds(page, `the mail “${mail.subject}”`, mail === mails.at(-1) ? lines : [name]);
    expect(kept(mail.text)).toContain(mail === mails.at(-1) ? lines[0] : name);
    expect(`${mail.to} ${mail.subject}`, "one line, one recipient").not.toMatch(/[\r\n]|Bcc:.*,/);
  }
}

/** One's own page that the server draws, by a code of a mail. */
async function without(page, demo, { email, reference }) {
  // Somebody else was here before.
  await page.context().clearCookies({ name: "belofte_status" });
  const before = (await demo.mails(email, 2)).length;
  await page.goto(`${demo.endpoint}/careers/status?lang=en`);
  await page.getByLabel(w("lookup.email")).fill(email);
  await page.getByRole("button", { name: w("lookup.send"), exact: true }).click();
  const mail = (await demo.mails(email, before + 1)).at(-1);
  await page.getByLabel(w("lookup.code")).fill(/\b\d{6}\b/.exec(mail.text)[0]);
  await page.getByRole("button", { name: w("lookup.open"), exact: true }).click();
  await page.goto(`${demo.endpoint}/careers/status/${reference}?lang=en`);
}

/** A calendar's lines are its own: none of what was typed opens, closes or adds one. */
async function calendar(demo, reference, token) {
  const answer = await fetch(`${demo.endpoint}/v1/applications/${reference}/calendar.ics`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status, "the calendar file").toBe(200);
  const lines = (await answer.text()).replace(/\r\n[ \t]/g, "").split("\r\n");
  expect(lines.join("").match(/[\r\n]/), "a line within a line").toBeNull();
  const count = (line) => lines.filter((each) => each === line).length;
  expect([count("BEGIN:VCALENDAR"), count("END:VCALENDAR"), count("BEGIN:VEVENT")]).toEqual([1, 1, count("END:VEVENT")]);
  expect(lines.filter((line) => /^(ATTACH|ATTENDEE|Bcc|DTSTART:2020)/i.test(line))).toEqual([]);
}
