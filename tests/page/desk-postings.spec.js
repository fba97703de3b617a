// A job from a model to the board: written in two languages, a step with a promise, a question of its own, seen before anybody else sees it,
// opened, applied for. No script of the page is needed for it; every page held against axe, as wide as a phone and as a desktop.
const { enter, look, languages } = require("./desk.js");
const { test, expect, words, start } = require("./fixtures.js");


/** The control of a form, by the place of its answer in the job. */
const at = (page, name) => page.locator(`[name="${name}"]`);
const press = (page, act) => page.locator(`.edit > section button[name=do][value="${act}"], .edit__end button[value="${act}"]`).click();

async function write(page, w, see) {
  await page.getByRole("link", { name: w("desk.postings_new") }).click();
  await at(page, "title.nl").fill("Kok zonder haast");
  await at(page, "title.en").fill("Unhurried cook");
  await at(page, "model").selectOption("kok");
  await see("new");
  await page.getByRole("button", { name: w("desk.postings_new_send") }).click();
  await expect(page.getByRole("status")).toHaveText(w("desk.postings_done_new"));
  await at(page, "summary.nl").fill("Je kookt, en je zit daarna mee aan tafel.");
  await at(page, "summary.en").fill("You cook, and then you sit down with everyone.");
  const steps = await page.locator("#process .sheet__row").count();
  await press(page, "process.add");
  const step = (name) => at(page, `process.${steps}.${name}`);
  await expect(step("label.nl"), "one goes on in the new row").toBeFocused();
  await expect(at(page, "summary.en"), "nothing typed is lost").toHaveValue("You cook, and then you sit down with everyone.");
  await step("label.nl").fill("Je kookt een keer mee");
  await step("meaning.nl").fill("Een middag in de keuken, betaald.");
  await step("label.en").fill("You cook with us once");
  await step("kind").selectOption("assessment");
  await step("value").fill("3");
  await step("promised.nl").fill("Wat we van je middag vonden");
  await press(page, "save");
  await expect(page.getByRole("alert")).toContainText(w("desk.postings_fault_owner"));
  await see("edit-wrong");
  await page.getByRole("alert").getByRole("link", { name: w("desk.postings_fault_owner") }).click();
  await expect(step("owner")).toBeFocused();
  await step("owner").selectOption("sanne");
  await press(page, `process.${steps}.up`);
  await press(page, "save");
  await expect(page.getByRole("status")).toHaveText(w("desk.postings_done_saved"));
  await see("edit");
}

async function ask(page, w, see) {
  await page.getByRole("navigation", { name: w("desk.postings_tabs") }).getByRole("link", { name: w("desk.postings_tab_form") }).click();
  const questions = await page.locator("#fields .sheet__row").count();
  await page.locator("[name=add_type]").selectOption("choice");
  await press(page, "fields.add");
  const field = (name) => at(page, `fields.${questions}.${name}`);
  await field("label.nl").fill("Welke keuken ken je?");
  await field("label.en").fill("Which kitchen do you know?");
  await field("options.0.label.nl").fill("Een grote");
  await press(page, "own");
  await expect(page.getByRole("alert")).toContainText(w("desk.postings_fault_required"));
  await see("form-wrong");
  await field("options.1.label.nl").fill("Een kleine");
  await press(page, "own");
  await expect(page.getByRole("status")).toHaveText(w("desk.forms_done"));
  await see("form");
}

async function publish(page, w, see) {
  await page.getByRole("navigation", { name: w("desk.postings_tabs") }).getByRole("link", { name: w("desk.postings_tab_preview") }).click();
  for (const [lang, title, day] of [["nl", "Kok zonder haast", /uiterlijk/], ["en", "Unhurried cook", /at the latest|by /]]) {
    await page.goto(page.url().replace(/lang=\w+/, `lang=${lang}`));
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expect(page.getByText(day).first()).toBeVisible();
    await see(`preview-${lang}`);
  }
  await page.locator('a[href*="/apply"]').first().click();
  await expect(page.getByText("Which kitchen do you know?")).toBeVisible();
  await see("preview-form");
  await page.locator(".page-preview a[href$='/publish']").click();
  await expect(page.getByText(w("desk.postings_complete"))).toBeVisible();
  await see("publish");
  await page.getByRole("button", { name: w("desk.postings_publish_open") }).click();
  await expect(page.getByRole("status")).toHaveText(w("desk.postings_published_open"));
}

for (const lang of languages("en")) {
  test.describe(`a job (${lang})`, () => {
    // Chromium writes down every page that is answered with a status of 400 or more.
    test.use({ quiet: false, locale: lang });

    test("is written from a model, published, and applied for", async ({ page }) => {
      test.setTimeout(300_000);
      const demo = await start();
      const w = words(lang);
      const see = (name) => look(page, `postings-${name}-${lang}`);
      try {
        await enter(page, w, demo);
        await page.goto(`${demo.endpoint}/desk/applications`);
        await see("list");
        await write(page, w, see);
        await ask(page, w, see);
        await page.goto(`${demo.endpoint}/careers/kok-zonder-haast`);
        await expect(page.getByRole("heading", { name: "Kok zonder haast" }), "a draft is nobody else's").toHaveCount(0);
        await page.goBack();
        await publish(page, w, see);
        await page.goto(`${demo.endpoint}/careers?lang=nl`);
        await page.getByRole("link", { name: "Kok zonder haast", exact: true }).click();
        await page.goto(`${demo.endpoint}/careers/kok-zonder-haast/apply?lang=nl`);
        await at(page, "name").fill("Noor Jansen");
        await at(page, "email").fill(`noor-${lang}@example.com`);
        await page.locator('[name="start"][value="now"]').check();
        await page.getByLabel("Een kleine", { exact: true }).check();
        await page.locator("form button").last().click();
        await expect(page.getByText(/\w{4}-\w{4}-\w{4}/).first()).toBeVisible();
      } finally {
        await demo.stop();
      }
    });
  });
}
