// No backend at all: a folder of plain files, one of them with the jobs, and any form handler that takes what is sent.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { test, expect, words, axe, PDF } = require("../page/fixtures.js");
const { binary, embed, start } = require("../page/server.js");
const { fixture, TYPES } = require("./endpoint.js");

const w = words("en");
// A handler's 500 is written to the console by the browser itself.
test.use({ quiet: false });

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self'; " +
  "style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const version = fs.readdirSync(embed).find((name) => fs.existsSync(path.join(embed, name, "belofte.js")));

/** The jobs as an employer writes them: the contract's own objects, without a date that was computed. */
function jobs() {
  const { first_answer_by, first_answer_from, dates_until, questions, related, ...posting } = fixture("postings/detail");
  const process = posting.process.map(({ latest_if_applied_now, ...stage }) => stage);
  const { score, ways, ...organization } = fixture("organization/havenzicht");
  const form = {
    id: posting.form_id, version: 1,
    fields: [
      { name: "name", type: "text", label: "Your name", required: true },
      { name: "email", type: "mail", label: "Your email address", required: true },
      { name: "shift", type: "choice", label: "Which shift?", options: [{ value: "d", label: "By day" }, { value: "n", label: "At night" }] },
      { name: "cv", type: "file", label: "Your CV", accept: ["application/pdf"], max_files: 1 },
    ],
  };
  const open = { ...posting, process, status: "open", valid_through: undefined, structured_data: '{"@type":"JobPosting"}' };
  const past = { ...open, id: "past", title: "Long closed", valid_through: "2020-01-31T22:59:59Z" };
  return { organization, job_postings: [open, past], forms: [form] };
}

