// Who has nothing but the mail that says no gets from it wherever they may want to go, in two taps at the most.
const { test, expect, words, axe, picture } = require("./fixtures.js");
const story = require("./story.js");

const REASON = "We looked for two years of experience with home visits; you have a few months.";
/** Where one wants to go, by which taps, and what stands there. Without a reason one may ask for it. */
const GOALS = {
  reason: { taps: [], sees: REASON },
  "ask why": { unexplained: true, taps: ["pages.way_reason"] },
  talk: { taps: ["pages.way_evaluation"] },
  question: { taps: ["pages.way_questions"] },
  complaint: { taps: ["pages.way_complaint"] },
  "stay in touch": { taps: ["pages.way_in_touch"] },
  erase: { taps: ["pages.way_held"], button: "privacy.erase_all" },
};

/** The token of the mail that says no. */
async function turnedDown(demo, lang, reasons) {
  const email = `care-${lang}-${reasons.length}-${test.info().workerIndex}-${Date.now()}@example.com`;
  const { reference } = await demo.apply({ posting: "wijkverpleegkundige", email, lang });
  const decision = { outcome: "rejected", by: "sanne", reasons, ...(reasons.length ? {} : { no_reason: true }) };
  await demo.desk("POST", `/applications/${reference}/decisions`, decision);
  return story.linkToken((await demo.mails(email, 2)).at(-1));
}

for (const [lang, width] of process.env.BELOFTE_TEST_ALL ? [["nl", 360], ["nl", 1280], ["en", 360], ["en", 1280]] : [["nl", 360], ["en", 1280]]) {
  test(`from the mail that says no to everywhere (${lang}, ${width} px)`, async ({ page, demo }) => {
    test.setTimeout(240_000);
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    const w = words(lang);
    const inside = story.widget(page);
    const tokens = { explained: await turnedDown(demo, lang, [{ text: REASON }]), unexplained: await turnedDown(demo, lang, []) };
    for (const [goal, { unexplained, taps, sees, button }] of Object.entries(GOALS)) {
      await page.goto("about:blank");
      await story.openLink(page, demo, unexplained ? tokens.unexplained : tokens.explained, lang);
      await expect(inside.getByRole("heading", { name: w("ways.title") })).toBeVisible();
      for (const tap of taps) await inside.locator(".ways").getByRole("link", { name: w(tap), exact: true }).click();
      expect(taps.length + (button ? 1 : 0), goal).toBeLessThanOrEqual(2);
      if (sees) await expect(inside.getByText(sees), goal).toBeVisible();
      else if (button) await expect(inside.getByRole("button", { name: w(button), exact: true }), goal).toBeVisible();
      else await expect(inside.locator('.ways__open [type="submit"]').first(), goal).toBeVisible();
      await picture(page, `care-${lang}-${width}-${goal.replaceAll(" ", "-")}`);
      await axe(page, goal);
    }
  });
}

for (const view of ["", "posting/wijkverpleegkundige", "apply/wijkverpleegkundige", "status", "score"]) {
  test(`a complaint is two taps away from ${view || "the board"}`, async ({ page, demo }) => {
    const w = words("en");
    await page.goto(`${demo.host}/en.html#belofte=${view}`);
    const inside = story.widget(page);
    await inside.getByRole("link", { name: w("pages.foot_complaint"), exact: true }).click();
    await expect(inside.getByRole("heading", { level: 1, name: w("pages.foot_complaint") })).toBeFocused();
    await expect(inside.locator('[type="submit"]')).toBeVisible();
  });
}
