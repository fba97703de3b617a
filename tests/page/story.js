// The steps of the main job, once: each finds things by role and label, with the words of the locale files.
const { expect } = require("@playwright/test");
const { pattern } = require("./fixtures.js");

const REFERENCE = /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/;
/** A day that is still to come for every clock of these tests. */
const LATER = "2028-06-01";
/** The employer's own page in each language, and one without styles under the strictest policy. */
const STRICT_PAGE = { nl: "/strict.html", en: "/strict-en.html", ar: "/strict-ar.html" };
/** The employer writes no Arabic: of its own pages it has none. */
const HOST_PAGE = { nl: "/", en: "/en.html", ar: STRICT_PAGE.ar };

const widget = (page) => page.locator("belofte-careers").first();

async function openBoard(page, demo, lang, pages = HOST_PAGE) {
  await page.goto(demo.host + pages[lang]);
  await widget(page).scrollIntoViewIfNeeded();
  await expect(widget(page).getByRole("heading", { level: 1 })).toBeVisible({ timeout: 20_000 });
}

/** From the board to one posting, by the link of its title. */
async function choosePosting(page, w, demo, id, lang) {
  const posting = await demo.json("GET", `/v1/job-postings/${id}?lang=${lang}`);
  await widget(page).getByRole("link", { name: posting.title, exact: true }).first().click();
  await expect(widget(page).getByRole("heading", { level: 1, name: posting.title })).toBeVisible();
  for (const stage of posting.process) await expect(widget(page)).toContainText(stage.label);
  return posting;
}

async function openForm(page, w) {
  await widget(page).getByRole("link", { name: w("postings.apply_now"), exact: true }).first().click();
  await expect(widget(page).getByRole("button", { name: w("apply.send"), exact: true })).toBeVisible();
}

/** Fills what is required, and the file; labels come from the form's definition. */
async function fillForm(page, w, { form, name, email, file }) {
  const inside = widget(page);
  for (const field of form.fields) {
    const control = () => inside.getByLabel(field.label).first();
    if (field.type === "mail") await control().fill(email);
    else if (field.name === "name") await control().fill(name);
    else if (field.type === "choice" && field.required) await choose(inside, field, field.options.at(-1).label);
    else if (field.type === "date" && field.required) await control().fill(LATER);
    else if (field.type === "file" && file) await attach(inside, w, file);
  }
}

async function choose(inside, field, option) {
  const select = inside.getByRole("combobox", { name: field.label });
  if (await select.count()) return select.selectOption({ label: option });
  return inside.getByRole("group", { name: field.label }).getByLabel(option, { exact: true }).check();
}

async function attach(inside, w, file) {
  await inside.locator('input[type="file"]').first().setInputFiles(file);
  await expect(inside).toContainText(file.name);
  await expect(inside).toContainText(pattern(w("apply.file_ready")));
}

async function send(page, w) {
  await widget(page).getByRole("button", { name: w("apply.send"), exact: true }).click();
}

/** The receipt is there; gives the reference. */
async function seeReceipt(page, w) {
  const shown = widget(page).getByText(REFERENCE).first();
  await expect(shown).toBeVisible({ timeout: 20_000 });
  await expect(widget(page)).toContainText(w("apply.reference"));
  return REFERENCE.exec(await shown.innerText())[0];
}

/** The token of the link in a mail. */
function linkToken(mail) {
  // What a person typed may look like one, and is shorter.
  const found = /#belofte-link=([\w.~-]{40,})/.exec(mail.text);
  if (!found) throw new Error(`no link in the mail:\n${mail.text}`);
  return found[1];
}

/** Follows the link of a mail, on the host page in a language. */
async function openLink(page, demo, token, lang) {
  await page.goto(`${demo.host}${HOST_PAGE[lang]}#belofte-link=${token}`);
  await expect(widget(page)).toContainText(REFERENCE, { timeout: 20_000 });
}

/** Looks an application up with reference and mail code, from the board. */
async function lookUp(page, w, demo, { reference, email, mails, see = async () => {} }) {
  const inside = widget(page);
  await inside.getByRole("link", { name: w("postings.already"), exact: true }).click();
  await expect(inside.getByLabel(w("lookup.email"))).toBeVisible();
  await see("lookup");
  await askCode(page, w, { reference, email });
  await expect(inside.getByLabel(w("lookup.code"))).toBeVisible();
  await see("lookup-code");
  const mail = (await demo.mails(email, mails + 1)).at(-1);
  await enterCode(page, w, /\b\d{6}\b/.exec(mail.text)[0]);
  await expect(inside).toContainText(reference);
}

async function askCode(page, w, { reference, email }) {
  const inside = widget(page);
  await inside.getByLabel(w("lookup.reference")).fill(reference);
  await inside.getByLabel(w("lookup.email")).fill(email);
  await inside.getByRole("button", { name: w("lookup.send"), exact: true }).click();
}

async function enterCode(page, w, code) {
  const inside = widget(page);
  await inside.getByLabel(w("lookup.code")).fill(code);
  await inside.getByRole("button", { name: w("lookup.open"), exact: true }).click();
}

/** What says that a promise is late, whatever the number of days. */
const lateWords = (w) => pattern(w("timeline.state_late"));

/**
 * The main job from the first look to the answer. `see` is called with a name in every state that is reached.
 */
async function whole(page, demo, { lang, pages, w, email, file, see }) {
  await openBoard(page, demo, lang, pages);
  await see("board");
  const posting = await choosePosting(page, w, demo, "wijkverpleegkundige", lang);
  await see("posting");

  await openForm(page, w);
  await send(page, w);
  await expect(widget(page).getByRole("alert").first(), "what is missing, in one list").toBeVisible();
  await see("apply-wrong");
  const form = await demo.json("GET", `/v1/forms/${posting.form_id}?lang=${lang}`);
  await fillForm(page, w, { form, name: "Noor Jansen", email });
  await see("apply-filled");
  await attach(widget(page), w, file);
  await see("apply");
  await send(page, w);
  const reference = await seeReceipt(page, w);
  await expect(widget(page), "who promised it").toContainText("Sanne");
  await see("receipt");
  const [mail] = await demo.mails(email);
  expect(mail.text).toContain(reference);

  await leave(page);
  await openBoard(page, demo, lang, pages);
  await lookUp(page, w, demo, { reference, email, mails: 1, see });
  await expect(widget(page)).toContainText("Sanne de Wit");
  await see("status");

  const text = "Your letter made us curious. Come and meet the team.";
  await demo.desk("POST", `/applications/${reference}/transitions`, { stage_id: "talk", by: "sanne", text });
  await expect(widget(page), "the timeline changes without a reload").toContainText(text);
  await see("status-moved-on");
  await demo.desk("POST", `/applications/${reference}/decisions`, {
    outcome: "rejected",
    by: "sanne",
    reasons: [{ text: "We looked for two years of experience with home visits; you have a few months." }],
    tip: "Ask for a day along with one of our teams.",
  });
  await expect(widget(page), "the outcome, live").toContainText("two years of experience");
  await see("status-decided");
}

/** Another day, another visit: nothing is left but what the applicant knows. It is sealed beside, so it may still be on its way. */
async function leave(page) {
  await expect.poll(() => page.evaluate(() => sessionStorage.getItem("belofte-session"))).not.toBeNull();
  await page.evaluate(() => sessionStorage.clear());
}

module.exports = {
  REFERENCE, HOST_PAGE, STRICT_PAGE, widget, whole, openBoard, choosePosting, openForm, fillForm, send, seeReceipt, linkToken, openLink, lookUp,
  askCode, enterCode, lateWords, leave,
};
