// Live changes: over lines that are cut no event is lost or comes twice, and where a proxy holds them back the page looks
// for itself.
const { test, expect, words, pattern, start, ownClock } = require("./fixtures.js");
const story = require("./story.js");
const { FaultProxy, chance, pause } = require("./fault-proxy.js");
const { serveHost, hostPage } = require("./host.js");

const w = words("en");
const ALL = Boolean(process.env.BELOFTE_TEST_ALL);
const SEED = Number(process.env.BELOFTE_SEED ?? 20_261_122);
const [PEOPLE, STREAMS_EACH] = ALL ? [20, 10] : [4, 5];
const CUTS = 100;
const LATEST_MS = 2_000;

/** Reads one application's stream as a page does: when it ends, opens it anew behind the last event it had whole. */
class Listener {
  constructor(origin, { reference, token, receipt }) {
    Object.assign(this, { origin, reference, token, last: `${receipt.version}`, opened: 0, events: [], stopped: new AbortController() });
    this.ended = this.listen();
  }

  async listen() {
    while (!this.stopped.signal.aborted) {
      await this.read().catch(() => {});
    }
  }

  async read() {
    const headers = { authorization: `Bearer ${this.token}`, "last-event-id": this.last };
    const where = `${this.origin}/v1/applications/${this.reference}/events`;
    const answer = await fetch(where, { headers, signal: this.stopped.signal });
    if (!answer.ok) throw new Error(`${where}: ${answer.status}`);
    this.opened += 1;
    let text = "";
    for await (const bytes of answer.body.pipeThrough(new TextDecoderStream())) {
      const parts = (text + bytes).split("\n\n");
      text = parts.pop();
      for (const part of parts) this.take(part);
    }
  }

  take(event) {
    const field = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(event)?.[1];
    if (field("event") !== "changed") return;
    this.last = field("id");
    this.events.push({ id: Number(this.last), version: JSON.parse(field("data")).version, at: Date.now() });
  }
}

test(`over ${PEOPLE * STREAMS_EACH} streams and ${CUTS} cuts no event is lost or comes twice`, async () => {
  test.setTimeout(180_000);
  // Here all visitors have one address, which may hold a quarter of all connections.
  const demo = await start({ env: { BELOFTE_CONNECTIONS: "2000" } });
  const random = chance(SEED);
  const one = (list) => list[Math.floor(random() * list.length)];
  const proxy = await new FaultProxy(demo.endpoint).start();
  const listeners = [];
  try {
    const people = [];
    for (let number = 0; number < PEOPLE; number += 1) {
      const sent = await demo.apply({ posting: "wijkverpleegkundige", email: `live-${number}-${Date.now()}@example.com`, lang: "en" });
      people.push({ ...sent, acts: new Map() });
      for (let each = 0; each < STREAMS_EACH; each += 1) listeners.push(new Listener(proxy.origin, sent));
    }
    await expect.poll(() => proxy.streams.size).toBe(listeners.length);
    for (let cut = 0; cut < CUTS; cut += 1) {
      // Some break between two events, some within one.
      const stream = one([...proxy.streams]);
      if (cut % 2 === 0) stream.within = true;
      else setTimeout(() => stream.cut(), 100 * random());
      await act(demo, cut % 2 === 0 ? people.find(({ reference }) => stream.path.includes(reference)) : one(people));
      await pause(50 * random());
    }
    const missing = () => listeners.filter(({ last, reference }) => Number(last) < newest(people, reference)).length;
    await expect.poll(missing, { timeout: LATEST_MS, message: "streams that wait for an event" }).toBe(0);
    holdTo(listeners, people);
  } finally {
    for (const listener of listeners) listener.stopped.abort();
    await Promise.all(listeners.map(({ ended }) => ended));
    await proxy.stop();
    await demo.stop();
  }
});

/** The recruiter takes the next step, and the one after it back again. */
async function act(demo, person) {
  const at = Date.now();
  const stage_id = person.acts.size % 2 === 0 ? "talk" : "decision";
  const { version } = await demo.desk("POST", `/applications/${person.reference}/transitions`, { stage_id, by: "sanne" });
  person.acts.set(version, at);
}

