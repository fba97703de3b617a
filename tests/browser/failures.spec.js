// Each outside failure, once: the widget says it in words, offers a way on and leaves the host page alone.
const http = require("node:http");
const { once } = require("node:events");
const { test, expect, words, axe } = require("../page/fixtures.js");
const { layOut, organization, HOST, ENDPOINT, CDN, POLICY } = require("./endpoint.js");

const w = words("en");
const ELEMENT = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en"><a href="/jobs">See our jobs</a></belofte-careers>`;
const ORGANIZATION = "GET /v1/organization";
const POSTINGS = "GET /v1/job-postings";
const EMPTY = { postings: [], total: 0, departments: [], locations: [] };

// Chromium writes failed requests to the console by itself; page errors still fail each test.
test.use({ quiet: false });

const widget = (page) => page.locator("belofte-careers").first();

const FAILURES = {
  "no connection": ["offline", "ui.offline"],
  "too many calls": [{ status: 429, body: {}, headers: { "retry-after": "7" } }, "ui.busy"],
  "a fault of the server": [{ status: 500, body: "oh no" }, "ui.fault"],
  "an answer that is no JSON": [{ status: 200, body: "<html>" }, "ui.fault"],
  "an answer of another shape": [{ status: 200, body: { postings: 7 } }, "ui.fault"],
};

for (const [name, [answer, key]] of Object.entries(FAILURES)) {
  test(`${name} is said in words, with a way on`, async ({ page }) => {
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    let broken = true;
    await layOut(page, {
      element: ELEMENT,
      answers: { [ORGANIZATION]: organization, [POSTINGS]: () => (broken ? answer : EMPTY) },
    });
    await page.goto(HOST);
    await expect(widget(page)).toContainText(w(key));
    await axe(page, name);
    broken = false;
    await widget(page).getByRole("button", { name: w("ui.try_again") }).click();
    await expect(widget(page)).not.toContainText(w(key));
    expect(errors).toEqual([]);
  });
}

test("an answer that breaks off on its way is a connection that failed, not a fault of the server", async ({ page }) => {
  const begins = (request, response) => {
    response.writeHead(200, { "content-type": "application/json", "access-control-allow-origin": HOST, "content-length": "1000" });
    response.write('{"postings": [', () => response.destroy());
  };
  const server = http.createServer(begins).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  await layOut(page, { element: ELEMENT.replace(ENDPOINT, endpoint), policy: POLICY.replace(ENDPOINT, endpoint) });
  await page.goto(HOST);
  await expect(widget(page)).toContainText(w("ui.offline"));
  server.close();
});

test("values the widget does not know yet are tolerated", async ({ page }) => {
  const posting = {
    id: "x", title: "Ferryman", department: "Water", status: "frozen", summary: "Rows people across.", lang: "en", form_id: null,
    employment_type: ["SOMETIMES"], base_salary: { min: 100, max: 200, currency: "EUR", unit: "tide" }, later: { on: true },
  };
  await layOut(page, {
    element: ELEMENT,
    answers: { [ORGANIZATION]: { ...organization, later: 1 }, [POSTINGS]: { ...EMPTY, postings: [posting], total: 1 } },
  });
  await page.goto(HOST);
  await expect(widget(page)).toContainText("Ferryman");
});

test("a page that forbids the program keeps its own link", async ({ page }) => {
  await layOut(page, { element: ELEMENT, policy: POLICY.replace(" 'wasm-unsafe-eval'", ""), answers: {} });
  await page.addInitScript(() => {
    document.addEventListener("belofte-error", (event) => (window.code = event.detail.code));
  });
  await page.goto(HOST);
  await expect.poll(() => page.evaluate(() => window.code)).toBe("blocked");
  await expect(page.getByRole("link", { name: "See our jobs" })).toBeVisible();
});

test("one changed byte in the program and nothing runs", async ({ page }) => {
  await layOut(page, { element: ELEMENT, answers: { [ORGANIZATION]: organization, [POSTINGS]: EMPTY } });
  await page.route(`${CDN}/**/*.wasm`, (route) =>
    route.fulfill({ body: "changed", headers: { "access-control-allow-origin": "*", "content-type": "application/wasm" } }),
  );
  await page.addInitScript(() => {
    document.addEventListener("belofte-error", (event) => (window.code = event.detail.code));
  });
  await page.goto(HOST);
  await expect.poll(() => page.evaluate(() => window.code)).toBe("integrity");
  await expect(page.getByRole("link", { name: "See our jobs" })).toBeVisible();
});

test("a clock of the device that is a year off changes no date", async ({ page }) => {
  await page.clock.setSystemTime(new Date("2020-01-01T00:00:00Z"));
  await layOut(page, { element: ELEMENT, answers: { [ORGANIZATION]: organization, [POSTINGS]: EMPTY } });
  await page.goto(HOST);
  await expect(widget(page)).not.toContainText("2020");
});
