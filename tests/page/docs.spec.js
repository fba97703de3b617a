// The documentation as the server shows it: readable at every width and in both schemes, and each of its examples holds.
const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { transformSync } = require("esbuild");
const { test, expect, axe, picture, start } = require("./fixtures.js");
const { serveHost } = require("./host.js");
const { root, binary, embed } = require("./server.js");

const FOLDER = path.join(root, "docs");
const FILES = fs.readdirSync(FOLDER).filter((name) => name.endsWith(".md"));
/** Languages of examples that something here runs; another one would be an example that nothing holds. */
const RUN = ["html", "css", "js", "jsx", "vue", "text", "toml", "json", "sh"];

/** Every example of the folder: its page, its language, its text. */
function examples() {
  return FILES.flatMap((file) => {
    const blocks = [...fs.readFileSync(path.join(FOLDER, file), "utf8").matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
    return blocks.map(([, lang, text], at) => ({ slug: file.slice(0, -3).toLowerCase(), lang, text, at }));
  });
}

const address = (slug) => (slug === "start" ? "/docs/" : `/docs/${slug}`);
const of = (lang) => examples().filter((example) => example.lang === lang);

test("every example says what it is, so that something runs it", () => {
  expect(examples().filter(({ lang }) => !RUN.includes(lang)).map(({ slug, lang, at }) => `${slug} ${at}: ${lang}`)).toEqual([]);
});

test("the pages read well at a desk and on a phone", async ({ page, demo }) => {
  test.setTimeout(120_000);
  for (const file of FILES) {
    const slug = file.slice(0, -3).toLowerCase();
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${demo.endpoint}${address(slug)}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.locator('nav a[aria-current="page"]')).toHaveCount(1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${slug}, ${width} px`).toBeLessThanOrEqual(width);
      if (width === 1280 || process.env.BELOFTE_TEST_ALL) await axe(page, `${slug}, ${width} px`);
      if (slug === "start" || slug === "theming") await picture(page, `docs-${slug}-${width}`);
    }
  }
});

/** What a page shows as examples in `lang`: with this endpoint's address and hash, ready to be copied. */
async function shown(page, demo, lang) {
  const all = [];
  for (const file of FILES) {
    const slug = file.slice(0, -3).toLowerCase();
    await page.goto(`${demo.endpoint}${address(slug)}`);
    all.push(...(await page.locator(`pre > code.language-${lang}`).allTextContents()).map((text, at) => ({ slug, at, text })));
  }
  return all;
}

test.describe("each example on a page", () => {
  let demo, host, given;
  test.beforeAll(async () => {
    host = await serveHost(() => given);
    demo = await start({ origins: [host.origin] });
  });
  test.afterAll(async () => {
    await demo.stop();
    await host.stop();
  });

  const whole = (head, body) =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Jobs</title><link rel="icon" href="data:,">${head}</head>` +
    `<body><main>${body}</main></body></html>`;
  const loader = () => {
    const script = fs.readFileSync(path.join(FOLDER, "RECIPES.md"), "utf8").match(/^<script async .*<\/script>$/m)[0];
    return script.replaceAll("https://api.example.nl", demo.endpoint).replace(/ integrity="[^"]*"/, "");
  };

  async function mounted(page, name) {
    const elements = page.locator("belofte-careers");
    await expect(elements, name).not.toHaveCount(0);
    for (const element of await elements.all()) {
      await element.scrollIntoViewIfNeeded();
      await expect(element.locator(".belofte"), name).toBeVisible();
    }
  }

  /** What a site may have beside its pages: the widget's files, the jobs, a theme, words. */
  async function besidePages(page) {
    const read = async (address) => (await fetch(`${demo.endpoint}/v1/${address}`)).json();
    const { postings } = await read("job-postings");
    const job_postings = await Promise.all(postings.map(({ id }) => read(`job-postings/${id}`)));
    const jobs = { organization: await read("organization"), job_postings, forms: [] };
    await page.route(`${host.origin}/jobs.json`, (route) => route.fulfill({ json: jobs }));
    const theme = path.join(root, "www/themes/lumen.tokens.json");
    await page.route(`${host.origin}/brand.tokens.json`, (route) => route.fulfill({ path: theme }));
    await page.route(`${host.origin}/texts.json`, (route) => route.fulfill({ path: path.join(root, "www/texts/formal.json") }));
    await page.route(`${host.origin}/embed/**`, (route) => {
      const file = new URL(route.request().url()).pathname.replace("/embed/", "");
      return route.fulfill({ path: path.join(embed, file) });
    });
  }

  test("of HTML becomes the widget, under the policy that the documentation names", async ({ page }) => {
    test.setTimeout(120_000);
    const policies = (await shown(page, demo, "text")).filter(({ text }) => text.startsWith("script-src"));
    expect(policies.length).toBeGreaterThan(1);
    const snippets = await shown(page, demo, "html");
    expect(snippets.length).toBeGreaterThan(5);
    await besidePages(page);
    for (const { slug, at, text } of snippets) {
      expect(text, `${slug} ${at}`).not.toMatch(/api\.example|sha384-…/);
      if (text.includes("<iframe")) {
        given = whole("", text);
        await page.goto(host.origin);
        await expect(page.frameLocator("iframe").locator("belofte-careers .belofte"), `${slug} ${at}`).toBeVisible();
        continue;
      }
      const body = text.includes("<belofte-careers") || text.includes("data-endpoint") ? text : `${text}<belofte-careers endpoint="${demo.endpoint}"></belofte-careers>`;
      const sheet = text.includes('rel="stylesheet"') ? `; style-src ${demo.endpoint}` : "";
      // What lies beside the pages comes from their own origin.
      const from = /(source|theme|texts)="\//.test(text) ? `${demo.endpoint} ${host.origin}` : demo.endpoint;
      const policy = policies[at % policies.length].text.trim().replaceAll(demo.endpoint, from) + sheet;
      // In the head of a page, so that it holds for what comes after it.
      const head = `<meta http-equiv="content-security-policy" content="default-src 'none'; ${policy}">`;
      given = whole(head, text.includes("<script") ? body : `${loader()}${body}`);
      await page.goto(host.origin);
      await mounted(page, `${slug} ${at}`);
    }
  });

  test("of CSS dresses the widget with tokens that it knows", async ({ page }) => {
    const tokens = fs.readFileSync(path.join(root, "src/ui/tokens.css"), "utf8");
    for (const { slug, text } of of("css")) {
      for (const [token] of text.matchAll(/--belofte-[\w-]+/g)) expect(tokens, `${slug}: ${token}`).toContain(`var(${token}`);
      given = whole(`<style>${text}</style>`, `${loader()}<belofte-careers endpoint="${demo.endpoint}"></belofte-careers>`);
      await page.goto(host.origin);
      await mounted(page, slug);
      const own = text.match(/--belofte-accent: ([^;]+);/)[1];
      expect(await page.locator("belofte-careers").evaluate((element) => getComputedStyle(element).getPropertyValue("--belofte-accent").trim())).toBe(own);
    }
  });

  test("of JavaScript runs", async ({ page }) => {
    for (const { slug, text } of of("js")) {
      // What a server of yours runs, webhooks.spec.js does; here it has to be JavaScript.
      transformSync(text, { loader: "js" });
      if (slug !== "embedding") continue;
      given = whole("", `${loader()}<belofte-careers endpoint="${demo.endpoint}"></belofte-careers>`);
      await page.goto(host.origin);
      await mounted(page, slug);
      await page.evaluate((text) => {
        window.counted = [];
        window.count = (...what) => window.counted.push(what);
        new Function(text)();
        document.querySelector("belofte-careers").dispatchEvent(new CustomEvent("belofte-applied", { bubbles: true, detail: { posting: "kok" } }));
      }, text);
      expect(await page.evaluate(() => window.counted)).toEqual([["applied", "kok"]]);
      await expect(page.locator("belofte-careers")).toContainText("application");
    }
  });
});

test("of frameworks say what the element knows", () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, "npm/custom-elements.json"), "utf8"));
  const element = manifest.modules.flatMap(({ declarations }) => declarations).find(({ tagName }) => tagName === "belofte-careers");
  const known = [...element.attributes, ...element.events].map(({ name }) => name);
  const { exports } = JSON.parse(fs.readFileSync(path.join(root, "npm/package.json"), "utf8"));
  for (const { slug, lang, text } of [...of("jsx"), ...of("vue")]) {
    if (lang === "jsx") transformSync(text, { loader: "jsx" });
    const tag = /<belofte-careers([\s\S]*?)>\s*<a/.exec(text)[1];
    const used = [...tag.matchAll(/(?:^|\s)(?:on(?=belofte)|@)?([a-z][\w-]*)=/g)].map(([, name]) => name);
    expect(used.length, slug).toBeGreaterThan(1);
    expect(used.filter((name) => !known.includes(name)), slug).toEqual([]);
    for (const [, way] of text.matchAll(/"belofte(\/\w+)?"/g)) expect(exports, slug).toHaveProperty([`.${way ?? ""}`]);
  }
});

