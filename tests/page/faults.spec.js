// Many people apply over lines that break in every way: each application is there once, with one receipt mail, and the
// visitor is never told anything else than what is so.
const { test, expect, words, start, ownClock } = require("./fixtures.js");
const story = require("./story.js");
const { FaultProxy, FAULTS, chance } = require("./fault-proxy.js");
const { serveHost, hostPage } = require("./host.js");

const w = words("en");
const POSTING = "helpende-plus";
const SUBMIT = "POST /v1/applications";
const PEOPLE = process.env.BELOFTE_TEST_ALL ? 500 : 20;
/** Browsers that apply side by side, and how many people one of them serves before it is a fresh one. */
const BROWSERS = 2;
const VISIT = 20;
const SEED = Number(process.env.BELOFTE_SEED ?? 20_261_122);
// A browser writes failed requests to the console itself.
test.use({ quiet: false });

/** Everyone meets one kind of fault, some a second and third; every kind has its turn. */
function people() {
  const random = chance(SEED);
  const kinds = Object.keys(FAULTS);
  // Those that let an answer through would end the try before another fault has its turn.
  const failing = kinds.filter((kind) => !FAULTS[kind].ends);
  const any = () => failing[Math.floor(random() * failing.length)];
  // Not in the order of the list: in a short round too, every part of it has its turn.
  const shift = Math.floor(random() * kinds.length);
  return Array.from({ length: PEOPLE }, (_, number) => {
    const faults = [kinds[(number * 7 + shift) % kinds.length]];
    while (random() < 0.3) faults.unshift(any());
    return { number, email: `person-${number}@example.com`, name: `Person ${number}`, faults, reloads: number % 4 === 1, seen: [], arrived: 0, tries: [] };
  });
}

test("every application arrives once, and the visitor always sees what is so", async ({ browser }) => {
  test.setTimeout(PEOPLE > 100 ? 1_800_000 : 120_000);
  const everyone = people();
  const byMail = new Map(everyone.map((person) => [person.email, person]));
  const personOf = (sent) => byMail.get(sent.answers.flatMap(({ values }) => values).find((value) => byMail.has(value)));
  let page = "";
  const host = await serveHost(() => page);
  const demo = await start({ origins: [host.origin] });
  const proxy = new FaultProxy(demo.endpoint, {
    random: chance(SEED + 1),
    plan: (method, path, body) => {
      if (`${method} ${path}` !== SUBMIT) return "none";
      const person = personOf(JSON.parse(body.toString()));
      return person.faults[person.arrived++] ?? "none";
    },
    heard: ({ fault, call, key, sent, answer }) => {
      if (call !== SUBMIT) return;
      const receipt = answer?.status === 201 ? JSON.parse(answer.body.toString()).reference : null;
      personOf(JSON.parse(sent)).tries.push({ fault, key, sent, status: answer?.status ?? null, receipt });
    },
  });
  await proxy.start();
  page = hostPage(demo, proxy.origin, `view="apply" posting="${POSTING}"`);
  try {
    const detail = await demo.json("GET", `/v1/job-postings/${POSTING}?lang=en`);
    const form = await demo.json("GET", `/v1/forms/${detail.form_id}?lang=en`);
    const mails = new Map();
    const queue = [...everyone];
    const visit = async () => {
      while (queue.length > 0) {
        await serve(browser, host, form, queue.splice(0, VISIT));
        // The mailbox shows the newest ones only.
        for (const mail of await demo.json("GET", "/demo/mail.json")) mails.set(mail.id, mail);
      }
    };
    await Promise.all(Array.from({ length: BROWSERS }, visit));
    await holdToIt(demo, everyone, [...mails.values()]);
  } finally {
    await Promise.all([proxy.stop(), host.stop()]);
    await demo.stop();
  }
});

