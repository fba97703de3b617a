// The key to one's own applications is in the page's memory and in one request header, and nowhere else that can be looked
// at: every storage, address, header, message and event is searched for it, in every writing that it could be in.
const { test, expect, words } = require("../page/fixtures.js");
const { layOut, sealSession, fixture, HOST, ENDPOINT } = require("./endpoint.js");
const { well, REFERENCE } = require("./states.js");

const w = words("en");
// Chromium writes the browser's own console lines about streams that end.
test.use({ quiet: false });

const widget = (page) => page.locator("belofte-careers").first();
const element = (view) => `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" view="${view}"></belofte-careers>`;
const press = (page, key) => widget(page).getByRole("button", { name: w(key), exact: true }).click();
const steps = (page) => expect(widget(page)).toContainText(w("timeline.steps"));
const asksForCode = (page) => expect(widget(page).getByLabel(w("lookup.email"))).toBeVisible();
const sealedText = (page) => page.evaluate(() => sessionStorage.getItem("belofte-session"));
const sealed = (page) => expect.poll(() => sealedText(page), "a sealed text").toMatch(/^\d{13}-[\d-]+ [\d,]+ [\d,]+$/);

/** Nothing of ours on the device. */
async function nothing(page) {
  const left = () => page.evaluate(async () => ({ ...sessionStorage, ...localStorage, databases: (await indexedDB.databases()).length }));
  await expect.poll(left, "storage and databases").toEqual({ databases: 0 });
}

/** A token as it stands, by bytes, in base 64 at each of its offsets, and in hexadecimal. */
function writings(token) {
  const bytes = Buffer.from(token);
  const base64 = [0, 1, 2].map((offset) => Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64").slice(offset + 2, -4));
  return [token, [...bytes].join(","), bytes.toString("hex"), encodeURIComponent(token), ...base64];
}

/** Hears everything that leaves the page, and everything that the page is told. */
async function listen(page) {
  const heard = { tokens: new Set(), told: [] };
  page.on("console", (message) => heard.told.push(`console ${message.text()}`));
  page.on("pageerror", (error) => heard.told.push(`exception ${error.stack}`));
  page.on("request", async (request) => {
    const { authorization, ...headers } = await request.allHeaders();
    if (authorization) heard.tokens.add(authorization.replace("Bearer ", ""));
    heard.told.push(`request ${request.url()} ${JSON.stringify(headers)} ${request.postData() ?? ""}`);
  });
  await page.exposeFunction("belofteTold", (what) => heard.told.push(`event ${what}`));
  await page.addInitScript(() => {
    for (const name of ["ready", "view", "applied", "promise-late", "error", "second"]) {
      document.addEventListener(`belofte-${name}`, (event) => window.belofteTold(`${event.type} ${JSON.stringify(event.detail)}`), true);
    }
  });
  return heard;
}

/** Runs in the page: all that it and its neighbours could read, as text. */
async function everything() {
  const found = [location.href, document.referrer, document.cookie, window.name, JSON.stringify(history.state)];
  for (const storage of [sessionStorage, localStorage]) found.push(JSON.stringify({ ...storage }));
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found.push(request.url, await (await cache.match(request)).text());
  }
  const asked = (request) => new Promise((done, failed) => ((request.onsuccess = () => done(request.result)), (request.onerror = failed)));
  const keys = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const [values, names] = await Promise.all([asked(rows.getAll()), asked(rows.getAllKeys())]);
      found.push(name, store, JSON.stringify(names), JSON.stringify(values));
      keys.push(...values);
    }
    database.close();
  }
  const taken = await Promise.all(keys.map((key) => crypto.subtle.exportKey("raw", key).then(() => "taken", () => "kept")));
  found.push(...[...document.querySelectorAll("belofte-careers")].map((one) => one.outerHTML + one.shadowRoot.innerHTML));
  found.push(...performance.getEntries().map((entry) => entry.name));
  return { found, keys: keys.map((key) => [key instanceof CryptoKey, key.extractable]), taken };
}

/** No writing of a token that was used stands anywhere; keys can be used but not taken. */
async function search(page, heard, where, keys = 1) {
  const seen = await page.evaluate(everything);
  const cookies = JSON.stringify(await page.context().cookies());
  expect(heard.tokens.size, `${where}: a token was used`).toBeGreaterThan(0);
  for (const token of heard.tokens) {
    expect(token.length).toBeGreaterThan(20);
    const places = [...seen.found, ...heard.told, cookies].filter((text) => writings(token).some((one) => text.includes(one)));
    expect(places, `${where}: where the token stands`).toEqual([]);
  }
  expect(seen.keys, `${where}: keys`).toEqual(Array(keys).fill([true, false]));
  expect(seen.taken).toEqual(Array(keys).fill("kept"));
}

