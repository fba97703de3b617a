// Applying when the outside fails: nothing written is lost, and any number of tries makes one application.
const { test, expect, words, pattern, axe, watchShift, still, calm, PDF } = require("../page/fixtures.js");
const { layOut, organization, HOST, ENDPOINT } = require("./endpoint.js");

const w = words("en");
// Failed requests are written to the console by the browser itself.
test.use({ quiet: false });

const ELEMENT = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" view="apply" posting="cook"><a href="/jobs">See our jobs</a></belofte-careers>`;
const posting = {
  id: "cook", title: "Cook", department: "Kitchen", status: "open", summary: "Cooks for eighty people.", lang: "en",
  form_id: "short", first_answer_by: "2026-11-12T16:00:00Z",
};
const form = {
  id: "short", version: 1,
  fields: [
    { name: "name", type: "text", label: "Your name", required: true },
    { name: "email", type: "mail", label: "Your email address", required: true },
    {
      name: "shifts", type: "multi_choice", label: "Which shifts?", hint: "Choose all that suit you.", options: [{ value: "day", label: "By day" }],
    },
    { name: "work", type: "file", label: "Your work", accept: ["application/pdf"], max_files: 2 },
    { name: "cv", type: "file", label: "Your CV", accept: ["application/pdf"], max_bytes: 100_000, max_files: 1 },
  ],
};
const promise = {
  id: "p1", kind: "answer", label: "An answer to your letter", made_at: "2026-11-10T10:00:00Z", first_due_at: "2026-11-12T16:00:00Z",
  due_at: "2026-11-12T16:00:00Z", due_day_start: "2026-11-11T23:00:00Z", source: "policy",
  owner: { id: "sanne", name: "Sanne de Wit", role: "recruiter" },
};
const receipt = {
  reference: "K7Q4-9M2P-3XHD", token: "token-of-the-test",
  receipt: {
    reference: "K7Q4-9M2P-3XHD", organization_name: "Havenzicht", time_zone: "Europe/Amsterdam", applicant_name: "Noor",
    posting: { id: "cook", title: "Cook", locations: [], status: "open" }, status: "open", stage_id: "review",
    submitted_at: "2026-11-10T10:00:00Z", updated_at: "2026-11-10T10:00:00Z", version: 1, timeline: [], promises: [promise],
    as_of: "2026-11-10T10:00:00Z",
  },
};
const upload = { upload_id: "u1", name: PDF.name, bytes: 200, sha256: "00", expires_at: "2026-11-11T10:00:00Z" };
const base = {
  "GET /v1/organization": organization,
  "GET /v1/job-postings/cook": posting,
  "GET /v1/forms/short": form,
  "POST /v1/uploads": { status: 201, body: upload },
};

const widget = (page) => page.locator("belofte-careers");

async function fill(page) {
  await widget(page).getByLabel("Your name").fill("Noor");
  await widget(page).getByLabel("Your email address").fill("noor@example.com");
}
const send = (page) => widget(page).getByRole("button", { name: w("apply.send"), exact: true }).click();

for (const [name, broken, why] of [
  ["a fault of the server", { status: 500, body: {} }, "apply.not_delivered_fault"],
  ["a firewall's no", { status: 403, body: "<p>No.", headers: { "content-type": "text/html" } }, "apply.not_delivered_fault"],
  ["a dropped connection", "offline", "apply.not_delivered_why"],
  ["too many calls", { status: 429, body: {}, headers: { "retry-after": "1" } }, "apply.not_delivered_busy"],
]) {
  test(`${name} delays the application, and each try carries the same key and body`, async ({ page }) => {
    const [keys, bodies] = [[], []];
    let fails = true;
    await layOut(page, {
      element: ELEMENT,
      answers: {
        ...base,
        "POST /v1/applications": (request) => {
          keys.push(request.headers()["idempotency-key"]);
          bodies.push(request.postData());
          return fails ? broken : { status: 201, body: receipt };
        },
      },
    });
    await page.goto(HOST);
    await fill(page);
    await send(page);
    await expect(widget(page)).toContainText(w("apply.not_delivered"));
    await expect(widget(page)).toContainText(w(why));
    await axe(page, name);
    fails = false;
    const again = widget(page).getByRole("button", { name: w("apply.try_now"), exact: true });
    // It may have tried by itself meanwhile.
    if (await again.isVisible()) await again.click({ timeout: 2_000 }).catch(() => {});
    await expect(widget(page)).toContainText("K7Q4-9M2P-3XHD");
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size, "one key for all tries").toBe(1);
    // With another body the server would take it for another application, and refuse it.
    expect(new Set(bodies).size, "one body for all tries").toBe(1);
    expect(keys[0]).toMatch(/.{16,}/);
  });
}

