// The studio: a brand is made, judged, taken along and worn by widget, mail and desk; and the page itself, by hand and by axe.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const os = require("node:os");
const { test, expect, axe, picture, start, words } = require("./fixtures.js");
const { root, embed } = require("./server.js");

const frame = (page, at = 0) => page.locator("iframe").nth(at).contentFrame();
const inside = (page) => frame(page).locator("belofte-careers");
const hex = (page, label) => page.getByLabel(`${label}, as #rrggbb`, { exact: true });
const verdict = (page) => page.locator("#verdict");

/** Opens the studio and waits until the widget stands in it. */
async function open(page, address) {
  await page.goto(address);
  await page.locator("iframe").scrollIntoViewIfNeeded();
  await expect(inside(page).getByRole("heading", { name: "Jobs at Havenzicht" })).toBeVisible();
}

async function saved(page, name) {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name }).click();
  const file = path.join(os.tmpdir(), `studio-${process.pid}-${Date.now()}`);
  await (await download).saveAs(file);
  return file;
}

/** Shows a state and waits for its words. */
async function show(page, state, words) {
  await page.getByLabel("State", { exact: true }).selectOption(state);
  await expect(inside(page).getByText(words).first()).toBeVisible();
}

for (const [width, height] of [[1280, 900], [320, 740]]) {
  test(`a pale text is refused, mended with one button, undone and done again (${width} px)`, async ({ page, demo }) => {
    await page.setViewportSize({ width, height });
    await open(page, `${demo.host}/studio/`);
    await hex(page, "Ground of the page, light").fill("#ffffff");
    await hex(page, "Words, light").fill("#949494");
    await expect(verdict(page)).toContainText("cannot be read");
    await expect(page.getByText("text on page has 3.03 : 1, it needs 4.5 : 1")).toBeVisible();
    await expect(page.getByRole("button", { name: "Save the tokens" })).toBeDisabled();
    // Nobody wears it: the frame has the look from before.
    await expect(frame(page).locator("body")).not.toHaveCSS("color", "rgb(148, 148, 148)");
    await picture(page, `studio-refused-${width}`);
    await axe(page, "a refused brand");
    await page.getByRole("button", { name: "Use #414141 for text" }).first().click();
    await expect(verdict(page)).toContainText("can be read");
    await expect(verdict(page)).toBeFocused();
    await expect(inside(page)).toHaveCSS("color", "rgb(65, 65, 65)");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(verdict(page)).toContainText("cannot be read");
    await page.getByRole("button", { name: "Redo" }).click();
    await expect(hex(page, "Words, light")).toHaveValue("#414141");
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await axe(page, "a brand that can be read");
  });
}

test("every state stands in the real widget, in each look, width and language", async ({ page, demo }) => {
  test.slow();
  await open(page, `${demo.host}/studio/`);
  await page.getByLabel("With a brand").selectOption("lumen");
  await expect(inside(page).getByRole("link", { name: "Apply" }).first()).toHaveCSS("background-color", "rgb(75, 43, 214)");
  await page.getByLabel("Look").selectOption("dark");
  await expect(inside(page).getByRole("link", { name: "Apply" }).first()).toHaveCSS("background-color", "rgb(215, 242, 92)");
  const t = words("en");
  for (const [state, text] of [
    ["board-fault", t("ui.fault")], ["posting-closed", t("postings.closed")], ["apply-missing", "3 answers need another look"],
    ["apply-receipt", "K7Q4-9M2P-3XHD"], ["lookup-code", t("lookup.code_title")], ["list", t("lookup.list_title")], ["late", t("timeline.late_title")],
    ["rejected", "Here is why"], ["complaint-missing", "3 answers need another look"], ["score-bad", "42%"],
  ]) await show(page, state, text);
  await page.getByLabel("State", { exact: true }).selectOption("board");
  await page.getByLabel("Language").selectOption("ar");
  await page.getByLabel("Width").selectOption("320");
  await expect(frame(page).locator("html")).toHaveAttribute("dir", "rtl");
  await expect(inside(page).getByRole("heading").first()).toContainText("Havenzicht");
  expect(await frame(page).locator("html").evaluate((html) => [html.clientWidth, html.scrollWidth])).toEqual([320, 320]);
  await page.getByLabel("Look").selectOption("forced");
  await expect(page.getByText("As near as a page can")).toBeVisible();
});

