// The desk from a one-time link to signing out: each page in both languages held against axe in light and dark, as wide as a
// phone and as a desktop, and walked through by keyboard where it counts.
const { PASSWORD, code, link, look, languages } = require("./desk.js");
const { test, expect, words, picture, start } = require("./fixtures.js");


/** Opens a link and gets in; gives the seed of the codes, if the role has any. */
async function accept(page, w, link, see = async () => {}) {
  await page.goto(link);
  await expect(page.getByRole("heading", { level: 1, name: w("desk.invitation_title") })).toBeVisible();
  await see("invitation");
  await page.getByLabel(w("desk.password_new"), { exact: true }).fill("te kort");
  await page.getByLabel(w("desk.password_again"), { exact: true }).fill("te kort");
  const seed = (await page.locator("code").count()) ? await page.locator("code").innerText() : null;
  if (seed) await page.getByLabel(w("desk.code"), { exact: true }).fill("000000");
  await page.getByRole("button", { name: w("desk.invitation_send") }).click();
  await expect(page.getByRole("alert")).toContainText(w("desk.error_password_too_short", { limit: "12" }));
  await see("invitation-wrong");
  await page.getByLabel(w("desk.password_new"), { exact: true }).fill(PASSWORD);
  await page.getByLabel(w("desk.password_again"), { exact: true }).fill(PASSWORD);
  if (seed) await page.getByLabel(w("desk.code"), { exact: true }).fill(code(seed));
  await page.getByRole("button", { name: w("desk.invitation_send") }).click();
  await expect(page).toHaveURL(/\/desk$/);
  return seed;
}

/** An administrator looks at every page of theirs and invites a colleague; gives the colleague's link. */
async function administer(page, w, see) {
  const setup = page.getByRole("navigation", { name: w("desk.nav") }).getByRole("link", { name: w("desk.nav_setup"), exact: true });
  const section = async (name) => {
    await setup.click();
    await page.getByRole("main").getByRole("link", { name: w(`desk.nav_${name}`), exact: true }).click();
  };
  await see("home");
  await section("people");
  await see("people");
  await page.getByRole("link", { name: w("desk.people_invite") }).click();
  await page.getByRole("button", { name: w("desk.people_make_link") }).click();
  await expect(page, "the browser asks for what is missing").toHaveURL(/people\/new/);
  await page.getByLabel(w("desk.email"), { exact: true }).fill("joost@example.com");
  await page.getByLabel(w("desk.people_name"), { exact: true }).fill("Joost Hendriks");
  await page.getByLabel(w("desk.role_administrator"), { exact: true }).check();
  await page.locator("[name=posting]").first().check();
  await page.getByRole("button", { name: w("desk.people_make_link") }).click();
  await expect(page.getByRole("alert")).toContainText(w("desk.error_posting_not_a_choice"));
  await see("invite-wrong");
  await page.getByLabel(w("desk.role_recruiter"), { exact: true }).check();
  await page.getByRole("button", { name: w("desk.people_make_link") }).click();
  const invitation = await page.getByLabel(w("desk.invited_link")).inputValue();
  await see("invited");
  await section("people");
  await page.getByRole("link", { name: "Joost Hendriks" }).click();
  await see("user");
  await section("audit");
  await expect(page.getByRole("cell", { name: w("desk.audit_accepted") })).toBeVisible();
  await see("audit");
  await section("sessions");
  await see("sessions");
  return invitation;
}

/** Out and in again by keyboard, with a slip at each step. */
async function comeBack(page, w, { email, seed, see }) {
  await page.getByRole("button", { name: w("desk.sign_out") }).click();
  await expect(page.getByRole("heading", { level: 1, name: w("desk.sign_in_title") })).toBeVisible();
  await see("sign-in");
  await page.getByLabel(w("desk.email"), { exact: true }).focus();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type("not the password");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText(w("desk.sign_in_wrong"));
  await see("sign-in-wrong");
  await page.getByLabel(w("desk.password"), { exact: true }).focus();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: w("desk.code_title") })).toBeVisible();
  await see("code");
  await page.getByLabel(w("desk.code"), { exact: true }).focus();
  await page.keyboard.type("000000");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText(w("desk.code_wrong"));
  await see("code-wrong");
  await page.getByLabel(w("desk.code"), { exact: true }).focus();
  // The one that enrolled is used up; the next one counts already.
  await page.keyboard.type(code(seed, Date.now() + 30_000));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/desk$/);
}

for (const lang of languages("nl")) {
  test.describe(`the desk (${lang})`, () => {
    // Chromium writes down every page that is answered with a status of 400 or more.
    test.use({ quiet: false, locale: lang });

    test("from a link to a second factor, to colleagues, and out again", async ({ page, browser }) => {
      test.setTimeout(300_000);
      const demo = await start();
      const heard = [];
      page.on("console", (message) => heard.push(message.text()));
      page.on("pageerror", (error) => heard.push(error.message));
      const w = words(lang);
      const see = (name) => look(page, `${lang}-${name}`);
      const first = link(demo);
      const seed = await accept(page, w, first, see);
      const colleague = await administer(page, w, see);
      await comeBack(page, w, { email: "sanne.dewit@havenzicht.example", seed, see });
      await page.goto(first);
      await expect(page.getByRole("heading", { level: 1, name: w("desk.invitation_over_title") })).toBeVisible();
      await see("invitation-over");
      await page.goto(`${demo.endpoint}/desk/nothing`);
      await expect(page.getByRole("heading", { level: 1, name: w("desk.problem_missing_title") })).toBeVisible();
      await see("missing");
      expect(heard.filter((text) => !/status of (404|422)/.test(text)), "console messages but the slips").toEqual([]);

      const other = await browser.newContext({ locale: lang, javaScriptEnabled: false });
      const joost = await other.newPage();
      await accept(joost, w, colleague);
      await joost.goto(`${demo.endpoint}/desk/people`);
      await expect(joost.getByRole("heading", { level: 1, name: w("desk.problem_forbidden_title") })).toBeVisible();
      await joost.setViewportSize({ width: 360, height: 740 });
      await picture(joost, `desk-${lang}-forbidden-360-light`);
      await joost.getByRole("button", { name: w("desk.sign_out") }).click();
      await joost.goto(`${demo.endpoint}/desk/sessions`);
      await expect(joost).toHaveURL(/sign-in\?to=\/desk\/sessions$/);
      await other.close();
      await demo.stop();
    });
  });
}
