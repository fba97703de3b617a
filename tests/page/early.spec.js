// The view that stands before the program: shown at once, usable as it stands, and handed over with all that was typed.
const { test, expect, words, pattern, watchShift, still, picture, PDF, start } = require("./fixtures.js");
const { serveHost, version } = require("./host.js");

const w = words("en");
const widget = (page) => page.locator("belofte-careers");
const tag = (name) => `<script src="${demo.endpoint}/embed/${version}/${name}" crossorigin></script>`;
const LINE = (endpoint, program = " 'wasm-unsafe-eval'") =>
  `default-src 'none'; script-src ${endpoint}${program}; connect-src ${endpoint}; img-src ${endpoint} ${host.origin}; ` +
  "style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

let demo, host, policy, body;
test.beforeAll(async () => {
  host = await serveHost(() => body, () => ({ "content-security-policy": policy }));
  demo = await start({ origins: [host.origin] });
});
test.afterAll(async () => {
  await demo.stop();
  await host.stop();
});

/** A page of the employer with one element. */
function lay(attributes, program) {
  policy = LINE(demo.endpoint, program);
  body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Jobs</title>
    <meta name="viewport" content="width=device-width">${tag("belofte.js")}</head><body><main><h1>Work with us</h1><p>We read every letter.</p>
    <belofte-careers endpoint="${demo.endpoint}" lang="en" loading="eager" ${attributes}></belofte-careers>
    <p>Below the widget</p></main>${tag("belofte-early.js")}</body></html>`;
}

/** Holds the program back until it is called. */
async function held(page) {
  let open;
  const gate = new Promise((done) => (open = done));
  await page.route("**/belofte-*.wasm", async (route) => {
    await gate;
    await route.continue();
  });
  await page.addInitScript(() => addEventListener("belofte-ready", () => (window.ready = true)));
  return async () => {
    open();
    await page.waitForFunction(() => window.ready);
  };
}

test("what was typed, ticked and chosen goes over into the program's form, with caret, focus and place", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 740 });
  lay('view="apply" posting="wijkverpleegkundige"');
  const begin = await held(page);
  await page.goto(host.origin);
  const name = widget(page).locator("#f-name");
  await expect(name).toBeVisible();
  await picture(page, "early-apply");
  await widget(page).locator("#f-email").fill("early@example.com");
  await widget(page).locator('input[type="file"]').first().setInputFiles(PDF);
  const radio = widget(page).locator('input[type="radio"]').first();
  await radio.check();
  const chosen = await radio.getAttribute("id");
  await name.pressSequentially("Noor Bakker");
  for (let back = 0; back < 4; back += 1) await name.press("ArrowLeft");
  const place = () =>
    page.evaluate(() => {
      const { activeElement: at } = document.querySelector("belofte-careers").shadowRoot;
      return [at?.id, at?.value, at?.selectionStart, at?.selectionEnd, Math.round(at?.getBoundingClientRect().top)];
    });
  const was = await place();
  expect(was.slice(0, 4)).toEqual(["f-name", "Noor Bakker", 7, 7]);
  await begin();
  await expect(widget(page).locator("form[action]")).toHaveCount(0);
  await expect.poll(async () => (await place()).slice(0, 4)).toEqual(was.slice(0, 4));
  const is = await place();
  expect(Math.abs(is[4] - was[4])).toBeLessThan(60);
  await page.keyboard.type("x");
  await expect(name).toHaveValue("Noor Baxkker");
  await expect(widget(page).locator("#f-email")).toHaveValue("early@example.com");
  await expect(widget(page).locator(`#${chosen}`)).toBeChecked();
  await expect(widget(page)).toContainText(PDF.name);
});

test("the application that is sent holds what was typed before the program came", async ({ page }) => {
  lay('view="apply" posting="kok"');
  const begin = await held(page);
  await page.goto(host.origin);
  await widget(page).locator("#f-name").fill("Noor Early");
  await widget(page).locator("#f-email").fill("noor.early@example.com");
  await widget(page).locator('input[type="radio"]').first().check();
  const startAt = await widget(page).locator(".choice__label").first().innerText();
  await widget(page).locator('input[type="file"]').first().setInputFiles(PDF);
  await begin();
  await expect(widget(page)).toContainText(pattern(w("apply.file_ready")));
  await widget(page).getByRole("button", { name: w("apply.send"), exact: true }).click();
  await expect(widget(page)).toContainText(/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/);
  for (const told of ["Noor Early", "noor.early@example.com", startAt, PDF.name]) await expect(widget(page)).toContainText(told);
});

