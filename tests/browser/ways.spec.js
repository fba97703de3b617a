// What one can do from one's page: opened in place, closed without a loss, and left alone by what changes around it.
const { test, expect, words } = require("../page/fixtures.js");
const { layOut, sealSession, HOST, ENDPOINT } = require("./endpoint.js");
const { well, SAID, REFERENCE } = require("./states.js");

const w = words("en");
const said = SAID.en;
const STATUS = `GET /v1/applications/${REFERENCE}`;
const ASK = `POST /v1/applications/${REFERENCE}/questions`;
const QUESTION = "May I bring my dog?";

/** The status page, with `changes` to what the endpoint answers. */
async function arrive(page, changes = {}) {
  const answers = { ...well("en"), ...changes };
  const element = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" view="status"></belofte-careers>`;
  await layOut(page, { element, answers, now: Date.parse("2027-03-26T13:03:00Z") });
  await sealSession(page, { token: "token-of-the-test", reference: REFERENCE });
  await page.goto(HOST);
  const inside = page.locator("belofte-careers");
  return {
    answers,
    inside,
    way: inside.getByRole("link", { name: said.ask, exact: true }),
    text: inside.getByLabel(w("questions.text")),
    send: inside.getByRole("button", { name: w("questions.send"), exact: true }),
  };
}

/** The page reads itself again and finds `ways`. */
async function becomes(page, { answers, inside }, ways) {
  const { body } = answers[STATUS];
  const version = body.version + 1;
  const entry = { ...body.timeline[0], id: "news", event: "note", text: "Something new", at: body.as_of };
  const timeline = [...body.timeline.slice(0, 1), entry, ...body.timeline.slice(1)];
  answers[STATUS] = { status: 200, body: { ...body, ways, version, timeline }, headers: { etag: `"${version}"` } };
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await expect(inside.getByText("Something new")).toBeVisible();
}

test("opens by keyboard with the focus on its heading, and closes by Escape with nothing lost", async ({ page }) => {
  const { inside, way, text } = await arrive(page);
  await way.focus();
  await page.keyboard.press("Enter");
  await expect(inside.getByRole("heading", { name: said.ask })).toBeFocused();
  await text.fill(QUESTION);
  await page.keyboard.press("Escape");
  await expect(way).toBeFocused();
  await expect(text).toHaveCount(0);
  await way.click();
  await expect(text).toHaveValue(QUESTION);
});

test("what changes around it takes neither words nor focus, nor the way itself", async ({ page }) => {
  const status = await arrive(page);
  await status.way.click();
  await status.text.fill(QUESTION);
  await becomes(page, status, []);
  await expect(status.text).toBeFocused();
  await expect(status.text).toHaveValue(QUESTION);
});

test.describe("over a line that breaks", () => {
  // Chromium writes failed requests to the console by itself.
  test.use({ quiet: false });
  test("is sent once however often one tries, and the page reads itself again", async ({ page }) => {
    const keys = [];
    const status = await arrive(page, {
      [ASK]: (request) => {
        keys.push(request.headers()["idempotency-key"]);
        return keys.length < 3 ? { status: 503, body: "" } : well("en")[ASK];
      },
    });
    let body;
    page.on("request", (request) => (body = request.url().includes("/questions") ? request.postDataJSON() : body));
    await status.way.click();
    await status.text.fill(QUESTION);
    await status.send.click();
    const again = status.inside.getByRole("button", { name: w("ui.try_again") });
    await again.click();
    const read = page.waitForRequest((request) => request.method() === "GET" && request.url().includes(`/${REFERENCE}?`));
    await again.click();
    await expect(status.inside.getByRole("heading", { name: said.told })).toBeFocused();
    await read;
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
    expect(body).toEqual({ text: QUESTION });
    // Told, then closed: the next one is another.
    await status.inside.getByRole("button", { name: w("ways.close") }).click();
    await status.way.click();
    await expect(status.text).toHaveValue("");
  });
});

test("with routing, each public way has an address", async ({ page }) => {
  const element = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" routing="hash"></belofte-careers>`;
  await layOut(page, { element, answers: well("en") });
  await page.goto(HOST);
  const inside = page.locator("belofte-careers");
  await inside.getByRole("link", { name: said.cook, exact: true }).click();
  await inside.getByRole("link", { name: said.askBefore, exact: true }).click();
  await expect(inside.getByRole("heading", { level: 1, name: said.askBefore })).toBeFocused();
  await expect(page).toHaveURL(`${HOST}/#belofte=questions/cook`);
  await page.goBack();
  await expect(inside.getByRole("heading", { level: 1, name: said.cook })).toBeVisible();
});

/** The page of a posting's link, on a device that `offers` to share or not. Gives what was shared and copied. */
async function shares(page, offers, copies = true) {
  await page.addInitScript(([offers, copies]) => {
    window.given = [];
    const refuse = (name) => Promise.reject(new DOMException("no", name));
    const share = (what) => (window.given.push(["share", what.url]), offers === "yes" ? Promise.resolve() : refuse(offers));
    const writeText = (text) => (window.given.push(["copy", text]), copies ? Promise.resolve() : refuse("NotAllowedError"));
    Object.defineProperty(navigator, "share", { value: offers ? share : undefined, configurable: true });
    Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
  }, [offers, copies]);
  const answers = well("en");
  answers["GET /v1/organization"] = { ...answers["GET /v1/organization"], ways: [{ word: "share", label: "Send this job on" }] };
  const element = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" view="posting" posting="cook"></belofte-careers>`;
  await layOut(page, { element, answers, now: Date.parse("2027-03-26T13:03:00Z") });
  await page.goto(HOST);
  const inside = page.locator("belofte-careers");
  // By keyboard alone.
  await inside.getByRole("link", { name: "Send this job on" }).focus();
  await page.keyboard.press("Enter");
  await expect(inside.getByRole("heading", { level: 1, name: "Send this job on" })).toBeFocused();
  const send = inside.getByRole("button", { name: w("share.send"), exact: true });
  await send.focus();
  await page.keyboard.press("Enter");
  const url = await inside.locator(".share__link").innerText();
  expect(url).toContain("cook");
  return { send, url, copied: inside.getByText(w("share.copied")), given: () => page.evaluate(() => window.given) };
}

test("a link is copied where the device does not share, and says so", async ({ page }) => {
  const { send, url, copied, given } = await shares(page, "");
  await expect(copied).toBeVisible();
  expect(await given()).toEqual([["copy", url]]);
  await expect(send, "whoever pressed it keeps the focus").toBeFocused();
});

test("what the device shares is not copied too, nor what its person called off", async ({ page }) => {
  for (const offers of ["yes", "AbortError"]) {
    const { url, copied, given } = await shares(page, offers);
    expect(await given()).toEqual([["share", url]]);
    await expect(copied).toHaveCount(0);
  }
});

test("a device that refuses to share leaves the clipboard, and without that the link to copy by hand", async ({ page }) => {
  const refused = await shares(page, "NotAllowedError");
  await expect(refused.copied).toBeVisible();
  expect(await refused.given()).toEqual([["share", refused.url], ["copy", refused.url]]);
  const neither = await shares(page, "NotAllowedError", false);
  await expect.poll(async () => (await neither.given()).length).toBe(2);
  await expect(neither.copied).toHaveCount(0);
  await expect(neither.send).toBeVisible();
});
