// The catalogue of states, played: each says its words, has a way on that works, loses nothing that was typed, has no
// violation and leaves the host page alone. With all of them, pictures: tests/page/results/states/index.html.
const fs = require("node:fs");
const path = require("node:path");
const { source: axeSource } = require("axe-core");
const { test, expect, words, pattern, RULES, ownClock } = require("../page/fixtures.js");
const { layOut, sealSession, HOST, ENDPOINT } = require("./endpoint.js");
const { STATES, SAID, REFERENCE, WRITTEN, well } = require("./states.js");
const { root } = require("../page/server.js");
const { WHOLE, cut } = require("./cut.js");
const { PSEUDO, LESSON } = require("../pseudo.js");

const PICTURES = path.join(root, "tests/page/results/states");
const ALL = Boolean(process.env.BELOFTE_TEST_ALL);
const LANGS = ["nl", "en", "de", "ar"];
const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  forced: { colorScheme: "light", forcedColors: "active" },
  havenzicht: { colorScheme: "light", brand: brand("havenzicht", "light") },
  noorderzorg: { colorScheme: "dark", brand: brand("noorderzorg", "dark") },
};
const EVERY = LANGS.flatMap((lang) => [320, 1280].map((width) => ({ lang, width, looks: Object.keys(LOOKS) }))).concat([320, 1280].map((width) => ({ lang: PSEUDO, width, looks: ["light"] })));
/** In short each state is played once, by turns in each language, look and width: no two of them go round in step. */
const few = (number) => [{ lang: LANGS[number % 4], width: [320, 1280][(number >> 2) % 2], looks: [Object.keys(LOOKS)[number % 5]] }];
let runs = 0;

/** A brand of the demo as a style of its page: its tokens, and a ground of its own that suits them. */
function brand(name, scheme) {
  const tokens = JSON.parse(fs.readFileSync(path.join(root, `www/themes/${name}.tokens.json`), "utf8"));
  const groups = [tokens[scheme], tokens.type, tokens.shape].map((group) => Object.entries(group).filter(([key]) => !key.startsWith("$")));
  const value = ({ $value: told }) => told.hex ?? (told.unit ? `${told.value}${told.unit}` : [told].flat().map((each) => (/ /.test(each) ? `"${each}"` : each)).join(", "));
  const set = groups.flat().map(([key, token]) => `--belofte-${key}: ${value(token)};`).join(" ");
  const { surface, "on-surface": ink } = tokens[scheme];
  return `:root { color-scheme: ${scheme}; background: ${surface.$value.hex}; color: ${ink.$value.hex}; ${set} }`;
}

// What the browser itself writes about failed requests is no message of ours: each play listens to the rest.
const play = test.extend({
  /** One page a worker: what it has compiled it need not compile again. States that stop the clock have one of their own. */
  kept: [
    async ({ browser }, use) => {
      const page = await fresh(browser);
      await use(page);
      await page.context().close();
    },
    { scope: "worker" },
  ],
});
const fresh = (browser) => browser.newPage({ reducedMotion: "reduce", locale: "nl-NL", timezoneId: "Europe/Amsterdam" });

for (const [number, [name, state]] of Object.entries(STATES).entries()) {
  for (const { lang, width, looks } of ALL ? EVERY : few(number)) {
    // Without scripts nobody speaks it.
    if (lang === PSEUDO && state.scripts === false) continue;
    play(`${name} (${lang}, ${width} px, ${looks.join(" ")})`, async ({ kept, browser }) => {
      const page = state.clock || state.alone ? await fresh(browser) : kept;
      await page.setViewportSize({ width, height: width < 400 ? 740 : 900 });
      await page.emulateMedia({ forcedColors: "none", ...media(looks[0]) });
      const { heard, deaf } = ours(page);
      const stage = await begin(page, `${name}-${lang}-${width}`, state, lang);
      await state.act?.(stage);
      if (state.says.includes("ui.slow")) await hurry(stage);
      await stage.sees(state.says);
      if (state.code) await expect.poll(() => page.evaluate(() => window.code)).toBe(state.code);
      await stage.holds(state.typed);
      if (lang === PSEUDO) expect(await page.evaluate(cut), "words that are longer").toEqual(WHOLE);
      for (const one of looks) await look(page, `${name}-${lang}-${width}`, one, state);
      if (state.scripts === false) await without(browser, { lang, width, ...media(looks[0]) }, state);
      else if (state.on) await goOn(stage, state);
      expect(heard, "exceptions, and what we wrote to the console as an error").toEqual([]);
      if (page !== kept) return page.context().close();
      deaf();
      await page.unrouteAll({ behavior: "ignoreErrors" });
    });
  }
}

