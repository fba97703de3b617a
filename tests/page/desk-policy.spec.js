// The policy by keyboard and by mouse: what is weaker, what a change does before it is stored, days of a file, who was faster.
// Every page of it held against axe in light and dark, as wide as a phone and as a desktop.
const { enter, look, languages } = require("./desk.js");
const { test, expect, words, start } = require("./fixtures.js");


const ICS = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", "DTSTART;VALUE=DATE:20280630", "SUMMARY:Teamdag", "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");

let demo;
test.afterEach(() => demo?.stop());

for (const lang of languages("nl")) {
  test(`the policy is read, changed and warned about (${lang})`, async ({ browser }) => {
    test.setTimeout(300_000);
    demo = await start();
    const w = words(lang);
    const context = await browser.newContext({ locale: lang });
    const page = await context.newPage();
    const heard = [];
    page.on("pageerror", (error) => heard.push(error.message));
    const see = (name) => look(page, `${lang}-policy-${name}`);
    await enter(page, w, demo);
    await page.getByRole("link", { name: w("desk.nav_setup"), exact: true }).click();
    await see("setup");
    await page.getByRole("link", { name: w("desk.nav_policy"), exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: w("desk.policy_title") })).toBeVisible();
    await expect(page.getByText(w("desk.policy_no_warnings"))).toBeVisible();
    await see("calm");

    // By keyboard: two faults, the page again with what was typed.
    await page.getByLabel(w("desk.policy_field_time_zone")).focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Mars/Olympus");
    await page.getByLabel(w("desk.policy_field_complaint_days")).fill("40");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toContainText(w("desk.error_time_zone_not_a_choice"));
    await expect(page.getByLabel(w("desk.policy_field_time_zone"))).toHaveValue("Mars/Olympus");
    await expect(page.getByLabel(w("desk.policy_field_complaint_days"))).toHaveValue("40");
    await see("wrong");

    await page.getByLabel(w("desk.policy_field_time_zone")).fill("Europe/Amsterdam");
    await page.getByLabel(w("desk.policy_field_cutoff")).fill("16:00");
    await page.getByRole("button", { name: w("desk.policy_show") }).click();
    await expect(page.getByRole("heading", { level: 1, name: w("desk.policy_preview_title") })).toBeVisible();
    await expect(page.getByText(w("desk.policy_dates_stay"))).toBeVisible();
    await expect(page.locator("main")).toContainText(w("desk.policy_warnings_then"));
    await see("preview");

    // Back without loss, and on again.
    await page.getByRole("button", { name: w("desk.preview_edit") }).click();
    await expect(page.getByLabel(w("desk.policy_field_cutoff"))).toHaveValue("16:00");
    await page.getByRole("button", { name: w("desk.policy_show") }).click();

    // A colleague stores something in between.
    const other = await context.newPage();
    await other.goto(`${demo.endpoint}/desk/policy`);
    await other.getByLabel(w("desk.policy_field_default_days")).fill("20");
    await other.getByRole("button", { name: w("desk.policy_show") }).click();
    await other.getByRole("button", { name: w("desk.policy_store") }).click();
    await expect(other.getByRole("status")).toHaveText(w("desk.policy_done"));
    await other.close();
    await page.getByRole("button", { name: w("desk.policy_store") }).click();
    await expect(page.getByRole("alert")).toContainText(w("desk.policy_stale_title"));
    await expect(page.getByLabel(w("desk.policy_field_cutoff"))).toHaveValue("16:00");
    await see("stale");
    await page.getByLabel(w("desk.policy_field_default_days")).fill("20");
    await page.getByRole("button", { name: w("desk.policy_show") }).click();
    await page.getByRole("button", { name: w("desk.policy_store") }).click();
    await expect(page.getByRole("status")).toHaveText(w("desk.policy_done"));
    await expect(page.locator("main")).toContainText("NVP");
    await see("warned");

    await page.getByRole("link", { name: w("desk.policy_holidays_all") }).click();
    await expect(page.getByRole("heading", { level: 1, name: w("desk.policy_holidays") })).toBeVisible();
    await see("holidays");
    await page.getByRole("button", { name: w("desk.policy_import_read") }).click();
    await expect(page.getByRole("alert")).toContainText(w("desk.error_file_required"));
    await see("holidays-wrong");
    await page.getByLabel(w("desk.policy_import_file")).setInputFiles({ name: "team.ics", mimeType: "text/calendar", buffer: Buffer.from(ICS) });
    await page.getByRole("button", { name: w("desk.policy_import_read") }).click();
    await expect(page.getByRole("heading", { name: w("desk.policy_days_found.one", { count: "1" }) })).toBeVisible();
    await see("found");
    await page.getByRole("button", { name: w("desk.policy_show") }).first().click();
    await expect(page.locator("main")).toContainText("Teamdag");
    await see("holidays-preview");
    await page.getByRole("button", { name: w("desk.policy_store") }).click();
    await page.getByText(w("desk.policy_holidays_later"), { exact: true }).click();
    await expect(page.getByText("Teamdag")).toBeVisible();
    await see("holidays-later");

    await page.getByRole("link", { name: w("desk.nav_setup"), exact: true }).click();
    await page.getByRole("link", { name: w("desk.nav_contacts"), exact: true }).click();
    await see("contacts");
    await page.getByRole("link", { name: /^Joost/ }).click();
    await page.getByLabel(w("desk.email"), { exact: true }).fill("");
    await page.getByRole("button", { name: w("desk.people_save") }).click();
    await expect(page.getByRole("alert")).toContainText(w("desk.error_email_too_short"));
    await see("contact");
    await page.getByLabel(w("desk.email"), { exact: true }).fill("joost@example.com");
    await page.getByRole("button", { name: w("desk.people_save") }).click();
    await expect(page.getByRole("main")).toContainText("joost@example.com");
    expect(heard).toEqual([]);
    await context.close();
  });
}
