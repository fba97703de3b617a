// The whole story by keyboard alone: Tab, Enter, Space, arrows and typing. The mouse is never used.
const { test, expect, words, PDF } = require("./fixtures.js");
const story = require("./story.js");

const POSTING = "helpende-plus";

/** What has the focus, inside shadow roots too. */
const focused = (page) =>
  page.evaluate(() => {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    const box = node?.getBoundingClientRect();
    const style = node ? getComputedStyle(node) : null;
    return {
      tag: node?.localName ?? "",
      id: node?.id ?? "",
      name: node?.getAttribute?.("name") ?? "",
      type: node?.getAttribute?.("type") ?? "",
      text: (node?.innerText ?? "").trim().replace(/\s+/g, " "),
      label: [...(node?.labels ?? [])].map((each) => each.innerText.trim()).join(" "),
      inView: Boolean(box && box.bottom > 0 && box.top < innerHeight),
      ring: Boolean(style && (style.outlineStyle !== "none" || style.boxShadow !== "none")),
    };
  });

/** Presses Tab until what has the focus fits; each stop must be in sight and marked. */
async function tabTo(page, fits, what) {
  for (let stop = 0; stop < 120; stop += 1) {
    const at = await focused(page);
    if (stop > 0 && at.tag !== "body" && at.tag !== "html") {
      expect(at.inView, `${at.tag} “${at.text || at.label}” is in sight when it has the focus`).toBe(true);
    }
    if (fits(at)) {
      expect(at.ring, `${what} shows that it has the focus`).toBe(true);
      return at;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never came to ${what}`);
}

test("from the board to the status without a mouse", async ({ page, demo }) => {
  test.setTimeout(120_000);
  const lang = "en";
  const w = words(lang);
  const email = `keys-${Date.now()}@example.com`;
  const posting = await demo.json("GET", `/v1/job-postings/${POSTING}?lang=${lang}`);
  const form = await demo.json("GET", `/v1/forms/${posting.form_id}?lang=${lang}`);
  await story.openBoard(page, demo, lang);

  await tabTo(page, (at) => at.tag === "a" && at.text === posting.title, "the posting");
  await page.keyboard.press("Enter");
  await expect(story.widget(page).getByRole("heading", { level: 1, name: posting.title })).toBeFocused();

  await tabTo(page, (at) => at.text === w("postings.apply_now"), "the way to the form");
  await page.keyboard.press("Enter");
  await expect(story.widget(page).getByRole("button", { name: w("apply.send"), exact: true })).toBeVisible();

  await tabTo(page, (at) => at.text === w("apply.send"), "the send button");
  await page.keyboard.press("Enter");
  await expect(story.widget(page).getByRole("alert").first(), "the summary takes the focus").toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect((await focused(page)).tag, "a line of the summary leads to its field").toBe("input");

  for (const field of form.fields.filter((each) => each.required || each.type === "file")) {
    // From the heading again: the order of the form is the order of the keys.
    await story.widget(page).getByRole("heading", { level: 1 }).focus();
    if (field.type === "file") {
      await tabTo(page, (at) => at.type === "file", "the file");
      await story.widget(page).locator('input[type="file"]').first().setInputFiles(PDF);
    } else if (field.type === "choice") {
      const at = await tabTo(page, (at) => at.tag === "select" || (at.type === "radio" && at.name.includes(field.name)), field.label);
      await page.keyboard.press(at.tag === "select" ? "ArrowDown" : "Space");
    } else if (field.type === "date") {
      await tabTo(page, (at) => at.type === "date", field.label);
      await page.keyboard.type("01062028");
    } else {
      await tabTo(page, (at) => at.tag === "input" && at.label.startsWith(field.label), field.label);
      await page.keyboard.type(field.type === "mail" ? email : "Noor Jansen");
    }
  }
  await tabTo(page, (at) => at.text === w("apply.send"), "the send button");
  await page.keyboard.press("Enter");
  const reference = await story.seeReceipt(page, w);

  await story.leave(page);
  await story.openBoard(page, demo, lang);
  await tabTo(page, (at) => at.text === w("postings.already"), "the way to the status");
  await page.keyboard.press("Enter");
  await tabTo(page, (at) => at.label.startsWith(w("lookup.reference")), "the reference");
  await page.keyboard.type(reference);
  await tabTo(page, (at) => at.label.startsWith(w("lookup.email")), "the mail address");
  await page.keyboard.type(email);
  await page.keyboard.press("Enter");
  const mail = (await demo.mails(email, 2)).at(-1);
  await tabTo(page, (at) => at.label.startsWith(w("lookup.code")), "the code");
  await page.keyboard.type(/\b\d{6}\b/.exec(mail.text)[0]);
  await page.keyboard.press("Enter");
  await expect(story.widget(page)).toContainText(reference);
});
