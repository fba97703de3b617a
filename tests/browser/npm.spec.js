// The npm package as others get it: packed, installed into an app, bundled by Vite; and from a plain folder of a CDN.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test, expect, words } = require("../page/fixtures.js");
const { organization, ENDPOINT, HOST, CDN, TYPES } = require("./endpoint.js");
const { root, embed } = require("../page/server.js");

const posting = {
  id: "cook", title: "Cook", department: "Kitchen", status: "open", summary: "Cooks for eighty people.", lang: "en",
  form_id: "short", first_answer_by: "2026-11-12T16:00:00Z",
};
const answers = {
  "/v1/organization": organization,
  "/v1/job-postings": { postings: [posting], total: 1, departments: [], locations: [] },
  "/v1/job-postings/cook": posting,
};
const run = (folder, program, ...args) => execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

let work;
/** Packs the package once, installs it into the app beside it, and builds that. */
test.beforeAll(() => {
  work = fs.mkdtempSync(path.join(os.tmpdir(), "belofte-npm-"));
  const [{ filename }] = JSON.parse(run(path.join(embed, "../npm"), "npm", "pack", "--json", "--loglevel=error", "--pack-destination", work));
  const app = path.join(work, "app");
  fs.cpSync(path.join(root, "tests/app"), app, { recursive: true });
  run(app, "npm", "install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", path.join(work, filename));
  // React stands in the test environment already.
  for (const name of ["react", "react-dom", "scheduler"]) {
    fs.cpSync(path.join(root, "node_modules", name), path.join(app, "node_modules", name), { recursive: true });
  }
  run(app, path.join(root, "node_modules/.bin/vite"), "build", "--logLevel", "error");
});
test.afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

/** Serves a folder as an origin, with headers; gives the paths that were asked for. */
async function serve(page, origin, folder, headers = {}) {
  const asked = [];
  await page.route(`${origin}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    const file = path.join(folder, pathname);
    // A path without an ending is one of the app's own.
    const found = path.extname(file) ? file : path.join(folder, "index.html");
    if (!fs.existsSync(found)) return route.fulfill({ status: 404 });
    const type = TYPES[path.extname(found)] ?? { ".html": "text/html", ".mjs": "text/javascript" }[path.extname(found)];
    return route.fulfill({ body: fs.readFileSync(found), headers: { "content-type": type, ...headers } });
  });
  return asked;
}

async function serveEndpoint(page) {
  await page.route(`${ENDPOINT}/**`, (route) => {
    const answer = answers[new URL(route.request().url()).pathname];
    const headers = { "access-control-allow-origin": HOST, "access-control-expose-headers": "Belofte-Time", "belofte-time": `${Date.parse("2026-11-10T10:00:00Z")}` };
    return route.fulfill({ status: answer ? 200 : 404, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(answer ?? {}) });
  });
}

const widget = (page) => page.locator("belofte-careers");
const policy =
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${ENDPOINT}; img-src ${ENDPOINT}; ` +
  "style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

test("a Vite app shows the widget from its own files, in each language, under a strict policy", async ({ page }) => {
  const asked = await serve(page, HOST, path.join(work, "app/dist"), { "content-security-policy": policy });
  await serveEndpoint(page);
  await page.goto(`${HOST}/`);
  await expect(widget(page)).toContainText("Cooks for eighty people.");
  expect(asked.filter((path) => path.endsWith(".wasm")).length).toBeGreaterThan(0);
  await page.evaluate(() => (document.querySelector("belofte-careers").lang = "nl"));
  await expect(widget(page)).toContainText(words("nl")("postings.apply"));
});

test("a React app comes and goes by its routes: one widget each time, with what the app listens for", async ({ page }) => {
  const asked = await serve(page, HOST, path.join(work, "app/dist"), { "content-security-policy": policy });
  await serveEndpoint(page);
  await page.goto(`${HOST}/`);
  for (let round = 0; round < 10; round += 1) {
    await expect(widget(page)).toHaveCount(1);
    await expect(widget(page)).toContainText("Cooks for eighty people.");
    await page.getByRole("button", { name: "About us" }).click();
    await expect(widget(page)).toHaveCount(0);
    await page.getByRole("button", { name: "Jobs" }).click();
  }
  await page.getByRole("button", { name: "The cook" }).click();
  await expect(widget(page).getByRole("heading", { level: 1, name: "Cook" })).toBeVisible();
  await expect(page.getByRole("status")).toHaveText("posting");
  expect(asked.filter((path) => path.includes("belofte-") && path.endsWith(".wasm")).length).toBe(1);
});

test("moved, cloned and with the classic script beside it, each element stands once", async ({ page }) => {
  // No Trusted Types here: the test itself adds a script by its address.
  const open = policy.replace("script-src", `script-src ${CDN}`).replace(/require-trusted.*/, "");
  await serve(page, HOST, path.join(work, "app/dist"), { "content-security-policy": open });
  await serve(page, CDN, path.join(work, "app/node_modules/belofte"), { "access-control-allow-origin": "*" });
  await serveEndpoint(page);
  await page.goto(`${HOST}/`);
  await expect(widget(page)).toContainText("Cooks for eighty people.");
  await page.evaluate(async (src) => {
    const first = document.querySelector("belofte-careers");
    document.body.append(first.cloneNode(true));
    document.body.append(first);
    for (let round = 0; round < 2; round += 1) {
      const script = Object.assign(document.createElement("script"), { src, crossOrigin: "anonymous" });
      await new Promise((done) => {
        script.onload = done;
        document.body.append(script);
      });
    }
  }, `${CDN}/belofte.js`);
  await expect(widget(page)).toHaveCount(2);
  for (const nth of [0, 1]) {
    await expect(widget(page).nth(nth)).toContainText("Cooks for eighty people.");
    expect(await widget(page).nth(nth).evaluate((element) => element.shadowRoot.querySelectorAll("h1").length)).toBe(1);
  }
});

for (const [what, tag] of [
  ["a classic script", `<script async src="${CDN}/belofte.js" crossorigin></script>`],
  ["a module", `<script type="module" src="${CDN}/belofte.mjs"></script>`],
]) {
  test(`a plain folder of a CDN does as well: ${what}`, async ({ page }) => {
    await serve(page, CDN, path.join(work, "app/node_modules/belofte"), { "access-control-allow-origin": "*" });
    await serveEndpoint(page);
    const html = `<!doctype html><html lang="en"><head><title>Jobs</title></head><body><belofte-careers endpoint="${ENDPOINT}"></belofte-careers>${tag}</body></html>`;
    await page.route(`${HOST}/**`, (route) =>
      route.fulfill({ body: html, headers: { "content-type": "text/html", "content-security-policy": policy.replaceAll("'self'", CDN) } }),
    );
    await page.goto(HOST);
    await expect(widget(page)).toContainText("Cooks for eighty people.");
  });
}