for (const [name, attributes] of [
  ["the board", ""],
  ["a posting", 'view="posting" posting="kok"'],
  ["the way in", 'view="status"'],
]) {
  test(`${name} stands before the program, and gives way to it without a word`, async ({ page }) => {
    lay(attributes);
    const begin = await held(page);
    await watchShift(page);
    await page.goto(host.origin);
    const before = widget(page).locator("h1");
    await expect(before).toHaveCount(1);
    await expect(before).toBeVisible();
    const said = await before.innerText();
    for (const href of await widget(page).locator("a[href]").evaluateAll((all) => all.map((each) => each.href))) {
      expect(href).toMatch(new RegExp(`^(${demo.endpoint}/|mailto:|tel:)`));
    }
    await picture(page, `early-${name.replace(/\W/g, "-")}`);
    await begin();
    await expect(before).toHaveCount(1);
    await expect(before).toHaveText(said);
    await expect(widget(page).locator("form[method=post]")).toHaveCount(0);
    await still(page, name);
  });
}

test("a mail is asked for by the form on the page, and the code is typed at the endpoint", async ({ page }) => {
  lay('view="status"');
  await held(page);
  await page.goto(host.origin);
  await widget(page).locator("#lookup-email").fill("nobody@example.com");
  await widget(page).getByRole("button", { name: w("lookup.send") }).click();
  await expect(page.locator('input[name="code"]')).toBeVisible();
  expect(page.url()).toContain(`${demo.endpoint}/careers/status`);
});

test.describe("where no program may run", () => {
  test.use({ quiet: false });

  test("the view stays, and leads to the receipt and the status page", async ({ page }) => {
    lay('view="apply" posting="kok"', "");
    await page.addInitScript(() => {
      window.codes = [];
      addEventListener("belofte-error", (event) => window.codes.push(event.detail.code));
    });
    await page.goto(host.origin);
    await expect.poll(() => page.evaluate(() => window.codes)).toEqual(["blocked"]);
    await expect(widget(page).locator("h1")).toBeVisible();
    await expect(widget(page).locator('[part="fallback"]')).toBeHidden();
    await widget(page).locator("#f-name").fill("Noor Plain");
    await widget(page).locator("#f-email").fill("noor.plain@example.com");
    await widget(page).locator('input[type="radio"]').first().check();
    await widget(page).locator('button[type="submit"]').click();
    await expect(page.locator("body")).toContainText(/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/);
    await page.goto(`${demo.endpoint}/careers/status?lang=en`);
    await page.locator("#lookup-email").fill("noor.plain@example.com");
    await page.getByRole("button", { name: w("lookup.send") }).click();
    await expect(page.locator('input[name="code"]')).toBeVisible();
  });
});

for (const javaScriptEnabled of [false, true]) {
  test.describe(`put into the page by its own server, ${javaScriptEnabled ? "with" : "without"} JavaScript`, () => {
    test.use({ javaScriptEnabled });
    test("the view stands in its styles from the first moment", async ({ page }) => {
      const answer = await (await fetch(`${demo.endpoint}/careers?lang=en&part`)).text();
      lay("");
      policy = policy.replace("style-src 'none'", `style-src ${demo.endpoint}`).replace("default-src", `form-action ${demo.endpoint}; default-src`);
      const view = answer.slice(answer.indexOf('<div class="belofte"'));
      const template = `<template shadowrootmode="open"><link rel="stylesheet" href="${demo.endpoint}/careers/style.css">${view}</template>`;
      body = body.replace("></belofte-careers>", () => `>${template}</belofte-careers>`).replace(tag("belofte-early.js"), tag("belofte.js")).replace(tag("belofte.js"), "");
      const begin = javaScriptEnabled ? await held(page) : async () => {};
      await page.goto(host.origin);
      const apply = widget(page).getByRole("link", { name: new RegExp(`^${w("postings.apply")}\\b`) }).first();
      await expect(apply).toBeVisible();
      await expect(apply).toHaveCSS("background-color", "rgb(11, 92, 82)");
      await expect(widget(page).locator("h1")).toHaveCount(1);
      await picture(page, `early-pasted-${javaScriptEnabled}`);
      await begin();
      await expect(widget(page).locator("h1")).toHaveCount(1);
      await expect(apply).toHaveCSS("background-color", "rgb(11, 92, 82)");
      await apply.click();
      if (!javaScriptEnabled) await expect(page).toHaveURL(new RegExp(`^${demo.endpoint}/careers/.+`));
      await expect(page.locator("h1").last()).toBeVisible();
    });
  });
}
