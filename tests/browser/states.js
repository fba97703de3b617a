// The catalogue: every state that a view can be in, how one gets there, what must be said, and the way on.
//
// A state is `{view, posting?, answers?, session?, now?, before?, act?, says, stays?, on, typed?}`. `answers` change the
// endpoint's; `act` leads there; `says` are keys of the locale files or texts; `on` is what a visitor presses next, with
// what the endpoint answers by then (`mends`) and what must be there after it (`then`); `typed` is what must stand in
// the controls in the state, and after the way on too where it does not leave the form.
const { fixture, ENDPOINT, HOST, CDN, POLICY } = require("./endpoint.js");
const { expect, PDF } = require("../page/fixtures.js");
const { PSEUDO } = require("../pseudo.js");

const REFERENCE = "K7Q4-9M2P-3XHD";
const ORGANIZATION = "GET /v1/organization";
const LIST = "GET /v1/job-postings";
const POSTING = "GET /v1/job-postings/cook";
const FORM = "GET /v1/forms/short";
const UPLOAD = "POST /v1/uploads";
const APPLY = "POST /v1/applications";
const SCORE = "GET /v1/promise-score";
const MAIL = "POST /v1/status-requests";
const OPEN = "POST /v1/status-sessions";
const MINE = "GET /v1/me/applications";
const STATUS = `GET /v1/applications/${REFERENCE}`;
const ASK = `POST /v1/applications/${REFERENCE}/questions`;
const ASK_BEFORE = "POST /v1/job-postings/cook/questions";
const COMPLAIN = "POST /v1/complaints";
const ASKED = "GET /v1/job-postings/cook/questions";
const LATER = `${CDN}/**/later-*.json`;
const SECOND = `${CDN}/**/second-*.wasm`;

/** What the employer wrote, by language. */
const SAID = {
  nl: {
    link: "Bekijk onze vacatures", cook: "Kok", gardener: "Tuinman", name: "Je naam", email: "Je e-mailadres", letter: "Waarom dit werk?", cv: "Je cv",
    car: "Heb je een rijbewijs?", answer: "Een antwoord op je brief", ask: "Stel een vraag", askBefore: "Vraag iets over deze vacature",
    told: "Je vraag ligt bij Sanne", toldText: "Je hoort het voor woensdag 31 maart om 17:00 uur.",
  },
  en: {
    link: "See our jobs", cook: "Cook", gardener: "Gardener", name: "Your name", email: "Your email address", letter: "Why this job?", cv: "Your CV",
    car: "Do you have a driving licence?", answer: "An answer to your letter", ask: "Ask a question", askBefore: "Ask about this job",
    told: "Your question is with Sanne", toldText: "You hear before 17:00 on Wednesday 31 March.",
  },
};
/** The employer writes no other language: who reads one has its English texts between the words of the product. */
for (const lang of ["de", "ar", PSEUDO]) SAID[lang] = SAID.en;
const authored = (lang) => (lang === "nl" ? "nl" : "en");

const problem = (status, kind, more = {}) => ({
  status,
  body: { type: `/problems/${kind}`, title: kind, status, ...more },
  headers: { "content-type": "application/problem+json", ...(more.retry_after ? { "retry-after": `${more.retry_after}` } : {}) },
});
const FAULT = { status: 500, body: "oh no" };
const BUSY = problem(429, "too-many-requests", { retry_after: 7 });
const ENDED = problem(401, "unauthorized");
/** As from an endpoint that does not list the page's origin. */
const unlisted = (body) => ({ status: 200, body, headers: { "access-control-allow-origin": "https://other.example" } });

/** An endpoint where all is well, in a language. */
function well(lang) {
  const said = SAID[lang];
  const posting = (id, title) => ({
    id, title, department: "Havenzicht", status: "open", summary: "Rotterdam", lang: authored(lang), form_id: "short", first_answer_by: "2027-03-31T15:00:00Z",
    first_answer_from: { id: "sanne", name: "Sanne de Wit", role: "recruiter" },
  });
  const postings = [posting("cook", said.cook), posting("gardener", said.gardener)];
  const application = { ...fixture("timeline/waiting"), ways: [{ word: "questions", label: said.ask }] };
  const told = { title: said.told, text: said.toldText, promise: application.promises[0] };
  return {
    [ORGANIZATION]: { ...fixture("organization/havenzicht"), ways: [{ word: "questions", label: said.askBefore }] },
    [ASKED]: { questions: [] },
    [ASK]: { status: 201, body: told },
    [ASK_BEFORE]: { status: 201, body: { title: said.told, text: said.toldText } },
    [SCORE]: fixture("score/by_kind"),
    [LIST]: { postings, total: 2, departments: [], locations: [] },
    [POSTING]: postings[0],
    "GET /v1/job-postings/gardener": postings[1],
    [FORM]: form(lang),
    [UPLOAD]: { status: 201, body: { upload_id: "u1", name: PDF.name, bytes: 200, sha256: "00", expires_at: "2027-03-27T10:00:00Z" } },
    [APPLY]: { status: 201, body: fixture("apply/receipt") },
    [MAIL]: { status: 202, body: { code_minutes: 10, code_digits: 6 } },
    [OPEN]: { status: 201, body: fixture("lookup/session") },
    "DELETE /v1/status-sessions": { status: 204, body: "" },
    [MINE]: { applications: fixture("lookup/session").applications },
    [STATUS]: { status: 200, body: application, headers: { etag: `"${application.version}"` } },
    [`${STATUS}/events`]: "never",
    "GET /media/sanne.svg": picture(),
    "GET /media/youssef.svg": picture(),
    "GET /media/marijke.svg": picture(),
    "GET /media/fatma.svg": picture(),
  };
}