/** Serves the folder and the handler for one test; `answer` is the handler's. */
async function host(options = {}) {
  const { file = jobs(), attributes = 'apply-url="/handler/"', lang = "en", answer = () => 200 } = options;
  const site = { taken: [], asked: [], cookies: [] };
  const page = `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>Jobs</title></head><body><main>
    <script src="/embed/${version}/belofte.js"></script>
    <belofte-careers source="jobs.json" ${attributes} loading="eager"><a href="mailto:jobs@example.com">Write to us</a></belofte-careers></main></body></html>`;
  const server = http.createServer(async (request, response) => {
    // On a line that was used before, a browser itself sends again what broke off.
    response.setHeader("connection", "close");
    const { pathname } = new URL(request.url, "http://x");
    site.asked.push(`${request.method} ${pathname}`);
    if (request.headers.cookie) site.cookies.push(request.headers.cookie);
    if (request.method === "POST" && pathname === "/handler/") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const form = await new Response(Buffer.concat(chunks), { headers: { "content-type": request.headers["content-type"] } }).formData();
      site.taken.push(form);
      const status = answer(site.taken.length);
      return status ? response.writeHead(status).end() : request.socket.destroy();
    }
    const plain = { "/": [page, "text/html"], "/jobs.json": [JSON.stringify(file), "application/json"] }[pathname];
    const there = path.join(embed, pathname.replace("/embed/", ""));
    if (!plain && !(pathname.startsWith("/embed/") && fs.existsSync(there))) return response.writeHead(404).end();
    const [body, type] = plain ?? [fs.readFileSync(there), TYPES[path.extname(there)]];
    return response.writeHead(200, { "content-type": type, "content-security-policy": POLICY }).end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  site.url = `http://127.0.0.1:${server.address().port}/`;
  site.close = () => new Promise((done) => server.closeAllConnections() ?? server.close(done));
  return site;
}

let site;
test.afterEach(() => site?.close());

const widget = (page) => page.locator("belofte-careers");
const title = () => jobs().job_postings[0].title;
const button = (page, key) => widget(page).getByRole("button", { name: w(key), exact: true });

async function toForm(page) {
  await page.goto(site.url);
  await widget(page).locator(".posting a.button").first().click();
  await widget(page).getByLabel("Your name").fill("Noor <b>Jansen</b>");
  await widget(page).getByLabel("Your email address").fill("noor@example.com");
}

test("a folder without a backend shows the jobs, each step with how long it takes and who promised it", async ({ page }) => {
  site = await host();
  await page.goto(site.url);
  await expect(widget(page).getByRole("article")).toHaveCount(1);
  await expect(widget(page)).not.toContainText("Long closed");
  await expect(widget(page).getByText(w("postings.already"))).toBeHidden();
  await axe(page);
  await widget(page).getByRole("link", { name: title(), exact: true }).click();
  await expect(widget(page).getByRole("heading", { name: w("handover.steps_title") })).toBeVisible();
  const { process } = jobs().job_postings[0];
  await expect(widget(page).locator(".step")).toHaveCount(process.length);
  for (const [at, { promise, owner }] of process.entries()) {
    const step = widget(page).locator(".step").nth(at);
    if (promise && promise.unit === "business_days") await expect(step).toContainText(String(promise.value));
    if (owner) await expect(step).toContainText(owner.name);
  }
  await expect(widget(page).locator("time")).toHaveCount(0);
  const [data] = await page.locator('script[type="application/ld+json"]').all();
  expect(JSON.parse(await data.textContent())["@type"]).toBe("JobPosting");
  await axe(page);
  // Nothing leads to a page that is not there: every address of the widget stays on this one.
  for (const link of await widget(page).locator(".belofte a[href^='http']").all()) {
    expect(await link.getAttribute("href")).toContain(`${site.url}#`);
  }
  expect(site.asked.filter((asked) => asked.includes("/v1/") || asked.startsWith("POST"))).toEqual([]);
});

test("what a server writes for a page without one is shown and can be applied for, without a date of that day", async ({ page }) => {
  const demo = await start();
  let file;
  try {
    const given = ["export-static", "--lang", "en", "--data", demo.data, "--public-url", demo.endpoint];
    file = JSON.parse(execFileSync(binary, given, { encoding: "utf8" }));
  } finally {
    await demo.stop();
  }
  site = await host({ file });
  await page.goto(site.url);
  await expect(widget(page).getByRole("article")).toHaveCount(file.job_postings.length);
  const posting = file.job_postings.find(({ status }) => status === "open");
  await widget(page).getByRole("link", { name: posting.title, exact: true }).click();
  await expect(widget(page).getByRole("heading", { name: posting.title, level: 1 })).toBeFocused();
  await expect(widget(page).locator(".step")).toHaveCount(posting.process.length);
  for (const [at, { label, owner }] of posting.process.entries()) {
    await expect(widget(page).locator(".step").nth(at)).toContainText(label);
    if (owner) await expect(widget(page).locator(".step").nth(at)).toContainText(owner.name);
  }
  await expect(widget(page).locator(".steps time")).toHaveCount(0);
  await axe(page);
  await widget(page).getByRole("link", { name: w("postings.apply_now") }).first().click();
  const form = file.forms.find(({ id }) => id === posting.form_id);
  for (const { label, show_if } of form.fields.filter(({ type }) => ["text", "mail"].includes(type))) {
    if (!show_if) await expect(widget(page).getByLabel(label).first()).toBeVisible();
  }
  await axe(page);
});

test("an application with a file reaches the handler once, and the receipt says what is known", async ({ page, context }) => {
  site = await host();
  await toForm(page);
  await widget(page).getByLabel("By day").check();
  await widget(page).getByLabel("Your CV").setInputFiles(PDF);
  await expect(widget(page)).toContainText(w("handover.file_ready").split("{name}")[1].split("(")[0].trim());
  await button(page, "apply.send").click();
  const heading = widget(page).getByRole("heading", { name: w("handover.title"), level: 1 });
  await expect(heading).toBeFocused();
  expect(site.taken).toHaveLength(1);
  const [form] = site.taken;
  expect([form.get("name"), form.get("email"), form.get("shift")]).toEqual(["Noor <b>Jansen</b>", "noor@example.com", "d"]);
  expect([form.get("posting_id"), form.get("lang")]).toEqual([jobs().job_postings[0].id, "en"]);
  expect(form.get("idempotency_key")).toMatch(/^\d+(-\d+){3}$/);
  const cv = form.get("cv");
  expect([cv.name, Buffer.from(await cv.arrayBuffer()).equals(PDF.buffer)]).toEqual([PDF.name, true]);
  // The procedure, the copy of the answers; no date, no reference, no status page.
  await expect(widget(page).locator(".step")).toHaveCount(jobs().job_postings[0].process.length);
  for (const said of ["Noor <b>Jansen</b>", "By day", PDF.name]) await expect(widget(page).locator(".copy")).toContainText(said);
  await expect(widget(page)).not.toContainText("0000");
  await expect(widget(page).locator("time")).toHaveCount(0);
  await expect(widget(page).getByText(w("apply.follow"))).toHaveCount(0);
  await axe(page);
  expect([await context.cookies(), site.cookies]).toEqual([[], []]);
  // A look back and forth sends nothing again.
  await widget(page).getByRole("link", { name: w("apply.others") }).click();
  await expect(widget(page).getByRole("article")).toHaveCount(1);
  expect(site.taken).toHaveLength(1);
});

for (const [name, broken] of [["says 500", 500], ["breaks off", 0]]) {
  test(`a handler that ${name} leaves everything in place, and only the visitor sends again`, async ({ page }) => {
    site = await host({ answer: (time) => (time === 1 ? broken : 200) });
    await toForm(page);
    await widget(page).getByLabel("Your CV").setInputFiles(PDF);
    await button(page, "apply.send").click();
    await expect(widget(page).getByRole("alert")).toContainText(w("handover.unsure"));
    await expect(widget(page).getByLabel("Your name")).toHaveValue("Noor <b>Jansen</b>");
    await axe(page);
    // Longer than the first wait of what is tried again by itself.
    await page.waitForTimeout(3_000);
    expect(site.taken).toHaveLength(1);
    await button(page, "apply.send").click();
    await expect(widget(page).getByRole("heading", { name: w("handover.title") })).toBeVisible();
    const [first, again] = site.taken;
    expect(again.get("idempotency_key")).toBe(first.get("idempotency_key"));
    expect(again.get("cv").name).toBe(PDF.name);
  });
}

test("without a line nothing leaves; it is sent once when the line is back", async ({ page, context }) => {
  site = await host();
  await toForm(page);
  await context.setOffline(true);
  await button(page, "apply.send").click();
  await expect(widget(page)).toContainText(w("apply.not_delivered"));
  expect(site.taken).toHaveLength(0);
  await context.setOffline(false);
  await expect(widget(page).getByRole("heading", { name: w("handover.title") })).toBeVisible();
  expect(site.taken).toHaveLength(1);
});

test("two presses make one application", async ({ page }) => {
  site = await host();
  await toForm(page);
  await button(page, "apply.send").dblclick();
  await expect(widget(page).getByRole("heading", { name: w("handover.title") })).toBeVisible();
  expect(site.taken).toHaveLength(1);
});

test("what only a backend knows is not shown: neither when it is asked for, nor from a link in a mail", async ({ page }) => {
  site = await host();
  await page.goto(`${site.url}#belofte-link=token-of-another-page`);
  const board = widget(page).getByRole("link", { name: title(), exact: true });
  await expect(board).toBeVisible();
  for (const view of ["status", "score", "news", "complaint"]) {
    await page.evaluate((view) => document.querySelector("belofte-careers").show(view), view);
    await expect(board, view).toBeVisible();
  }
  await page.evaluate((id) => document.querySelector("belofte-careers").show("posting", id), jobs().job_postings[0].id);
  await expect(widget(page).getByRole("heading", { level: 1, name: title() })).toBeVisible();
});

test("by the keyboard alone from the board to the receipt", async ({ page }) => {
  site = await host();
  await page.goto(site.url);
  await widget(page).locator(".posting a.button").first().focus();
  await page.keyboard.press("Enter");
  await expect(widget(page).getByRole("heading", { level: 1 })).toBeFocused();
  await widget(page).getByLabel("Your name").focus();
  await page.keyboard.type("Noor");
  await page.keyboard.press("Tab");
  await page.keyboard.type("noor@example.com");
  await page.keyboard.press("Enter");
  await expect(widget(page).getByRole("heading", { name: w("handover.title") })).toBeFocused();
  expect(site.taken[0].get("name")).toBe("Noor");
});

test("in Arabic it reads from right to left, with its own words", async ({ page }) => {
  const a = words("ar");
  site = await host({ lang: "ar" });
  await page.goto(site.url);
  await widget(page).getByRole("link", { name: title(), exact: true }).click();
  await expect(widget(page).getByRole("heading", { name: a("handover.steps_title") })).toBeVisible();
  await expect(widget(page).locator(".belofte")).toHaveAttribute("dir", "rtl");
  await expect(widget(page).locator(".step").nth(1)).toContainText(a("handover.from_submitted"));
  await axe(page);
});

test("without a handler the jobs stand there, and no button leads to a form", async ({ page }) => {
  site = await host({ attributes: "" });
  await page.goto(site.url);
  await expect(widget(page).getByRole("article")).toHaveCount(1);
  await expect(widget(page).getByRole("link", { name: w("postings.apply") })).toHaveCount(0);
  await widget(page).getByRole("link", { name: title(), exact: true }).click();
  await expect(widget(page).locator(".step").first()).toBeVisible();
  await expect(widget(page).getByRole("link", { name: w("postings.apply_now") })).toHaveCount(0);
});

for (const [name, file] of [["is not there", undefined], ["holds something else", "[]"], ["is no JSON", "{"]]) {
  test(`a file of jobs that ${name} leaves the visitor a word and the page's own link`, async ({ page }) => {
    site = await host();
    await page.route("**/jobs.json", (route) => route.fulfill(file ? { body: file } : { status: 404 }));
    await page.goto(site.url);
    await expect(button(page, "ui.try_again")).toBeVisible();
    await expect(page.getByRole("link", { name: "Write to us" })).toBeVisible();
  });
}
