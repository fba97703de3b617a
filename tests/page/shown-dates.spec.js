// Every promised date on the screen is the one that the API promises, written for the employer's zone: in both languages,
// in browsers far away and on devices whose clock is hours off. What stands there is read back and written a second time,
// by Node, from the API's own instants.
const { test, expect, words, start, PDF } = require("./fixtures.js");
const story = require("./story.js");

const ZONE = "Europe/Amsterdam";
/** Before Easter and the change of the clocks; then late for some, still to come for others. */
const [SENT, SEEN] = ["2027-03-25T10:00:00+01:00", "2027-04-02T12:00:00+02:00"];
const BROWSERS = [
  { zone: "America/Los_Angeles", hours_off: 0 },
  { zone: "Asia/Tokyo", hours_off: 9 },
  { zone: ZONE, hours_off: -11 },
];
const POSTINGS = ["wijkverpleegkundige", "verzorgende-ig", "planner-thuiszorg", "fysiotherapeut", "kok", "helpende-plus"];

/** Dates by Node: the parts from `Intl`, put together here, so that nothing is shared with the widget's own way. */
function writer(lang, timeZone) {
  const locale = { nl: "nl-NL", en: "en-GB" }[lang];
  const parts = (at, options) => {
    const all = new Intl.DateTimeFormat(locale, { timeZone, ...options }).formatToParts(new Date(at));
    return Object.fromEntries(all.map(({ type, value }) => [type, value]));
  };
  const long = (at) => {
    const { weekday, day, month } = parts(at, { weekday: "long", day: "numeric", month: "long" });
    return `${weekday} ${day} ${month}`;
  };
  const short = (at) => {
    const { weekday, day, month } = parts(at, { weekday: "short", day: "numeric", month: "short" });
    return `${weekday} ${day} ${month}`;
  };
  const time = (at) => {
    const { hour, minute } = parts(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return `${hour}:${minute}`;
  };
  const year = (at) => parts(at, { year: "numeric" }).year;
  return { long, short, time, withYear: (at) => `${long(at)} ${year(at)}` };
}

/** Without what only says where a line may break. */
const plain = (text) => text.replace(/\s+/g, " ").trim();

/** One browser that reads in one language; collects what is shown beside what is due. */
class Reader {
  constructor(page, demo, lang, zone) {
    Object.assign(this, { page, demo, lang, zone, w: words(lang), write: writer(lang, ZONE), shown: [], due: [] });
    this.own = writer(lang, zone);
    this.inside = story.widget(page);
  }

  /** Texts of all that `selector` finds, each with the instant that it carries for machines. */
  async read(selector) {
    const found = await this.inside.locator(selector).evaluateAll((all) =>
      all.map((one) => [one.closest("time")?.dateTime ?? one.querySelector("time")?.dateTime ?? "", one.textContent]),
    );
    return found.map(([at, text]) => `${at && new Date(at).toISOString()} ${plain(text)}`);
  }

  async compare(where, selector, due) {
    const place = `${this.zone} ${this.lang} ${where}`;
    // The parts of a page come one after the other.
    await expect(this.inside.locator(selector), place).toHaveCount(due.length);
    this.shown.push(...(await this.read(selector)).map((line) => `${place}: ${line}`));
    this.due.push(...due.map(([at, text]) => `${place}: ${at && new Date(at).toISOString()} ${plain(text)}`));
  }

  /** The large date and the sentence beside it; where the reader's own clock says something else, that too. */
  async next(where, at, sentence) {
    await this.compare(`${where}, leaf`, ".next .leaf", [[at, this.write.long(at)]]);
    await this.compare(`${where}, sentence`, ".next__title", [["", sentence]]);
    const [date, time] = [this.own.long(at), this.own.time(at)];
    const same = date === this.write.long(at) && time === this.write.time(at);
    const own = this.w("ui.your_time").split("{")[0].trim();
    const line = `.next__text:text("${own}")`;
    await this.compare(`${where}, own clock`, line, same ? [] : [["", this.w("ui.your_time", { date, time })]]);
  }

  async board() {
    await story.openBoard(this.page, this.demo, this.lang);
    const { postings } = await this.demo.json("GET", `/v1/job-postings?lang=${this.lang}&limit=100`);
    const open = postings.filter((posting) => posting.first_answer_by);
    await expect(this.inside.locator(".posting__date")).toHaveCount(open.length);
    await this.compare("board", ".posting__date", open.map(({ first_answer_by: at }) => [at, this.write.long(at)]));
  }

  async posting(id) {
    await story.openBoard(this.page, this.demo, this.lang);
    const posting = await story.choosePosting(this.page, this.w, this.demo, id, this.lang);
    const at = posting.first_answer_by;
    const person = posting.first_answer_from.name.split(" ")[0];
    const sentence = this.w("postings.next_from", { person, date: this.write.long(at), time: this.write.time(at) });
    await this.next(id, at, sentence);
    const steps = posting.process.map((stage) => stage.latest_if_applied_now).filter(Boolean);
    await this.compare(`${id}, steps`, "time.step__date", steps.map((step) => [step, this.write.short(step)]));
    return posting;
  }

  async receipt(id) {
    const posting = await this.posting(id);
    const form = await this.demo.json("GET", `/v1/forms/${posting.form_id}?lang=${this.lang}`);
    await story.openForm(this.page, this.w);
    const at = posting.first_answer_by;
    await this.compare(`${id}, form`, ".apply__promise b", [["", this.write.long(at)]]);
    const email = `shown-${this.lang}-${this.zone.replace(/\W/g, "-")}@example.com`.toLowerCase();
    await story.fillForm(this.page, this.w, { form, name: "Noor Jansen", email, file: PDF });
    await story.send(this.page, this.w);
    const reference = await story.seeReceipt(this.page, this.w);
    const application = await this.demo.desk("GET", `/applications/${reference}?lang=${this.lang}`);
    const promise = application.promises.find((each) => !each.kept_at);
    const person = promise.owner.name.split(" ")[0];
    const values = { person, date: this.write.withYear(promise.due_at), time: this.write.time(promise.due_at) };
    await this.next(`${id}, receipt`, promise.due_at, this.w("apply.next_from", values));
  }

  async status({ reference, token, now }) {
    await story.openLink(this.page, this.demo, token, this.lang);
    const where = reference;
    const application = await this.demo.desk("GET", `/applications/${reference}?lang=${this.lang}`);
    const open = application.promises.filter((promise) => !promise.kept_at && !promise.voided_at);
    await this.steps(where, application, open);

    const coming = open.filter((promise) => Date.parse(promise.due_at) >= now).sort((a, b) => a.due_at.localeCompare(b.due_at))[0];
    if (coming) {
      const key = { interview: "hear_talk", decision: "hear_decision", call: "hear_call" }[coming.kind] ?? "hear";
      const person = coming.owner.name.split(" ")[0];
      const values = { person, date: this.write.withYear(coming.due_at), time: this.write.time(coming.due_at) };
      await this.next(`${where}, next`, coming.due_at, this.w(`timeline.${key}`, values));
    }
    const late = open.map(binding).filter((due) => Date.parse(due) < now);
    await this.compare(`${where}, late`, '.note[data-state="late"] time', late.map((due) => [due, this.write.long(due)]));
    const moves = coming?.moves.slice(-1) ?? [];
    for (const [selector, end] of [[".moved__old time", "from"], [".moved__new time", "to"]]) {
      const note = `.note[data-state="moved"] ${selector}`;
      await this.compare(`${where}, moved ${end}`, note, moves.map((move) => [move[end], this.write.long(move[end])]));
    }
    return { late: late.length, moved: moves.length };
  }

  /** The line: what was with its time, what is with the time before which one hears, what comes with its latest day. */
  async steps(where, application, open) {
    const kinds = ["past", "now", "next"];
    const entries = kinds.flatMap((kind) => application.timeline.filter((entry) => entry.kind === kind));
    const due = entries.map((entry) => {
      const promise = open.find(({ id }) => id === entry.promise_id);
      if (entry.kind === "next") return [entry.latest_at, this.w("timeline.at_latest")];
      if (entry.kind === "past" || !promise) return [entry.at, this.write.time(entry.at)];
      return [promise.due_at, this.w("timeline.before", { time: this.write.time(promise.due_at) })];
    });
    const dated = due.filter(([at]) => at).map(([at, more]) => [at, `${this.write.short(at)} ${more}`]);
    await this.compare(`${where}, steps`, "time.step__when", dated);
  }
}

/** The date that binds: the last one that was given in time. */
function binding(promise) {
  const inTime = promise.moves.filter((move) => move.at <= move.from);
  return inTime.at(-1)?.to ?? promise.first_due_at;
}

/** Applications of every kind, made before Easter: some moved in time, some late, one moved too late, one a step on. */
async function prepare() {
  const first = await start({ now: SENT });
  const sent = [];
  for (const lang of ["nl", "en"]) {
    for (const posting of POSTINGS) {
      const email = `${posting}-${lang}@shown.example`;
      const { reference, receipt } = await first.apply({ posting, email, lang });
      const [mail] = await first.mails(email);
      sent.push({ lang, posting, reference, promise: receipt.promises.find((each) => !each.kept_at), token: story.linkToken(mail) });
    }
  }
  const move = (server, one, to) =>
    server.desk("POST", `/applications/${one.reference}/promises/${one.promise.id}/moves`, {
      to, by: one.promise.owner.id, reason: "Two colleagues who read the letters are ill.",
    });
  const of = (posting) => sent.filter((one) => one.posting === posting);
  for (const one of of("verzorgende-ig")) await move(first, one, "2027-04-07T15:00:00Z");
  await first.stop({ keep: true });
  const demo = await start({ now: SEEN, data: first.data });
  for (const one of of("planner-thuiszorg")) await move(demo, one, "2027-04-09T15:00:00Z");
  for (const { reference } of of("kok")) {
    await demo.desk("POST", `/applications/${reference}/transitions`, { stage_id: "talk", by: "sanne", text: "Come and cook with us." });
  }
  return { demo, sent };
}

test("each promised date on the screen is the API's, in both languages and wherever the browser is", async ({ browser }) => {
  test.setTimeout(420_000);
  const { demo, sent } = await prepare();
  const [shown, due, states] = [[], [], { late: 0, moved: 0 }];
  try {
    for (const { zone, hours_off } of BROWSERS) {
      for (const lang of ["nl", "en"]) {
        const context = await browser.newContext({ timezoneId: zone, locale: lang });
        const page = await context.newPage();
        await page.clock.install({ time: Date.parse(SEEN) + hours_off * 3_600_000 });
        const reader = new Reader(page, demo, lang, zone);
        await reader.board();
        for (const id of POSTINGS.slice(0, 3)) await reader.posting(id);
        await reader.receipt("kok");
        for (const one of sent.filter((each) => each.lang === lang)) {
          const found = await reader.status({ ...one, now: Date.parse(SEEN) });
          for (const state of ["late", "moved"]) states[state] += found[state];
        }
        shown.push(...reader.shown);
        due.push(...reader.due);
        await context.close();
      }
    }
  } finally {
    await demo.stop();
  }
  expect(shown, "what is shown, beside what is due").toEqual(due);
  expect(Math.min(states.late, states.moved), "late and moved ones are among them").toBeGreaterThan(5);
  console.log(`${shown.length} dates shown in ${BROWSERS.length} browsers and 2 languages, 0 differences`);
});