const picture = () => ({ status: 200, body: '<svg xmlns="http://www.w3.org/2000/svg"/>', headers: { "content-type": "image/svg+xml" } });

function form(lang, version = 1) {
  const said = SAID[lang];
  const more = { name: "car", type: "text", label: said.car, required: true };
  return {
    id: "short", version,
    fields: [
      { name: "name", type: "text", label: said.name, required: true, autocomplete: "name" },
      { name: "email", type: "mail", label: said.email, required: true, autocomplete: "email" },
      { name: "letter", type: "long_text", label: said.letter, max_length: 3000 },
      ...(version > 1 ? [more] : []),
      { name: "cv", type: "file", label: said.cv, accept: ["application/pdf"], max_bytes: 100_000, max_files: 1 },
    ],
  };
}

// ---- what visitors do; `s` is the stage: page, inside, w, said, answers ----

const WRITTEN = { name: "Noor Jansen", email: "noor@example.com", letter: "I have cooked for eighty people." };

async function write(s) {
  for (const [field, text] of Object.entries(WRITTEN)) await s.inside.getByLabel(s.said[field], { exact: false }).fill(text);
}
const send = (s) => s.press("apply.send");
const writeAndSend = async (s) => {
  await write(s);
  await send(s);
};
const attach = (file, field = "cv") => (s) => s.inside.locator(`input[name="${field}"]`).setInputFiles(file);
const askCode = async (s) => {
  await s.inside.getByLabel(s.w("lookup.email")).fill(WRITTEN.email);
  await s.press("lookup.send");
};
const enterCode = async (s) => {
  await askCode(s);
  await s.inside.getByLabel(s.w("lookup.code")).fill("123456");
  await s.press("lookup.open");
};
const toPosting = (s) => s.follow(s.said.cook);
const toForm = (s) => s.follow("postings.apply_now");
const toLookup = (s) => s.follow("postings.already");
const passes = (ms) => (s) => s.page.clock.fastForward(ms);
/** Time goes on by `ms` and stands still then: nothing is tried again by itself while one looks. */
const stops = (ms) => async (s) => s.page.clock.pauseAt((await s.page.evaluate(() => Date.now())) + ms);
const all = (...acts) => async (s) => {
  for (const act of acts) await act(s);
};
/** So long that calls without an answer are given up, as often as it takes: the loader may have asked before the program, and
 * what has the view may still be on its way on a busy machine. */
const givesUp = (s) =>
  expect(async () => {
    await s.page.clock.fastForward(15_500);
    await expect(s.inside.getByText(s.text("ui.offline"))).toBeVisible({ timeout: 1_000 });
  }).toPass();
const becomes = (type) => (s) => s.page.evaluate((name) => dispatchEvent(new Event(name)), type);

const QUESTION = "When do you start in the morning?";
const openAsk = (s) => s.follow("ask");
const fillAsk = async (s) => {
  await openAsk(s);
  await s.inside.getByLabel(s.w("questions.text")).fill(QUESTION);
};
const sendAsk = async (s) => {
  await fillAsk(s);
  await s.press("questions.send");
};

const COMPLAINT = { "complaint.subject": "No reason", "complaint.text": "I was told nothing at all.", "complaint.email": WRITTEN.email };
/** What is taken where a question names no kinds of its own. */
const KINDS = "PDF, DOC, DOCX, ODT, RTF, TXT, JPG, PNG, HEIC, WEBP";
const complain = async (s) => {
  for (const [question, text] of Object.entries(COMPLAINT)) await s.inside.getByLabel(s.w(question), { exact: true }).fill(text);
};

const button = (name, more = {}) => ({ role: "button", name, ...more });
const link = (name, more = {}) => ({ role: "link", name, ...more });
/** The page's own link: it leaves the widget. */
const ownLink = { role: "link", name: "link", address: `${HOST}/jobs` };
const again = (mends, then) => button("ui.try_again", { mends, then });

const form410 = { says: ["apply.closed_meanwhile", "apply.closed_meanwhile_why"], on: link("apply.others", { then: ["postings.title"], leaves: true }) };
const written = { typed: WRITTEN };
const receipt = ["apply.reference", REFERENCE];
const account = (status, more = {}) => ({ status: 200, body: { ...fixture(`timeline/${status}`), ...more }, headers: { etag: '"x"' } });

