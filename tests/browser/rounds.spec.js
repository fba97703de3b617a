// The element that comes and goes, and many of them: nothing is left behind, nothing is fetched twice.
const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");
const { test, expect } = require("../page/fixtures.js");
const { embed } = require("../page/server.js");
const { layOut, sealSession, fixture, HOST, ENDPOINT, CDN } = require("./endpoint.js");
const { well, REFERENCE } = require("./states.js");

const LONG = Boolean(process.env.BELOFTE_TEST_ALL);
const ROUNDS = LONG ? 500 : 60;
const MEGABYTE = 1_048_576;
const element = (view) => `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" view="${view}"></belofte-careers>`;

/** Runs in the page before all scripts: counts timers, listeners of window and document, and the program's memory. */
function watch() {
  const watched = (window.watched = { timers: new Map(), listeners: 0, memories: new Set() });
  const { setTimeout, clearTimeout, setInterval, clearInterval } = window;
  window.setTimeout = (act, wait, ...rest) => {
    const id = setTimeout(() => (watched.timers.delete(id), act(...rest)), wait);
    watched.timers.set(id, wait ?? 0);
    return id;
  };
  window.clearTimeout = (id) => (watched.timers.delete(id), clearTimeout(id));
  window.setInterval = (act, wait, ...rest) => {
    const id = setInterval(act, wait, ...rest);
    watched.timers.set(id, Infinity);
    return id;
  };
  window.clearInterval = (id) => (watched.timers.delete(id), clearInterval(id));
  for (const [name, step] of [["addEventListener", 1], ["removeEventListener", -1]]) {
    const own = EventTarget.prototype[name];
    EventTarget.prototype[name] = function (...given) {
      if ((this ?? window) === window || this === document) watched.listeners += step;
      return own.apply(this ?? window, given);
    };
  }
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const own = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await own.apply(WebAssembly, given);
      const { memory } = (made.instance ?? made).exports;
      if (memory) watched.memories.add(memory);
      return made;
    };
  }
}

/** Runs in the page: rounds of coming, moving, being copied and going, each as far as the first view. */
async function turn({ rounds, markup, loader }) {
  const [one, other] = [document.createElement("div"), document.createElement("div")];
  document.querySelector("main").append(one, other);
  for (let round = 0; round < rounds; round++) {
    one.innerHTML = markup;
    const [first] = one.children;
    const ready = (node) => new Promise((done) => node.addEventListener("belofte-ready", done, { once: true }));
    await ready(first);
    other.append(first);
    if (round % 10 === 0) {
      const copy = first.cloneNode(true);
      const stands = ready(copy);
      other.append(copy);
      await stands;
      const script = document.createElement("script");
      const loaded = new Promise((done) => (script.onload = done));
      Object.assign(script, { src: loader, crossOrigin: "" });
      document.head.append(script);
      await loaded;
      script.remove();
    }
    other.replaceChildren();
    await new Promise((next) => requestAnimationFrame(next));
  }
  one.remove();
  other.remove();
}

for (const view of ["board", "status"]) {
  test(`${ROUNDS} rounds of coming and going leave nothing of the ${view}`, async ({ page }) => {
    test.setTimeout(60_000 + ROUNDS * 1_000);
    const streams = new Set();
    page.on("request", (request) => request.url().includes("/events") && streams.add(request));
    for (const end of ["requestfailed", "requestfinished"]) page.on(end, (request) => streams.delete(request));
    await layOut(page, { answers: well("en"), policy: "" });
    if (view === "status") await sealSession(page, { token: "a".repeat(43), reference: REFERENCE });
    await page.addInitScript(watch);
    await page.goto(HOST);
    const loader = await page.locator("script").getAttribute("src");
    const seen = { streams: 0 };
    page.on("request", (request) => request.url().includes("/events") && (seen.streams += 1));
    const go = (rounds) => page.evaluate(turn, { rounds, markup: element(view), loader });
    const client = await page.context().newCDPSession(page);
    await client.send("Performance.enable");
    const measure = async () => {
      await client.send("HeapProfiler.collectGarbage");
      const { metrics } = await client.send("Performance.getMetrics");
      const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value;
      const program = await page.evaluate(() => [...window.watched.memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0));
      return heap + program;
    };
    // The program's bound on an answer rings by itself after 15 s: only the long run waits for it. The board's first answers
    // are the loader's, which leaves nothing.
    const left = (passing) => [...window.watched.timers.values()].filter((wait) => wait !== passing);
    const passing = LONG || view === "board" ? null : 15_000;
    const idle = () => expect.poll(() => page.evaluate(left, passing), { timeout: passing || view === "board" ? 5_000 : 25_000 }).toEqual([]);
    await go(10);
    await idle();
    const [before, listeners] = [await measure(), await page.evaluate(() => window.watched.listeners)];
    await go(ROUNDS);
    await idle();
    await expect.poll(async () => (await measure()) - before, { timeout: 20_000 }).toBeLessThanOrEqual(MEGABYTE);
    console.log(`${view}: ${ROUNDS} rounds, ${(((await measure()) - before) / 1024).toFixed(0)} kB more`);
    expect(await page.evaluate(() => window.watched.listeners)).toBe(listeners);
    await expect.poll(() => streams.size).toBe(0);
    if (view === "status") expect(seen.streams, "streams that were opened").toBeGreaterThan(0);
  });
}

const compressed = (body) => zlib.brotliCompressSync(body, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }).length;

/** The bytes of a page with so many elements, as they travel compressed; and each address as often as it was asked for. */
async function weigh(page, count) {
  const urls = [];
  const answers = { ...well("en"), "GET /v1/job-postings": fixture("postings/list") };
  page.on("request", (request) => request.url().startsWith(HOST) || urls.push(request.url()));
  await layOut(page, { element: element("board").repeat(count), answers });
  await page.goto(HOST);
  await expect(page.locator("belofte-careers")).toHaveCount(count);
  for (const one of await page.locator("belofte-careers").all()) await expect(one).toContainText("District nurse");
  await page.waitForLoadState("networkidle");
  // By what was served: the browser does not give the body of an answer that was read as a blob.
  const weight = (url) => {
    const { origin, pathname } = new URL(url);
    return origin === CDN ? compressed(fs.readFileSync(path.join(embed, pathname.replace("/embed/", "")))) : compressed(JSON.stringify(answers[`GET ${pathname}`]));
  };
  return { bytes: urls.reduce((sum, url) => sum + weight(url), 0), urls };
}

test("ten on a page cost less than 1.3 times the bytes of one, and share program and sheets", async ({ page, context }) => {
  const one = await weigh(await context.newPage(), 1);
  const ten = await weigh(page, 10);
  console.log(`one ${one.bytes} bytes, ten ${ten.bytes}: ${(ten.bytes / one.bytes).toFixed(3)} times`);
  expect(ten.bytes).toBeLessThan(1.3 * one.bytes);
  const files = ten.urls.filter((url) => url.startsWith(CDN));
  expect(files.length, "each file once").toBe(new Set(files).size);
  expect(files.some((url) => url.endsWith(".wasm"))).toBe(true);
  const shared = await page.evaluate(() => {
    const sheets = [...document.querySelectorAll("belofte-careers")].map((host) => host.shadowRoot.adoptedStyleSheets);
    return sheets.every((own) => own.length > 1 && own.every((sheet, index) => sheet === sheets[0][index]));
  });
  expect(shared).toBe(true);
});
