// The board and a posting as whole pages without JavaScript, rendered from the widget's own components.
const { test, expect, words, axe, picture } = require("./fixtures.js");

test.use({ javaScriptEnabled: false });

for (const lang of ["nl", "en"]) {
  test(`careers page and posting read well without JavaScript (${lang})`, async ({ page, demo }) => {
    const { postings } = await demo.json("GET", `/v1/job-postings?lang=${lang}`);
    await page.goto(`${demo.endpoint}/careers?lang=${lang}`);
    await expect(page.locator("html")).toHaveAttribute("lang", lang);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    for (const posting of postings.filter((each) => each.status === "open")) {
      await expect(page.getByRole("link", { name: posting.title }).first()).toBeVisible();
    }
    await picture(page, `careers-${lang}`);
    const first = postings.find((each) => each.id === "wijkverpleegkundige");
    await page.getByRole("link", { name: first.title }).first().click();
    expect(page.url()).toContain("/careers/wijkverpleegkundige");
    await expect(page.getByRole("heading", { name: first.title }).first()).toBeVisible();
    const detail = await demo.json("GET", `/v1/job-postings/wijkverpleegkundige?lang=${lang}`);
    for (const stage of detail.process) await expect(page.locator("body")).toContainText(stage.label);
    for (const contact of detail.contacts) await expect(page.locator("body")).toContainText(contact.name);
    await picture(page, `careers-posting-${lang}`);
  });
}

for (const lang of ["nl", "en"]) {
  test(`the score reads well without JavaScript, and its kinds unfold (${lang})`, async ({ page, demo }) => {
    const w = words(lang);
    const { kept, moved, late, open, by_kind } = await demo.json("GET", "/v1/promise-score");
    await page.setViewportSize({ width: lang === "nl" ? 360 : 1280, height: 740 });
    await page.goto(`${demo.endpoint}/careers/score?lang=${lang}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(w("badge.title"));
    await expect(page.locator("main")).toContainText(`${w("badge.counts", { kept, moved, late })} ${w("badge.open", { open })}`);
    await expect(page.getByRole("table")).toBeHidden();
    await page.getByText(w("badge.by_kind")).click();
    await expect(page.getByRole("row")).toHaveCount(1 + by_kind.length);
    await picture(page, `careers-score-${lang}`);
  });
}

test.describe("looked at by axe", () => {
  // axe itself is a script; the page under it is the same.
  test.use({ javaScriptEnabled: true });
  for (const path of ["/careers", "/careers/score", "/careers/wijkverpleegkundige", "/careers/leerling-verpleegkundige"]) {
    test(`${path} has no violations`, async ({ page, demo }) => {
      await page.goto(`${demo.endpoint}${path}?lang=nl`);
      await axe(page, path);
    });
  }
});
