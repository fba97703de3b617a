// A page's own words, by attribute: worn text by text, checked for what they must say, and never waited for long.
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("@playwright/test");
const { expect, words } = require("../page/fixtures.js");
const { layOut, version, HOST, ENDPOINT } = require("./endpoint.js");
const { well } = require("./states.js");
const { root, embed } = require("../page/server.js");

const OWN = `${ENDPOINT}/own.json`;
const own = {
  en: {
    postings: { apply_now: "Join us", back: "All we have", "found.one": "just {count}", title: "Nobody’s jobs" },
    apply: { send: "Hand it in", sned: "x" },
    lookup: { title: "Where am I?" },
    mail: { hello: "not of the widget" },
  },
  ar: { postings: { apply_now: "انضم إلينا" } },
};
const FILES = {
  "GET /own.json": own,
  "GET /other.json": { en: { postings: { apply_now: "Come aboard" } } },
  "GET /broken.json": { status: 200, body: "<p>not here</p>" },
  "GET /number.json": { status: 200, body: "3" },
  "GET /never.json": "never",
};
const REFUSED = ["en postings.title must have {organization} and nothing else in braces", "en apply.sned is no text that is shipped"];

/** A page with the widget under the strictest policy; gives what was heard. */
async function open(page, attributes, { answers = {}, lang = "en", more = "" } = {}) {
  const heard = { codes: [], console: [] };
  page.on("console", (message) => message.text().startsWith("belofte") && heard.console.push(message.text().trim()));
  await page.exposeFunction("hear", (code) => heard.codes.push(code));
  const element = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" view="posting" posting="cook" ${attributes}></belofte-careers>${more}`;
  const setup = "document.addEventListener('belofte-error', (event) => hear(event.detail.code));";
  await layOut(page, { element, setup, lang, answers: { ...well(lang), ...FILES, ...answers } });
  await page.goto(HOST);
  return heard;
}

const link = (page, name) => page.getByRole("link", { name, exact: true });
const set = (page, name, value) => page.locator("belofte-careers").evaluate((element, [name, value]) => (element[name] = value), [name, value]);

test("own words are worn in every part, each refused one keeps the shipped words, and is named once", async ({ page }) => {
  const w = words("en");
  const heard = await open(page, `texts="${OWN}"`);
  await expect(link(page, "Join us").first()).toBeVisible();
  expect(heard.console).toEqual([`belofte: words ${REFUSED.join("\n")}`]);
  expect(heard.codes).toEqual(["words"]);
  await link(page, "All we have").first().click();
  await expect(page.locator("belofte-careers").getByRole("heading", { level: 1 })).toHaveText(w("postings.title", { organization: "Havenzicht" }));
  await set(page, "view", "apply");
  await set(page, "posting", "cook");
  await expect(page.getByRole("button", { name: "Hand it in", exact: true })).toBeVisible();
  await set(page, "view", "status");
  await expect(page.getByRole("heading", { name: "Where am I?" })).toBeVisible();
});

test("the words are changed and taken off while the page is open, and what was typed stays", async ({ page }) => {
  const w = words("en");
  await open(page, `texts="${OWN}"`);
  await set(page, "view", "apply");
  await expect(page.getByRole("button", { name: "Hand it in", exact: true })).toBeVisible();
  await page.getByLabel("Your name").first().fill("Noor");
  await set(page, "texts", null);
  await expect(page.getByRole("button", { name: w("apply.send"), exact: true })).toBeVisible();
  await expect(page.getByLabel("Your name").first()).toHaveValue("Noor");
  await set(page, "texts", `${ENDPOINT}/other.json`);
  await set(page, "view", "posting");
  await expect(link(page, "Come aboard").first()).toBeVisible();
});

test("two elements have each their own words", async ({ page }) => {
  const more = `<belofte-careers id="second" endpoint="${ENDPOINT}" loading="eager" view="posting" posting="cook" texts="${ENDPOINT}/other.json"></belofte-careers>
    <belofte-careers id="third" endpoint="${ENDPOINT}" loading="eager" view="posting" posting="cook"></belofte-careers>`;
  await open(page, `texts="${OWN}"`, { more });
  await expect(link(page.locator("belofte-careers").first(), "Join us").first()).toBeVisible();
  await expect(link(page.locator("#second"), "Come aboard").first()).toBeVisible();
  await expect(link(page.locator("#third"), words("en")("postings.apply_now")).first()).toBeVisible();
});

test("words in Arabic are worn, and the page runs as Arabic does", async ({ page }) => {
  await open(page, `texts="${OWN}"`, { lang: "ar" });
  await expect(link(page, "انضم إلينا").first()).toBeVisible();
  await expect(page.locator("belofte-careers [dir]").first()).toHaveAttribute("dir", "rtl");
});

for (const [name, address, told] of [
  ["is not there", `${ENDPOINT}/none.json`, "404"],
  ["is no JSON", `${ENDPOINT}/broken.json`, "SyntaxError"],
  ["has no texts", `${ENDPOINT}/number.json`, "no texts by language"],
  ["does not answer", `${ENDPOINT}/never.json`, "TimeoutError"],
  ["is at no address", "https://[", "TypeError"],
]) {
  test(`a file that ${name} leaves the shipped words, and the console says why`, async ({ page }) => {
    const heard = await open(page, `texts="${address}"`);
    await expect(link(page, words("en")("postings.apply_now")).first()).toBeVisible({ timeout: 12_000 });
    await expect.poll(() => [...new Set(heard.codes)]).toEqual(["words"]);
    expect(heard.console[0]).toContain("belofte: words");
    expect(heard.console[0]).toContain(told);
  });
}

test("the formal words that are shipped are all worn, those of the page's own language alone", async ({ page }) => {
  const formal = JSON.parse(fs.readFileSync(path.join(root, "www/texts/formal.json"), "utf8"));
  const shipped = (lang) => JSON.parse(fs.readFileSync(path.join(embed, version, `texts/formal-${lang}.json`), "utf8"));
  const files = ["nl", "de", "en"].map((lang) => [`GET /formal-${lang}.json`, shipped(lang)]);
  for (const region of ["nl-BE", "de", "en"]) {
    const lang = region.slice(0, 2);
    const tab = await page.context().newPage();
    const asked = [];
    tab.on("request", (request) => request.url().includes("/formal-") && asked.push(request.url()));
    const heard = await open(tab, `texts="${ENDPOINT}/formal-{lang}.json" lang="${region}"`, { lang, answers: Object.fromEntries(files) });
    await expect(link(tab, formal[lang]?.postings.apply_now ?? words(lang)("postings.apply_now")).first()).toBeVisible();
    await set(tab, "view", "status");
    await expect(tab.getByText(formal[lang]?.lookup.lead ?? words(lang)("lookup.lead")).first()).toBeVisible();
    expect(heard).toEqual({ codes: [], console: [] });
    expect(asked).toEqual([`${ENDPOINT}/formal-${lang}.json`]);
  }
});
