// Several applications under one address: the code of a mail leads to their list, the list to each of them.
const { test, expect, words } = require("./fixtures.js");
const story = require("./story.js");

test("the list of one's applications leads to each", async ({ page, demo }) => {
  const w = words("en");
  const email = `list-${test.info().workerIndex}-${Date.now()}@example.com`;
  const sent = [];
  for (const posting of ["wijkverpleegkundige", "helpende-plus"]) {
    sent.push(await demo.apply({ posting, email, lang: "en" }));
  }
  await story.openBoard(page, demo, "en");
  await story.lookUp(page, w, demo, { reference: "", email, mails: 2 });
  const inside = story.widget(page);
  await expect(inside.getByRole("heading", { level: 1, name: w("lookup.list_title") })).toBeVisible();
  for (const { reference } of sent) await expect(inside).toContainText(reference);

  await inside.getByRole("link", { name: sent[0].receipt.posting.title, exact: true }).click();
  await expect(inside.getByRole("heading", { level: 1, name: w("lookup.list_title") })).toBeHidden();
  await expect(inside).toContainText(sent[0].reference);
  await expect(inside).not.toContainText(sent[1].reference);
});