const [FIRST, OTHER] = ["cANARY-one.of-the_applicant-0123456789", "cANARY-two.of-the_mailed-code-9876543210"];

function answers() {
  const session = { ...fixture("lookup/session"), token: OTHER };
  const stream = "retry: 60000\n\n: hello\n\nevent: changed\nid: 8\ndata: {}\n\n";
  return {
    ...well("en"),
    "POST /v1/applications": { status: 201, body: { ...fixture("apply/receipt"), token: FIRST } },
    "POST /v1/status-sessions": { status: 201, body: session },
    [`GET /v1/applications/${REFERENCE}/events`]: { status: 200, body: stream, headers: { "content-type": "text/event-stream" } },
  };
}

test("after applying, on the live page and over a reload the token stands nowhere", async ({ page }) => {
  const heard = await listen(page);
  await layOut(page, { element: element('apply" posting="cook'), answers: answers() });
  await page.goto(HOST);
  await nothing(page);
  await widget(page).getByLabel("Your name").fill("Noor Jansen");
  await widget(page).getByLabel("Your email address").fill("noor@example.com");
  await press(page, "apply.send");
  await expect(widget(page)).toContainText(w("apply.reference"));
  await sealed(page);
  await widget(page).getByRole("link", { name: w("apply.follow"), exact: true }).click();
  await steps(page);
  await expect.poll(() => heard.told.some((told) => told.includes("/events")), "the stream was opened").toBe(true);
  await search(page, heard, "the live page");

  await widget(page).evaluate((one) => one.setAttribute("lang", "nl"));
  await expect(widget(page)).toContainText(words("nl")("timeline.steps"));
  await widget(page).evaluate((one) => one.setAttribute("lang", "en"));
  await layOut(page, { element: element("status"), answers: answers() });
  await page.reload();
  await steps(page);
  await search(page, heard, "after a reload");
  expect([...heard.tokens], "the same session").toEqual([FIRST]);

  await press(page, "status.log_out");
  await asksForCode(page);
  await nothing(page);
  await search(page, heard, "signed out", 0);
  await page.reload();
  await asksForCode(page);
  await nothing(page);
});

test("after a mailed code the token stands nowhere, and the list is there after a reload", async ({ page }) => {
  const heard = await listen(page);
  await layOut(page, { element: element("status"), answers: answers() });
  await page.goto(HOST);
  await widget(page).getByLabel(w("lookup.email")).fill("noor@example.com");
  await press(page, "lookup.send");
  await widget(page).getByLabel(w("lookup.code")).fill("123456");
  await press(page, "lookup.open");
  await expect(widget(page)).toContainText(w("lookup.list_title"));
  await sealed(page);
  await search(page, heard, "the list");
  await page.reload();
  await expect(widget(page)).toContainText(w("lookup.list_title"));
  await search(page, heard, "the list after a reload");
  expect([...heard.tokens]).toEqual([OTHER]);
});

test("a page with two elements opens the session for both", async ({ page }) => {
  await layOut(page, { element: element("status") + element("status"), answers: answers() });
  await sealSession(page, { token: OTHER, reference: REFERENCE });
  await page.goto(HOST);
  for (const one of await page.locator("belofte-careers").all()) await expect(one).toContainText(w("timeline.steps"));
});

test("a session that the endpoint ended leaves nothing", async ({ page }) => {
  const ended = { status: 401, body: { type: "/problems/unauthorized", title: "Ended", status: 401 } };
  await layOut(page, { element: element("status"), answers: { ...answers(), [`GET /v1/applications/${REFERENCE}`]: ended } });
  await sealSession(page, { token: OTHER, reference: REFERENCE });
  await page.goto(HOST);
  await asksForCode(page);
  await nothing(page);
});

test("a sealed text without its key is forgotten, and a code is asked for", async ({ page }) => {
  await layOut(page, { element: element("status"), answers: answers() });
  await sealSession(page, { token: OTHER, reference: REFERENCE });
  await page.evaluate(() => indexedDB.deleteDatabase("belofte"));
  await page.goto(HOST);
  await asksForCode(page);
  expect(await sealedText(page)).toBeNull();
});