const newest = (people, reference) => {
  const person = people.find((person) => person.reference === reference);
  return Math.max(person.receipt.version, ...person.acts.keys());
};

function holdTo(listeners, people) {
  const took = [];
  for (const { reference, events } of listeners) {
    const { acts } = people.find((person) => person.reference === reference);
    expect(events.map(({ id }) => id), `events of ${reference}`).toEqual([...acts.keys()]);
    for (const { id, version, at } of events) {
      expect(version).toBe(id);
      took.push(at - acts.get(id));
    }
  }
  const reopened = listeners.reduce((sum, { opened }) => sum + opened - 1, 0);
  expect(reopened, "streams opened anew").toBeGreaterThanOrEqual(CUTS * 0.9);
  took.sort((a, b) => a - b);
  const [middle, slowest] = [took[Math.floor(took.length / 2)], took.at(-1)];
  console.log(`  live: ${listeners.length} streams, ${reopened} opened anew, ${took.length} events, after ${middle} ms, at most ${slowest} ms`);
  expect(slowest, "ms from an act to its event").toBeLessThanOrEqual(LATEST_MS);
}

for (const hold of ["all", "body"]) {
  test(`where a proxy holds ${hold === "all" ? "streams" : "events"} back, the page looks every ten seconds`, async ({ page }) => {
    await onStatusPage(page, { hold: () => hold }, async ({ demo, proxy, sent, inside, looks }) => {
      for (const [stage_id, text] of [["talk", "Come and have coffee with us."], ["decision", "You will hear on Friday."]]) {
        const before = looks();
        await demo.desk("POST", `/applications/${sent.reference}/transitions`, { stage_id, by: "sanne", text });
        await page.clock.fastForward(9_000);
        expect(looks(), "not before its time").toBe(before);
        await page.clock.fastForward(1_500);
        await expect(inside).toContainText(text);
        await expect(inside, "and says from when it is").toContainText(pattern(w("timeline.as_of")));
        await expect.poll(() => looks()).toBe(before + 1);
        // The next stream is held back, too.
        await expect.poll(() => proxy.streams.size).toBe(1);
      }
    });
  });
}

test("a stream that shows life is left alone, one that falls silent is opened anew", async ({ page }) => {
  await onStatusPage(page, {}, async ({ demo, proxy, sent, inside, looks }) => {
    const opened = () => proxy.asked.filter((asked) => asked.endsWith("/events") && asked.startsWith("GET")).length;
    const text = "Come and have coffee with us.";
    await demo.desk("POST", `/applications/${sent.reference}/transitions`, { stage_id: "talk", by: "sanne", text });
    await expect(inside).toContainText(text);
    const [before, read] = [opened(), looks()];
    await page.clock.fastForward(15_000);
    expect([opened(), looks()], "between two signs of life").toEqual([before, read]);
    // The server has not slept these seconds, so none came.
    await page.clock.fastForward(6_000);
    await expect.poll(() => [opened(), looks()]).toEqual([before + 1, read + 1]);
  });
});

/** A page that shows where an application stands, behind a proxy; waits on it pass when the test says so. */
async function onStatusPage(page, faults, then) {
  let html = "";
  const host = await serveHost(() => html);
  const demo = await start({ origins: [host.origin] });
  const proxy = await new FaultProxy(demo.endpoint, faults).start();
  html = hostPage(demo, proxy.origin, "");
  try {
    const email = `held-${Date.now()}@example.com`;
    const sent = await demo.apply({ posting: "wijkverpleegkundige", email, lang: "en" });
    const [mail] = await demo.mails(email);
    await ownClock(page);
    await page.goto(`${host.origin}/#belofte-link=${story.linkToken(mail)}`);
    const inside = story.widget(page);
    await expect(inside).toContainText(sent.reference, { timeout: 20_000 });
    await expect.poll(() => proxy.streams.size).toBe(1);
    const looks = () => proxy.asked.filter((asked) => asked === `GET /v1/applications/${sent.reference}`).length;
    await then({ demo, proxy, sent, inside, looks });
  } finally {
    await demo.stop();
    await Promise.all([proxy.stop(), host.stop()]);
  }
}