const stored = (page) => page.evaluate(() => ({ ...sessionStorage }));

/** Takes each try as `answer` says, and keeps its key. */
function takingKeys(answer) {
  const keys = [];
  const take = (request) => {
    keys.push(request.headers()["idempotency-key"]);
    return answer(keys.length);
  };
  return { keys, answers: { ...base, "POST /v1/applications": take } };
}

test("a reload before an answer goes on with the same key, and an answer ends it", async ({ page }) => {
  const { keys, answers } = takingKeys((number) => (number === 1 ? "offline" : { status: 201, body: receipt }));
  await layOut(page, { element: ELEMENT, answers });
  await page.goto(HOST);
  await fill(page);
  expect(await stored(page), "nothing is stored before the visitor sends").toEqual({});
  await send(page);
  await expect(widget(page)).toContainText(w("apply.not_delivered"));
  expect(await stored(page), "a key and a posting, nothing about a person").toEqual({ "belofte-try-cook": keys[0] });
  const before = keys.length;
  await page.reload();
  await fill(page);
  await send(page);
  await expect(widget(page)).toContainText(receipt.reference);
  expect(keys.length).toBeGreaterThan(before);
  expect(new Set(keys).size, "one key, whatever happened to the page").toBe(1);
  await expect.poll(async () => Object.keys(await stored(page))).toEqual(["belofte-session"]);
});

test("who writes something else after a reload is told that an earlier try did arrive", async ({ page }) => {
  const problem = { type: "/problems/key-reused", title: "Reused", status: 422 };
  const refused = { status: 422, body: problem, headers: { "content-type": "application/problem+json" } };
  const { keys, answers } = takingKeys((number) => (number === 2 ? refused : number === 1 ? "offline" : { status: 201, body: receipt }));
  await layOut(page, { element: ELEMENT, answers });
  await page.goto(HOST);
  await fill(page);
  await send(page);
  await expect(widget(page)).toContainText(w("apply.not_delivered"));
  await page.reload();
  await fill(page);
  await send(page);
  await expect(widget(page)).toContainText(w("apply.arrived_before"));
  expect(await stored(page), "that was the final answer to the earlier try").toEqual({});
  await send(page);
  await expect(widget(page)).toContainText(receipt.reference);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2], "sent once more on purpose, it is another application").not.toBe(keys[0]);
});

test("a no that may not be the endpoint's leaves the key: an earlier try may have arrived", async ({ page }) => {
  const no = { status: 404, body: "<p>Not here.", headers: { "content-type": "text/html" } };
  const { keys, answers } = takingKeys((number) => (number === 1 ? "offline" : number === 2 ? no : { status: 201, body: receipt }));
  await layOut(page, { element: ELEMENT, answers });
  await page.goto(HOST);
  await fill(page);
  await send(page);
  await expect(widget(page)).toContainText(w("apply.refused"));
  await send(page);
  await expect(widget(page)).toContainText(receipt.reference);
  expect(keys.length).toBe(3);
  expect(new Set(keys).size).toBe(1);
});