test.afterAll(() => {
  console.log(`  states: ${runs} runs of axe by this worker`);
  if (!fs.existsSync(PICTURES)) return;
  const files = fs.readdirSync(PICTURES).filter((file) => file.endsWith(".png"));
  const figure = (file) => `<figure><a href="${file}"><img src="${file}" loading="lazy"></a><figcaption>${file.slice(0, -4)}</figcaption></figure>`;
  const style = "body{font:14px sans-serif;display:flex;flex-wrap:wrap;gap:16px;background:#999}figure{margin:0}img{width:320px;display:block}";
  fs.writeFileSync(path.join(PICTURES, "index.html"), `<!doctype html><meta charset="utf-8"><title>States</title><style>${style}</style>${files.map(figure).join("\n")}`);
});

/** Exceptions of the page, and errors that a script wrote: what the browser reports of itself carries no value. */
function ours(page) {
  const heard = [];
  const threw = (error) => heard.push(`exception: ${error.message}`);
  const wrote = (message) => message.type() === "error" && message.args().length > 0 && heard.push(message.text());
  page.on("pageerror", threw).on("console", wrote);
  return { heard, deaf: () => page.off("pageerror", threw).off("console", wrote) };
}

/** Opens the host page with the endpoint as the state has it; each play has its own address, or nothing would be loaded anew. */
async function begin(page, place, state, lang) {
  const answers = { ...well(lang), ...state.answers };
  const stage = new Stage(page, lang, answers);
  if (state.clock) await ownClock(page);
  const inSession = state.session !== undefined;
  const now = state.now ?? Date.parse("2027-03-26T13:03:00Z");
  const policy = state.policy ? { policy: state.policy } : {};
  const setup = `(${prepare})(${inSession});${lang === PSEUDO ? LESSON : ""}`;
  await layOut(page, { element: element(state, lang), answers, lang, now, ...policy, setup });
  if (inSession) await sealSession(page, { token: "token-of-the-test", reference: state.session === true ? REFERENCE : "" });
  await state.before?.(page);
  await page.goto(`${HOST}/${place}${state.hash ?? ""}`);
  return stage;
}

/** Runs in the page before anything of ours. */
function prepare(inSession) {
  // A page with colours of its own in both schemes; axe takes what names none for white.
  const colours = new CSSStyleSheet();
  colours.replaceSync(
    ":root { color-scheme: light dark; color: light-dark(#222, #eee); background: light-dark(#fff, #121212) } a { color: light-dark(#0040a0, #9cf) }",
  );
  document.adoptedStyleSheets = [colours];
  document.addEventListener("belofte-error", (event) => (window.code = event.detail.code));
  try {
    if (!inSession) sessionStorage.clear();
  } catch {
    // Storage is blocked, as the state wants it.
  }
}

function element({ view, posting, bare }, lang) {
  const attributes = `endpoint="${ENDPOINT}" loading="eager" lang="${lang}" view="${view}" ${posting ? `posting="${posting}"` : ""}`;
  return `<belofte-careers ${attributes}>${bare ? "" : `<a href="/jobs">${SAID[lang].link}</a>`}</belofte-careers>`;
}

class Stage {
  constructor(page, lang, answers) {
    Object.assign(this, { page, lang, answers, said: SAID[lang], w: words(lang), inside: page.locator("belofte-careers") });
  }

