// Leaving again: withdrawn and taken back, corrected, taken along, erased; the desk looks on.
const fs = require("node:fs");
const { test, expect, words, axe, picture, start } = require("./fixtures.js");
const { enter, languages } = require("./desk.js");
const { widget, openBoard, choosePosting, openForm, fillForm, send, seeReceipt, openLink, linkToken } = require("./story.js");

/** Applies by program for the cook's posting; gives the reference. */
async function apply(demo, email, name) {
  const form = await demo.json("GET", "/v1/forms/kort?lang=nl");
  const answers = [["name", name], ["email", email], ["start", "now"]].map(([field, value]) => ({ field, values: [value] }));
  const body = { posting_id: "kok", form_id: "kort", form_version: form.version, lang: "nl", answers };
  const sent = await fetch(`${demo.endpoint}/v1/applications`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify(body),
  });
  expect(sent.status).toBe(201);
  return (await sent.json()).reference;
}

/** Opens the way that the page offers under `label`, by keyboard alone. */
async function open(page, label) {
  const opener = widget(page).getByRole("link", { name: label, exact: true });
  await opener.focus();
  await page.keyboard.press("Enter");
  await expect(widget(page).getByRole("heading", { level: 3, name: label })).toBeFocused();
}

const sizes = [[360, 740], [1280, 800]];

