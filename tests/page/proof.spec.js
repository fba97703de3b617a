// Applying while very much is sent to a posting: the widget proves its work unseen, and where it cannot the application
// arrives all the same.
const { test, expect, words, start } = require("./fixtures.js");
const story = require("./story.js");
const { serveHost, hostPage } = require("./host.js");

const w = words("en");
const POSTING = "helpende-plus";
const SECOND = "**/second-*.wasm";
let [demo, host, form] = [];

/** As many as are let in at once, and the one that is asked for a proof. */
async function press() {
  for (let number = 0; number <= 100; number += 1) {
    const asked = await demo.apply({ posting: POSTING, email: `crowd-${number}@example.com` }).catch((error) => error);
    if (!(asked instanceof Error)) continue;
    expect(asked.message).toContain("/problems/proof-needed");
    return;
  }
  throw new Error("nobody was asked for a proof");
}

test.beforeAll(async () => {
  let page = "";
  host = await serveHost(() => page);
  demo = await start({ origins: [host.origin] });
  page = hostPage(demo, demo.endpoint, `view="apply" posting="${POSTING}"`);
  const { form_id: id } = await demo.json("GET", `/v1/job-postings/${POSTING}?lang=en`);
  form = await demo.json("GET", `/v1/forms/${id}?lang=en`);
  await press();
});

test.afterAll(() => Promise.all([host.stop(), demo.stop()]));

/** Sends the form; each try is heard with its proof, as it was sent, and what it was answered. */
async function apply(page, email) {
  const tries = [];
  page.on("response", async (response) => {
    const request = response.request();
    if (request.method() !== "POST" || !request.url().includes("/v1/applications")) return;
    const { "idempotency-key": key, "belofte-proof": proof } = request.headers();
    tries.push({ status: response.status(), proof, sent: `${key} ${request.postData()}` });
  });
  await page.goto(host.origin);
  await story.fillForm(page, w, { form, name: "Noor Jansen", email });
  await story.send(page, w);
  return tries;
}

/** What the desk is told to look at first. */
async function check(email) {
  const rows = await demo.desk("GET", `/applications?posting=${POSTING}`);
  return rows.filter((row) => row.email === email).map((row) => row.check);
}

// Chromium writes an answer of 428 to the console by itself.
test.use({ quiet: false });

test("who applies in a flood sees nothing of it and is not marked", async ({ page }) => {
  const tries = await apply(page, "noor@example.com");
  await story.seeReceipt(page, w);
  expect(tries.map(({ status }) => status)).toEqual([428, 201]);
  expect(tries[0].proof).toBeUndefined();
  expect(JSON.parse(atob(tries[1].proof))).toMatchObject({ algorithm: "SHA-256", number: expect.any(Number) });
  expect(tries[1].sent, "the same body under the same key").toBe(tries[0].sent);
  expect(await check("noor@example.com")).toEqual([[]]);
  expect((await demo.mails("noor@example.com")).length).toBe(1);
});

for (const [what, answer] of [
  ["does not come", (route) => route.abort("internetdisconnected")],
  ["is broken", (route) => route.fulfill({ body: "changed", contentType: "application/wasm" })],
]) {
  test(`where what finds proofs ${what} it is sent without`, async ({ page }) => {
    const email = `${what.replaceAll(" ", "-")}@example.com`;
    await page.route(SECOND, answer);
    await page.clock.install();
    const tries = await apply(page, email);
    await expect(async () => {
      await page.clock.fastForward(1_000);
      expect(tries.length).toBe(2);
    }).toPass({ intervals: [50] });
    await story.seeReceipt(page, w);
    expect(tries.map(({ status, proof }) => [status, proof])).toEqual([[428, undefined], [201, "none"]]);
    expect(await check(email)).toEqual([["flood"]]);
  });
}
