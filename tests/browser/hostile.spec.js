// The element on pages that mean no good, or mean something else: their styles, files that were changed on the way.
const fs = require("node:fs");
const path = require("node:path");
const { test, expect, words } = require("../page/fixtures.js");
const { embed } = require("../page/server.js");
const { layOut, HOST, ENDPOINT, CDN } = require("./endpoint.js");
const { well } = require("./states.js");

const ALL = Boolean(process.env.BELOFTE_TEST_ALL);
const w = words("en");
const [version] = fs.readdirSync(embed).filter((name) => /^\d/.test(name));
const folder = path.join(embed, version);
const widget = (page) => page.locator("belofte-careers").first();
const element = (view = "board") =>
  `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" view="${view}" posting="cook"><a href="/jobs">See our jobs</a></belofte-careers>`;

// ---- the page's styles ----

const STYLES = {
  "takes all from everything": "* { all: unset !important }",
  "hides all that one can press": "button, a, input { display: none !important }",
  "has a root of 62.5 %": ":root { font-size: 62.5% }",
  "reads from right to left": "body { direction: rtl }",
  // What a page says of the element itself is its own choice and counts; what it says of all in it does not get in.
  "styles the element and all in it": "belofte-careers { color: navy; direction: rtl } belofte-careers * { color: lime; font-size: 3px; display: inline; position: absolute; visibility: hidden }",
};

for (const [name, css] of Object.entries(STYLES)) {
  test(`a page that ${name} leaves the board readable and usable`, async ({ page }) => {
    await layOut(page, { element: element(), answers: well("en"), policy: "" });
    await page.goto(HOST);
    await page.addStyleTag({ content: css });
    const heading = widget(page).getByRole("heading", { level: 1 });
    await expect(heading).toBeVisible();
    const cook = widget(page).getByRole("link", { name: "Cook", exact: true });
    await expect(cook).toBeVisible();
    const seen = await widget(page).evaluate((host) => {
      const root = host.shadowRoot.querySelector(".belofte");
      const { fontSize, direction, display } = getComputedStyle(root);
      const { width, height } = root.getBoundingClientRect();
      return { fontSize, direction, display, width, height, around: getComputedStyle(host).fontSize };
    });
    expect(seen.direction).toBe("ltr");
    expect(seen.display).toBe("block");
    // Text is as large as the page says around it.
    expect(seen.fontSize).toBe(seen.around);
    expect(seen.width).toBeGreaterThan(200);
    expect(seen.height).toBeGreaterThan(100);
    // What somebody looks for and presses is there by its role.
    await widget(page).getByRole("link", { name: w("postings.already"), exact: true }).focus();
    await cook.click();
    await expect(widget(page).getByRole("heading", { level: 1, name: "Cook" })).toBeVisible();
    await widget(page).getByRole("link", { name: w("postings.apply") }).first().click();
    await expect(widget(page).getByLabel("Your name")).toBeVisible();
    await widget(page).getByLabel("Your name").fill("Noor Jansen");
    await expect(widget(page).getByRole("button", { name: w("apply.send"), exact: true })).toBeVisible();
  });
}

// ---- one changed byte ----

const files = fs.readdirSync(folder, { recursive: true }).map(String).filter((name) => /\.(js|wasm|css|json)$/.test(name) && name !== "integrity.json");
/** A language whose files are to be changed; the others are those of English. */
const languageOf = (name) => /^locales\/\w+-(\w+)-/.exec(name)?.[1] ?? "en";
/** The view that needs the file at once. */
const viewOf = (name) => (/second-/.test(name) ? "status" : /later-/.test(name) ? "apply" : "board");

/** The file with one bit of its middle turned: a letter of a text, a byte of a program. */
function changed(name) {
  const bytes = fs.readFileSync(path.join(folder, name));
  bytes[bytes.length >> 1] ^= 1;
  return bytes;
}

/** What pages load by a tag of their own, and whether it ran. */
const TAGS = {
  "belofte.js": () => Boolean(customElements.get("belofte-careers")),
  "belofte-frame.js": () => window.listens.includes("message"),
  "belofte-early.js": () => window.listens.includes("belofte-ready"),
};

/** Read only where a page has a theme, and no widget depends on it. */
const THEME = files.find((name) => name.startsWith("theme-"));

