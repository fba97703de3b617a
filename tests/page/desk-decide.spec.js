// One person at the desk decides on everybody who waits among 10,000 applications: by keys alone, each with a reason; takes everything back, sends
// it again, and the server starts anew before it leaves. What the mail said stands on the applicant's page.
const { spawnSync } = require("node:child_process");
const path = require("node:path");
const { enter, look, press } = require("./desk.js");
const { test, expect, words, start } = require("./fixtures.js");
const story = require("./story.js");

const JOB = "/desk/postings/kok/decisions";
// A release decides on 200.
const PEOPLE = process.env.BELOFTE_TEST_ALL ? 200 : 40;

const middle = (list, part = 0.5) => [...list].sort((a, b) => a - b)[Math.floor(list.length * part)];
const took = (page) => page.evaluate(() => performance.getEntriesByType("navigation")[0].responseEnd);

/** A server on which 10,000 have applied and `PEOPLE` of them have no answer. */
async function seeded(now) {
  const first = await start({ now });
  const { reference } = await first.apply({ posting: "kok", email: "first@example.com" });
  await first.stop({ keep: true });
  const script = path.join(__dirname, "seed.py");
  const done = spawnSync("python3", [script, path.join(first.data, "belofte.db"), reference, `${PEOPLE}`, `${10_000 - PEOPLE}`], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return start({ now, data: first.data });
}

/** Waits for the page after the one at `from`, until it listens to keys. */
async function onFrom(page, from) {
  await expect(page).not.toHaveURL(from);
  await expect.poll(() => page.evaluate(() => document.readyState)).toBe("complete");
}

/** Decides on everybody that waits, by keys; gives keys pressed and milliseconds to the next page, and the number of the tenth. */
async function decideAll(page, w, look) {
  const keys = [];
  const waits = [];
  let tenth = 0;
  for (let at = 0; at < PEOPLE; at += 1) {
    let pressed = 0;
    const key = async (name) => {
      pressed += name.split("+").length;
      await page.keyboard.press(name);
    };
    if (at % 10 === 9) {
      // Some are written by hand.
      if (at === 9) tenth = Number((await page.getByRole("heading", { level: 1 }).innerText()).split(" ")[1]);
      const own = `Je schreef weinig over koken in een grote keuken (${at}).`;
      await page.getByLabel(w("desk.decide_reason_1"), { exact: true }).click();
      await page.keyboard.type(own);
      pressed += 1 + own.length;
    } else {
      const turn = at - Math.floor(at / 10);
      for (let again = 0; again <= Math.floor(turn / 3) % 3; again += 1) await key(`${(turn % 3) + 1}`);
    }
    if (at === 0) await look();
    const from = page.url();
    await key("Control+Enter");
    await onFrom(page, from);
    waits.push(await took(page));
    keys.push(pressed);
  }
  return { keys, waits, tenth };
}

// The endpoint has no icon.
test.use({ quiet: false });

test("many decisions by keys: few for each, quick, taken back, and sent once over a new start", async ({ page }) => {
  test.setTimeout(600_000);
  const w = words("nl");
  const now = "2027-03-23T10:00:00+01:00";
  let server = await seeded(now);
  try {
    await enter(page, w, server);
    await page.goto(`${server.endpoint}/desk/decisions`);
    await look(page, "decide-jobs");
    await page.goto(server.endpoint + JOB);
    await expect(page.getByText(w("desk.decide_progress", { done: 0, all: PEOPLE }))).toBeVisible();
    await look(page, "decide-list");
    // Nobody is left behind: the list of who waits stands in the way of closing.
    await page.goto(`${server.endpoint}/desk/postings/kok/close`);
    await look(page, "close");
    await page.goto(server.endpoint + JOB);
    await page.getByRole("link", { name: w("desk.decide_start") }).click();
    await onFrom(page, server.endpoint + JOB);
    const { keys, waits, tenth } = await decideAll(page, w, () => look(page, "decide-write"));
    console.log(`keys: median ${middle(keys)}, most ${Math.max(...keys)}; ms to the next page: median ${middle(waits).toFixed(0)}, 95 % ${middle(waits, 0.95).toFixed(0)}`);
    expect(middle(keys), "keys and clicks for one decision").toBeLessThanOrEqual(6);
    expect(middle(waits), "ms from one page to the next").toBeLessThanOrEqual(300);

    await expect(page, "the last one leads to the review").toHaveURL(/review$/);
    await expect(page.locator("[name=send]:checked")).toHaveCount(PEOPLE);
    await expect(page.locator("[name=flagged]"), "no copy, nothing empty").toHaveCount(0);
    await look(page, "decide-review");
    for (const left of [PEOPLE - 1, PEOPLE]) {
      if (left < PEOPLE) await press(page, "j");
      await press(page, "x");
      await expect(page.locator("[name=send]:checked"), "x takes the letter one is at out, and in again").toHaveCount(left);
    }
    await page.locator("#send").click();
    await expect(page.getByRole("heading", { name: w("desk.undo_title") })).toBeVisible();
    const sent = await took(page);
    console.log(`${PEOPLE} sent in ${sent.toFixed(0)} ms`);
    expect(sent, "ms to send them all").toBeLessThanOrEqual(300);
    await look(page, "decide-undo");
    await page.getByRole("button", { name: w("desk.undo_send") }).click();
    await expect(page.locator("[name=send]:checked")).toHaveCount(PEOPLE);
    expect((await server.json("GET", "/demo/mail.json")).filter((mail) => mail.kind === "decision" && mail.to.startsWith("seeded-"))).toEqual([]);
    await page.locator("#send").click();
    await expect(page.getByRole("heading", { name: w("desk.undo_title") })).toBeVisible();

    await server.stop({ keep: true });
    server = await start({ now: "2027-03-23T10:30:00+01:00", data: server.data });
    await expect.poll(async () => (await server.desk("GET", "/applications?posting=kok&status=open")).length, { timeout: 60_000 }).toBe(0);
    const [mail] = (await server.mails(`seeded-${tenth}@example.com`)).slice(-1);
    const own = "Je schreef weinig over koken in een grote keuken (9).";
    expect(mail.text).toContain(own);
    await story.openLink(page, server, story.linkToken(mail), "nl");
    await expect(story.widget(page), "the page shows what the mail said").toContainText(own);
    await expect(story.widget(page)).toContainText("Sanne de Wit");
  } finally {
    await server.stop();
  }
});

test("words outlive the session, a third reason is told, a flagged one is confirmed, and closing keeps the choices", async ({ page }) => {
  const w = words("nl");
  const server = await start({ now: "2027-03-23T10:00:00+01:00" });
  try {
    await enter(page, w, server);
    for (const name of ["noor", "ali"]) await server.apply({ posting: "kok", email: `${name}@example.com` });
    await page.goto(server.endpoint + JOB);
    await page.getByRole("link", { name: w("desk.decide_start") }).click();
    const saved = page.locator("#saved");
    const reason = page.getByLabel(w("desk.decide_reason_1"), { exact: true });

    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    await reason.fill("Je schreef nog weinig over koken.");
    await expect(saved).toContainText(w("desk.decide_ended"));
    await expect(saved.getByRole("link", { name: w("desk.decide_sign_in") })).toHaveAttribute("target", "_blank");
    await look(page, "decide-ended");
    await page.locator("#next").click();
    await expect(page.getByRole("heading", { name: w("desk.again_title") })).toBeVisible();
    await look(page, "again");
    await page.goBack();
    await page.context().addCookies(cookies);
    await page.goto(server.endpoint + JOB);
    await page.getByRole("link", { name: w("desk.decide_start") }).click();

    await page.context().clearCookies();
    await reason.fill("Je schreef nog weinig over koken.");
    await expect(saved).toContainText(w("desk.decide_ended"));
    await page.context().addCookies(cookies);
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await expect(saved).toHaveText(w("desk.decide_saved"));

    await page.locator("[data-chip]").nth(0).click();
    await page.locator("[data-chip]").nth(1).click();
    await expect(page.locator("#full")).toHaveText(w("desk.decide_full"));
    await expect(saved).toHaveText(w("desk.decide_saved"));
    await look(page, "decide-full");
    const next = async () => {
      const from = page.url();
      await page.locator("#next").click();
      await onFrom(page, from);
    };
    await next();
    await reason.fill("Helaas hebben we gekozen voor een andere kandidaat.");
    await next();

    await page.goto(`${server.endpoint}${JOB}/review`);
    await page.getByRole("link", { name: new RegExp(`^${w("desk.review_letter")}`) }).first().click();
    await look(page, "decide-letter");
    await page.goBack();
    await look(page, "decide-review-flagged");
    await page.locator("[name=send]").first().uncheck();
    await page.locator("#send").click();
    await expect(page.getByRole("alert")).toHaveText(w("desk.review_wrong_none"));
    await page.goto(`${server.endpoint}/desk/postings/kok/close`);
    await page.getByRole("button", { name: w("desk.close_send") }).click();
    await expect(page.locator(".field__error")).toHaveText(Array(3).fill(w("desk.close_miss_answer")));
    await look(page, "close-refused");
    await page.locator("[value=decision]").nth(1).check();
    await page.locator("[name^=although-]").check();
    // Two of the demo wait longest; who has just applied was promised a date.
    for (const at of [2, 3]) await page.locator("[value=date]").nth(at).check();
    await page.getByRole("button", { name: w("desk.close_send") }).click();
    await expect(page.getByText(w("desk.close_done"))).toBeVisible();
    await look(page, "closed");
    await page.goto(`${server.endpoint}/desk`);
    await look(page, "today-on-its-way");
  } finally {
    await server.stop();
  }
});
