// A second opinion: the standard's own library believes a thousand webhooks of ours, sent to a real server.
const http = require("node:http");
const { test, expect } = require("@playwright/test");
const { Webhook } = require("standardwebhooks");
const { start } = require("./server.js");

const ACTS = 50;
const RECEIVERS = 20;
const EVENTS = ["application.created", "application.updated", "promise.late", "decision.recorded"];

/** Notes what comes, as it came: a signature is over bytes. */
async function receiver() {
  const heard = [];
  const server = http.createServer((request, answer) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      heard.push({ body: Buffer.concat(chunks).toString(), headers: request.headers });
      answer.writeHead(204).end();
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { heard, url: `http://127.0.0.1:${server.address().port}/hooks`, close: () => server.close() };
}

test("the standard's own library verifies a thousand webhooks", async () => {
  test.setTimeout(120_000);
  const demo = await start({ env: { BELOFTE_WEBHOOKS_TO_PRIVATE: "true" } });
  const receivers = await Promise.all(Array.from({ length: RECEIVERS }, receiver));
  try {
    const secrets = [];
    for (const { url } of receivers) {
      const made = await demo.desk("POST", "/webhooks", { url, events: EVENTS });
      // One of them is changing over: either secret is enough.
      const rotated = secrets.length === 0 ? await demo.desk("POST", `/webhooks/${made.id}/rotate`) : made;
      secrets.push([...new Set([made.secret, rotated.secret])]);
    }
    const { reference } = await demo.apply({ posting: "kok", email: "noor@example.com" });
    for (let act = 1; act < ACTS; act += 1) {
      const stage_id = act % 2 ? "talk" : "review";
      await demo.desk("POST", `/applications/${reference}/transitions`, { stage_id, by: "sanne" });
    }
    const began = Date.now();
    await expect.poll(() => receivers.map(({ heard }) => heard.length), { timeout: 60_000 })
      .toEqual(Array(RECEIVERS).fill(ACTS));
    console.log(`  ${ACTS * RECEIVERS} webhooks, the last ${Date.now() - began} ms after the last act`);
    const ids = new Set();
    for (const [number, { heard }] of receivers.entries()) {
      for (const secret of secrets[number]) {
        for (const { body, headers } of heard) {
          const told = new Webhook(secret).verify(body, headers);
          expect(told.data.posting_id).toBe("kok");
          ids.add(headers["webhook-id"]);
        }
      }
      const versions = heard.map(({ body }) => JSON.parse(body).data.version).sort((a, b) => a - b);
      expect(versions).toEqual(Array.from({ length: ACTS }, (_, version) => version + 1));
      const { body, headers } = heard[0];
      const stranger = new Webhook(secrets[(number + 1) % RECEIVERS][0]);
      expect(() => stranger.verify(body, headers), "another one's secret").toThrow();
      expect(() => new Webhook(secrets[number][0]).verify(body.replace("open", "hired"), headers)).toThrow();
    }
    expect(ids.size).toBe(ACTS * RECEIVERS);
  } finally {
    receivers.forEach(({ close }) => close());
    await demo.stop();
  }
});
