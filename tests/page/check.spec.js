// The page that checks a policy: its logic by cases, and the page itself by hand, by axe and on a phone.
const { test, axe, picture, start } = require("./fixtures.js");
const { serveHost } = require("./host.js");
const { expect } = require("@playwright/test");

const logic = import("../../www/check/policy.mjs");
const AT = { endpoint: "https://api.example.nl", script: "https://api.example.nl/embed/0.1.0/belofte.js", page: "https://www.example.nl/jobs" };
const LINE = "script-src https://api.example.nl 'wasm-unsafe-eval'; connect-src https://api.example.nl; img-src https://api.example.nl";

/** A policy, what it lacks, and how it should be (where it lacks anything). */
const CASES = [
  ["no policy", "", [], ""],
  ["what it needs", LINE, [], LINE],
  ["nothing allowed", "default-src 'none'", ["script-src https://api.example.nl", "script-src 'wasm-unsafe-eval'", "connect-src https://api.example.nl", "img-src https://api.example.nl"], `default-src 'none'; ${LINE}`],
  [
    "what default-src allowed stays allowed",
    "default-src 'self' https:; img-src 'self'",
    ["script-src 'wasm-unsafe-eval'", "img-src https://api.example.nl"],
    "default-src 'self' https:; img-src 'self' https://api.example.nl; script-src 'self' https: 'wasm-unsafe-eval'",
  ],
  ["a path that is not the tag's", "script-src https://api.example.nl/other/ 'wasm-unsafe-eval'", ["script-src https://api.example.nl"]],
  ["a wildcard", "script-src https://*.example.nl 'unsafe-eval'; connect-src *.example.nl; img-src *", []],
  ["another port", "connect-src https://api.example.nl:8443", ["connect-src https://api.example.nl"]],
  ["elements by a directive of their own", "script-src 'self'; script-src-elem 'self' https://api.example.nl", ["script-src 'wasm-unsafe-eval'"]],
  ["a directive that stands there twice", "connect-src 'self'; connect-src https://api.example.nl", ["connect-src https://api.example.nl"]],
  ["the name of the header before it", "Content-Security-Policy: connect-src 'self'", ["connect-src https://api.example.nl"]],
  ["two policies, of which each counts", "connect-src https://api.example.nl, connect-src 'self'", ["connect-src https://api.example.nl"]],
  ["no sense at all", ";;, ;<>", []],
];

for (const [name, policy, missing, header] of CASES) {
  test(`finds what a policy lacks: ${name}`, async () => {
    const { analyse } = await logic;
    const found = analyse(policy, AT);
    expect(found.missing.map(({ directive, source }) => `${directive} ${source}`)).toEqual(missing);
    if (header !== undefined) expect(found.header).toBe(header);
    // What it proposes lacks nothing.
    expect(analyse(found.header, AT).missing).toEqual([]);
  });
}

test("knows nonces, strict-dynamic and sandboxes", async () => {
  const { analyse, line, snippet } = await logic;
  const notes = (policy) => analyse(policy, AT).notes;
  expect(notes("script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval'")).toEqual(["nonce"]);
  expect(notes("script-src 'strict-dynamic' https: 'wasm-unsafe-eval'")).toEqual(["strict"]);
  expect(notes("sandbox allow-scripts allow-forms")).toEqual(["sandbox-origin"]);
  expect(line(AT)).toBe(LINE);
  expect(snippet({ ...AT, integrity: "sha384-x", text: "Jobs", attributes: { view: 'a"b', lang: "" } })).toBe(
    '<a data-belofte-fallback href="https://api.example.nl/careers">Jobs</a>\n<script async src="https://api.example.nl/embed/0.1.0/belofte.js"\n' +
      '        integrity="sha384-x"\n        crossorigin\n        data-endpoint="https://api.example.nl"\n        data-view="a&quot;b"></script>',
  );
});

for (const [width, height] of [[1280, 900], [360, 740]]) {
  test(`a policy is pasted, and the tag and the line are there (${width} px)`, async ({ page, demo }) => {
    await page.setViewportSize({ width, height });
    await page.goto(`${demo.host}/check/`);
    await expect(page.getByText("No policy, nothing to change.")).toBeVisible();
    await page.getByLabel("Content security policy").fill("default-src 'self'; script-src 'self' 'nonce-r4nd0m' 'wasm-unsafe-eval'");
    await page.getByLabel("Address of the page").fill("https://www.example.nl/jobs");
    await expect(page.getByRole("status").first()).toHaveText("2 things are missing in your policy.");
    const endpoint = await page.getByLabel("Address of your server").inputValue();
    await expect(page.locator("#header")).toContainText(`connect-src 'self' ${endpoint}; img-src 'self' ${endpoint}`);
    await expect(page.getByText("BELOFTE_ORIGINS=https://www.example.nl")).toBeVisible();
    await page.getByLabel("View", { exact: true }).selectOption("posting");
    await page.getByLabel("Id of the job").fill("cook");
    await expect(page.locator("#snippet")).toContainText('data-view="posting"\n        data-posting="cook"');
    await expect(page.locator("#snippet")).toContainText('nonce="…"');
    await expect(page.locator("#snippet")).not.toContainText("belofte-early.js");
    await page.getByLabel("Show the first view before the program is there").check();
    await expect(page.locator("#snippet")).toContainText(/belofte-early\.js"\n +integrity="sha384-[^"]{64}"\n +crossorigin\n +nonce="…"><\/script>$/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await picture(page, `check-${width}`);
    await axe(page, "an answer");
    await page.getByLabel("Address of your server").fill("api");
    await expect(page.getByText("Write the whole address")).toBeVisible();
  });
}

test("the pasted tags show the view before the program, and then the program's", async ({ page }) => {
  let body;
  const host = await serveHost(() => body);
  const demo = await start({ origins: [host.origin] });
  try {
    await page.goto(`${demo.host}/check/`);
    await page.getByLabel("Show the first view before the program is there").check();
    const tags = await page.locator("#snippet").textContent();
    body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Jobs</title><link rel="icon" href="data:,"></head><body><main>${tags}</main></body></html>`;
    let open;
    const gate = new Promise((done) => (open = done));
    await page.route("**/belofte-*.wasm", (route) => gate.then(() => route.continue()));
    await page.addInitScript(() => addEventListener("belofte-ready", () => (window.ready = true)));
    await page.goto(host.origin);
    await expect(page.locator("belofte-careers h1")).toBeVisible();
    expect(await page.evaluate(() => window.ready)).toBeUndefined();
    open();
    await page.waitForFunction(() => window.ready);
    await expect(page.locator("belofte-careers h1")).toHaveCount(1);
  } finally {
    await demo.stop();
    await host.stop();
  }
});
