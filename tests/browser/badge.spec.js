// The badge says what the endpoint counted, the same way when it is bad, and nothing where it is too little to tell.
const { test, expect, words, axe } = require("../page/fixtures.js");
const { layOut, fixture, organization, HOST, ENDPOINT } = require("./endpoint.js");

const w = words("en");
const widget = (page) => page.locator("belofte-careers").first();
const element = (more = "") => `<belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en" view="score" ${more}></belofte-careers>`;

/** Two hundred and fifty promises, counted by hand: 160 kept, 20 moved in time, 40 late, 22 not due yet, 8 void. */
const COUNTED = { period_days: 90, made: 220, kept: 160, moved: 20, late: 40, open: 22, kept_rate: 160 / 220, median_hours: 60, minimum: 20, as_of: "2026-11-10T10:00:00Z" };
const of = (made, kept) => ({ ...COUNTED, made, kept, moved: 0, late: made - kept, open: 0, kept_rate: made < 20 ? null : kept / made, median_hours: made < 20 ? null : 24 });

async function show(page, score, more) {
  const asked = [];
  const answer = (request) => {
    asked.push(new URL(request.url()).searchParams.get("posting"));
    return score;
  };
  await layOut(page, { element: element(more), answers: { "GET /v1/organization": organization, "GET /v1/promise-score": answer } });
  await page.goto(HOST);
  await expect(widget(page).getByRole("heading", { level: 1 })).toHaveText(w("badge.title"));
  return asked;
}

test("says every figure of the endpoint's, whole and by kind", async ({ page }) => {
  const by_kind = [
    { kind: "answer", score: of(180, 137) },
    { kind: "call", score: of(20, 20) },
    { kind: "decision", score: of(19, 3) },
    { kind: "a-kind-to-come", score: of(1, 0) },
  ];
  expect(await show(page, { ...COUNTED, by_kind })).toEqual([null]);
  // 160 of 220 is 72.7 per cent: never rounded up.
  await expect(widget(page)).toContainText(`72% ${w("score.kept.other", { count: 220, days: 90 })}`);
  await expect(widget(page)).toContainText(w("score.median_days", { days: "2.5" }));
  await expect(widget(page)).toContainText(`${w("badge.counts", { kept: 160, moved: 20, late: 40 })} ${w("badge.open", { open: 22 })}`);
  await expect(widget(page).getByRole("table")).toBeHidden();
  await widget(page).getByText(w("badge.by_kind")).focus();
  await page.keyboard.press("Enter");
  const rows = widget(page).getByRole("row");
  await expect(rows.nth(1)).toHaveText(`${w("badge.kind_answer")}18076%`);
  await expect(rows.nth(2)).toHaveText(`${w("badge.kind_call")}20100%`);
  await expect(rows.nth(3)).toHaveText(`${w("badge.kind_decision")}19${w("badge.too_few")}`);
  await expect(rows.nth(4)).toHaveText(`${w("badge.kind_other")}1${w("badge.too_few")}`);
  await axe(page, "the badge with its kinds");
});

test("counts one posting when asked to, and says so", async ({ page }) => {
  expect(await show(page, { ...COUNTED, by_kind: [] }, 'posting="cook & baker"')).toEqual(["cook & baker"]);
  await expect(widget(page)).toContainText(w("badge.of_one"));
});

test("of nineteen promises there is no figure", async ({ page }) => {
  await show(page, { ...of(19, 19), by_kind: [{ kind: "answer", score: of(19, 19) }] });
  await expect(widget(page)).toContainText(w("score.too_few", { days: 90, minimum: 20 }));
  await widget(page).getByText(w("badge.by_kind")).click();
  await expect(widget(page).getByRole("table")).toContainText(w("badge.too_few"));
  await expect(widget(page)).not.toContainText("%");
});

test("61 per cent is drawn exactly as 98 per cent is", async ({ page }) => {
  const looks = [];
  for (const kept of [61, 98]) {
    await show(page, { ...of(100, kept), by_kind: [{ kind: "answer", score: of(100, kept) }] });
    const figure = widget(page).locator("b").filter({ hasText: `${kept}%` });
    await expect(figure).toBeVisible();
    looks.push(
      await figure.evaluate((one) => {
        const { fontSize, fontWeight, color, backgroundColor, opacity, order, textTransform } = getComputedStyle(one);
        const { x, height } = one.getBoundingClientRect();
        return { fontSize, fontWeight, color, backgroundColor, opacity, order, textTransform, x, height };
      }),
    );
  }
  expect(looks[0]).toEqual(looks[1]);
  expect(parseFloat(looks[0].fontSize)).toBeGreaterThan(25);
});

test("an answer from before there were kinds has none", async ({ page }) => {
  await show(page, fixture("score/good"));
  await expect(widget(page)).toContainText("93%");
  await expect(widget(page).getByText(w("badge.by_kind"))).toHaveCount(0);
});