test.describe("one changed byte", () => {
  // The browser says in the console which file it refused.
  test.use({ quiet: false });

  for (const name of files.filter((name) => ALL || languageOf(name) === "en")) {
    // What the page's own tag brings is checked by the browser against the hash in the tag: below.
    if (name in TAGS || name === THEME) continue;
    // Words that a page names by itself, as it names a theme: nothing in them runs.
    if (name.startsWith("texts/")) continue;
    test(`in ${name.replace(/-\w{8}(?=\.)/, "")}: it is not used, and the link stays`, async ({ page }) => {
      const given = element(viewOf(name)).replace('lang="en"', `lang="${languageOf(name)}"`);
      await layOut(page, { element: given, answers: well("en") });
      let served = 0;
      await page.route(`${CDN}/**/${name}`, (route) => {
        if (route.request().method() === "GET") served += 1;
        const type = { ".wasm": "application/wasm", ".css": "text/css", ".json": "application/json" }[path.extname(name)];
        return route.fulfill({ body: changed(name), headers: { "access-control-allow-origin": "*", "content-type": type } });
      });
      await page.addInitScript(() => {
        window.taken = [];
        window.codes = [];
        const { fetch } = window;
        window.fetch = async (url, how) => {
          const answer = await fetch(url, how);
          if (how?.method !== "HEAD") window.taken.push(String(url));
          return answer;
        };
        document.addEventListener("belofte-error", (event) => window.codes.push(event.detail.code));
      });
      await page.goto(HOST);
      await expect.poll(() => page.evaluate(() => window.codes)).toContain("integrity");
      expect(served, "the changed file was asked for").toBeGreaterThan(0);
      const taken = await page.evaluate(() => window.taken);
      expect(taken.filter((url) => url.endsWith(name)), "files whose content reached the page").toEqual([]);
      await expect(page.getByRole("link", { name: "See our jobs" })).toBeVisible();
    });
  }

  for (const turned of [true, false]) {
    test(`in theme.wasm: ${turned ? "changed, it is not used, and the widget keeps the default look" : "as it is, the theme is worn"}`, async ({ page }) => {
      const given = element("posting").replace("endpoint", `theme="${ENDPOINT}/brand.tokens.json" endpoint`);
      const brand = { light: { $type: "color", accent: { $value: "#800000" } } };
      await layOut(page, { element: given, answers: { ...well("en"), "GET /brand.tokens.json": brand } });
      const bytes = turned ? changed(THEME) : fs.readFileSync(path.join(folder, THEME));
      await page.route(`${CDN}/**/${THEME}`, (route) => route.fulfill({ body: bytes, headers: { "access-control-allow-origin": "*", "content-type": "application/wasm" } }));
      await page.addInitScript(() => document.addEventListener("belofte-error", (event) => (window.code = event.detail.code)));
      await page.goto(HOST);
      const apply = widget(page).getByRole("link", { name: w("postings.apply_now") });
      if (turned) await expect.poll(() => page.evaluate(() => window.code)).toBe("theme");
      await expect(apply).toHaveCSS("background-color", turned ? "rgb(11, 92, 82)" : "rgb(128, 0, 0)");
    });
  }

  for (const [name, ran] of Object.entries(TAGS)) {
    for (const turned of [true, false]) {
      test(`in ${name} of the page's tag: ${turned ? "changed, it does not run and the link stays" : "as it is, it runs"}`, async ({ page }) => {
        await layOut(page, { element: element(), answers: well("en") });
        const own = fs.readFileSync(path.join(folder, name));
        const integrity = JSON.parse(fs.readFileSync(path.join(folder, "integrity.json"), "utf8"))[name];
        // A space at the end would run as well.
        const body = turned ? Buffer.concat([own, Buffer.from(" ")]) : own;
        await page.route(`${CDN}/**/${name}`, (route) => route.fulfill({ body, headers: { "access-control-allow-origin": "*", "content-type": "text/javascript" } }));
        await page.addInitScript(() => {
          window.listens = [];
          const { addEventListener } = window;
          window.addEventListener = (type, ...rest) => (window.listens.push(type), addEventListener(type, ...rest));
        });
        const html = `<!doctype html><html lang="en"><title>Host</title><main><script src="${CDN}/embed/${version}/${name}" integrity="${integrity}" crossorigin></script>${element()}</main>`;
        await page.route(`${HOST}/**`, (route) => route.fulfill({ body: html, headers: { "content-type": "text/html" } }));
        await page.goto(HOST);
        expect(await page.evaluate(ran)).toBe(!turned);
        if (turned) await expect(page.getByRole("link", { name: "See our jobs" })).toBeVisible();
        else if (name === "belofte.js") await expect(widget(page)).toContainText("Cook");
      });
    }
  }
});

// ---- the first visit ----

for (const view of ["board", "posting", "apply", "status", "score"]) {
  test(`who only looks at the ${view} gets no cookie, nothing stored, and speaks to nobody else`, async ({ page, context }) => {
    const hosts = new Set();
    context.on("request", (request) => hosts.add(new URL(request.url()).origin));
    await layOut(page, { element: element(view), answers: well("en") });
    await page.addInitScript(() => document.addEventListener("belofte-ready", () => (window.ready = true)));
    await page.goto(HOST);
    await expect.poll(() => page.evaluate(() => window.ready)).toBe(true);
    await page.waitForLoadState("networkidle");
    const stored = await page.evaluate(async () => ({
      cookie: document.cookie,
      local: { ...localStorage },
      session: { ...sessionStorage },
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
    }));
    expect(stored).toEqual({ cookie: "", local: {}, session: {}, databases: [], caches: [], workers: 0 });
    expect(await context.cookies()).toEqual([]);
    expect([...hosts].sort()).toEqual([ENDPOINT, CDN, HOST].sort());
  });
}