/** What every read can meet, each with its words. */
const READS = {
  "429": [BUSY, ["ui.busy"]],
  "500": [FAULT, ["ui.fault"]],
  offline: ["offline", ["ui.offline"]],
  timeout: ["never", ["ui.offline"], givesUp],
};

/** The failures of one read: `answers` of it, the view, and what one sees once it works. */
function failures(name, state, path, then, first = async () => {}) {
  const made = {};
  for (const [word, [answer, says, act]] of Object.entries(READS)) {
    made[`${name}-${word}`] = {
      ...state,
      clock: Boolean(act),
      answers: { ...state.answers, [path]: answer },
      act: all(first, act ?? (async () => {})),
      says,
      on: again({ [path]: undefined }, then),
    };
  }
  return made;
}

const board = { view: "board" };
const apply = { view: "apply", posting: "cook" };
const inSession = { view: "status", session: true };
const lookup = { view: "status" };
const badge = { view: "score" };

const STATES = {
  // -- the board --
  "board": { ...board, says: ["postings.lead", "cook"], on: link("cook", { then: ["postings.apply_now"] }) },
  "board-loading": { ...board, early: true, answers: { [LIST]: "never" }, says: ["link"], on: ownLink },
  "board-slow": { ...board, clock: true, answers: { [LIST]: "never" }, act: passes(3_100), says: ["ui.loading", "ui.slow", "link"], on: ownLink },
  "board-slow-without-link": {
    ...board, clock: true, bare: true, answers: { [LIST]: "never" }, act: passes(3_100), says: ["ui.loading", "ui.slow", "api.example.test/careers"],
    on: link("api.example.test/careers", { address: `${ENDPOINT}/careers` }),
  },
  "board-empty": {
    ...board, answers: { [LIST]: { postings: [], total: 0, departments: [], locations: [] } }, says: ["postings.none"],
    on: link("postings.already", { then: ["lookup.title"] }),
  },
  "board-unlisted": {
    ...board, answers: { [LIST]: unlisted({}) }, says: ["ui.offline"], on: again({ [LIST]: undefined }, ["cook"]),
  },
  "board-organization-500": { ...board, answers: { [ORGANIZATION]: FAULT }, says: ["ui.fault"], on: again({ [ORGANIZATION]: undefined }, ["cook"]) },
  ...failures("board", board, LIST, ["cook"]),

  // -- one posting --
  "posting": { view: "posting", posting: "cook", says: ["cook"], on: link("postings.apply_now", { then: ["apply.send"] }) },
  "posting-loading": { ...board, early: true, answers: { [POSTING]: "never" }, act: toPosting, says: ["ui.loading"], on: link("postings.back", { then: ["gardener"] }) },
  "posting-slow": { ...board, answers: { [POSTING]: "never" }, act: toPosting, says: ["ui.loading", "ui.slow"], on: link("postings.back", { then: ["gardener"] }) },
  "posting-404": {
    view: "posting", posting: "cook", answers: { [POSTING]: problem(404, "not-found") }, says: ["postings.unknown", "postings.unknown_why"],
    on: link("postings.back", { then: ["gardener"] }),
  },
  "posting-410": {
    view: "posting", posting: "cook", answers: { [POSTING]: gone() }, says: ["postings.closed", "postings.closed_why", "postings.related"],
    on: link("gardener", { then: ["postings.apply_now"] }),
  },
  "apply-upcoming": {
    ...apply, answers: { [POSTING]: upcoming }, says: [["postings.opens_in", {}]], on: link("postings.back", { then: ["gardener"] }),
  },
  ...failures("posting", board, POSTING, ["postings.apply_now"], toPosting),

  // -- the form --
  "apply": { ...apply, act: write, says: ["apply.lead"], ...written, on: button("apply.send", { then: receipt, leaves: true }) },
  "apply-loading": { ...board, early: true, answers: { [FORM]: "never" }, act: all(toPosting, toForm), says: ["ui.loading"], on: link("postings.back", { then: ["gardener"] }) },
  "apply-slow": { ...board, answers: { [FORM]: "never" }, act: all(toPosting, toForm), says: ["ui.slow"], on: link("postings.back", { then: ["gardener"] }) },
  "apply-404": { ...apply, answers: { [POSTING]: problem(404, "not-found") }, says: ["postings.unknown"], on: link("postings.back", { then: ["gardener"] }) },
  "apply-410": { ...apply, answers: { [POSTING]: gone() }, says: ["postings.closed", "postings.related"], on: link("gardener", { then: ["postings.apply_now"] }) },
  ...failures("apply", apply, FORM, ["apply.send"]),
  "apply-missing": {
    ...apply, act: async (s) => {
      await s.inside.getByLabel(s.said.letter).fill(WRITTEN.letter);
      await send(s);
    },
    says: [["apply.required", { label: "name" }]], typed: { letter: WRITTEN.letter },
    on: link(["apply.required", { label: "name" }], { focuses: "name" }),
  },
  "apply-refused-field": {
    ...apply, answers: { [APPLY]: problem(422, "fields", { errors: [{ field: "email", code: "not_an_email" }] }) }, act: writeAndSend,
    says: [["apply.not_an_email", { label: "email" }]], ...written, on: link(["apply.not_an_email", { label: "email" }], { focuses: "email" }),
  },
  "apply-sending": {
    ...apply, answers: { [APPLY]: "never" }, act: writeAndSend, says: ["apply.sending"], ...written,
    on: link("apply.back", { then: ["postings.apply_now"], leaves: true }),
  },
  "apply-not-delivered-offline": notDelivered("offline", "apply.not_delivered_why"),
  "apply-not-delivered-busy": notDelivered(BUSY, "apply.not_delivered_busy"),
  "apply-not-delivered-fault": notDelivered(FAULT, "apply.not_delivered_fault"),
  "apply-not-delivered-timeout": { ...notDelivered("never", "apply.not_delivered_why"), act: all(writeAndSend, stops(15_500)) },
  "apply-back-online": {
    ...notDelivered("offline", "apply.not_delivered_why"),
    act: async (s) => {
      await writeAndSend(s);
      await s.sees(["apply.not_delivered"]);
      s.mend({ [APPLY]: undefined });
      await becomes("online")(s);
    },
    says: receipt, typed: {}, on: link("apply.follow", { then: [REFERENCE] }),
  },
  "apply-closed-meanwhile": { ...apply, answers: { [APPLY]: gone() }, act: writeAndSend, ...written, ...form410 },
  "apply-form-changed": {
    ...apply, answers: { [APPLY]: problem(409, "conflict") },
    act: async (s) => {
      await write(s);
      s.mend({ [FORM]: form(s.lang, 2) });
      await send(s);
      await s.inside.getByLabel(s.said.car).fill("Yes");
    },
    says: ["apply.form_changed", "car"], typed: { ...WRITTEN, car: "Yes" },
    on: button("apply.send", { mends: { [APPLY]: (request) => (request.postDataJSON().form_version === 2 ? { status: 201, body: fixture("apply/receipt") } : FAULT) }, then: receipt, leaves: true }),
  },
  "apply-refused": {
    ...apply, answers: { [APPLY]: problem(413, "too-large") }, act: writeAndSend, says: ["apply.refused"], ...written,
    on: button("apply.send", { mends: { [APPLY]: undefined }, then: receipt, leaves: true }),
  },
  "apply-arrived-before": {
    ...apply, answers: { [APPLY]: problem(422, "key-reused") }, act: writeAndSend, says: ["apply.arrived_before"], ...written,
    on: button("apply.send", { mends: { [APPLY]: undefined }, then: receipt, leaves: true }),
  },
  "file-ready": file(PDF, [["apply.file_remove", { name: PDF.name }]], { on: button(["apply.file_remove", { name: PDF.name }], { then: ["apply.file_choose"] }) }),
  "file-sending": {
    ...file(PDF, [], { on: button(["apply.file_cancel", { name: PDF.name }], { then: ["apply.file_choose"] }) }), answers: { [UPLOAD]: "never" },
    says: [["apply.file_sent", { name: PDF.name }]],
  },
  "file-not-arrived": {
    ...file(PDF, [["apply.file_failed", { name: PDF.name }]], {
      on: button(["apply.file_retry", { name: PDF.name }], { mends: { [UPLOAD]: undefined }, then: [PDF.name] }),
    }),
    answers: { [UPLOAD]: "offline" },
  },
  "file-too-large": file({ ...PDF, name: "film.pdf", buffer: Buffer.alloc(200_000, "%PDF-1.4 ") }, [["apply.too_large", { name: "film.pdf", limit: { kilobytes: 98 } }]]),
  "file-wrong-type": file({ name: "cv.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") }, [["apply.file_type", { name: "cv.exe", types: "PDF" }]]),
  "file-empty": file({ ...PDF, name: "empty.pdf", buffer: Buffer.alloc(0) }, [["apply.file_empty", { name: "empty.pdf" }]]),
  "file-refused-by-content": {
    ...file(PDF, [["apply.file_type", { name: PDF.name, types: "PDF" }]]), answers: { [UPLOAD]: problem(415, "media-type") },
  },

  // -- the receipt --
  "receipt": { ...apply, act: writeAndSend, says: receipt, on: link("apply.follow", { then: [REFERENCE] }) },
  "receipt-calendar-failed": {
    ...apply, answers: { [`${STATUS}/calendar.ics`]: FAULT }, act: all(writeAndSend, (s) => s.press("apply.calendar")), says: ["apply.calendar_failed"],
    on: link("apply.follow", { then: [REFERENCE] }),
  },
  "storage-blocked": { ...apply, alone: true, before: forbidStorage, act: writeAndSend, says: receipt, on: link("apply.follow", { then: ["status.log_out"] }) },

  // -- the way back in --
  "lookup": { ...lookup, says: ["lookup.title", "lookup.lead"], on: link("lookup.jobs", { then: ["cook"] }) },
  "lookup-loading": {
    ...board, early: true, before: (page) => page.route(SECOND, () => {}), act: toLookup, says: ["ui.loading"], on: link("postings.back", { then: ["cook"] }),
  },
  "lookup-slow": { ...board, before: (page) => page.route(SECOND, () => {}), act: toLookup, says: ["ui.slow"], on: link("postings.back", { then: ["cook"] }) },
  "lookup-file-offline": {
    ...board, before: (page) => page.route(SECOND, (route) => route.abort("internetdisconnected")), act: toLookup, says: ["ui.offline"],
    on: again({ route: SECOND }, ["lookup.lead"]),
  },
  "lookup-missing": {
    ...lookup, act: async (s) => {
      await s.inside.getByLabel(s.w("lookup.reference")).fill("K7Q4");
      await s.press("lookup.send");
    },
    says: ["lookup.email_missing", "lookup.reference_wrong"], typed: { "lookup.reference": "K7Q4" },
    on: link("lookup.email_missing", { focuses: "lookup.email" }),
  },
  "lookup-429": {
    ...lookup, answers: { [MAIL]: BUSY }, act: askCode, says: [["lookup.busy_until", {}]], typed: { "lookup.email": WRITTEN.email },
    on: button("lookup.send", { mends: { [MAIL]: undefined }, then: ["lookup.code_title"], leaves: true }),
  },
  ...asks("offline", "offline", "ui.offline"),
  ...asks("500", FAULT, "ui.fault"),
  ...asks("timeout", "never", "ui.offline"),
  "code": { ...lookup, act: askCode, says: ["lookup.code_title", "lookup.no_mail_yet"], on: button("lookup.other", { then: ["lookup.title"] }) },
  "code-shape": {
    ...lookup, act: async (s) => {
      await askCode(s);
      await s.inside.getByLabel(s.w("lookup.code")).fill("123");
      await s.press("lookup.open");
    },
    says: [{ beside: "lookup.code_shape" }], typed: { "lookup.code": "123" }, on: button("lookup.other", { then: ["lookup.title"], leaves: true }),
  },
  "code-wrong": code(problem(401, "code"), ["form.wrong_code"], button("lookup.open", { mends: { [OPEN]: undefined }, then: ["lookup.list_title"], leaves: true })),
  "code-locked": code(problem(401, "code-locked"), ["form.code_locked"], button("lookup.again", { mends: { [OPEN]: undefined }, then: ["lookup.mailed_again"], leaves: true })),
  "code-offline": code("offline", ["ui.offline"], button("lookup.open", { mends: { [OPEN]: undefined }, then: ["lookup.list_title"], leaves: true })),
  "code-500": code(FAULT, ["ui.fault"], button("lookup.open", { mends: { [OPEN]: undefined }, then: ["lookup.list_title"], leaves: true })),
  "code-429": code(BUSY, [["lookup.busy_until", {}]], button("lookup.open", { mends: { [OPEN]: undefined }, then: ["lookup.list_title"], leaves: true })),
  "code-late": { ...lookup, clock: true, act: all(askCode, (s) => s.sees(["lookup.code_title"]), passes(31_000)), says: ["lookup.no_mail"], on: button("lookup.again", { then: ["lookup.mailed_again"] }) },
  "link-dead": { ...lookup, hash: "#belofte-link=token-of-the-test", answers: { [OPEN]: problem(401, "code") }, says: ["lookup.link_dead"], on: button("lookup.send", { fill: true, then: ["lookup.code_title"] }) },
  "link-offline": { ...lookup, hash: "#belofte-link=token-of-the-test", answers: { [OPEN]: "offline" }, says: ["ui.offline"], on: again({ [OPEN]: undefined }, ["lookup.list_title"]) },
  "session-ended": { ...inSession, answers: { [STATUS]: ENDED }, says: ["form.session_ended"], on: button("lookup.send", { fill: true, then: ["lookup.code_title"] }) },
  "list": { ...lookup, act: enterCode, says: ["lookup.list_title"], on: link("lookup.jobs", { then: ["cook"] }) },
  "list-empty": { ...inSession, session: "", answers: { [MINE]: { applications: [] } }, says: ["lookup.list_none"], on: link("lookup.jobs", { then: ["cook"] }) },
  "list-session-ended": { ...inSession, session: "", answers: { [MINE]: ENDED }, says: ["form.session_ended"], on: button("lookup.send", { fill: true, then: ["lookup.code_title"] }) },
  ...failures("list", { ...inSession, session: "" }, MINE, ["lookup.list_title"]),

  // -- where it stands --
  "status-loading": { ...inSession, early: true, answers: { [STATUS]: "never" }, says: ["link"], on: ownLink },
  "status-slow": { ...inSession, clock: true, answers: { [STATUS]: "never" }, act: passes(3_100), says: ["ui.slow"], on: ownLink },
  "status-404": { ...inSession, answers: { [STATUS]: problem(404, "not-found") }, says: ["timeline.not_found", "timeline.not_found_why"], on: link("timeline.board", { then: ["cook"] }) },
  ...failures("status", inSession, STATUS, ["status.log_out"]),
  ...stands("waiting", ["timeline.steps"]),
  ...stands("due_today", ["timeline.state_due_today"]),
  ...stands("interview_yours", ["status.your_turn_note"]),
  ...stands("late", ["timeline.late_title"]),
  ...stands("moved", ["timeline.moved_was"]),
  ...stands("hired", [["timeline.hired_title", {}]]),
  ...stands("rejected", [["timeline.rejected_title", {}]]),
  ...stands("rejected_without_reason", [["decision.none", {}]]),
  ...stands("withdrawn", ["timeline.withdrawn_title", "timeline.withdrawn_why"]),
  "status-went-offline": {
    ...inSession, act: wentOffline, says: [["timeline.as_of_offline", {}], "timeline.steps"], on: button("status.all", { then: ["lookup.list_title"] }),
  },
  // What lies in the tab is opened by the second file.
  "status-file-offline": {
    ...inSession, before: (page) => page.route(SECOND, (route) => route.abort("internetdisconnected")), says: ["ui.offline"],
    on: again({ route: SECOND }, ["timeline.steps"]),
  },
  "status-back-online": {
    ...inSession, act: async (s) => {
      await wentOffline(s);
      await s.sees([["timeline.as_of_offline", {}]]);
      s.mend({ [STATUS]: undefined });
      await becomes("online")(s);
    },
    says: [["timeline.as_of", {}], "timeline.steps"], on: button("status.all", { then: ["lookup.list_title"] }),
  },
  "status-file-failed": {
    ...inSession, answers: { [`${STATUS}/export.zip`]: FAULT }, act: (s) => s.press("status.export"), says: ["status.save_failed"],
    on: button("status.all", { then: ["lookup.list_title"] }),
  },

  // -- what one can do --
  "ways": { ...inSession, says: ["ways.title", "ask"], on: link("ask", { then: ["questions.lead"] }) },
  "ways-until": {
    ...inSession, answers: { [STATUS]: account("waiting", { ways: [{ word: "questions", label: "Ask until then", until: "2027-04-02T15:00:00Z" }] }) },
    says: [["ways.until", {}]], on: link("Ask until then", { then: ["questions.lead"] }),
  },
  // A backend that is newer than the widget.
  "ways-unknown": {
    ...inSession, answers: { [STATUS]: account("waiting", { ways: [{ word: "teleport", label: "Come over at once" }] }) },
    says: ["timeline.steps"], on: button("status.all", { then: ["lookup.list_title"] }),
  },
  "way-open": { ...inSession, act: openAsk, says: ["questions.lead", "questions.text", "questions.to"], on: button("ways.close", { then: ["ask"] }) },
  "way-filled": asking(undefined, fillAsk, ["questions.lead"], button("questions.send", { then: ["told"], leaves: true })),
  "way-missing": {
    ...inSession, act: all(openAsk, (s) => s.press("questions.send")), says: [["apply.required", { label: "questions.text" }]],
    on: link(["apply.required", { label: "questions.text" }], { focuses: "questions.text" }),
  },
  "way-refused-field": asking(
    problem(422, "fields", { errors: [{ field: "text", code: "too_many", limit: 5 }] }), sendAsk, [["apply.too_many", { label: "questions.text", limit: 5 }]],
    link(["apply.too_many", { label: "questions.text", limit: 5 }], { focuses: "questions.text" }),
  ),
  "way-sending": asking("never", sendAsk, ["ways.sending"], button("ways.close", { then: ["ask"], leaves: true })),
  "way-offline": asking("offline", sendAsk, ["ui.offline"], again({ [ASK]: undefined }, ["told"])),
  "way-429": asking(BUSY, sendAsk, ["ui.busy"], again({ [ASK]: undefined }, ["told"])),
  "way-500": asking(FAULT, sendAsk, ["ui.fault"], again({ [ASK]: undefined }, ["told"])),
  "way-changed-meanwhile": asking(problem(409, "conflict"), sendAsk, ["ways.conflict"], button("questions.send", { mends: { [ASK]: undefined }, then: ["told"], leaves: true })),
  "way-arrived-before": asking(problem(422, "key-reused"), sendAsk, ["ways.arrived"], button("questions.send", { mends: { [ASK]: undefined }, then: ["told"], leaves: true })),
  "way-told": { ...inSession, act: sendAsk, says: ["told", "toldText"], on: button("ways.close", { then: ["ask"] }) },
  "way-file-offline": {
    ...inSession, session: undefined, view: "apply", posting: "cook", before: (page) => page.route(SECOND, (route) => route.abort("internetdisconnected")),
    act: all(writeAndSend, (s) => s.follow("apply.follow")), says: ["timeline.steps", "ui.offline"], on: again({ route: SECOND }, ["ask"]),
  },
  "public-way": { ...board, view: "questions", posting: "cook", says: ["askBefore", "questions.email_hint"], on: link("apply.back", { then: ["postings.apply_now"] }) },
  "public-way-of-all": { ...board, view: "questions", says: ["questions.choose"], on: link("postings.back", { then: ["cook"] }) },
  "public-way-unknown": {
    ...board, view: "questions", answers: { [ORGANIZATION]: { ...fixture("organization/havenzicht"), ways: [] } }, says: ["postings.lead"],
    on: link("cook", { then: ["postings.apply_now"] }),
  },
  "public-way-offline": {
    ...board, view: "questions", posting: "cook", answers: { [ASK_BEFORE]: "offline" },
    act: async (s) => {
      await s.inside.getByLabel(s.w("questions.text")).fill(QUESTION);
      await s.inside.getByLabel(s.w("questions.email")).fill(WRITTEN.email);
      await s.press("questions.send");
    },
    says: ["ui.offline"], typed: { "questions.text": QUESTION, "questions.email": WRITTEN.email }, on: { ...again({ [ASK_BEFORE]: undefined }, ["told"]), leaves: true },
  },
  "public-way-file-offline": {
    ...board, act: (s) => s.follow("askBefore"), before: (page) => page.route(SECOND, (route) => route.abort("internetdisconnected")), says: ["ui.offline"],
    on: again({ route: SECOND }, ["questions.choose"]),
  },

  // -- files with a complaint --
  "complaint": complaint({ act: complain, says: ["complaint.lead", KINDS], on: button("complaint.send", { then: ["told"], leaves: true }) }),
  "complaint-file-ready": complaint({
    act: all(complain, attach(PDF, "uploads")), says: [["apply.file_remove", { name: PDF.name }]],
    // It is named in what is sent.
    on: button("complaint.send", { mends: { [COMPLAIN]: (request) => (request.postDataJSON().uploads?.[0] === "u1" ? taken(request) : FAULT) }, then: ["told"], leaves: true }),
  }),
  "complaint-file-removed": complaint({
    act: all(complain, attach(PDF, "uploads"), (s) => s.press(["apply.file_remove", { name: PDF.name }])), says: ["apply.file_choose"],
    on: button("complaint.send", { mends: { [COMPLAIN]: (request) => (request.postDataJSON().uploads ? FAULT : taken(request)) }, then: ["told"], leaves: true }),
  }),
  "complaint-file-sending": complaint({
    answers: { [UPLOAD]: "never" }, act: all(complain, attach(PDF, "uploads"), (s) => s.press("complaint.send")), says: [["apply.file_busy", { name: PDF.name }]],
    on: button(["apply.file_cancel", { name: PDF.name }], { then: ["apply.file_choose"] }),
  }),
  "complaint-file-not-arrived": complaint({
    answers: { [UPLOAD]: "offline" }, act: all(complain, attach(PDF, "uploads")), says: [["apply.file_failed", { name: PDF.name }]],
    on: button(["apply.file_retry", { name: PDF.name }], { mends: { [UPLOAD]: undefined }, then: [PDF.name] }),
  }),
  "complaint-file-wrong-type": complaint({
    act: all(complain, attach({ name: "tool.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") }, "uploads")),
    says: [["apply.file_type", { name: "tool.exe", types: KINDS }]], on: button(["apply.file_remove", { name: "tool.exe" }], { then: ["apply.file_choose"] }),
  }),
  "complaint-file-gone": complaint({
    answers: { [COMPLAIN]: problem(422, "fields", { errors: [{ field: "uploads", code: "file_gone" }] }) },
    act: all(complain, attach(PDF, "uploads"), (s) => s.sees([["apply.file_remove", { name: PDF.name }]]), (s) => s.press("complaint.send")),
    says: [["apply.file_gone", { label: "complaint.files" }]], on: link(["apply.file_gone", { label: "complaint.files" }], { focuses: "complaint.files" }),
  }),

  // -- the promises kept --
  "score": { ...badge, act: (s) => s.inside.getByText(s.w("badge.by_kind")).click(), says: ["badge.title", "badge.how", "badge.kind_answer", "badge.too_few"] },
  "score-of-one": { ...badge, posting: "cook", says: ["badge.title", "badge.of_one"] },
  "score-bad": { ...badge, answers: { [SCORE]: fixture("score/bad") }, says: ["badge.title", ["badge.counts", { kept: 17, moved: 3, late: 20 }], ["badge.open", { open: 31 }]] },
  "score-too-few": { ...badge, answers: { [SCORE]: fixture("score/too_few") }, says: ["badge.title", ["score.too_few", { days: 90, minimum: 20 }]] },
  "score-slow": { ...badge, clock: true, answers: { [SCORE]: "never" }, act: passes(3_100), says: ["ui.loading", "ui.slow", "link"], on: ownLink },
  "score-organization-500": { ...badge, answers: { [ORGANIZATION]: FAULT }, says: ["ui.fault"], on: again({ [ORGANIZATION]: undefined }, ["badge.title"]) },
  "score-file-offline": {
    ...badge, before: (page) => page.route(SECOND, (route) => route.abort("internetdisconnected")), says: ["ui.offline"],
    on: again({ route: SECOND }, ["badge.title"]),
  },
  ...failures("score", badge, SCORE, ["badge.title"]),

  // -- the program does not run --
  "program-blocked": { ...board, policy: POLICY.replace(" 'wasm-unsafe-eval'", ""), code: "blocked", says: ["link"], on: ownLink },
  "program-blocked-without-link": {
    ...board, bare: true, policy: POLICY.replace(" 'wasm-unsafe-eval'", ""), code: "blocked", says: ["api.example.test/careers"],
    on: link("api.example.test/careers", { address: `${ENDPOINT}/careers` }),
  },
  "program-corrupt": { ...board, before: (page) => page.route(`${CDN}/**/belofte-*.wasm`, corrupt), code: "integrity", says: ["link"], on: ownLink },
  "program-offline": { ...board, before: (page) => page.route(`${CDN}/**/*.wasm`, (route) => route.abort("internetdisconnected")), code: "network", says: ["link"], on: ownLink },
  "second-corrupt": { ...lookup, before: (page) => page.route(SECOND, corrupt), code: "integrity", says: ["link"], on: ownLink },
  "texts-offline": { ...board, before: (page) => page.route(LATER, (route) => route.abort("internetdisconnected")), act: all(toPosting, toForm), code: "network", says: ["link"], on: ownLink },
  "no-javascript": { ...board, scripts: false, before: (page) => page.route(`${CDN}/**`, (route) => route.abort()), says: ["link"], on: ownLink },
};

