// What one thought of it: given on one's page, changed there, shown at the desk in groups of five; and what was changed
// because of it, from the desk to the careers page. In both languages, as a phone and as a desktop.
const { enter, look, languages } = require("./desk.js");
const { test, expect, words, axe, picture, start } = require("./fixtures.js");

for (const lang of languages("en")) {
  test(`feedback goes from the page to the desk in fives (${lang})`, async ({ browser, page }) => {
    test.setTimeout(180_000);
    const w = words(lang);
    const server = await start();
    await server.apply({ posting: "kok", email: "noor@example.com", lang });
    await page.setViewportSize({ width: 360, height: 740 });
    const mail = (await server.mails("noor@example.com")).at(-1);
    await page.goto(/https?:\S+#belofte-link=\S+/.exec(mail.text)[0]);
    const inside = page.locator("belofte-careers");
    const way = inside.getByRole("link", { name: w("pages.way_feedback"), exact: true });
    await way.focus();
    await page.keyboard.press("Enter");
    await expect(inside.getByText(w("feedback.nps"))).toBeVisible();
    await axe(page, "feedback form");
    await picture(page, `feedback-form-${lang}`);
    await inside.getByRole("button", { name: w("feedback.send"), exact: true }).click();
    await expect(inside.locator(".error-summary")).toBeFocused();
    await inside.getByLabel("9", { exact: true }).focus();
    await page.keyboard.press("Space");
    await inside.getByLabel(w("feedback.text"), { exact: true }).fill("Snel antwoord.");
    await inside.getByLabel(w("feedback.may_quote")).check();
    await inside.getByRole("button", { name: w("feedback.send"), exact: true }).click();
    await expect(inside.locator(".told__title")).toBeFocused();
    await axe(page, "feedback told");
    // It can be changed: what was given stands there.
    await inside.getByRole("button", { name: w("ways.close"), exact: true }).click();
    await way.click();
    await expect(inside.getByLabel("9", { exact: true })).toBeChecked();
    await expect(inside.getByLabel(w("feedback.text"), { exact: true })).toHaveValue("Snel antwoord.");

    const desk = await (await browser.newContext({ locale: lang })).newPage();
    await enter(desk, w, server);
    await desk.getByRole("link", { name: w("desk.nav_feedback"), exact: true }).click();
    await expect(desk.getByText(w("desk.feedback_none")), "one answer shows nothing").toBeVisible();
    await look(desk, `feedback-none-${lang}`);
    await desk.getByRole("link", { name: w("desk.improvements_title"), exact: true }).click();
    for (const one of ["nl", "en"]) {
      await desk.locator(`#said_${one}`).fill(one === "nl" ? "Ik wachtte lang." : "I waited long.");
      await desk.locator(`#did_${one}`).fill(one === "nl" ? "We antwoorden in twee dagen." : "We answer in two days.");
    }
    await look(desk, `improvements-${lang}`);
    await desk.getByRole("button", { name: w("desk.improvements_save") }).click();
    await expect(desk.getByRole("heading", { name: w("desk.improvements_shown") })).toBeVisible();

    await page.goto(`${server.host}/${lang === "en" ? "en.html" : ""}`);
    await inside.getByRole("link", { name: w("pages.foot_improvements"), exact: true }).first().click();
    await expect(inside).toContainText(lang === "nl" ? "We antwoorden in twee dagen." : "We answer in two days.");
    await page.setViewportSize({ width: 1280, height: 800 });
    await axe(page, "improvements");
    await picture(page, `improvements-${lang}`);
    await server.stop();
  });
}
