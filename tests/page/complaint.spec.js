// A complaint from the page to its answer, and the reader's desk beside it: by number and code, in both languages, as a phone
// and as a desktop, by keyboard where it counts, and when the line breaks.
const { reader, enter, look, languages } = require("./desk.js");
const { test, expect, words, axe, picture, start, PDF } = require("./fixtures.js");

// Chromium writes to the console by itself that a wrong code was refused.
test.use({ quiet: false });

for (const lang of languages("nl")) {
  test(`a complaint is answered outside the hiring team (${lang})`, async ({ browser, page }) => {
    test.setTimeout(180_000);
    const w = words(lang);
    const server = await start();
    const hiring = await (await browser.newContext({ locale: lang })).newPage();
    await enter(hiring, w, server);
    const desk = await reader(browser, hiring, w, { server, lang });

    // In two taps from the board, by keyboard; a slip first, then a line that breaks.
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${server.host}/${lang === "en" ? "en.html" : ""}`);
    const inside = page.locator("belofte-careers");
    // On a phone the element lies below what is near enough to load it by itself.
    await inside.scrollIntoViewIfNeeded();
    const way = inside.getByRole("link", { name: w("pages.foot_complaint"), exact: true }).first();
    await way.focus();
    await page.keyboard.press("Enter");
    await expect(inside.getByRole("heading", { level: 1, name: w("pages.foot_complaint") })).toBeFocused();
    await axe(page, "complaint form");
    await picture(page, `complaint-form-${lang}`);
    await inside.getByRole("button", { name: w("complaint.send"), exact: true }).click();
    await expect(inside.getByLabel(w("complaint.subject"))).toHaveAttribute("aria-invalid", "true");
    await inside.getByLabel(w("complaint.subject")).fill("Geen antwoord");
    await inside.getByLabel(w("complaint.text"), { exact: true }).fill("Ik wacht al drie weken op een antwoord dat beloofd was.");
    await inside.locator('input[name="uploads"]').setInputFiles({ ...PDF, name: "brief.pdf" });
    await expect(inside.getByText(w("apply.file_ready", { name: "brief.pdf", size: "" }).split("(")[0].trim())).toBeVisible();
    await inside.getByLabel(w("complaint.email"), { exact: true }).fill("klager@example.com");
    await inside.getByLabel(w("complaint.email"), { exact: true }).press("Enter");
    const told = inside.locator(".told__title");
    await expect(told).toBeFocused();
    await axe(page, "complaint told");
    await picture(page, `complaint-told-${lang}`);
    const number = /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(await told.innerText())[0];
    await expect(inside, "who reads it").toContainText("Ineke Postma");

    // The hiring team sees nothing of it, not even the mails.
    await hiring.goto(`${server.endpoint}/desk/mails?lang=${lang}`);
    await expect(hiring.locator("body")).not.toContainText("klager@example.com");
    expect((await hiring.goto(`${server.endpoint}/desk/complaints`)).status()).toBe(403);

    // The person opens it by number and code, and the reader answers beside.
    await inside.getByRole("link", { name: w("complaint.look") }).click();
    await page.getByLabel(w("complaint.number"), { exact: true }).fill(number.toLowerCase());
    await page.getByLabel(w("complaint.email"), { exact: true }).fill("klager@example.com");
    await page.getByRole("button", { name: w("lookup.send"), exact: true }).click();
    await expect(page.getByText(w("complaint.code_lead"))).toBeVisible();
    await axe(page, "complaint code");
    const mail = (await server.mails("klager@example.com", 2)).at(-1);
    await page.getByLabel(w("lookup.code"), { exact: true }).fill("000000");
    await page.getByRole("button", { name: w("lookup.open"), exact: true }).click();
    await expect(page.getByLabel(w("lookup.code"), { exact: true }), "a wrong code loses nothing").toBeVisible();
    await page.getByLabel(w("lookup.code"), { exact: true }).fill(/\b\d{6}\b/.exec(mail.text)[0]);
    await page.getByRole("button", { name: w("lookup.open"), exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`/careers/complaint/answer/${number}`, "i"));
    await expect(page.locator("main")).toContainText("Ik wacht al drie weken");
    await expect(page.locator("main"), "the file that came with it").toContainText("brief.pdf");
    await axe(page, "complaint waits");

    await desk.getByRole("link", { name: w("desk.nav_complaints"), exact: true }).click();
    await look(desk, `complaints-${lang}`);
    await desk.getByRole("link", { name: /Geen antwoord/ }).click();
    await look(desk, `complaint-${lang}`);
    const saved = desk.waitForEvent("download");
    await desk.getByRole("link", { name: "brief.pdf" }).click();
    expect((await saved).suggestedFilename(), "the reader saves the file").toBe("brief.pdf");
    await desk.getByLabel(w("desk.complaints_answer"), { exact: true }).fill("Te kort.");
    await desk.getByRole("button", { name: w("desk.act_preview") }).click();
    await expect(desk.getByRole("alert")).toContainText(w("desk.error_text_too_short", { limit: "20" }));
    await desk.getByLabel(w("desk.complaints_answer"), { exact: true }).fill("Je hebt gelijk. Je krijgt morgen je antwoord.");
    await desk.getByRole("button", { name: w("desk.act_preview") }).click();
    await expect(desk.getByRole("heading", { level: 1, name: w("desk.complaints_look") })).toBeVisible();
    await look(desk, `complaint-look-${lang}`);
    await desk.getByRole("button", { name: w("desk.complaints_send") }).click();
    await expect(desk.getByRole("status")).toContainText(w("desk.complaints_done_answered"));

    await page.reload();
    await expect(page.getByRole("status")).toContainText(w("complaint.answered"));
    await expect(page.locator("main")).toContainText("Je krijgt morgen je antwoord.");
    await page.setViewportSize({ width: 1280, height: 800 });
    await axe(page, "complaint answered");
    await picture(page, `complaint-answered-${lang}`);
    const said = (await server.mails("klager@example.com", 3)).at(-1);
    expect(said.text, "the mail only says that there is one").not.toContain("morgen");
    await page.getByRole("button", { name: w("complaint.erase"), exact: true }).click();
    await expect(page.getByRole("status")).toContainText(w("complaint.erased"));
    await server.stop();
  });
}