/** A question from one's page, and what comes of it. */
function asking(answer, act, says, on) {
  return { ...inSession, answers: answer ? { [ASK]: answer } : {}, act, says, typed: { "questions.text": QUESTION }, on: on.mends ? { ...on, leaves: true } : on };
}

/** A complaint that is written, with what it takes to be sent. */
function complaint({ answers, ...state }) {
  const open = { ...fixture("organization/havenzicht"), ways: [{ word: "complaint", label: "Complain" }] };
  return { view: "complaint", answers: { [ORGANIZATION]: open, [COMPLAIN]: taken, ...answers }, typed: COMPLAINT, ...state };
}

function taken(request) {
  const said = SAID[request.postDataJSON().lang];
  return { status: 201, body: { title: said.told, text: said.toldText } };
}

function gone() {
  return (request) => problem(410, "gone", { related: [{ id: "gardener", title: SAID[new URL(request.url()).searchParams.get("lang")].gardener, locations: ["Rotterdam"] }] });
}

/** Opens later: there is no form to fill in yet. */
function upcoming(request) {
  const lang = new URL(request.url()).searchParams.get("lang");
  return { ...well(lang)[POSTING], status: "upcoming", expected_open: "2027-09", first_answer_by: undefined };
}

function notDelivered(answer, why) {
  return {
    ...apply, clock: true, answers: { [APPLY]: answer }, act: all(write, stops(100), send), says: ["apply.not_delivered", why], ...written,
    on: button("apply.try_now", { mends: { [APPLY]: undefined }, then: receipt, leaves: true }),
  };
}

