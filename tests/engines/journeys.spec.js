// The core of the main job in the other two engines, against the real server: mount under a strict policy, apply with a file,
// look up by code, live changes, tokens in light and dark, Arabic. The whole of it is played in Chromium (tests/page).
const fs = require("node:fs");
const path = require("node:path");
const { test, expect, words, PDF } = require("../page/fixtures.js");
const { REFERENCE, STRICT_PAGE, HOST_PAGE } = require("../page/story.js");
const { Browser, ENGINES } = require("./driver.js");

const LATER = "2028-06-01";
const POSTING = "wijkverpleegkundige";

for (const [engine, { name }] of Object.entries(ENGINES)) {
  const within = test.extend({
    /** One browser a test: nothing of an earlier visit is left in it. */
    visitor: async ({}, use) => {
      const visitor = await Browser.open(engine);
      await use(visitor);
      await visitor.close();
    },
  });

  within(`${name}: one applies with a file, finds it again by a code and sees each step live`, async ({ visitor, demo }) => {
    test.setTimeout(120_000);
    const w = words("en");
    const email = `${engine}-${Date.now()}@example.com`;
    const posting = await demo.json("GET", `/v1/job-postings/${POSTING}?lang=en`);
    const form = await demo.json("GET", `/v1/forms/${posting.form_id}?lang=en`);
    await visitor.goto(demo.host + STRICT_PAGE.en);
    await visitor.press("link", posting.title);
    await visitor.find("heading", posting.title);
    await visitor.press("link", w("postings.apply_now"));
    await fill(visitor, w, { form, email });
    await visitor.press("button", w("apply.send"));
    await visitor.sees(REFERENCE);
    await visitor.sees(w("apply.reference"));
    const [reference] = REFERENCE.exec(await visitor.text());
    const [mail] = await demo.mails(email);
    expect(mail.text).toContain(reference);

    await forget(visitor);
    await visitor.goto(demo.host + STRICT_PAGE.en);
    await lookUp(visitor, demo, w, { reference, email });
    await visitor.sees("Sanne de Wit");

    const text = "Your letter made us curious. Come and meet the team.";
    await demo.desk("POST", `/applications/${reference}/transitions`, { stage_id: "talk", by: "sanne", text });
    await visitor.sees(text);
  });

  within(`${name}: tokens of the page are worn, in light and in dark`, async ({ visitor, demo }) => {
    test.setTimeout(60_000);
    const w = words("nl");
    await visitor.goto(`${demo.host}${HOST_PAGE.nl}#belofte=posting/${POSTING}`);
    await visitor.find("link", w("postings.apply_now"));
    await visitor.run(() => {
      const { style } = document.querySelector("belofte-careers");
      style.setProperty("--belofte-accent", "light-dark(rgb(10, 60, 50), rgb(200, 230, 220))");
      style.setProperty("--belofte-on-accent", "light-dark(rgb(255, 255, 255), rgb(1, 2, 3))");
    });
    for (const [scheme, ground, ink] of [["light", "rgb(10, 60, 50)", "rgb(255, 255, 255)"], ["dark", "rgb(200, 230, 220)", "rgb(1, 2, 3)"]]) {
      await visitor.run((scheme) => document.querySelector("belofte-careers").setAttribute("color-scheme", scheme), scheme);
      const worn = async () => {
        const link = await visitor.find("link", w("postings.apply_now"));
        return visitor.run((node) => [getComputedStyle(node).backgroundColor, getComputedStyle(node).color], link);
      };
      await visitor.until(`a button in ${ground}`, async () => (await worn())[0] === ground);
      expect(await worn()).toEqual([ground, ink]);
    }
  });

  within(`${name}: Arabic stands from right to left, its dates in Arabic words`, async ({ visitor, demo }) => {
    test.setTimeout(60_000);
    const w = words("ar");
    const posting = await demo.json("GET", `/v1/job-postings/${POSTING}?lang=ar`);
    await visitor.goto(demo.host + STRICT_PAGE.ar);
    await visitor.press("link", posting.title);
    await visitor.find("heading", posting.title);
    const link = await visitor.find("link", w("postings.apply_now"));
    expect(await visitor.run((node) => getComputedStyle(node).direction, link)).toBe("rtl");
    expect(await visitor.text()).toMatch(/[0-9].*[\u0621-\u064a]/);
    await visitor.press("link", w("postings.apply_now"));
    const send = await visitor.find("button", w("apply.send"));
    const [from, to, right] = await visitor.run((node) => {
      const form = node.closest("form").getBoundingClientRect();
      const { left, right } = node.getBoundingClientRect();
      return [Math.round(left - form.left), Math.round(form.right - right), document.documentElement.scrollWidth - innerWidth];
    }, send);
    expect(to, "the button stands on the right").toBeLessThanOrEqual(from);
    expect(right, "nothing to scroll sideways").toBeLessThanOrEqual(0);
  });
}

/** What is required, and the file. */
async function fill(visitor, w, { form, email }) {
  for (const field of form.fields) {
    if (field.type === "mail") await visitor.write(field.label, email);
    else if (field.name === "name") await visitor.write(field.label, "Noor Jansen");
    else if (field.type === "choice" && field.required) await choose(visitor, field);
    else if (field.type === "date" && field.required) await visitor.pick(field.label, LATER);
    else if (field.type === "file") await attach(visitor, w);
  }
}

async function choose(visitor, { label, options }) {
  const wanted = options.at(-1).label;
  const control = await visitor.run((label, wanted) => {
    const root = document.querySelector("belofte-careers").shadowRoot;
    const select = [...root.querySelectorAll("label")].find((node) => node.textContent.trim().startsWith(label))?.control;
    return select?.localName === "select" ? [...select.options].find((option) => option.label === wanted) : null;
  }, label, wanted);
  if (control) return visitor.ask("POST", `/element/${Object.values(control)[0]}/click`, {});
  return visitor.press("control", wanted, label);
}

async function attach(visitor, w) {
  const file = path.join(visitor.home, PDF.name);
  fs.writeFileSync(file, PDF.buffer);
  await visitor.give(await visitor.find("file"), file);
  await visitor.sees(PDF.name);
  await visitor.sees(new RegExp(w("apply.file_ready").replace(/\{\w+\}/g, ".+?")));
}

/** Another visit: nothing is left but what the applicant knows. */
async function forget(visitor) {
  await visitor.until("the session is kept for a reload", () => visitor.run(() => sessionStorage.getItem("belofte-session") !== null));
  await visitor.run(() => sessionStorage.clear());
  await visitor.goto("about:blank");
}

async function lookUp(visitor, demo, w, { reference, email }) {
  await visitor.press("link", w("postings.already"));
  await visitor.write(w("lookup.reference"), reference);
  await visitor.write(w("lookup.email"), email);
  await visitor.press("button", w("lookup.send"));
  await visitor.find("control", w("lookup.code"));
  const mail = (await demo.mails(email, 2)).at(-1);
  await visitor.write(w("lookup.code"), /\b\d{6}\b/.exec(mail.text)[0]);
  await visitor.press("button", w("lookup.open"));
  await visitor.sees(reference);
}