test("where the page may store nothing, the tries of one page still share a key", async ({ page }) => {
  const { keys, answers } = takingKeys((number) => (number === 1 ? "offline" : { status: 201, body: receipt }));
  await page.addInitScript(() => {
    Object.defineProperty(window, "sessionStorage", { get: () => { throw new DOMException("no", "SecurityError"); } });
  });
  await layOut(page, { element: ELEMENT, answers });
  await page.goto(HOST);
  await fill(page);
  await send(page);
  await expect(widget(page)).toContainText(receipt.reference);
  expect(keys.length).toBe(2);
  expect(new Set(keys).size).toBe(1);
});

test("two clicks on the button make one application", async ({ page }) => {
  let posts = 0;
  await layOut(page, {
    element: ELEMENT,
    answers: {
      ...base,
      "POST /v1/applications": async () => {
        posts += 1;
        await new Promise((done) => setTimeout(done, 300));
        return { status: 201, body: receipt };
      },
    },
  });
  await page.goto(HOST);
  await fill(page);
  await widget(page).getByRole("button", { name: w("apply.send"), exact: true }).dblclick();
  await expect(widget(page)).toContainText("K7Q4-9M2P-3XHD");
  expect(posts).toBe(1);
});

test("a reload after the receipt finds the application again", async ({ page }) => {
  await layOut(page, { element: ELEMENT, answers: { ...base, "POST /v1/applications": { status: 201, body: receipt } } });
  await page.goto(HOST);
  await fill(page);
  await send(page);
  await expect(widget(page)).toContainText(w("apply.reference"));
  await expect.poll(async () => Object.keys(await stored(page)), "sealed for a reload").toEqual(["belofte-session"]);
  await page.reload();
  await expect(widget(page).getByRole("status").first()).toContainText(w("apply.before", { reference: receipt.reference }));
  await expect(widget(page).getByRole("link", { name: w("apply.follow") })).toHaveAttribute("href", new RegExp(`/careers/status/${receipt.reference}`));
  const kept = JSON.stringify(await stored(page));
  expect(kept).not.toContain("noor@example.com");
  expect(kept).not.toContain("Noor");
});

test("a hint is told with its group, and a file too many is told", async ({ page }) => {
  await layOut(page, { element: ELEMENT, answers: base });
  await page.goto(HOST);
  await expect(widget(page).getByRole("group", { name: "Which shifts?" })).toHaveAccessibleDescription("Choose all that suit you.");
  const files = [1, 2, 3].map((number) => ({ ...PDF, name: `work-${number}.pdf` }));
  await widget(page).locator('input[name="work"]').setInputFiles(files);
  const items = widget(page).getByRole("listitem");
  await expect(items).toHaveCount(3);
  await expect(items.last()).toContainText(w("apply.too_many", { label: "Your work", limit: "2" }));
});

test("what the server refuses stands at the field and, after its label, in the list", async ({ page }) => {
  const problem = { type: "/problems/fields", title: "Wrong", status: 422, errors: [{ field: "email", code: "not_an_email" }] };
  await layOut(page, {
    element: ELEMENT,
    answers: { ...base, "POST /v1/applications": { status: 422, body: problem, headers: { "content-type": "application/problem+json" } } },
  });
  await page.goto(HOST);
  await fill(page);
  await send(page);
  const text = w("apply.not_an_email", { label: "Your email address" });
  await expect(widget(page).getByRole("alert").getByRole("link", { name: text })).toBeVisible();
  await expect(widget(page).getByLabel("Your email address")).toHaveAttribute("aria-invalid", "true");
  const beside = w("apply.not_an_email").replace("“{label}”: ", "");
  await expect(widget(page).locator(".field__error"), "the label stands right above").toHaveText(beside);
  await expect(widget(page).getByLabel("Your name"), "nothing is lost").toHaveValue("Noor");
  expect(await stored(page), "a final no ends the try").toEqual({});
});