async function look(page, name) {
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${name} at ${width} px`).toBeLessThanOrEqual(width);
    await picture(page, `privacy-${name}-${width}`);
    await axe(page, `${name}, ${width} px`);
  }
}

test.describe("privacy", () => {
  let server;
  test.beforeAll(async () => { server = await start(); });
  test.afterAll(() => server.stop());

  for (const [at, lang] of languages("nl").entries()) {
    test(`${lang}: withdrawn in two taps, back in two, with the desk looking on`, async ({ page, browser }) => {
      const w = words(lang);
      const email = `weg-${lang}@example.com`;
      const reference = await apply(server, email, "Noor van Weg");
      const [receipt] = await server.mails(email);
      const desk = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
      if (at === 0) await enter(desk, words("nl"), server);
      await openLink(page, server, linkToken(receipt), lang);
      await open(page, w("pages.way_withdrawal"));
      await look(page, `withdraw-${lang}`);
      await widget(page).getByRole("button", { name: w("privacy.withdraw"), exact: true }).press("Enter");
      await expect(widget(page)).toContainText(w("pages.withdrawn_title"));
      await expect(widget(page)).toContainText(w("timeline.withdrawn_title"));
      await look(page, `withdrawn-${lang}`);
      if (at === 0) {
        await desk.goto(`${server.endpoint}/desk/applications/${reference}`);
        await expect(desk.locator("main")).toContainText(words("nl")("desk.status_withdrawn"));
      }
      await widget(page).getByRole("button", { name: w("privacy.restore"), exact: true }).press("Enter");
      await expect(widget(page)).toContainText(w("pages.restored_title"));
      await expect(widget(page)).toContainText(w("pages.restored"));
      if (at === 0) {
        await desk.reload();
        await expect(desk.locator("main")).toContainText(words("nl")("desk.status_open"));
      }
      const kinds = (await server.mails(email, 3)).map((mail) => mail.subject);
      expect(kinds.length, kinds.join("; ")).toBe(3);
    });

    test(`${lang}: seen, corrected, taken along, erased`, async ({ page }) => {
      const w = words(lang);
      const email = `bewaard-${lang}@example.com`;
      const reference = await apply(server, email, "Noor Verkeerd");
      const [receipt] = await server.mails(email);
      await openLink(page, server, linkToken(receipt), lang);
      await open(page, w("pages.way_held"));
      await expect(widget(page)).toContainText(w("pages.held_answers"));
      await look(page, `held-${lang}`);

      const form = await server.json("GET", `/v1/forms/kort?lang=${lang}`);
      const name = widget(page).locator("#ask-answers").getByLabel(form.fields.find((field) => field.name === "name").label).first();
      await name.fill("");
      await widget(page).getByRole("button", { name: w("privacy.correct"), exact: true }).click();
      await expect(widget(page).getByRole("alert").first(), "what is missing").toBeVisible();
      await name.fill("Noor Verbeterd");
      await widget(page).getByRole("button", { name: w("privacy.correct"), exact: true }).press("Enter");
      await expect(widget(page)).toContainText(w("pages.corrected_title"));
      await expect(widget(page)).toContainText(w("pages.note_answers"));

      const [download] = await Promise.all([
        page.waitForEvent("download"),
        widget(page).locator(".held").getByRole("button", { name: w("status.export"), exact: true }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`${reference}.zip`);
      expect(fs.readFileSync(await download.path()).subarray(0, 2).toString()).toBe("PK");

      await widget(page).getByRole("button", { name: w("privacy.erase_all"), exact: true }).press("Enter");
      await expect(widget(page)).toContainText(w("pages.erasure_title"));
      await expect(widget(page)).toContainText(w("pages.asked_erasure"));
      await widget(page).getByRole("button", { name: w("privacy.keep"), exact: true }).press("Enter");
      await expect(widget(page)).toContainText(w("pages.erasure_kept_title"));
      await widget(page).getByRole("button", { name: w("privacy.send_code"), exact: true }).waitFor();
      await widget(page).getByLabel(w("privacy.new_address")).fill(`nieuw-${lang}@example.com`);
      await widget(page).getByRole("button", { name: w("privacy.send_code"), exact: true }).press("Enter");
      const [mail] = await server.mails(`nieuw-${lang}@example.com`);
      await widget(page).getByLabel(w("privacy.code")).fill(/\d{6}/.exec(mail.text)[0]);
      await widget(page).getByRole("button", { name: w("privacy.change_address"), exact: true }).press("Enter");
      await expect(widget(page)).toContainText(w("pages.address_changed_title"));
      await look(page, `erasing-${lang}`);
    });
  }

  test("what fails says so and keeps what was written", async ({ page }) => {
    const w = words("en");
    const email = "mislukt@example.com";
    await apply(server, email, "Noor Mislukt");
    const [receipt] = await server.mails(email);
    await openLink(page, server, linkToken(receipt), "en");
    await open(page, w("pages.way_withdrawal"));
    await widget(page).getByLabel(w("privacy.reason")).fill("I found something else.");
    await page.route("**/withdrawal*", (route) => route.abort());
    await widget(page).getByRole("button", { name: w("privacy.withdraw"), exact: true }).click();
    await expect(widget(page).getByRole("alert").first()).toContainText(w("ui.offline"));
    await expect(widget(page).getByLabel(w("privacy.reason"))).toHaveValue("I found something else.");
    await page.unroute("**/withdrawal*");
    await widget(page).getByRole("button", { name: w("ui.try_again"), exact: true }).click();
    await expect(widget(page)).toContainText(w("pages.withdrawn_title"));
  });

  test("this device keeps what was written only when asked, for a day, in sight", async ({ page }) => {
    const w = words("en");
    const form = await server.json("GET", "/v1/forms/kort?lang=en");
    const name = () => widget(page).getByLabel(form.fields.find((field) => field.name === "name").label).first();
    const kept = () => page.evaluate(() => Object.keys(localStorage));
    const write = async () => {
      await openBoard(page, server, "en");
      await choosePosting(page, w, server, "kok", "en");
      await openForm(page, w);
      await expect(widget(page).getByLabel(w("privacy.device"))).toBeVisible();
    };
    await write();
    await name().fill("Noor Morgen");
    expect(await kept(), "nobody asked").toEqual([]);
    await page.reload();
    await write();
    await expect(name()).toHaveValue("");
    await name().fill("Noor Morgen");
    await widget(page).getByLabel(w("privacy.device")).check();
    expect(await kept()).toEqual(["belofte-draft-kok"]);
    await look(page, "device");
    await page.reload();
    await write();
    await expect(name()).toHaveValue("Noor Morgen");
    await expect(widget(page).getByLabel(w("privacy.device"))).toBeChecked();
    await widget(page).getByRole("button", { name: w("privacy.device_forget"), exact: true }).click();
    expect(await kept()).toEqual([]);
    // A day old is as good as none.
    await page.evaluate(() => localStorage.setItem("belofte-draft-kok", `${Date.now() - 86_400_001} [["name","Old"]]`));
    await page.reload();
    await write();
    await expect(name()).toHaveValue("");
    expect(await kept()).toEqual([]);
    await widget(page).getByLabel(w("privacy.device")).check();
    await fillForm(page, w, { form, name: "Noor Morgen", email: "morgen@example.com" });
    await send(page, w);
    await seeReceipt(page, w);
    await expect.poll(kept, "what was sent is not kept").toEqual([]);
  });
});

/** These tests break lines and reload on purpose. */
test.use({ quiet: false });
