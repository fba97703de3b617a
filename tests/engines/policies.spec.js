// The policies of tests/browser/policies.spec.js in Firefox: a view stands without a word in the console, or what is missing is
// said in one line of ours and the page's link stays. The console is read where the browser keeps it: what it says of itself counts.
const { test, expect } = require("../page/fixtures.js");
const { POLICIES, toAll, html } = require("../browser/policies.js");
const { well } = require("../browser/states.js");
const { Browser } = require("./driver.js");
const { serve } = require("./origins.js");

const told = test.extend({
  /** One Firefox a worker, and one set of origins, whose page a test exchanges. */
  stage: [
    async ({}, use) => {
      const stage = { page: { body: "", policy: "" } };
      const origins = await serve({ answers: toAll(well("en")), page: () => stage.page });
      const visitor = await Browser.open("firefox");
      await use(Object.assign(stage, { visitor, host: origins.host }));
      await visitor.close();
      await origins.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
});

for (const [name, { policy, code, ...tag }] of Object.entries(POLICIES)) {
  told(`Firefox, ${name}: ${code ? `says ${code} and keeps the link` : "mounts without a word"}`, async ({ stage }) => {
    const { visitor } = stage;
    stage.page = { body: html(tag), policy };
    await visitor.goto("about:blank");
    await visitor.chrome(clear);
    const before = visitor.driver.printed.length;
    const written = () => visitor.driver.printed.slice(before).match(/^console\..*$/gm) ?? [];
    await visitor.goto(stage.host);
    if (!code) {
      await visitor.press("link", "Cook");
      await visitor.find("heading", "Cook");
      expect(await visitor.run(shown), "the page's own link").toBe(false);
      expect([...(await visitor.chrome(reported)), ...written()], "messages in the console").toEqual([]);
      return;
    }
    // For a notice of the widget the event is enough.
    if (code === "offline") await visitor.sees(/\S/);
    else await visitor.until(`a line that says ${code}`, () => written().some((line) => line.includes(`belofte: ${code}`)));
    expect(await visitor.run(shown), "the page's own link").toBe(true);
    expect(written()).toHaveLength(code === "offline" ? 0 : 1);
    expect((await visitor.chrome(reported)).join(), "the browser's own lines name the policy").toMatch(/Content-Security-Policy/);
  });
}

/** Runs in the page: whether its own link is seen. */
function shown() {
  return [...document.querySelectorAll("belofte-careers a")].some((link) => link.checkVisibility());
}

/** Runs in Firefox itself. */
function clear() {
  Services.console.reset();
}

/** Runs in Firefox itself: what it reports about pages. */
function reported() {
  const all = Services.console.getMessageArray().filter((message) => message instanceof Ci.nsIScriptError);
  return all.filter(({ isFromChromeContext }) => !isFromChromeContext).map(({ errorMessage }) => errorMessage);
}
