// A dozen policies of host pages: the widget mounts without a word in the console, or says what is missing and keeps the link.
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { test, expect } = require("../page/fixtures.js");
const { root, embed } = require("../page/server.js");
const { layOut, HOST, ENDPOINT, CDN, POLICY } = require("./endpoint.js");
const { well } = require("./states.js");

const [version] = fs.readdirSync(embed).filter((name) => /^\d/.test(name));
const LOADER = fs.readFileSync(path.join(embed, version, "belofte.js"));
const HASH = `sha384-${crypto.createHash("sha384").update(LOADER).digest("base64")}`;
const FETCHES = `connect-src ${CDN} ${ENDPOINT}; img-src ${ENDPOINT}`;
const WASM = "'wasm-unsafe-eval'";
const less = (what) => {
  if (!POLICY.includes(what)) throw new Error(`the policy of the tests has no ${what}`);
  return POLICY.replace(what, "");
};

/** The line of docs/EMBEDDING.md, for the endpoint of the tests. */
function documented() {
  const text = fs.readFileSync(path.join(root, "docs/EMBEDDING.md"), "utf8");
  const [, line] = /```text\n(script-src .+)\n```/.exec(text);
  return line.replaceAll("https://api.example.nl", ENDPOINT);
}

/** `tag` are attributes of the script, `from` is where it stands, `code` is what is told where the policy leaves too little. */
const POLICIES = {
  "a nonce": { policy: `default-src 'none'; script-src 'nonce-r4nd0m' ${WASM}; ${FETCHES}`, tag: 'nonce="r4nd0m"' },
  "strict-dynamic with a nonce": { policy: `default-src 'none'; script-src 'strict-dynamic' 'nonce-r4nd0m' ${WASM}; ${FETCHES}`, tag: 'nonce="r4nd0m"' },
  "only the hash of the tag": { policy: `default-src 'none'; script-src '${HASH}' ${WASM}; ${FETCHES}`, tag: `integrity="${HASH}"` },
  "trusted types of which there are none": { policy: "require-trusted-types-for 'script'; trusted-types 'none'" },
  "no styles": { policy: "style-src 'none'" },
  "no pictures": { policy: "img-src 'none'" },
  "nothing but the line of the documentation": { policy: `default-src 'none'; ${documented()}`, from: ENDPOINT },
  "scripts by element only": { policy: `script-src-elem ${CDN}; ${FETCHES}` },
  "a sandbox without an origin": { policy: "sandbox allow-scripts" },
  "no program": { policy: less(` ${WASM}`), code: "blocked" },
  "scripts by element only, beside nothing else": { policy: `default-src 'none'; script-src-elem ${CDN}; ${FETCHES}`, code: "blocked" },
  "no connections": { policy: `script-src ${CDN} ${WASM}; connect-src 'none'`, code: "blocked" },
  "no connection to the endpoint": { policy: `script-src ${CDN} ${WASM}; connect-src ${CDN}`, code: "offline" },
};

/** Any page may ask: a sandboxed one has no origin to name. */
function toAll(answers) {
  const open = ([key, answer]) => {
    const whole = typeof answer === "object" && "body" in answer ? answer : { status: 200, body: answer };
    return [key, answer === "never" ? answer : { ...whole, headers: { ...whole.headers, "access-control-allow-origin": "*" } }];
  };
  return Object.fromEntries(Object.entries(answers).map(open));
}

test.use({ quiet: false });

for (const [name, { policy, tag = "", from = CDN, code }] of Object.entries(POLICIES)) {
  test(`${name}: ${code ? `says ${code} and keeps the link` : "mounts without a word"}`, async ({ page }) => {
    const heard = [];
    page.on("console", (message) => heard.push(message.text()));
    page.on("pageerror", (error) => heard.push(error.message));
    await layOut(page, { answers: toAll(well("en")) });
    await page.route(`${ENDPOINT}/embed/**`, (route) => {
      const file = path.join(embed, new URL(route.request().url()).pathname.replace("/embed/", ""));
      const type = { ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".json": "application/json" }[path.extname(file)];
      return route.fulfill({ body: fs.readFileSync(file), headers: { "access-control-allow-origin": "*", "content-type": type } });
    });
    const html = `<!doctype html><html lang="en"><head><title>Host</title></head><body><main>
      <belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en"><a href="/jobs">See our jobs</a></belofte-careers>
      <script src="${from}/embed/${version}/belofte.js" crossorigin ${tag}></script></main></body></html>`;
    await page.route(`${HOST}/**`, (route) => route.fulfill({ body: html, headers: { "content-type": "text/html", "content-security-policy": policy } }));
    await page.addInitScript(() => {
      window.codes = [];
      document.addEventListener("belofte-error", (event) => window.codes.push(event.detail.code));
    });
    await page.goto(HOST);
    const widget = page.locator("belofte-careers");
    const link = page.getByRole("link", { name: "See our jobs" });
    if (!code) {
      await widget.getByRole("link", { name: "Cook", exact: true }).click();
      await expect(widget.getByRole("heading", { level: 1, name: "Cook" })).toBeVisible();
      await expect(link).toBeHidden();
      expect(await page.evaluate(() => window.codes)).toEqual([]);
      expect(heard).toEqual([]);
      return;
    }
    await expect.poll(() => page.evaluate(() => window.codes)).toContain(code);
    await expect(link).toBeVisible();
    // One line of ours where only the link is left; for a notice the event is enough. The browser's own name the policy.
    expect(heard.filter((text) => text.startsWith("belofte"))).toHaveLength(code === "offline" ? 0 : 1);
  });
}
