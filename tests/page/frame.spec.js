// The widget in a frame: for systems that filter scripts out of what one writes, and for pages that trust none of others.
const { test, expect, words, start } = require("./fixtures.js");
const { serveHost } = require("./host.js");
const fs = require("node:fs");
const path = require("node:path");
const { linkToken } = require("./story.js");
const { root } = require("./server.js");

const en = words("en");
const version = /^version = "(.+)"$/m.exec(fs.readFileSync(path.join(root, "Cargo.toml"), "utf8"))[1];

/** As content systems filter what an editor wrote: known elements with known attributes, the inside of a script gone too. */
function filtered(html) {
  const allowed = { p: [], h1: [], h2: [], a: ["href"], iframe: ["src", "title", "width", "height", "loading"] };
  return html.replace(/<script[\s\S]*?<\/script>/g, "").replace(/<(\/?)([\w-]+)([^>]*)>/g, (all, end, name, rest) => {
    if (!allowed[name]) return "";
    const kept = [...rest.matchAll(/([\w-]+)="([^"]*)"/g)].filter(([, attribute]) => allowed[name].includes(attribute));
    return `<${end}${name}${kept.map(([text]) => ` ${text}`).join("")}>`;
  });
}

let demo, host, other;
let content = "";
const whole = (head, body) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Jobs</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;

test.beforeAll(async () => {
  host = await serveHost(() => content);
  other = await serveHost(() => content);
  demo = await start({ origins: [host.origin] });
});
test.afterAll(async () => {
  for (const each of [demo, host, other]) await each?.stop();
});

const iframe = (query = "lang=en") => `<iframe src="${demo.endpoint}/careers/frame?${query}" title="Jobs" width="100%" height="900"></iframe>`;

test("what a content system leaves of a page shows the widget, and applying works in it", async ({ page }) => {
  const written = `<h1>Work with us</h1><script>alert(1)</script><belofte-careers onclick="alert(2)"></belofte-careers>${iframe("lang=en&view=posting&posting=helpende-plus")}`;
  content = whole('<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">', filtered(written));
  expect(content).not.toContain("alert");
  await page.goto(host.origin);
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("heading", { level: 1 })).toBeVisible();
  await frame.getByRole("link", { name: en("postings.apply") }).first().click();
  await expect(frame.getByRole("button", { name: en("apply.send") })).toBeVisible();
});

test("a page that hears it gives the frame its height and learns what any page does; others are not heard", async ({ page }) => {
  const script = `<script src="${demo.endpoint}/embed/${version}/belofte-frame.js" crossorigin></script>`;
  content = whole(script, `<main><h1>Work with us</h1>${iframe()}<iframe srcdoc="<p>Other</p>" title="Other"></iframe></main>`);
  await page.addInitScript(() => {
    window.heard = [];
    if (window === top) addEventListener("belofte-view", ({ detail, target }) => window.heard.push([target.title, detail.view]));
  });
  await page.goto(host.origin);
  await expect(page.frameLocator("iframe").first().getByRole("heading", { level: 1 })).toBeVisible();
  const height = () => page.locator("iframe").first().evaluate((frame) => Number(frame.height));
  const inside = () => page.frames()[1].evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
  await expect.poll(async () => (await height()) - (await inside())).toBe(0);
  expect(await page.evaluate(() => window.heard)).toContainEqual(["Jobs", "board"]);
  const before = await height();
  // Neither the page itself nor another frame speaks for it, and what is no height is none.
  await page.evaluate(() => postMessage({ belofte: { height: 7000 } }, "*"));
  await page.frames()[2].evaluate(() => parent.postMessage({ belofte: { height: 7000 } }, "*"));
  await page.frames()[1].evaluate(() => {
    for (const height of ["9", NaN, Infinity, null]) parent.postMessage({ belofte: { height } }, "*");
    parent.postMessage(null, "*");
  });
  await page.waitForTimeout(200);
  expect(await height()).toBe(before);
  await page.frames()[1].evaluate(() => parent.postMessage({ belofte: { height: 1e9 } }, "*"));
  await expect.poll(height).toBe(20000);
});

test("a link from a mail opens the status page in the frame, and its key goes nowhere else", async ({ page }) => {
  const script = `<script src="${demo.endpoint}/embed/${version}/belofte-frame.js" crossorigin></script>`;
  content = whole(script, `<main><h1>Work with us</h1>${iframe()}<iframe srcdoc="<p>Other</p>" title="Other"></iframe></main>`);
  const asked = [];
  page.on("request", (request) => asked.push(`${request.url()} ${request.headers().referer}`));
  const widget = page.frameLocator("iframe").first().locator("belofte-careers");
  const keys = [];
  let shown;
  for (const at of [0, 1]) {
    const email = `frame-${at}@example.com`;
    const { reference } = await demo.apply({ email, lang: "en" });
    const [mail] = await demo.mails(email);
    keys.push(linkToken(mail));
    // The first opens the page; the second comes while it is open.
    const to = `${host.origin}/?from=mail#belofte-link=${keys[at]}`;
    if (at === 0) await page.goto(to);
    else await page.evaluate((to) => location.assign(to), to);
    await expect(widget).toContainText(reference);
    shown = reference;
    expect(page.url()).toBe(`${host.origin}/?from=mail`);
    expect(await page.frames()[1].evaluate(() => location.hash)).toBe("");
  }
  for (const key of keys) {
    expect(asked.filter((each) => each.includes(key))).toEqual([]);
    expect(await page.content()).not.toContain(key);
  }
  // Another frame of the page does not open one.
  await page.frames()[2].evaluate((link) => parent.frames[0].postMessage({ belofte: { link } }, "*"), keys[0]);
  await page.waitForTimeout(500);
  await expect(widget).toContainText(shown);
});

test.describe("a stranger's page", () => {
  test.use({ quiet: false });

  test("may not frame it, and nobody may frame the pages with forms", async ({ page }) => {
    content = whole("", iframe());
    const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
    await page.goto(other.origin);
    await refused;
    await expect(page.frameLocator("iframe").locator("belofte-careers")).toHaveCount(0);
    const policy = async (path) => (await fetch(demo.endpoint + path)).headers.get("content-security-policy");
    expect(await policy("/careers/frame")).toMatch(new RegExp(`frame-ancestors .*${host.origin}`));
    expect(await policy("/careers/frame")).not.toContain(other.origin);
    for (const path of ["/careers", "/careers/status", "/desk"]) expect(await policy(path)).toContain("frame-ancestors 'none'");
  });
});

test("what stands in the address becomes text, not markup", async () => {
  const answer = await fetch(`${demo.endpoint}/careers/frame?view="><script>alert(1)</script>&posting='x`);
  const html = await answer.text();
  expect(html).not.toContain("<script>alert");
  expect(html).toContain("&quot;");
});
