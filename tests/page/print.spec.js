// What comes out of the printer: the status page alone, in ink, whatever the employer's page looks like on the screen.
const { test, expect, words } = require("./fixtures.js");
const story = require("./story.js");

for (const brand of ["licht", "noord"]) {
  test(`paper shows the status page and nothing of the page around it (${brand})`, async ({ page, demo }) => {
    const email = `print-${brand}-${Date.now()}@example.com`;
    await demo.apply({ email });
    const [mail] = await demo.mails(email);
    await page.emulateMedia({ colorScheme: "dark" });
    await story.openLink(page, demo, story.linkToken(mail), "nl");
    if (brand === "noord") await page.locator("[data-switch-brand]").click();
    const around = page.locator("body > *:not(main), main > *:not(.jobs)");
    expect(await around.filter({ visible: true }).count(), "on the screen").toBeGreaterThan(4);
    await page.emulateMedia({ media: "print" });
    await expect(around.filter({ visible: true })).toHaveCount(0);
    const heading = story.widget(page).getByRole("heading", { level: 1 });
    await expect(heading).toBeVisible();
    await expect(heading).toHaveCSS("color", "rgb(17, 17, 17)");
    // Printers leave the background of the weekday out: it must be read without.
    await expect(story.widget(page).locator(".leaf__weekday")).toHaveCSS("color", "rgb(17, 17, 17)");
    await expect(story.widget(page).getByRole("button", { name: words("nl")("status.print") })).toBeHidden();
  });
}
