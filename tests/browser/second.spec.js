// The program's second file: fetched by those who look an application up, and by nobody else.
const { test, expect, words } = require("../page/fixtures.js");
const { layOut, fixture, organization, HOST, ENDPOINT, CDN } = require("./endpoint.js");
const { well } = require("./states.js");

const w = words("en");
const SECOND = `${CDN}/**/second-*.wasm`;
const EMPTY = { postings: [], total: 0, departments: [], locations: [] };
const answers = { "GET /v1/organization": organization, "GET /v1/job-postings": EMPTY };

const widget = (page) => page.locator("belofte-careers").first();
const element = (view) =>
  `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" view="${view}"><a href="/jobs">See our jobs</a></belofte-careers>`;

/** What the page asks for of the second file, its style and its texts: by their endings. */
function asked(page) {
  const files = [];
  page.on("request", (request) => files.push(...(request.url().match(/second-.*\.(\w+)$/)?.slice(1) ?? [])));
  return files;
}

test("is fetched once, when somebody goes there", async ({ page }) => {
  const files = asked(page);
  await layOut(page, { element: element("board"), answers });
  await page.goto(HOST);
  const way = widget(page).getByRole("link", { name: w("postings.already"), exact: true });
  await expect(way).toBeVisible();
  expect(files).toEqual([]);
  for (const _ of [1, 2]) {
    await way.click();
    await expect(widget(page).getByLabel(w("lookup.email"))).toBeVisible();
    await expect(widget(page).getByRole("heading", { level: 1 })).toBeFocused();
    await widget(page).getByRole("link", { name: w("lookup.jobs"), exact: true }).click();
  }
  expect(files.sort()).toEqual(["css", "json", "wasm"]);
});

test("another language brings its texts, too", async ({ page }) => {
  await layOut(page, { element: element("status"), answers });
  await page.goto(HOST);
  await widget(page).getByLabel(w("lookup.email")).fill("noor@example.com");
  await widget(page).evaluate((element) => (element.lang = "nl"));
  await expect(widget(page).getByLabel(words("nl")("lookup.email"))).toHaveValue("noor@example.com");
});

for (const width of [360, 480, 768, 1280]) {
  test(`what it brings into a form has its room there, at ${width} px`, async ({ page }) => {
    let letGo;
    const held = new Promise((done) => (letGo = done));
    await page.setViewportSize({ width, height: 740 });
    await layOut(page, { element: element('apply" posting="cook'), answers: well("en") });
    await page.route(SECOND, (route) => held.then(() => route.fallback()));
    await page.goto(HOST);
    const send = widget(page).getByRole("button", { name: w("apply.send"), exact: true });
    await send.scrollIntoViewIfNeeded();
    const before = await send.boundingBox();
    letGo();
    await expect(widget(page).getByLabel(w("privacy.device"))).toBeVisible();
    expect(Math.abs((await send.boundingBox()).y - before.y)).toBeLessThanOrEqual(4);
  });
}

test.describe("when it does not come", () => {
  // Chromium writes failed requests to the console by itself.
  test.use({ quiet: false });

  test("no connection is said in words, and asked again", async ({ page }) => {
    await layOut(page, { element: element("board"), answers });
    let broken = true;
    await page.route(SECOND, (route) => (broken ? route.abort("internetdisconnected") : route.fallback()));
    await page.goto(HOST);
    await widget(page).getByRole("link", { name: w("postings.already"), exact: true }).click();
    await expect(widget(page)).toContainText(w("ui.offline"));
    broken = false;
    await widget(page).getByRole("button", { name: w("ui.try_again") }).click();
    await expect(widget(page).getByLabel(w("lookup.email"))).toBeVisible();
  });

  test("the page of an outcome stands without it, and the outcome follows", async ({ page }) => {
    const application = fixture("timeline/rejected");
    const { reference } = application;
    const there = { ...well("en"), [`GET /v1/applications/${reference}`]: application };
    await layOut(page, { element: element("apply\" posting=\"cook"), answers: there });
    let broken = true;
    await page.route(SECOND, (route) => (broken ? route.abort("internetdisconnected") : route.fallback()));
    await page.goto(HOST);
    // Who just applied needs no file to be known; a reload would.
    await widget(page).getByLabel("Your name").fill("Noor Jansen");
    await widget(page).getByLabel("Your email address").fill("noor@example.com");
    await widget(page).getByRole("button", { name: w("apply.send"), exact: true }).click();
    await widget(page).getByRole("link", { name: w("apply.follow"), exact: true }).click();
    const [{ text }] = application.decision.reasons;
    await expect(widget(page).getByRole("heading", { level: 1 })).toContainText(application.decision.by.name.split(" ")[0]);
    await expect(widget(page)).toContainText(w("ui.offline"));
    await expect(widget(page)).toContainText(w("timeline.steps"));
    await expect(widget(page).getByText(text)).toHaveCount(0);
    broken = false;
    await widget(page).getByRole("button", { name: w("ui.try_again") }).click();
    await expect(widget(page).getByText(text)).toBeVisible();
    await expect(widget(page)).not.toContainText(w("ui.offline"));
  });

  test("one changed byte in it and it does not run", async ({ page }) => {
    await layOut(page, { element: element("status"), answers });
    await page.route(SECOND, (route) =>
      route.fulfill({ body: "changed", headers: { "access-control-allow-origin": "*", "content-type": "application/wasm" } }),
    );
    await page.addInitScript(() => {
      document.addEventListener("belofte-error", (event) => (window.code = event.detail.code));
    });
    await page.goto(HOST);
    await expect.poll(() => page.evaluate(() => window.code)).toBe("integrity");
    await expect(page.getByRole("link", { name: "See our jobs" })).toBeVisible();
  });
});