test("a link brings the brand along, and a file in other words is read", async ({ page, demo }) => {
  await open(page, `${demo.host}/studio/`);
  const foreign = { brand: { $type: "color", primary: { $value: "#7a1f3d" } }, borderRadius: { $type: "dimension", $value: "2px" } };
  await page.getByLabel("With a file of design tokens").setInputFiles({ name: "ours.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(foreign)) });
  await expect(hex(page, "Buttons and links, light")).toHaveValue("#7a1f3d");
  await expect(page.getByLabel("Corners of boxes")).toHaveValue("2");
  await page.getByRole("button", { name: "Copy a link" }).click();
  const address = page.url();
  expect(address).toContain("#brand=");
  await page.goto("about:blank");
  await open(page, address);
  await expect(hex(page, "Buttons and links, light")).toHaveValue("#7a1f3d");
  await page.getByLabel("With a file of design tokens").setInputFiles({ name: "bad.json", mimeType: "application/json", buffer: Buffer.from("{") });
  await expect(page.getByText("bad.json: no design tokens")).toBeVisible();
});

test("by the keyboard alone a brand is chosen and a step is taken back", async ({ page, demo }) => {
  // Each letter chooses the brand anew: what came late for the last one must not undo what was done since.
  let asked = 0;
  await page.route("**/given.json", async (route) => {
    if (asked++) await new Promise((done) => setTimeout(done, 300 * asked));
    await route.continue();
  });
  await open(page, `${demo.host}/studio/`);
  await page.getByLabel("With a brand").focus();
  await page.keyboard.type("Lum");
  await expect(hex(page, "Buttons and links, light")).toHaveValue("#4b2bd6");
  await page.getByLabel("Corners of boxes").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(1_000);
  await expect(page.locator("output[for=radius]")).toHaveText("29 px");
  await page.keyboard.press("Control+z");
  await expect(page.locator("output[for=radius]")).toHaveText("28 px");
  await page.keyboard.press("Control+Shift+Z");
  await expect(page.locator("output[for=radius]")).toHaveText("29 px");
});

test("a folder on any web server is enough", async ({ page }) => {
  const site = path.join(path.dirname(embed), "site");
  const types = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm", ".svg": "image/svg+xml" };
  const server = http.createServer((request, response) => {
    const name = new URL(request.url, "http://x").pathname.replace(/\/$/, "/index.html");
    const file = path.join(site, name);
    if (!fs.existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[path.extname(file)] ?? "text/plain" }).end(fs.readFileSync(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  await open(page, `http://127.0.0.1:${server.address().port}/studio/`);
  await page.getByLabel("With a brand").selectOption("lumen");
  await expect(verdict(page)).toContainText("pairs can be read");
  await page.getByRole("link", { name: "Check your page" }).click();
  await expect(page.getByText("No policy, nothing to change.")).toBeVisible();
  await new Promise((done) => server.close(done));
});

test("a new brand is made, taken along, and worn by widget, mail and desk", async ({ page, demo }) => {
  test.slow();
  await open(page, `${demo.host}/studio/`);
  for (const [label, colour] of [["Buttons and links, light", "#8a1c4a"], ["Ground of the page, light", "#fff8f2"]]) await hex(page, label).fill(colour);
  await page.getByLabel("Font of the text").fill("Karla, sans-serif");
  await page.getByLabel("Logo").setInputFiles(path.join(root, "www/favicon.svg"));
  await expect(frame(page).getByRole("img", { name: "Logo" })).toBeVisible();
  await expect(verdict(page)).toContainText("pairs can be read. There are colours for light only");
  await picture(page, "studio-brand");
  const file = await saved(page, "Save the tokens");
  expect(fs.readFileSync(await saved(page, "Save as CSS"), "utf8")).toContain("  --belofte-accent:#8a1c4a;\n");
  await expect(page.locator("#snippet")).toContainText('data-theme="/brand.tokens.json"');

  const server = await start({ theme: file });
  try {
    // The widget, on a page of the employer, by the attribute.
    await page.route(`${server.endpoint}/brand.tokens.json`, (route) => route.fulfill({ path: file, contentType: "application/json", headers: { "access-control-allow-origin": "*" } }));
    await page.goto(`${server.host}/strict-en.html`);
    await page.locator("belofte-careers").evaluate((element, theme) => (element.theme = theme), `${server.endpoint}/brand.tokens.json`);
    await page.locator("belofte-careers").scrollIntoViewIfNeeded();
    const apply = page.locator("belofte-careers").getByRole("link", { name: "Apply" }).first();
    await expect(apply).toHaveCSS("background-color", "rgb(138, 28, 74)");
    await expect(apply).toHaveCSS("font-family", /^Karla/);
    // The desk.
    await page.goto(`${server.endpoint}/desk`);
    await expect(page.getByRole("button").first()).toHaveCSS("background-color", "rgb(138, 28, 74)");
    // A mail.
    await server.apply({ email: "brand@example.com" });
    const [mail] = await server.mails("brand@example.com");
    expect(JSON.stringify(mail).toLowerCase()).toContain("#8a1c4a");
  } finally {
    await server.stop();
    fs.rmSync(file);
  }
});
