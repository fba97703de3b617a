// Formal address, by one setting: on the endpoint's pages, in mails, in the frame, and in the widget of a page that names the file.
const fs = require("node:fs");
const path = require("node:path");
const { test, expect, start, picture } = require("./fixtures.js");
const { root } = require("./server.js");

const formal = JSON.parse(fs.readFileSync(path.join(root, "www/texts/formal.json"), "utf8"));
const shipped = (lang) => JSON.parse(fs.readFileSync(path.join(root, `locales/${lang}.json`), "utf8"));
/** As it reads in the formal tone: many texts are the same in both. */
const say = (lang, feature, name) => formal[lang][feature]?.[name] ?? shipped(lang)[feature][name];

test("one setting addresses applicants formally on pages, in mails, in the frame and in the widget", async ({ page }) => {
  test.slow();
  const server = await start({ texts: "formal" });
  // The frame has no icon of its own: it stands in a page that has one.
  await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  try {
    for (const lang of ["nl", "de"]) {
      // The page without JavaScript.
      await page.goto(`${server.endpoint}/careers?lang=${lang}`);
      await expect(page.getByText(say(lang, "postings", "already"))).toBeVisible();
      await page.goto(`${server.endpoint}/careers/wijkverpleegkundige/apply?lang=${lang}`);
      await expect(page.getByText(say(lang, "apply", "lead")).first()).toBeVisible();
      // A mail.
      await server.apply({ email: `formal-${lang}@example.com`, lang });
      const [mail] = await server.mails(`formal-${lang}@example.com`);
      expect(mail.subject).toContain(say(lang, "mail", "receipt_subject").split("{")[0]);
      // What the employer wrote, the form's questions for one, stays as it was written.
      for (const name of ["receipt_heading", "link", "receipt_copy"]) expect(mail.text, name).toContain(say(lang, "mail", name));
      expect(mail.text).toContain(say(lang, "mail", "footer").replace("{organization}", "Havenzicht"));
      // The widget of a page that names the file, and the frame.
      for (const address of [`${server.host}/strict-en.html`, `${server.endpoint}/careers/frame?lang=${lang}`]) {
        await page.goto(address);
        const widget = page.locator("belofte-careers");
        if (address.startsWith(server.host)) {
          await widget.evaluate((element, [lang, texts]) => Object.assign(element, { lang, texts }), [lang, `${server.endpoint}/careers/texts.json`]);
        }
        await widget.scrollIntoViewIfNeeded();
        await expect(widget.getByText(say(lang, "postings", "already"))).toBeVisible();
        await expect(widget.getByText(shipped(lang).postings.already, { exact: true })).toHaveCount(0);
      }
      await picture(page, `formal-${lang}`);
    }
    // A language that has no other form stays as it is.
    await page.goto(`${server.endpoint}/careers?lang=fr`);
    await expect(page.getByText(shipped("fr").postings.already)).toBeVisible();
  } finally {
    await server.stop();
  }
});

test("the studio shows the tone, puts it in the tag and in the link", async ({ page, demo }) => {
  const inside = page.locator("iframe").first().contentFrame().locator("belofte-careers");
  let go;
  const held = new Promise((done) => (go = done));
  await page.route("**/given.json", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${demo.host}/studio/`);
  await page.getByLabel("Language", { exact: true }).selectOption("nl");
  await expect(page.locator("iframe"), "a widget that would be made anew once all is read").toHaveCount(0);
  go();
  await page.locator("iframe").first().scrollIntoViewIfNeeded();
  await expect(inside.getByText(shipped("nl").postings.already)).toBeVisible();
  await page.getByLabel("How you address applicants").selectOption("formal");
  await page.locator("iframe").first().scrollIntoViewIfNeeded();
  await expect(inside.getByText(formal.nl.postings.already)).toBeVisible();
  await expect(page.locator("#snippet")).toContainText(/data-texts="[^"]*\/embed\/[\d.]+\/texts\/formal-\{lang\}\.json"/);
  await page.getByRole("button", { name: /link/i }).first().click();
  await page.reload();
  await expect(page.getByLabel("How you address applicants")).toHaveValue("formal");
  await page.getByLabel("How you address applicants").selectOption("");
  await expect(page.locator("#snippet")).not.toContainText("data-texts");
});
