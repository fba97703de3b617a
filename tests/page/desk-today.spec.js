// A working day at the desk by keyboard alone: keep, move, hand over, note, next step. Every page of it held against axe in light
// and dark, as wide as a phone and as a desktop.
const { enter, look, languages, press, whole } = require("./desk.js");
const { test, expect, words, start } = require("./fixtures.js");

const focused = (page, selector) => page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, selector);

/** Presses `key` until what is focused matches. */
async function until(page, key, selector) {
  await whole(page);
  for (let pressed = 0; pressed < 120; pressed += 1) {
    if (await focused(page, selector)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${selector}`);
}

/** From the top of the day to the row of one applicant. */
const row = (page, reference) => until(page, "j", `[data-row] a[href="/desk/applications/${reference}"]`);

/** The form as it stands: shown as the applicant will read it, then sent. */
async function send(page, w, see, expected) {
  await until(page, "Tab", "main form:not([method=get]) button");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: w("desk.preview_page") })).toBeVisible();
  await expect(page.locator(".preview")).toContainText(expected);
  await see();
  await page.reload();
  await until(page, "Tab", "main form button:not([name])");
  await page.keyboard.press("Enter");
}

let demo;
test.afterEach(() => demo?.stop());

for (const lang of languages("en")) {
  test(`a day by keyboard: keep, move, hand over, note, next step (${lang})`, async ({ browser }) => {
    test.setTimeout(300_000);
    demo = await start();
    const w = words(lang);
    const context = await browser.newContext({ locale: lang });
    const page = await context.newPage();
    const heard = [];
    page.on("console", (message) => heard.push(`${message.text()} ${message.location().url}`));
    page.on("pageerror", (error) => heard.push(error.message));
    const see = (name) => look(page, `${lang}-${name}`);
    const applied = [];
    for (const name of ["keep", "move", "owner", "step"]) {
      applied.push((await demo.apply({ email: `${name}@example.com`, lang })).reference);
    }
    const [keep, move, owner, step] = applied;
    await enter(page, w, demo);
    await see("today");
    await press(page, "?");
    await expect(page.getByRole("dialog", { name: w("desk.keys_title") })).toBeVisible();
    await see("keys");
    await page.keyboard.press("Escape");

    await press(page, "1");
    await expect(page, "a digit opens nothing of a row that nobody chose").not.toHaveURL(/\/applications\//);
    await row(page, keep);
    await press(page, "1");
    await expect(page).toHaveURL(/\/keep\?/);
    await see("keep");
    await until(page, "Tab", "#text");
    await page.keyboard.type("Ik las je brief met plezier.");
    await send(page, w, () => see("keep-preview"), "Ik las je brief met plezier.");
    await expect(page.getByRole("status")).toHaveText(w("desk.done_keep"));
    const mails = await demo.mails("keep@example.com", 2);
    expect(mails.filter((mail) => mail.text.includes("Ik las je brief met plezier.")), "one mail").toHaveLength(1);

    await row(page, move);
    await press(page, "2");
    await expect(page).toHaveURL(/\/move\?/);
    await until(page, "Tab", "#reason");
    await page.keyboard.type("Ziek.");
    await until(page, "Tab", "main form button");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toBeVisible();
    await see("move-wrong");
    await until(page, "Tab", "#reason");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Twee collega’s zijn ziek. Ik lees je brief zelf.");
    await send(page, w, () => see("move-preview"), "Twee collega’s zijn ziek.");
    await expect(page.getByRole("status")).toHaveText(w("desk.done_move"));

    await row(page, owner);
    await press(page, "3");
    await expect(page).toHaveURL(/\/owner\?/);
    await see("owner");
    await send(page, w, () => see("owner-preview"), /\S/);
    await expect(page.getByRole("status")).toHaveText(w("desk.done_owner"));

    await row(page, step);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`/desk/applications/${step}$`));
    await until(page, "Tab", "#text");
    await page.keyboard.type("Belde al eens, klinkt goed.");
    await until(page, "Tab", "form[action$=notes] button");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status")).toContainText(w("desk.done_note"));
    await expect(page.getByText("Belde al eens, klinkt goed.")).toBeVisible();
    await see("application");
    await press(page, "1");
    await expect(page).toHaveURL(/\/step$/);
    await see("step");
    await until(page, "Tab", "#text");
    await page.keyboard.type("We willen je graag leren kennen.");
    await send(page, w, () => see("step-preview"), "We willen je graag leren kennen.");
    await expect(page.getByRole("status")).toContainText(w("desk.done_step"));
    await press(page, "2");
    await expect(page).toHaveURL(new RegExp(`/desk/postings/helpende-plus/decisions/${step}$`));
    await page.goto(`${demo.endpoint}/desk/away`);
    await see("away");

    await page.goto(`${demo.endpoint}/desk/applications`);
    await see("postings");
    await until(page, "j", 'a[href^="/desk/postings/helpende-plus"]');
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/desk\/postings\/helpende-plus/);
    await press(page, "/");
    await page.keyboard.type("step@example.com");
    await page.keyboard.press("Enter");
    await expect(page.locator("[data-row]")).toHaveCount(1);
    await press(page, "j");
    // Nothing about it is to be looked at, so there is nothing to tick.
    await expect(page.locator("[data-row] input")).toHaveCount(0);
    await see("list");
    expect(heard.filter((text) => !/status of 422|favicon/.test(text)), "console messages but the slip").toEqual([]);
    await context.close();
  });
}

test("a late promise cannot be moved: the second digit on its row hands it over", async ({ browser }) => {
  const w = words("nl");
  const page = await browser.newPage({ locale: "nl" });
  const first = await start({ now: "2027-03-25T10:00:00+01:00" });
  const { reference } = await first.apply({ posting: "kok", email: "laat@example.com" });
  await first.stop({ keep: true });
  demo = await start({ now: "2027-04-08T10:00:00+02:00", data: first.data });
  await enter(page, w, demo);
  const late = page.locator("[data-row]").filter({ has: page.locator(`a[href="/desk/applications/${reference}"]`) });
  await expect(late.locator(".pill").first()).toHaveAttribute("data-state", "late");
  await row(page, reference);
  await press(page, "2");
  await expect(page).toHaveURL(/\/owner\?/);
  await page.context().close();
});
