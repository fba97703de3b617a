// A host page, the widget's files and an endpoint that answers as a test says, all inside the browser's network layer.
// Nothing listens on a port: the widget runs as on three origins, against the contract's fixtures.
const fs = require("node:fs");
const path = require("node:path");
const { root, embed } = require("../page/server.js");

const HOST = "https://www.example.test";
const ENDPOINT = "https://api.example.test";
const CDN = "https://cdn.example.test";
const version = /^version = "(.+)"$/m.exec(fs.readFileSync(path.join(root, "Cargo.toml"), "utf8"))[1];
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".json": "application/json" };
const POLICY =
  `default-src 'none'; script-src ${CDN} 'wasm-unsafe-eval'; connect-src ${CDN} ${ENDPOINT}; img-src ${ENDPOINT}; ` +
  "style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** A fixture of the contract by its name, `<word>/<case>`. */
function fixture(name) {
  return JSON.parse(fs.readFileSync(path.join(root, `crates/belofte-contract/fixtures/${name}.json`), "utf8"));
}

/** An employer, in the contract's shape. */
const organization = {
  name: "Havenzicht", locales: ["en", "nl"], time_zone: "Europe/Amsterdam", careers_url: `${HOST}/`, norms: [],
  calendar: { weekend: ["saturday", "sunday"], holidays: [], cutoff: "17:00" },
  retention: { default_days: 28, consented_days: 365 },
  score: { period_days: 90, made: 0, kept: 0, moved: 0, late: 0, open: 0, minimum: 20, by_kind: [], as_of: "2026-11-10T10:00:00Z" },
};

/**
 * Lays out the three origins. `answers` maps "METHOD /path" to a body, a `{status, body, headers}` or a function of the
 * request; what is not named is 404. `now` is the server's clock, `lang` the language of the host page.
 * `setup` is a script of the host page that runs before ours.
 */
async function layOut(page, options = {}) {
  const { element = "", answers = {}, now = Date.parse("2026-11-10T10:00:00Z"), policy = POLICY, lang = "en", setup = "" } = options;
  const asked = [];
  await page.route(`${CDN}/**`, (route) => {
    const file = path.join(embed, version, new URL(route.request().url()).pathname.replace(`/embed/${version}/`, ""));
    if (!fs.existsSync(file)) return route.fulfill({ status: 404 });
    const headers = { "access-control-allow-origin": "*", "content-type": TYPES[path.extname(file)] };
    return route.fulfill({ body: fs.readFileSync(file), headers });
  });
  const javascript = { body: setup, headers: { "content-type": "text/javascript" } };
  if (setup) await page.route(`${CDN}/setup.js`, (route) => route.fulfill(javascript));
  await page.route(`${ENDPOINT}/**`, async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    const key = `${request.method()} ${pathname}`;
    asked.push(key);
    let answer = answers[key];
    if (typeof answer === "function") answer = await answer(request);
    if (answer === "offline") return route.abort("internetdisconnected");
    if (answer === "never") return undefined;
    if (answer === undefined) answer = { status: 404, body: { type: "about:blank", title: "Not found", status: 404 } };
    if (!("body" in answer)) answer = { status: 200, body: answer };
    const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    const headers = {
      "access-control-allow-origin": HOST,
      "access-control-expose-headers": "Belofte-Time, ETag, Retry-After, Link",
      "belofte-time": `${typeof now === "function" ? now() : now}`,
      "content-type": "application/json",
      ...answer.headers,
    };
    return route.fulfill({ status: answer.status ?? 200, headers, body });
  });
  const html = `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>Host</title></head><body><main><h1>${lang === "nl" ? "Vacatures" : "Jobs"}</h1>
    ${setup && `<script src="${CDN}/setup.js"></script>`}<script src="${CDN}/embed/${version}/belofte.js" crossorigin></script>${element}</main></body></html>`;
  await page.route(`${HOST}/**`, (route) =>
    route.fulfill({ body: html, headers: { "content-type": "text/html", ...(policy ? { "content-security-policy": policy } : {}) } }),
  );
  return { asked };
}

/**
 * Lays a session into the tab as an earlier page of the widget would have: sealed, its key in the browser's database.
 * Leaves the tab on a page of the host without the widget.
 */
async function sealSession(page, { token, reference = "", applied = "" }) {
  await page.route(`${HOST}/before`, (route) => route.fulfill({ body: "<!doctype html><title>Before</title>", headers: { "content-type": "text/html" } }));
  await page.goto(`${HOST}/before`);
  await page.evaluate(async (text) => {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const id = `${Date.now()}-1-2-3-4`;
    await new Promise((done, failed) => {
      const opening = indexedDB.open("belofte");
      opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
      opening.onerror = failed;
      opening.onsuccess = () => {
        const writing = opening.result.transaction("keys", "readwrite");
        writing.objectStore("keys").put(key, id);
        writing.onerror = failed;
        writing.oncomplete = () => done(opening.result.close());
      };
    });
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(text)));
    sessionStorage.clear();
    sessionStorage.setItem("belofte-session", `${id} ${iv} ${sealed}`);
  }, `${token} ${reference} ${applied}`);
}

module.exports = { layOut, sealSession, fixture, organization, version, HOST, ENDPOINT, CDN, POLICY, TYPES };