test("what is read over a line that breaks is there once the line holds", async ({ page }) => {
  test.setTimeout(180_000);
  let [html, fault] = ["", "none"];
  const host = await serveHost(() => html);
  const demo = await start({ origins: [host.origin] });
  const read = new Set(["/v1/organization", `/v1/job-postings/${POSTING}`]);
  const proxy = await new FaultProxy(demo.endpoint, { plan: (_, path) => (read.has(path) ? fault : "none") }).start();
  html = hostPage(demo, proxy.origin, `view="posting" posting="${POSTING}"`);
  const thrown = [];
  page.on("pageerror", (error) => thrown.push(error.message));
  try {
    const { title } = await demo.json("GET", `/v1/job-postings/${POSTING}?lang=en`);
    const heading = story.widget(page).getByRole("heading", { level: 1, name: title });
    const again = story.widget(page).getByRole("button", { name: w("ui.try_again"), exact: true });
    await ownClock(page);
    for (const kind of Object.keys(FAULTS)) {
      fault = kind;
      await page.goto(host.origin);
      if (!FAULTS[kind].ends) {
        await expect(async () => {
          // As long as it takes the widget to give up.
          await page.clock.fastForward(16_000);
          await expect(again, kind).toBeVisible({ timeout: 500 });
        }).toPass({ timeout: 20_000 });
        await expect(heading, kind).toBeHidden();
        fault = "none";
        await again.click();
      }
      await expect(heading, kind).toBeVisible();
    }
  } finally {
    await Promise.all([proxy.stop(), host.stop()]);
    await demo.stop();
  }
  expect(thrown, "exceptions on the host page").toEqual([]);
});

/** A browser of its own for some people, one after the other. */
async function serve(browser, host, form, some) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const thrown = [];
  page.on("pageerror", (error) => thrown.push(error.message));
  // Waits pass when the test says so: the widget's own, not shortened ones.
  await ownClock(page);
  const watch = { person: null, state: "", heard: () => {} };
  await page.exposeFunction("belofteSaw", (state) => {
    watch.state = state;
    watch.person?.seen.push({ state, receipts: watch.person.tries.map((one) => one.receipt).filter(Boolean) });
    watch.heard();
  });
  await page.addInitScript(watchTheWidget, {
    waiting: w("apply.not_delivered"), sending: w("apply.sending"), reference: story.REFERENCE.source, button: w("apply.send"),
  });
  for (const person of some) {
    await page.goto("about:blank");
    await openForm(page, host);
    watch.person = person;
    await apply(page, watch, form, person);
    watch.person = null;
    await story.leave(page);
  }
  await context.close();
  expect(thrown, "exceptions on the host page").toEqual([]);
}

async function openForm(page, host) {
  await page.goto(host.origin);
  await expect(story.widget(page).getByRole("button", { name: w("apply.send"), exact: true })).toBeVisible();
}

/** Writes, sends, and waits as long as it takes; some reload the page when they are told that it has not arrived. */
async function apply(page, watch, form, person) {
  await story.fillForm(page, w, { form, name: person.name, email: person.email });
  await story.send(page, w);
  let reloads = person.reloads ? 1 : 0;
  for (let look = 0; look < 200; look += 1) {
    const state = await settled(watch, person);
    if (story.REFERENCE.test(state)) return;
    if (state === "waiting" && reloads > 0) {
      reloads -= 1;
      await page.reload();
      await expect(story.widget(page).getByRole("button", { name: w("apply.send"), exact: true })).toBeVisible();
      await story.fillForm(page, w, { form, name: person.name, email: person.email });
      await story.send(page, w);
    } else if (state === "waiting" && look % 2 === 1) {
      // It may have tried by itself meanwhile.
      await story.widget(page).getByRole("button", { name: w("apply.try_now"), exact: true }).click({ timeout: 1_000 }).catch(() => {});
    } else if (!busy(person)) {
      // As long as the widget waits for an answer, or asks its visitor to wait.
      await page.clock.fastForward(16_000);
    }
  }
  throw new Error(`${person.email} waits for ever: ${JSON.stringify(person.seen)}`);
}

/** An answer that asks for proof is followed by a try without a word: nothing failed. */
const asksProof = (one) => one?.status === 428 && FAULTS[one.fault].ends;

/** Server or widget are at work on a busy machine: the clock must not end that. */
const busy = (person) => person.arrived !== person.tries.length || asksProof(person.tries.at(-1));