  /** A text: of the locale files, with values, or as it stands below its label; of the employer; or as it stands. */
  text(told) {
    if (told.beside) return this.w(told.beside).split(/[”“»]: /)[1];
    const [key, given] = Array.isArray(told) ? told : [told];
    const values = given?.limit?.kilobytes ? { ...given, limit: this.size(given.limit.kilobytes) } : given;
    if (this.said[key]) return this.said[key];
    if (!/^[a-z]+\.[a-z_]+$/.test(key)) return key;
    const filled = this.w(key, values && { ...values, ...(values.label ? { label: this.said[values.label] ?? this.w(values.label) } : {}) });
    return /\{\w+\}/.test(filled) ? pattern(filled) : filled;
  }

  /** A size in the words of the language; Arabic keeps the digits of codes and references. */
  size(kilobytes) {
    return this.w("apply.kilobytes", { number: kilobytes });
  }

  async sees(told) {
    for (const each of told) await expect(this.inside.getByText(this.text(each)).filter({ visible: true }).first()).toBeVisible();
  }

  control(name) {
    return this.inside.getByLabel(this.text(name), { exact: false });
  }

  /** What was typed stands in its control. */
  async holds(typed = {}) {
    for (const [name, value] of Object.entries(typed)) await expect(this.control(name), `what was typed: ${name}`).toHaveValue(value);
  }

  press(name) {
    return this.inside.getByRole("button", { name: this.text(name), exact: true }).click();
  }

  follow(name) {
    return this.inside.getByRole("link", { name: this.text(name), exact: true }).first().click();
  }

  /** The endpoint answers in another way from now on; `undefined`: as it does when all is well. */
  mend(changes = {}) {
    const sound = well(this.lang);
    for (const [path, answer] of Object.entries(changes)) this.answers[path] = answer ?? sound[path];
  }
}

/** The style sheet takes three seconds to say that it takes long. */
async function hurry(stage) {
  await stage.sees(["ui.loading"]);
  await stage.page.evaluate(finish);
}

function finish() {
  document.querySelector("belofte-careers").shadowRoot?.getAnimations().forEach((animation) => animation.finish());
}

/** What the system of the visitor asks for in a look. */
function media(look) {
  const { colorScheme, forcedColors = "none" } = LOOKS[look];
  return { colorScheme, forcedColors };
}

/** Runs in the page: a brand's style, or none. */
function wear(style) {
  const others = document.adoptedStyleSheets.filter((sheet) => !sheet.brand);
  const sheet = Object.assign(new CSSStyleSheet(), { brand: true });
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [...others, sheet];
}

/** Axe and a picture. */
async function look(page, name, one, { early, clock }) {
  await page.emulateMedia(media(one));
  await page.evaluate(wear, LOOKS[one].brand ?? "");
  // What comes up slowly stands there at once, but for the states that are over before it does.
  if (!early) await page.evaluate(finish);
  if (ALL) await page.screenshot({ path: path.join(PICTURES, `${name}-${one}.png`), fullPage: true });
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  let done = false;
  const running = page.evaluate(async (tags) => {
    const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"], preload: false });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
  }, RULES);
  running.then(() => (done = true));
  // Where time stands still, axe needs some.
  while (clock && !done) await page.clock.runFor(1);
  const told = await running;
  runs += 1;
  expect(told, `axe, ${one}`).toEqual([]);
}

async function goOn(stage, { on, typed }) {
  const { page, inside } = stage;
  if (on.mends?.route) await page.unroute(on.mends.route);
  else stage.mend(on.mends);
  if (on.fill) await stage.control("lookup.email").fill(WRITTEN.email);
  await inside.getByRole(on.role, { name: stage.text(on.name), exact: true }).first().click();
  if (on.address) return expect(page).toHaveURL(on.address);
  if (on.focuses) await expect(stage.control(on.focuses)).toBeFocused();
  await stage.sees(on.then ?? []);
  if (!on.leaves) await stage.holds(typed);
}

/** The same page in a browser that runs no scripts. */
async function without(browser, { lang, width, ...system }, state) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width, height: 740 }, ...system });
  const page = await context.newPage();
  await layOut(page, { element: element(state, lang), lang });
  await page.goto(HOST);
  await page.getByRole("link", { name: SAID[lang].link }).click();
  await expect(page).toHaveURL(state.on.address);
  await context.close();
}
