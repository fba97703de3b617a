// Figures, mail, webhooks and the log of the desk: each page held against axe in light and dark, as wide as a phone and as a
// desktop, its forms filled in by keyboard and wrongly first, and all of it without a script.
const { enter, look, languages } = require("./desk.js");
const { test, expect, words, picture, start } = require("./fixtures.js");


/** The figures as they stand in the tables: by name, without what is written for people only. */
const table = (page) =>
  page.locator(".figures tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].slice(0, 7).map((cell) => cell.innerText.trim())));

async function figures(page, w, see, demo) {
  await page.goto(`${demo.endpoint}/desk/score`);
  const told = await demo.json("GET", "/v1/promise-score");
  const percent = Math.floor((100 * told.kept) / told.made);
  await expect(page.locator(".score__rate")).toHaveText(`${percent}%`);
  await expect(page.locator(".score__counts dd").first()).toHaveText(String(told.made));
  // Each column of the chart says what its row of the table says.
  const columns = await page.locator(".chart__rate").allTextContents();
  const months = (await table(page)).slice(0, await page.locator(".figures").first().locator("tbody tr").count());
  expect(columns.length).toBeGreaterThan(1);
  expect(months.map((row) => row[1]).filter((rate) => rate.endsWith("%"))).toEqual(columns);
  await see("score");
  await page.emulateMedia({ forcedColors: "active" });
  await picture(page, `desk-score-forced-${w("desk.nav_score")}`);
  await page.emulateMedia({ forcedColors: "none" });
  await page.getByLabel(w("desk.score_period"), { exact: true }).selectOption("730");
  await page.getByRole("button", { name: w("desk.list_show") }).click();
  await expect(page).toHaveURL(/period=730/);
  await see("score-long");
  await page.goto(`${demo.endpoint}/desk/score?posting=leerling-verpleegkundige&period=30`);
  await expect(page.locator(".score__rate")).toHaveText(w("desk.score_too_few"));
  await see("score-few");
}

async function mails(page, w, see, demo) {
  await page.goto(`${demo.endpoint}/desk/mails`);
  await expect(page.getByText("noor@example.com").first()).toBeVisible();
  await see("mails");
  await page.getByRole("link", { name: w("desk.mails_previews") }).click();
  await expect(page.frameLocator("iframe").first().locator("h1")).toBeVisible();
  await expect(page.locator("iframe:not([title])")).toHaveCount(0);
  await see("mails-previews");
  await page.goto(`${demo.endpoint}/desk/mails/texts?in=nl`);
  await see("mails-texts");
  await page.goto(`${demo.endpoint}/desk/mails/texts/nl/late_text`);
  await page.getByLabel(w("desk.mails_own_words"), { exact: true }).fill("{person} is te laat.");
  await page.getByRole("button", { name: w("desk.people_save") }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await see("mails-text-wrong");
  await page.goto(`${demo.endpoint}/desk/mails/texts/nl/sign_off`);
  const field = page.getByLabel(w("desk.mails_own_words"), { exact: true });
  await field.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Tot gauw op de werkvloer,");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Tot gauw op de werkvloer,").last()).toBeVisible();
  await see("mails-text-look");
  await page.getByRole("button", { name: w("desk.people_save") }).click();
  await expect(page.getByRole("status")).toHaveText(w("desk.mails_done_saved"));
}

async function hooks(page, w, see, demo) {
  await page.goto(`${demo.endpoint}/desk/webhooks`);
  await see("webhooks-none");
  await page.getByRole("link", { name: w("desk.hooks_add") }).click();
  await page.getByLabel(w("desk.hooks_url"), { exact: true }).fill("https://10.0.0.1/hooks");
  await page.getByLabel(w("desk.hooks_description"), { exact: true }).fill("Rooster");
  await page.getByRole("button", { name: w("desk.hooks_add") }).click();
  await expect(page.getByRole("alert")).toContainText(w("desk.error_url_not_a_url"));
  await see("webhook-wrong");
  await page.getByRole("alert").getByRole("link").click();
  await expect(page.locator("#url")).toBeFocused();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("https://hooks.invalid/belofte");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel(w("desk.hooks_secret"), { exact: true })).toHaveValue(/^whsec_/);
  await see("webhook-secret");
  await page.getByRole("link", { name: w("desk.hooks_on_to") }).click();
  await page.getByRole("button", { name: w("desk.hooks_test"), exact: true }).click();
  await expect(page.getByText("webhook.test").first()).toBeVisible();
  await see("webhook");
  await page.getByRole("button", { name: w("desk.hooks_switch_off") }).click();
  await page.goto(`${demo.endpoint}/desk/webhooks`);
  await see("webhooks");
}

async function log(page, w, see, demo) {
  await page.goto(`${demo.endpoint}/desk/audit`);
  await expect(page.getByRole("cell", { name: w("desk.audit_webhook_created") })).toBeVisible();
  await see("audit-details");
  await page.getByLabel(w("desk.audit_what"), { exact: true }).selectOption("webhook_tested");
  await page.getByRole("button", { name: w("desk.list_show") }).click();
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await page.getByRole("link", { name: w("desk.audit_subject_webhook") }).click();
  await expect(page).toHaveURL(/\/desk\/webhooks\//);
}

for (const [lang, script] of [...languages("en").map((lang) => [lang, true]), ["nl", false]]) {
  test(`figures, mail, webhooks and log (${lang}${script ? "" : ", without a script"})`, async ({ browser }) => {
    test.setTimeout(300_000);
    const demo = await start();
    const w = words(lang);
    const context = await browser.newContext({ locale: lang, javaScriptEnabled: script });
    const page = await context.newPage();
    const heard = [];
    page.on("console", (message) => heard.push(`${message.text()} ${message.location().url}`));
    page.on("pageerror", (error) => heard.push(error.message));
    // axe itself is a script; the page under it is the same.
    const see = async (name) => script && look(page, `${lang}-${name}`);
    await demo.apply({ email: "noor@example.com", lang });
    await enter(page, w, demo);
    for (const part of [figures, mails, hooks, log]) await part(page, w, see, demo);
    // The test's own tools are kept out of the frames of samples, as every script is.
    expect(heard.filter((text) => !/status of (404|422)|frame is sandboxed/.test(text)), "console messages but the slips").toEqual([]);
    await context.close();
    await demo.stop();
  });
}
