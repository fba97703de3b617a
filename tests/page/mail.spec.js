// What the mailbox holds after applying and after asking for a code, and where the link in it leads.
const { test, expect, words } = require("./fixtures.js");
const story = require("./story.js");

for (const lang of ["nl", "en"]) {
  test(`receipt and code read well and lead back to the host page (${lang})`, async ({ page, demo }) => {
    const email = `mail-${lang}-${test.info().workerIndex}-${Date.now()}@example.com`;
    const { reference, receipt } = await demo.apply({ posting: "wijkverpleegkundige", email, lang });
    const [mail] = await demo.mails(email);
    const promise = receipt.promises[0];
    const due = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
      timeZone: "Europe/Amsterdam", weekday: "long", day: "numeric", month: "long",
    }).format(new Date(promise.due_at)).replace(",", "");
    for (const part of [reference, due, "17:00", "Noor", promise.owner.name]) {
      expect(mail.text, "the receipt as text").toContain(part);
    }
    expect(mail.subject).not.toMatch(/[{}]/);
    expect(mail.text, "no raw placeholder").not.toMatch(/[{}]/);
    expect(mail.text).toContain(`${demo.host}/`);

    await story.openLink(page, demo, story.linkToken(mail), lang);
    await expect(story.widget(page)).toContainText(reference);
    expect(new URL(page.url()).hash, "the token left the address bar").toBe("");

    await demo.json("POST", "/v1/status-requests", { reference, email, lang });
    const code = (await demo.mails(email, 2)).at(-1);
    expect(code.text).toMatch(/\b\d{6}\b/);
    expect(code.text, "a code mail says nothing about the application").not.toContain(reference);
    expect(code.text).not.toMatch(/[{}]/);
  });
}

test("an unknown address gets the same answer and no mail", async ({ demo }) => {
  const ask = async (email) => {
    const answer = await fetch(`${demo.endpoint}/v1/status-requests`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email }),
    });
    return { status: answer.status, body: await answer.text() };
  };
  const email = `known-${Date.now()}@example.com`;
  await demo.apply({ email });
  await demo.mails(email);
  const [known, unknown] = [await ask(email), await ask(`nobody-${Date.now()}@example.com`)];
  expect(known.status).toBe(202);
  expect(unknown).toEqual(known);
});