/** A file that was chosen after all was written; one that is refused is taken out again. */
function file(chosen, says, { on = button(["apply.file_remove", { name: chosen.name }], { then: ["apply.file_choose"] }) } = {}) {
  return { ...apply, act: all(write, attach(chosen)), says, ...written, on };
}

function asks(name, answer, says) {
  const slow = answer === "never";
  return {
    [`lookup-${name}`]: {
      ...lookup, clock: slow, answers: { [MAIL]: answer }, act: slow ? all(askCode, passes(15_500)) : askCode, says: [says], typed: { "lookup.email": WRITTEN.email },
      on: button("lookup.send", { mends: { [MAIL]: undefined }, then: ["lookup.code_title"], leaves: true }),
    },
  };
}

function code(answer, says, on) {
  return { ...lookup, answers: { [OPEN]: answer }, act: enterCode, says, typed: { "lookup.code": "123456" }, on };
}

function stands(name, says) {
  const application = fixture(`timeline/${name}`);
  return {
    [`status-${name.replaceAll("_", "-")}`]: {
      ...inSession, now: Date.parse(application.as_of), answers: { [STATUS]: account(name) }, says, on: button("status.all", { then: ["lookup.list_title"] }),
    },
  };
}

async function wentOffline(s) {
  await s.sees(["timeline.steps"]);
  s.mend({ [STATUS]: "offline" });
  await becomes("offline")(s);
}

function forbidStorage(page) {
  return page.addInitScript(() => {
    for (const name of ["sessionStorage", "localStorage"]) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("storage is switched off", "SecurityError");
        },
      });
    }
  });
}

function corrupt(route) {
  return route.fulfill({ body: "changed", headers: { "access-control-allow-origin": "*", "content-type": "application/wasm" } });
}

module.exports = { STATES, SAID, REFERENCE, WRITTEN, well };
