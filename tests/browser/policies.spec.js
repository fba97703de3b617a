// A dozen policies of host pages: the widget mounts without a word in the console, or says what is missing and keeps the link.
const fs = require("node:fs");
const path = require("node:path");
const { test, expect } = require("../page/fixtures.js");
const { embed } = require("../page/server.js");
const { layOut, HOST, ENDPOINT } = require("./endpoint.js");
const { POLICIES, toAll, html } = require("./policies.js");
const { well } = require("./states.js");

test.use({ quiet: false });

for (const [name, { policy, code, ...tag }] of Object.entries(POLICIES)) {
  test(`${name}: ${code ? `says ${code} and keeps the link` : "mounts without a word"}`, async ({ page }) => {
    const heard = [];
    page.on("console", (message) => heard.push(message.text()));
    page.on("pageerror", (error) => heard.push(error.message));
    await layOut(page, { answers: toAll(well("en")) });
    await page.route(`${ENDPOINT}/embed/**`, (route) => {
      const file = path.join(embed, new URL(route.request().url()).pathname.replace("/embed/", ""));
      const type = { ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".json": "application/json" }[path.extname(file)];
      return route.fulfill({ body: fs.readFileSync(file), headers: { "access-control-allow-origin": "*", "content-type": type } });
    });
    await page.route(`${HOST}/**`, (route) => route.fulfill({ body: html(tag), headers: { "content-type": "text/html", "content-security-policy": policy } }));
    await page.addInitScript(() => {
      window.codes = [];
      document.addEventListener("belofte-error", (event) => window.codes.push(event.detail.code));
    });
    await page.goto(HOST);
    const widget = page.locator("belofte-careers");
    const link = page.getByRole("link", { name: "See our jobs" });
    if (!code) {
      await widget.getByRole("link", { name: "Cook", exact: true }).click();
      await expect(widget.getByRole("heading", { level: 1, name: "Cook" })).toBeVisible();
      await expect(link).toBeHidden();
      expect(await page.evaluate(() => window.codes)).toEqual([]);
      expect(heard).toEqual([]);
      return;
    }
    await expect.poll(() => page.evaluate(() => window.codes)).toContain(code);
    await expect(link).toBeVisible();
    // One line of ours where only the link is left; for a notice the event is enough. The browser's own name the policy.
    expect(heard.filter((text) => text.startsWith("belofte"))).toHaveLength(code === "offline" ? 0 : 1);
  });
}
