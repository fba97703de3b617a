// Strings that want to run, in every text of posting, list, organization, form and application: shown as typed, nothing runs.
const { test, expect } = require("../page/fixtures.js");
const { ATTACKS: STRINGS } = require("../attacks.js");
const { layOut, sealSession, fixture, HOST, ENDPOINT } = require("./endpoint.js");
const { well, REFERENCE } = require("./states.js");

const ALL = Boolean(process.env.BELOFTE_TEST_ALL);
/** The 500, and what no form would let through but an employer's own texts may hold. */
const ATTACKS = [...STRINGS, "scr\u0000ipt", "w\u0000x", "\ufeff\u2028\u2029", "long".repeat(2_500)];
/** Keys whose values are words for people; all others are names, dates and addresses. */
const TEXTS = ["title", "department", "summary", "text", "label", "meaning", "can_do", "name", "role", "purpose", "usual_answer", "quote", "hint", "complaint_policy", "applicant_name", "organization_name", "actor_name"];

/** A copy of `value` in which `make` gives each text for people, with its number; the names of form fields stay. */
function texts(value, make, state = { at: 0 }, key = "", inField = false) {
  if (Array.isArray(value)) return value.map((each) => texts(each, make, state, key, key === "fields"));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, texts(each, make, state, name, inField)]));
  const words = typeof value === "string" && (TEXTS.includes(key) || key === "locations") && !(inField && key === "name");
  return words ? make(state.at++) : value;
}

const VIEWS = { board: "postings/list", posting: "postings/detail", apply: "apply/form", status: "timeline/interview_yours" };

/** The endpoint's answers, all texts made by `make`. */
function answers(make) {
  const state = { at: 0 };
  const of = (name) => texts(fixture(name), make, state);
  const detail = of("postings/detail");
  return {
    ...well("en"),
    "GET /v1/organization": of("organization/havenzicht"),
    "GET /v1/job-postings": of("postings/list"),
    [`GET /v1/job-postings/${detail.id}`]: detail,
    [`GET /v1/forms/${detail.form_id}`]: of(VIEWS.apply),
    [`GET /v1/applications/${REFERENCE}`]: of(VIEWS.status),
  };
}

/** Lays a page out and gives the text of the widget once it stands. */
async function shown(page, view, make) {
  await page.unrouteAll({ behavior: "ignoreErrors" });
  const element = `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" view="${view}" posting="${fixture("postings/detail").id}"></belofte-careers>`;
  await layOut(page, { element, answers: answers(make), policy: "" });
  if (view === "status") await sealSession(page, { token: "a".repeat(43), reference: REFERENCE });
  await page.goto(HOST);
  const text = () => page.evaluate(() => document.querySelector("belofte-careers").shadowRoot?.textContent ?? "");
  await expect.poll(text).toContain("⟧");
  // An open status page keeps its stream, so its line never falls silent.
  if (view !== "status") await page.waitForLoadState("networkidle");
  return text;
}

test.use({ quiet: false });

for (const view of Object.keys(VIEWS)) {
  test(`${ATTACKS.length} attack strings in the texts of the ${view} are shown as typed and do not run`, async ({ page }) => {
    test.setTimeout(ALL ? 1_800_000 : 60_000);
    await page.addInitScript(() => (window.alert = () => (window.ran = 1)));
    const plain = await (await shown(page, view, (at) => `⟦${at} plain words⟧`))();
    const there = [...new Set([...plain.matchAll(/⟦(\d+) plain words⟧/g)].map(([, at]) => Number(at)))];
    expect(there.length, "texts that the view shows").toBeGreaterThan(3);
    // Each turn gives every text the next string; the long run brings every string into every text.
    for (let turn = 0; turn < ATTACKS.length; turn += ALL ? 1 : 84) {
      const typed = (at) => `⟦${at} ${ATTACKS[(at + turn) % ATTACKS.length]}⟧`;
      const text = await shown(page, view, typed);
      const missing = async () => ((all) => there.filter((at) => !all.includes(typed(at))).map((at) => typed(at).slice(0, 80)))(await text());
      await expect.poll(missing, "texts that are not shown as typed").toEqual([]);
      const found = await page.evaluate(() => {
        const all = [...document.querySelector("belofte-careers").shadowRoot.querySelectorAll("*")];
        const bad = (node) => /^(script|iframe|style|video|math|object)$/i.test(node.localName) || [...node.attributes].some(({ name, value }) => /^on/.test(name) || (/^(href|src|action)$/.test(name) && /^\W*(java|vb)\s*script:/i.test(value)));
        return { ran: window.ran, bad: all.filter(bad).map((node) => node.outerHTML.slice(0, 200)) };
      });
      expect(found).toEqual({ ran: undefined, bad: [] });
    }
  });
}