/** What the visitor sees once it is not about to change by itself. */
async function settled(watch, person) {
  // One that has just arrived is still to be answered: the clock must not end it.
  const silent = () => person.arrived === person.tries.length && ["silent", "stalled"].includes(person.tries.at(-1)?.fault) && watch.state === "sending";
  const stands = () => watch.state === "waiting" || story.REFERENCE.test(watch.state) || silent();
  const deadline = Date.now() + 20_000;
  while (!stands() && Date.now() < deadline) {
    await Promise.race([new Promise((done) => (watch.heard = done)), new Promise((done) => setTimeout(done, 50))]);
  }
  return watch.state;
}

/** In the page: tells each state that the visitor sees, at every change of what is drawn. */
function watchTheWidget(text) {
  let seen;
  const look = (root) => {
    const shown = root.textContent;
    const reference = new RegExp(text.reference).exec(shown)?.[0];
    const states = [];
    if (reference) states.push(reference);
    if (shown.includes(text.waiting)) states.push("waiting");
    if (shown.includes(text.sending)) states.push("sending");
    const state = states.join(" and ") || (shown.includes(text.button) ? "writing" : "loading");
    if (state !== seen) window.belofteSaw(state);
    seen = state;
  };
  let watched;
  document.addEventListener("belofte-view", ({ target }) => {
    if (watched === target.shadowRoot) return;
    watched = target.shadowRoot;
    new MutationObserver(() => look(watched)).observe(watched, { subtree: true, childList: true, characterData: true, attributes: true });
    look(watched);
  });
}

async function holdToIt(demo, everyone, mails) {
  const rows = await demo.desk("GET", `/applications?posting=${POSTING}`);
  const figures = { people: everyone.length, tries: 0, arrived: 0, given_again: 0 };
  for (const person of everyone) {
    const about = `${person.email}, ${person.tries.map((one) => `${one.fault} ${one.status}`)}`;
    const mine = rows.filter((row) => row.email === person.email);
    expect(mine.length, `applications of ${about}`).toBe(1);
    const { reference } = mine[0];
    expect(mails.filter((mail) => mail.to.includes(person.email)).map((mail) => mail.kind), `mails to ${about}`).toEqual(["receipt"]);
    expect(new Set(person.tries.map((one) => one.key)).size, `keys of ${about}`).toBe(1);
    expect(new Set(person.tries.map((one) => one.sent)).size, `bodies of ${about}`).toBe(1);
    trueStates(person, reference, about);
    const receipts = person.tries.filter((one) => one.receipt);
    figures.tries += person.tries.length;
    figures.arrived += receipts.length;
    figures.given_again += receipts.length - 1;
  }
  expect(rows.filter((row) => /^person-\d+@/.test(row.email)).length, "applications of these people").toBe(everyone.length);
  console.log(`  faults: ${JSON.stringify(figures)}, seed ${SEED}`);
}

/** Every state one after the other: no reference before the server gave it, none missing in the end, never two at once. */
function trueStates(person, reference, about) {
  const states = person.seen.map(({ state }) => state);
  for (const { state, receipts } of person.seen) {
    expect(["loading", "writing", "sending", "waiting", reference], `what ${about} saw`).toContain(state);
    if (state === reference) expect(receipts, `who has seen a reference, ${about}`).toContain(reference);
  }
  expect(states.at(-1), `the end of ${about}`).toBe(reference);
  // Every failed try was told before the next one began. Where a line that was used before broke without a word, the
  // browser sends the same request once more by itself, and its page hears of neither.
  const failed = person.tries.filter((one) => (one.receipt === null || !FAULTS[one.fault].ends) && !asksProof(one));
  // Asked for proof in an answer that broke off, the widget may know enough to send it again without a word.
  const surely = failed.filter((one) => !["lost", "answer_lost"].includes(one.fault) && one.status !== 428);
  const told = states.filter((state) => state === "waiting").length;
  expect(told, `told that it was not delivered: ${about}, ${states}`).toBeGreaterThanOrEqual(surely.length);
  expect(told, `told that it was not delivered: ${about}, ${states}`).toBeLessThanOrEqual(failed.length);
}
