// A page's own theme, by attribute: worn by the element and nothing else, refused where it could not be read, and never waited for.
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("@playwright/test");
const { expect, words } = require("../page/fixtures.js");
const { layOut, HOST, ENDPOINT, CDN } = require("./endpoint.js");
const { well } = require("./states.js");
const { root } = require("../page/server.js");

const brand = (name) => JSON.parse(fs.readFileSync(path.join(root, `www/themes/${name}.tokens.json`), "utf8"));
const LUMEN = `${ENDPOINT}/lumen.tokens.json`;
const PALE = `${ENDPOINT}/pale.tokens.json`;
const FILES = {
  "GET /lumen.tokens.json": brand("lumen"),
  "GET /noorderzorg.tokens.json": brand("noorderzorg"),
  "GET /pale.tokens.json": { light: { $type: "color", page: { $value: "#ffffff" }, text: { $value: "#949494" } } },
  "GET /broken.tokens.json": { status: 200, body: "{" },
  "GET /never.tokens.json": "never",
};
const [VIOLET, LIME, GREEN] = ["rgb(75, 43, 214)", "rgb(215, 242, 92)", "rgb(11, 92, 82)"];

/** A page with the widget under the strictest policy; gives what was heard. */
async function open(page, attributes, answers = {}) {
  const heard = { codes: [], console: [] };
  page.on("console", (message) => message.text().startsWith("belofte") && heard.console.push(message.text()));
  await page.exposeFunction("hear", (code) => heard.codes.push(code));
  const element = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" view="posting" posting="cook" ${attributes}></belofte-careers>`;
  const setup = "document.addEventListener('belofte-error', (event) => hear(event.detail.code)); window.scheme = (scheme) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(`:root { color-scheme: ${scheme} }`); document.adoptedStyleSheets = [sheet]; }";
  await layOut(page, { element, setup, answers: { ...well("en"), ...FILES, ...answers } });
  await page.goto(HOST);
  await expect(button(page)).toBeVisible();
  return heard;
}

const button = (page) => page.getByRole("link", { name: words("en")("postings.apply_now") });
const wears = (page, colour) => expect(button(page)).toHaveCSS("background-color", colour);
const set = (page, name, value) => page.locator("belofte-careers").evaluate((element, [name, value]) => (element[name] = value), [name, value]);

test("a theme is worn in light and in dark, changed and taken off, and the page keeps its own look", async ({ page }) => {
  const heard = await open(page, `theme="${LUMEN}"`);
  await wears(page, VIOLET);
  await expect(button(page)).toHaveCSS("border-radius", "28px");
  await page.evaluate(() => window.scheme("dark"));
  await wears(page, LIME);
  await expect(page.locator("body")).toHaveCSS("background-color", "rgba(0, 0, 0, 0)");
  await page.evaluate(() => window.scheme("light"));
  await set(page, "theme", `${ENDPOINT}/noorderzorg.tokens.json`);
  await expect(button(page)).not.toHaveCSS("background-color", VIOLET);
  await set(page, "theme", null);
  await wears(page, GREEN);
  expect(heard).toEqual({ codes: [], console: [] });
});

test("what the page says for the element goes before its theme", async ({ page }) => {
  await open(page, `theme="${LUMEN}"`);
  await wears(page, VIOLET);
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("belofte-careers { --belofte-accent: #800000; --belofte-on-accent: #fff }");
    document.adoptedStyleSheets = [sheet];
  });
  await wears(page, "rgb(128, 0, 0)");
  await expect(button(page)).toHaveCSS("border-radius", "28px");
});

test("a theme of three to one is not worn, and what would be right is told once", async ({ page }) => {
  const heard = await open(page, `theme="${PALE}"`);
  await expect.poll(() => heard.codes).toEqual(["theme"]);
  await wears(page, GREEN);
  expect(heard.console).toEqual(["belofte: theme text on page (light) has 3.03 : 1, it needs 4.5 : 1; the nearest text that passes is #414141"]);
  await set(page, "theme", LUMEN);
  await wears(page, VIOLET);
  await set(page, "theme", PALE);
  await wears(page, GREEN);
  await expect.poll(() => heard.codes).toEqual(["theme", "theme"]);
  expect(heard.console).toHaveLength(1);
});

for (const [name, theme, told] of [
  ["is not there", `${ENDPOINT}/none.tokens.json`, "no design tokens"],
  ["is no JSON", `${ENDPOINT}/broken.tokens.json`, "no design tokens"],
  ["is on an origin that the policy refuses", "https://brand.example.test/x.tokens.json", "TypeError"],
]) {
  test(`a theme that ${name} stops nothing`, async ({ page }) => {
    const heard = await open(page, `theme="${theme}"`);
    await expect.poll(() => heard.codes).toEqual(["theme"]);
    await wears(page, GREEN);
    expect(heard.console).toHaveLength(1);
    expect(heard.console[0]).toContain(told);
    await button(page).click();
    await expect(page.getByLabel("Your name")).toBeVisible();
  });
}

test("nothing waits for a theme, and a page without one does not load what reads it", async ({ page }) => {
  const files = [];
  page.on("request", (request) => files.push(new URL(request.url()).pathname));
  await open(page, "");
  expect(files.some((file) => file.includes("/theme-"))).toBe(false);
  await set(page, "theme", `${ENDPOINT}/never.tokens.json`);
  await button(page).click();
  await expect(page.getByLabel("Your name")).toBeVisible();
});

test("of two themes in a row the last one is worn, also when it was there first", async ({ page }) => {
  let release;
  const late = new Promise((done) => (release = done));
  await open(page, "", { "GET /late.tokens.json": () => late.then(() => brand("noorderzorg")) });
  const asked = page.waitForRequest(`${ENDPOINT}/late.tokens.json`);
  await set(page, "theme", `${ENDPOINT}/late.tokens.json`);
  await asked;
  await set(page, "theme", LUMEN);
  await wears(page, VIOLET);
  const arrived = page.waitForResponse(`${ENDPOINT}/late.tokens.json`);
  release();
  await (await arrived).finished();
  await page.evaluate(() => new Promise((done) => setTimeout(done, 50)));
  await wears(page, VIOLET);
});

test("a tag says the theme of all elements of the page", async ({ page }) => {
  const element = `<script async src="${CDN}/embed/0.1.0/belofte.js" crossorigin data-endpoint="${ENDPOINT}" data-loading="eager" data-view="posting" data-posting="cook" data-theme="${LUMEN}"></script>`;
  await layOut(page, { element, answers: { ...well("en"), ...FILES } });
  await page.goto(HOST);
  await wears(page, VIOLET);
});