test("a file that is too large is told before it is sent", async ({ page }) => {
  const { asked } = await layOut(page, { element: ELEMENT, answers: base });
  await toTheFile(page);
  const big = { name: "film.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(200_000, "%PDF-1.4 ") };
  await widget(page).locator('input[name="cv"]').setInputFiles(big);
  await expect(widget(page)).toContainText(w("apply.too_large", { name: "film.pdf", limit: "98 kB" }));
  await still(page, "a file that is refused");
  expect(asked).not.toContain("POST /v1/uploads");
});

test("a file is sent ahead, and again when it did not arrive", async ({ page }) => {
  let fails = true;
  await layOut(page, {
    element: ELEMENT,
    answers: { ...base, "POST /v1/uploads": () => (fails ? "offline" : { status: 201, body: upload }) },
  });
  await toTheFile(page);
  await widget(page).locator('input[name="cv"]').setInputFiles(PDF);
  await expect(widget(page)).toContainText(w("apply.file_failed", { name: PDF.name }));
  await still(page, "a file that did not arrive");
  fails = false;
  await widget(page).getByRole("button", { name: w("apply.file_retry", { name: PDF.name }) }).click();
  await expect(widget(page)).toContainText(pattern(w("apply.file_ready", { name: PDF.name })));
});

test("a file that takes another's place stops that one", async ({ page }) => {
  let tries = 0;
  await layOut(page, { element: ELEMENT, answers: { ...base, "POST /v1/uploads": () => (++tries === 1 ? "never" : { status: 201, body: upload }) } });
  await page.addInitScript(() => {
    const { abort } = XMLHttpRequest.prototype;
    window.stopped = 0;
    XMLHttpRequest.prototype.abort = function () {
      if (this.readyState < XMLHttpRequest.DONE) window.stopped++;
      return abort.call(this);
    };
  });
  await page.goto(HOST);
  const chooser = widget(page).locator('input[name="cv"]');
  await chooser.setInputFiles({ ...PDF, name: "old.pdf" });
  await expect(widget(page)).toContainText(w("apply.file_sent", { name: "old.pdf" }));
  await chooser.setInputFiles(PDF);
  await expect.poll(() => page.evaluate(() => window.stopped)).toBe(1);
  await expect(widget(page)).toContainText(pattern(w("apply.file_ready", { name: PDF.name })));
  await expect(widget(page)).not.toContainText("old.pdf");
});

/** On a phone, where most lines break. */
async function toTheFile(page) {
  await page.setViewportSize({ width: 360, height: 740 });
  await watchShift(page);
  await page.goto(HOST);
  await widget(page).locator('input[name="cv"]').scrollIntoViewIfNeeded();
  await calm(page);
}

const DRAFT = "belofte-draft-cook";
/** What the device kept `age` milliseconds ago, of `answers`. */
const keepsSince = (page, age, answers) =>
  page.addInitScript(([name, at, answers]) => {
    if (sessionStorage.getItem("was here")) return;
    sessionStorage.setItem("was here", "yes");
    localStorage.setItem(name, `${at} ${JSON.stringify(answers)}`);
  }, [DRAFT, NOW - age, answers]);
const NOW = Date.parse("2026-11-10T12:00:00Z");
const kept = (page) => page.evaluate(() => Object.entries(localStorage).map(([name, text]) => `${name} ${text.replace(/^\d+ /, "")}`).sort());

test("what was typed before the device answered stands, and is kept with what lay there", async ({ page }) => {
  await keepsSince(page, 3_600_000, [["name", "Somebody Else"], ["email", "noor@example.com"]]);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await layOut(page, { element: ELEMENT, answers: base, now: NOW });
  // Of two routes the one laid last is asked first.
  await page.route("**/second-*.wasm", async (route) => {
    await held;
    await route.fallback();
  });
  await page.goto(HOST);
  await widget(page).getByLabel("Your name").fill("Noor");
  release();
  await expect(widget(page).getByLabel(w("privacy.device"))).toBeChecked();
  await expect(widget(page).getByLabel("Your name")).toHaveValue("Noor");
  await expect(widget(page).getByLabel("Your email address")).toHaveValue("noor@example.com");
  const both = [`${DRAFT} [["name","Noor"],["email","noor@example.com"]]`];
  await expect.poll(() => kept(page)).toEqual(both);
});