test("settings, data and commands are what the server takes", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "belofte-docs-"));
  for (const { slug, text } of of("toml")) {
    const file = path.join(folder, `${slug}.toml`);
    fs.writeFileSync(file, text);
    const { stdout, stderr } = spawnSync(binary, ["config", "check", "--config", file], { encoding: "utf8", env: { PATH: process.env.PATH } });
    expect(stdout + stderr, slug).toContain("https://www.example.nl");
    expect(stdout + stderr, slug).not.toMatch(/unknown|no setting/i);
  }
  for (const { slug, text } of of("json")) expect(() => JSON.parse(text), slug).not.toThrow();
  const lines = of("sh").flatMap(({ text }) => text.replaceAll("\\\n", " ").split("\n"));
  const commands = lines.map((line) => line.match(/(?:^|\s)belofte-server ([^#>]+)/)?.[1].trim().split(/\s+/)).filter(Boolean);
  expect(commands.length).toBeGreaterThan(5);
  for (const words of commands) {
    const until = words.findIndex((word) => !/^[a-z]+$/.test(word));
    const help = execFileSync(binary, [...words.slice(0, until < 0 ? undefined : Math.min(until, 2)), "--help"], { encoding: "utf8" });
    for (const option of words.filter((word) => word.startsWith("--"))) expect(help, words.join(" ")).toContain(option);
  }
});
