// The element on a host page: room kept, link kept, several of them, moved, taken away, changed.
const { test, expect, words } = require("../page/fixtures.js");
const { layOut, organization, HOST, ENDPOINT } = require("./endpoint.js");

const LINK = '<a href="/jobs">See our jobs</a>';
const element = (attributes = "") => `<belofte-careers endpoint="${ENDPOINT}" lang="en" ${attributes}>${LINK}</belofte-careers>`;
const posting = {
  id: "cook", title: "Cook", department: "Kitchen", status: "open", summary: "Cooks for eighty people.", lang: "en",
  form_id: "short", first_answer_by: "2026-11-12T16:00:00Z",
};
const list = { postings: [posting], total: 1, departments: [], locations: [] };
const answers = { "GET /v1/organization": organization, "GET /v1/job-postings": list, "GET /v1/job-postings/cook": posting };

const widgets = (page) => page.locator("belofte-careers");
/** Has the page draw so many frames: whoever waits for a frame, an observer or a microtask has had its turn by then. */
const frames = (page, count) =>
  page.evaluate(async (left) => {
    for (; left > 0; left--) await new Promise((next) => requestAnimationFrame(next));
  }, count);

test("nothing on the page moves while the widget arrives", async ({ page }) => {
  const slow = async () => {
    await frames(page, 20);
    return list;
  };
  await layOut(page, { element: `${element('loading="eager"')}<p>Below the widget</p>`, answers: { ...answers, "GET /v1/job-postings": slow } });
  await page.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((seen) => {
      for (const entry of seen.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(HOST);
  await expect(widgets(page)).toContainText("Cook");
  await frames(page, 20);
  expect(await page.evaluate(() => window.shift)).toBe(0);
});

test("the link stays until the widget is ready, then makes room", async ({ page }) => {
  let open;
  const gate = new Promise((done) => (open = done));
  await layOut(page, {
    element: element('loading="eager"'),
    answers: { ...answers, "GET /v1/job-postings": async () => (await gate, list) },
  });
  await page.goto(HOST);
  const link = page.getByRole("link", { name: "See our jobs" });
  await expect(link).toBeVisible();
  open();
  await expect(widgets(page)).toContainText("Cook");
  await expect(link).toBeHidden();
});

test("several elements share one download and live side by side", async ({ page }) => {
  const files = [];
  page.on("request", (request) => request.url().endsWith(".wasm") && files.push(request.url()));
  await layOut(page, { element: element('loading="eager"') + element('loading="eager" view="posting" posting="cook"'), answers });
  await page.goto(HOST);
  await expect(widgets(page).nth(0)).toContainText("Cook");
  await expect(widgets(page).nth(1)).toContainText("Cook");
  expect(files.length).toBe(1);
});

test("an element far below starts when it comes near", async ({ page }) => {
  const { asked } = await layOut(page, { element: `<p class="tall"></p>${"<p>Line</p>".repeat(200)}${element()}`, answers });
  await page.goto(HOST);
  await frames(page, 20);
  expect(asked).toEqual([]);
  await widgets(page).scrollIntoViewIfNeeded();
  await expect(widgets(page)).toContainText("Cook");
});

test("a moved element lives on, a removed one ends without a word", async ({ page }) => {
  await layOut(page, { element: `${element('loading="eager"')}<div id="elsewhere"></div>`, answers });
  await page.goto(HOST);
  await expect(widgets(page)).toContainText("Cook");
  await page.evaluate(() => document.querySelector("#elsewhere").append(document.querySelector("belofte-careers")));
  await expect(page.locator("#elsewhere belofte-careers")).toContainText("Cook");
  await page.evaluate(() => {
    window.kept = document.querySelector("belofte-careers");
    window.kept.remove();
  });
  await expect.poll(() => page.evaluate(() => document.querySelectorAll("belofte-careers").length)).toBe(0);
  await frames(page, 5);
  await page.evaluate(() => document.querySelector("#elsewhere").append(window.kept));
  await expect(page.locator("#elsewhere belofte-careers")).toContainText("Cook");
});

test("a changed attribute changes the view, and events tell the page", async ({ page }) => {
  await layOut(page, { element: element('loading="eager"'), answers });
  await page.addInitScript(() => {
    window.heard = [];
    for (const type of ["belofte-ready", "belofte-view"]) {
      document.addEventListener(type, (event) => window.heard.push([type, event.detail.view ?? event.detail.version]));
    }
  });
  await page.goto(HOST);
  await expect(widgets(page)).toContainText("Cooks for eighty people.");
  await page.evaluate(() => document.querySelector("belofte-careers").show("posting", "cook"));
  await expect(widgets(page).getByRole("heading", { level: 1, name: "Cook" })).toBeVisible();
  await page.evaluate(() => Object.assign(document.querySelector("belofte-careers"), { lang: "nl", view: "board" }));
  await expect(widgets(page)).toContainText(words("nl")("postings.apply"));
  const heard = await page.evaluate(() => window.heard);
  expect(heard.filter(([type]) => type === "belofte-ready").length).toBeGreaterThan(0);
  expect(heard).toContainEqual(["belofte-view", "posting"]);
});

test("a link that is followed while the program is on its way leads where it says", async ({ page }) => {
  let open;
  const gate = new Promise((done) => (open = done));
  await layOut(page, { element: `<a href="#belofte=posting/cook">The cook</a>${element('loading="eager" routing="hash"')}`, answers });
  await page.route("**/belofte-*.wasm", async (route) => {
    await gate;
    await route.fallback();
  });
  const asked = page.waitForRequest("**/belofte-*.wasm");
  await page.goto(HOST);
  await asked;
  await page.getByRole("link", { name: "The cook" }).click();
  open();
  await expect(widgets(page).getByRole("heading", { level: 1, name: "Cook" })).toBeVisible();
});

test("what one looks for on the board is still there after a look at a posting", async ({ page }) => {
  const others = ["Gardener", "Nurse", "Planner"].map((title) => ({ ...posting, id: title.toLowerCase(), title, summary: "" }));
  const long = { ...list, postings: [posting, ...others], total: 4 };
  await layOut(page, { element: element('loading="eager" routing="hash"'), answers: { ...answers, "GET /v1/job-postings": long } });
  await page.goto(HOST);
  const search = widgets(page).getByRole("searchbox");
  await search.fill("cook");
  await expect(widgets(page).getByRole("article")).toHaveCount(1);
  await widgets(page).getByRole("link", { name: "Cook", exact: true }).click();
  await expect(widgets(page).getByRole("heading", { level: 1, name: "Cook" })).toBeVisible();
  await page.goBack();
  await expect(search).toHaveValue("cook");
  await expect(widgets(page).getByRole("article")).toHaveCount(1);
});

test.describe("a value that nobody knows", () => {
  test.use({ quiet: false });

  test("counts as the default, and the page's maker is told once which there are", async ({ page }) => {
    const warnings = [];
    page.on("console", (message) => message.text().startsWith("belofte") && warnings.push(message.text()));
    const attributes = 'loading="soon" view="vacancies" data-routing="path" color-scheme="sepia"';
    await layOut(page, { element: element(attributes), answers });
    await page.goto(HOST);
    await expect(widgets(page)).toContainText("Cooks for eighty people.");
    await page.evaluate(() => (document.querySelector("belofte-careers").lang = "nl"));
    await expect(widgets(page)).toContainText(words("nl")("postings.apply"));
    await page.evaluate(() => (document.querySelector("belofte-careers").routing = "both"));
    await expect.poll(() => warnings.length).toBe(5);
    expect(warnings.sort()).toEqual([
      "belofte: color-scheme=sepia is none of [light, dark]",
      "belofte: loading=soon is none of [lazy, eager]",
      "belofte: routing=both is none of [none, hash]",
      "belofte: routing=path is none of [none, hash]",
      "belofte: view=vacancies is none of [board, posting, apply, status, score, questions, complaint, improvements, follow, news]",
    ]);
  });
});

test("a hostile page's styles stay outside", async ({ page }) => {
  await layOut(page, { element: element('loading="eager"'), answers, policy: "" });
  await page.goto(HOST);
  await page.addStyleTag({ content: "* { display: none } html, body, main, belofte-careers { display: block } h1, a { color: lime !important; font-size: 90px !important }" });
  await expect(widgets(page).getByRole("heading", { level: 1 })).toBeVisible();
  const size = await widgets(page).getByRole("heading", { level: 1 }).evaluate((node) => getComputedStyle(node).fontSize);
  expect(parseFloat(size)).toBeLessThan(80);
});
