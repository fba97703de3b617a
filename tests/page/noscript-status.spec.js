// One's own page without JavaScript: a code by mail opens it, logging out closes it; each page on the way held against axe.
const { test, expect, words, axe, picture } = require("./fixtures.js");
const story = require("./story.js");

/** One's whole way in and out, also by way of `slips`. `see` is called with a name on every page that is reached. */
async function visit(page, demo, { lang, email, slips, see }) {
  const w = words(lang);
  const button = (key) => page.getByRole("button", { name: w(key), exact: true });
  const title = (text) => page.getByRole("heading", { level: 1, name: text, exact: true });
  const first = await demo.apply({ posting: "helpende-plus", email, lang });
  const second = await demo.apply({ posting: "kok", email, lang });
  const posting = await demo.json("GET", `/v1/job-postings/helpende-plus?lang=${lang}`);

  await page.goto(`${demo.endpoint}/careers?lang=${lang}`);
  await page.getByRole("link", { name: w("postings.already"), exact: true }).click();
  await expect(title(w("lookup.title"))).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", lang);
  await see("lookup");
  if (slips) {
    await button("lookup.send").click();
    await expect(page.getByLabel(w("lookup.email")), "told beside its field").toHaveAttribute("aria-invalid", "true");
    await see("lookup-wrong");
  }
  await page.getByLabel(w("lookup.email")).fill(email);
  await button("lookup.send").click();
  await expect(title(w("lookup.code_title"))).toBeVisible();
  await see("code");
  if (slips) {
    await page.getByLabel(w("lookup.code")).fill("12");
    await button("lookup.open").click();
    await expect(page.getByText(w("lookup.code_shape").split("”: ")[1]).first()).toBeVisible();
    await see("code-wrong");
  }
  // Two receipts came first; a slip costs no new mail.
  const mail = (await demo.mails(email, 3)).at(-1);
  await page.getByLabel(w("lookup.code")).fill(/\b\d{6}\b/.exec(mail.text)[0]);
  await button("lookup.open").click();

  await expect(title(w("lookup.list_title"))).toBeVisible();
  await expect(page.locator("body")).toContainText(second.reference);
  await see("list");
  await page.getByRole("link", { name: posting.title }).click();
  expect(new URL(page.url()).pathname).toBe(`/careers/status/${first.reference}`);
  await expect(page.locator("body")).toContainText(first.reference);
  await expect(page.locator("body"), "who promised it").toContainText("Sanne");
  await expect(page.getByRole("heading", { name: w("timeline.steps"), exact: true })).toBeVisible();
  await see("status");

  await button("status.log_out").click();
  await expect(title(w("lookup.title"))).toBeVisible();
  await page.goto(`${demo.endpoint}/careers/status/${first.reference}?lang=${lang}`);
  await expect(title(w("lookup.title")), "without a code it stays closed").toBeVisible();
  await expect(page.locator("body")).not.toContainText(first.reference);
}

for (const lang of ["nl", "en"]) {
  test.describe(`without JavaScript (${lang})`, () => {
    test.use({ javaScriptEnabled: false });
    test("a code by mail opens one's own page, logging out closes it", async ({ page, demo }) => {
      await page.setViewportSize({ width: 360, height: 740 });
      const see = (state) => picture(page, `plain-${lang}-360-${state}`);
      await visit(page, demo, { lang, email: `plain-${lang}-${Date.now()}@example.com`, slips: false, see });
    });
  });

  test.describe(`looked at by axe (${lang})`, () => {
    // axe itself is a script; the pages under it are the same. Chromium writes down every page that is answered with 422.
    test.use({ quiet: false });
    test("no page on the way in has a violation, nor one with a slip", async ({ page, demo }) => {
      test.setTimeout(120_000);
      const heard = [];
      page.on("console", (message) => heard.push(message.text()));
      page.on("pageerror", (error) => heard.push(error.message));
      const see = async (state) => {
        await picture(page, `plain-${lang}-1280-${state}`);
        await axe(page, state);
      };
      await visit(page, demo, { lang, email: `plain-axe-${lang}-${Date.now()}@example.com`, slips: true, see });
      expect(heard.filter((text) => !text.includes("status of 422")), "console messages but the two slips").toEqual([]);
      expect(heard.length).toBe(2);
    });
  });
}

for (const width of [360, 1280]) {
  test(`the employer's privacy page has no violation and fits (${width} px)`, async ({ page, demo }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${demo.host}/privacy.html`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await axe(page, "privacy");
    const [needs, has] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect(needs, "width of the page").toBeLessThanOrEqual(has);
    await picture(page, `privacy-${width}`);
  });
}
