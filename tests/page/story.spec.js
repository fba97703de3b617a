// The whole story across two origins, on the host page's strict policy, without one console message.
const { test, expect, words, axe, picture, PDF } = require("./fixtures.js");
const story = require("./story.js");

const POSTING = "wijkverpleegkundige";

for (const lang of ["nl", "en"]) {
  for (const width of [360, 1280]) {
    test(`from the board to a timeline that moves (${lang}, ${width} px)`, async ({ page, demo }) => {
      test.setTimeout(120_000);
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      const w = words(lang);
      const name = `${lang}-${width}`;
      const email = `story-${name}-${Date.now()}@example.com`;
      await page.addInitScript(watchShift);

      await story.openBoard(page, demo, lang);
      await fits(page);
      await picture(page, `board-${name}`);
      await axe(page, "board");

      const posting = await story.choosePosting(page, w, demo, POSTING, lang);
      await fits(page);
      await picture(page, `posting-${name}`);
      await axe(page, "posting");

      await story.openForm(page, w);
      await story.send(page, w);
      await expect(story.widget(page).getByRole("alert").first(), "what is missing, in one list").toBeVisible();
      await fits(page);
      await picture(page, `apply-wrong-${name}`);
      await axe(page, "form with problems");
      const form = await demo.json("GET", `/v1/forms/${posting.form_id}?lang=${lang}`);
      await story.fillForm(page, w, { form, name: "Noor Jansen", email, file: PDF });
      await picture(page, `apply-${name}`);
      await axe(page, "filled form");
      await story.send(page, w);

      const reference = await story.seeReceipt(page, w);
      await expect(story.widget(page)).toContainText("Sanne");
      await fits(page);
      await picture(page, `receipt-${name}`);
      await axe(page, "receipt");
      const [mail] = await demo.mails(email);
      expect(mail.text).toContain(reference);

      // Another day, another visit: nothing is kept but what the applicant knows.
      await page.evaluate(() => sessionStorage.clear());
      await story.openBoard(page, demo, lang);
      await story.lookUp(page, w, demo, { reference, email, mails: 1 });
      await expect(story.widget(page)).toContainText("Sanne de Wit");
      await fits(page);
      await picture(page, `status-${name}`);
      await axe(page, "status");

      const text = "Your letter made us curious. Come and meet the team.";
      await demo.desk("POST", `/applications/${reference}/transitions`, { stage_id: "talk", by: "sanne", text });
      await expect(story.widget(page), "the timeline changes without a reload").toContainText(text);
      await fits(page);
      await picture(page, `status-moved-on-${name}`);
      await axe(page, "status, one step on");

      await demo.desk("POST", `/applications/${reference}/decision`, {
        outcome: "rejected",
        by: "sanne",
        reasons: [{ text: "We looked for two years of experience with home visits; you have a few months." }],
        tip: "Ask for a day along with one of our teams.",
      });
      await expect(story.widget(page), "the outcome, live").toContainText("two years of experience");
      await fits(page);
      await picture(page, `status-decided-${name}`);
      await axe(page, "status, decided");
      expect(await page.evaluate(() => window.shift), "layout shift").toBeLessThanOrEqual(0.01);
    });
  }
}

/** Nothing makes the page scroll sideways. */
async function fits(page) {
  const [needs, has] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(needs, "width of the page").toBeLessThanOrEqual(has);
}

function watchShift() {
  window.shift = 0;
  new PerformanceObserver((seen) => {
    for (const entry of seen.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}