test("a token that lies there as it is, is erased without being used", async ({ page }) => {
  const heard = await listen(page);
  const { asked } = await layOut(page, { element: element("status"), answers: answers(), setup: `sessionStorage.setItem("belofte-session", "${OTHER} ${REFERENCE} ")` });
  await page.goto(HOST);
  await asksForCode(page);
  expect(await sealedText(page)).toBeNull();
  expect([...heard.tokens]).toEqual([]);
  expect(asked).not.toContain(`GET /v1/applications/${REFERENCE}`);
});

for (const [name, takes] of [
  ["seals nothing", () => Object.defineProperty(Crypto.prototype, "subtle", { value: undefined })],
  ["keeps no database", () => Object.defineProperty(window, "indexedDB", { get: () => { throw new DOMException("no", "SecurityError"); } })],
  ["keeps no keys", () => (IDBObjectStore.prototype.put = () => { throw new DOMException("no", "DataCloneError"); })],
]) {
  test(`a browser that ${name} stores nothing: the visit goes on, a reload asks for a code`, async ({ page }) => {
    await page.addInitScript(takes);
    const { asked } = await layOut(page, { element: element("status"), answers: answers() });
    await page.goto(HOST);
    await widget(page).getByLabel(w("lookup.email")).fill("noor@example.com");
    await press(page, "lookup.send");
    await widget(page).getByLabel(w("lookup.code")).fill("123456");
    await press(page, "lookup.open");
    await expect(widget(page)).toContainText(w("lookup.list_title"));
    await widget(page).getByRole("link", { name: fixture("lookup/session").applications[0].posting.title, exact: true }).click();
    await expect.poll(() => asked.filter((one) => one.startsWith("GET /v1/applications/")).length).toBeGreaterThan(0);
    expect(await page.evaluate(() => ({ ...sessionStorage }))).toEqual({});
    await page.reload();
    await asksForCode(page);
  });
}

test("keys of tabs that were closed long ago are thrown away", async ({ page }) => {
  await layOut(page, { element: element("status"), answers: answers(), now: () => Date.now() });
  await sealSession(page, { token: OTHER });
  const ids = () =>
    page.evaluate(async () => {
      const asked = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
      const database = await asked(indexedDB.open("belofte"));
      const names = await asked(database.transaction("keys").objectStore("keys").getAllKeys());
      database.close();
      return names;
    });
  await page.evaluate(async () => {
    const asked = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
    const database = await asked(indexedDB.open("belofte"));
    const keys = database.transaction("keys", "readwrite").objectStore("keys");
    for (const days of [1, 8]) await asked(keys.put("of another tab", `${Date.now() - days * 86_400_000}-1-2-3-4`));
    database.close();
    sessionStorage.clear();
  });
  expect(await ids()).toHaveLength(3);
  await page.goto(HOST);
  await widget(page).getByLabel(w("lookup.email")).fill("noor@example.com");
  await press(page, "lookup.send");
  await widget(page).getByLabel(w("lookup.code")).fill("123456");
  await press(page, "lookup.open");
  await sealed(page);
  const left = await ids();
  expect(left).toHaveLength(3);
  expect(left.every((id) => Number(id.split("-")[0]) > Date.now() - 2 * 86_400_000)).toBe(true);
});

for (const view of ["board", "status"]) {
  test(`a link that comes while the ${view} is still loading is followed as soon as it stands`, async ({ page }) => {
    await layOut(page, { element: element(view), answers: answers() });
    let letGo;
    const held = new Promise((done) => (letGo = done));
    await page.route("**/*.wasm", (route) => held.then(() => route.fallback()));
    const loading = page.waitForRequest("**/*.wasm");
    await page.goto(HOST);
    await loading;
    await page.evaluate((link) => location.assign(`#belofte-link=${link}`), FIRST);
    letGo();
    await expect(widget(page)).toContainText(w("lookup.list_title"));
    expect(await page.evaluate(() => location.hash)).toBe("");
  });
}

test("a link that comes while the form asks who one is is followed at once, and so is the next", async ({ page }) => {
  const links = [];
  const session = (request) => {
    links.push(request.postDataJSON().link_token);
    return links.length === 1 ? { status: 401, body: { type: "/problems/code", title: "x", status: 401 } } : answers()["POST /v1/status-sessions"];
  };
  await layOut(page, { element: element("status"), answers: { ...answers(), "POST /v1/status-sessions": session } });
  await page.goto(HOST);
  await asksForCode(page);
  await page.evaluate((link) => location.assign(`#belofte-link=${link}`), FIRST);
  await expect(widget(page)).toContainText(w("lookup.link_dead"));
  await page.evaluate((link) => location.assign(`#belofte-link=${link}`), OTHER);
  await expect(widget(page)).toContainText(w("lookup.list_title"));
  expect(links).toEqual([FIRST, OTHER]);
});
