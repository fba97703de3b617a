// Starts the demo server for a test, on free ports and with data of its own, and speaks to it as recruiter and mailbox.
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");

const root = path.resolve(__dirname, "../..");
const target = process.env.CARGO_TARGET_DIR || path.join(root, "target");
const binary = process.env.BELOFTE_SERVER || path.join(target, "debug/belofte-server");
const embed = process.env.BELOFTE_EMBED || path.join(target, "embed");
const DESK_KEY = "desk-key-of-the-tests-0123456789";

const free = (port) =>
  new Promise((done) => {
    const probe = net.createServer();
    probe.once("error", () => done(false));
    probe.listen(port, () => probe.close(() => done(true)));
  });

/** A port that is free together with the next one. */
async function freePair() {
  for (;;) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 20_000);
    if ((await free(port)) && (await free(port + 1))) return port;
  }
}

/** Ours, without a database or mail relay of the person who runs the tests. */
function environment(own) {
  const env = { ...process.env, BELOFTE_DESK_KEY: DESK_KEY, RUST_LOG: "warn", ...own };
  delete env.DATABASE_URL;
  delete env.BELOFTE_SMTP_URL;
  return env;
}

/**
 * Starts a server and waits for its `ready`; with `data` of an earlier one it goes on where that stopped. Pages on `origins`
 * may carry the widget too; `theme` is a file of design tokens, `texts` one of own words, `content` a folder of jobs, people and forms; `env` sets more of its environment.
 */
async function start({ now, data, theme, texts, content, origins = [], env = {} } = {}) {
  const port = await freePair();
  const folder = data ?? fs.mkdtempSync(path.join(os.tmpdir(), "belofte-page-"));
  const args = ["demo", "--port", `${port}`, "--data", folder, "--embed", embed, "--www", path.join(root, "www")];
  if (!data) args.push("--fresh");
  if (now) args.push("--now", now);
  if (theme) args.push("--theme", theme);
  if (texts) args.push("--texts", texts);
  if (content) args.push("--content", content);
  for (const origin of origins) args.push("--origin", origin);
  const child = spawn(binary, args, {
    cwd: root,
    env: environment(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  await new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`the server is not ready after 30 s:\n${printed}`)), 30_000);
    const hear = (bytes) => {
      printed += bytes;
      if (/^ready$/m.test(printed)) {
        clearTimeout(timer);
        done();
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the server ended with ${code}:\n${printed}`)));
  });
  return new Server(child, port, folder, () => printed);
}

class Server {
  constructor(child, port, data, log) {
    Object.assign(this, { child, data, log, host: `http://127.0.0.1:${port}`, endpoint: `http://127.0.0.1:${port + 1}` });
  }

  /** Ends the server; its data stays when another is to go on with it. */
  async stop({ keep = false } = {}) {
    if (this.child.exitCode === null) {
      const ended = new Promise((done) => this.child.once("exit", done));
      this.child.kill("SIGTERM");
      await Promise.race([ended, new Promise((done) => setTimeout(done, 5_000))]);
      if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    }
    if (!keep) fs.rmSync(this.data, { recursive: true, force: true });
  }

  async json(method, where, body, headers = {}) {
    const answer = await fetch(this.endpoint + where, {
      method,
      headers: { ...(body ? { "content-type": "application/json" } : {}), ...headers },
      body: body ? JSON.stringify(body) : undefined,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** A recruiter's act through the desk's API. */
  desk(method, where, body) {
    return this.json(method, `/v1/desk${where}`, body, { authorization: `Bearer ${DESK_KEY}` });
  }

  /** The mails to one address, oldest first; waits until `count` of them are there. */
  async mails(to, count = 1) {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const all = await this.json("GET", "/demo/mail.json");
      const list = Array.isArray(all) ? all : all.mails;
      const mine = list.filter((mail) => JSON.stringify(mail.to ?? "").includes(to));
      mine.sort((a, b) => String(a.at).localeCompare(String(b.at)) || String(a.id).localeCompare(String(b.id)));
      if (mine.length >= count) return mine;
      if (Date.now() > deadline) throw new Error(`${mine.length} of ${count} mails to ${to} after 10 s`);
      await new Promise((done) => setTimeout(done, 200));
    }
  }

  /** Applies without a browser and gives the answer. */
  async apply({ posting = "helpende-plus", email, lang = "nl", answers = {} }) {
    const detail = await this.json("GET", `/v1/job-postings/${posting}?lang=${lang}`);
    const form = await this.json("GET", `/v1/forms/${detail.form_id}?lang=${lang}`);
    const given = (field) => {
      if (field.name in answers) return answers[field.name];
      if (field.type === "mail") return email;
      if (field.required && field.type === "text") return "Noor Jansen";
      if (field.required && field.type === "choice") return field.options.at(-1).value;
      return field.required && field.type === "date" ? "2028-06-01" : null;
    };
    const filled = form.fields
      .map((field) => ({ field: field.name, values: [given(field)].flat().filter(Boolean) }))
      .filter((answer) => answer.values.length > 0);
    const body = { posting_id: posting, form_id: form.id, form_version: form.version, lang, answers: filled };
    const key = `page-${Math.random().toString(36).slice(2)}-${Date.now()}`;
    return this.json("POST", `/v1/applications?lang=${lang}`, body, { "idempotency-key": key });
  }
}

module.exports = { start, root, embed, binary };
