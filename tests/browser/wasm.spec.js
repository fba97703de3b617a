// Runs the tests of main.rs beside this file: each in a page of its own, in the browser that visitors have.
const fs = require("node:fs");
const path = require("node:path");
const { test, expect } = require("@playwright/test");
const { HOST, ENDPOINT } = require("./endpoint.js");
const { root } = require("../page/server.js");

const folder = process.env.BELOFTE_BROWSER_TESTS || path.join(root, "target/browser-tests");
const names = JSON.parse(fs.readFileSync(path.join(folder, "names.json"), "utf8"));
const HTML = '<!doctype html><html lang="nl"><title>Tests</title><body><pre id="output"></pre><script src="/tests.js"></script></body></html>';
const CHANGES =
  ": hello\n\nevent: changed\nid: 7\ndata: {}\n\n: still here\n\nevent: other\nid: 9\ndata: {}\n\nevent: changed\r\nid: 8\r\ndata: {}\r\n\r\n";
const CORS = { "access-control-allow-origin": HOST, "access-control-allow-headers": "*, authorization", "access-control-expose-headers": "Belofte-Time" };

async function layOut(page) {
  const file = (name, contentType) => (route) => route.fulfill({ path: path.join(folder, name), contentType });
  await page.route(`${HOST}/`, (route) => route.fulfill({ body: HTML, contentType: "text/html" }));
  await page.route(`${HOST}/tests.js`, file("tests.js", "text/javascript"));
  await page.route(`${HOST}/tests.wasm`, file("tests.wasm", "application/wasm"));
  await page.route(`${ENDPOINT}/**`, (route) => {
    const known = route.request().url().includes("/v1/applications/K7Q4-9M2P-3XHD/events?lang=nl");
    const headers = { ...CORS, "belofte-time": `${Date.parse("2027-03-25T16:00:00Z")}` };
    if (!known) return route.fulfill({ status: 404, headers, json: { type: "about:blank", title: "Not found", status: 404 } });
    return route.fulfill({ headers, contentType: "text/event-stream", body: CHANGES });
  });
  await page.goto(`${HOST}/`);
}

test.describe.configure({ mode: "parallel" });

for (const name of names) {
  test(name.replace(/^__wbgt__\w+::/, "").replaceAll("_", " "), async ({ page }) => {
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    await layOut(page);
    const passed = await page.evaluate(async (name) => {
      // The library calls each test through this, so that a panic becomes an exception that it can catch.
      window.__wbg_test_invoke = (run) => run();
      const program = await wasm_bindgen({ module_or_path: "/tests.wasm" });
      return new wasm_bindgen.WasmBindgenTestContext(false).run([program[name]]);
    }, name);
    const output = await page.locator("#output").textContent();
    expect(passed, `${output}\n${said.join("\n")}`).toBe(true);
    expect(output, "one test ran").toContain("1 passed; 0 failed");
  });
}
