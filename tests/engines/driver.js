// A browser over plain WebDriver: Firefox by geckodriver, WebKit by WebKitWebDriver and its MiniBrowser on a screen of its own.
// Finds things by role and name inside the widget, as the journeys in Chromium do. Never downloads a driver.
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const PATIENCE_MS = 15_000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const ENGINES = {
  firefox: {
    name: "Firefox",
    command: (port) => [process.env.BELOFTE_GECKODRIVER, "--port", `${port}`, "--log", "fatal", "--allow-system-access"],
    capabilities: () => ({
      "moz:firefoxOptions": {
        binary: process.env.BELOFTE_FIREFOX,
        args: ["-headless", "--width=1280", "--height=900"],
        // What a page writes to its console is printed, what Firefox says of itself is not.
        prefs: {
          "devtools.console.stdout.content": true,
          "devtools.console.stdout.chrome": false,
          "browser.backup.enabled": false,
          "browser.chrome.site_icons": false,
          "intl.accept_languages": "nl",
          "app.update.enabled": false,
        },
      },
    }),
  },
  webkit: {
    name: "WebKit",
    command: (port) => [process.env.BELOFTE_WEBKIT_DRIVER, `--port=${port}`, "--host=127.0.0.1"],
    screen: true,
    capabilities: () => ({ "webkitgtk:browserOptions": { binary: process.env.BELOFTE_MINIBROWSER, args: ["--automation"] } }),
  },
};

/** What a test started: ended as a group, so that a browser does not outlive its driver. */
class Children {
  #all = [];

  start([program, ...args], env) {
    if (!program) throw new Error("no driver is named: run this by `cargo xtask test --only engines`");
    const child = spawn(program, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    child.printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (child.printed += bytes));
    child.once("error", (error) => (child.failed = error));
    this.#all.push(child);
    return child;
  }

  end() {
    for (const { pid } of this.#all.splice(0)) {
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
}

function freePort() {
  const probe = net.createServer();
  return new Promise((done) => probe.listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  }));
}

/** A screen without a monitor; it chooses its number and says which. */
function screen(children, env) {
  const child = children.start([process.env.BELOFTE_XVFB, "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], env);
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.stdout.once("data", (bytes) => done(`:${String(bytes).trim()}`));
  });
}

class Browser {
  /** Opens a fresh browser: no storage, no history. `env` is more of its environment. */
  static async open(engine) {
    const { command, capabilities, screen: needsScreen } = ENGINES[engine];
    const children = new Children();
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "belofte-engine-"));
    const env = { ...process.env, HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home };
    try {
      if (needsScreen) env.DISPLAY = await screen(children, env);
      const port = await freePort();
      const child = children.start(command(port), env);
      const browser = new Browser(engine, `http://127.0.0.1:${port}`, children, home);
      browser.driver = child;
      await browser.#stands(child);
      const { sessionId } = await browser.#ask("POST", "/session", { capabilities: { alwaysMatch: capabilities() } });
      browser.session = `/session/${sessionId}`;
      return browser;
    } catch (error) {
      children.end();
      throw error;
    }
  }

  constructor(engine, origin, children, home) {
    Object.assign(this, { engine, origin, children, home });
  }

  async close() {
    await this.#ask("DELETE", this.session).catch(() => {});
    this.children.end();
    await pause(100);
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #stands(child) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      if (child.failed) throw child.failed;
      const status = await fetch(`${this.origin}/status`).catch(() => null);
      if (status?.ok) return;
      if (Date.now() > deadline) throw new Error(`${child.spawnfile} is not ready after ${PATIENCE_MS} ms`);
      await pause(50);
    }
  }

  async #ask(method, where, body) {
    const answer = await fetch(this.origin + where, { method, body: body && JSON.stringify(body), headers: { "content-type": "application/json" } });
    const { value } = await answer.json();
    if (answer.ok) return value;
    throw Object.assign(new Error(`${method} ${where}: ${value.error} ${value.message}`), { code: value.error });
  }

  /** A command of the session. */
  ask(method, where, body) {
    return this.#ask(method, this.session + where, body);
  }

  goto(url) {
    return this.ask("POST", "/url", { url });
  }

  /** Runs a function in the page; what it takes and gives travels as JSON, nodes as themselves. */
  run(act, ...args) {
    return this.ask("POST", "/execute/sync", { script: `return (${act})(...arguments)`, args });
  }

  /** Runs a function in Firefox itself, which sees what no page does. */
  async chrome(act) {
    await this.ask("POST", "/moz/context", { context: "chrome" });
    try {
      return await this.run(act);
    } finally {
      await this.ask("POST", "/moz/context", { context: "content" });
    }
  }

  /** Asks again until the answer is one. */
  async until(what, act) {
    const deadline = Date.now() + PATIENCE_MS;
    let last;
    for (;;) {
      const got = await Promise.resolve(act()).catch((error) => void (last = error));
      if (got) return got;
      if (Date.now() > deadline) throw new Error(`${this.engine}: not after ${PATIENCE_MS / 1_000} s: ${what}${last ? ` (${last.message})` : ""}; there is: ${await this.text().catch(String)}`);
      await pause(100);
    }
  }

  /** What the widget shows. */
  text() {
    return this.run(() => document.querySelector("belofte-careers")?.shadowRoot?.querySelector(".belofte")?.innerText ?? "");
  }

  sees(text) {
    const there = (shown) => (text instanceof RegExp ? text.test(shown) : shown.includes(text));
    return this.until(`“${text}”`, async () => there(await this.text()));
  }

  /** The visible link, button or control of that name; a control by its label, in the group of that name if one is given. */
  find(role, name, group) {
    return this.until(`${role} “${name}”`, () => this.run(found, role, name, group ?? null));
  }

  async press(role, name, group) {
    return this.ask("POST", `/element/${(await this.find(role, name, group))[ELEMENT]}/click`, {});
  }

  async write(name, text) {
    return this.give(await this.find("control", name), text);
  }

  /** Chooses a day, as the engine's own calendar does: how a day is typed differs by engine and by its language. */
  async pick(name, day) {
    return this.run(picked, await this.find("control", name), day);
  }

  /** Types into a control; a path into a file input chooses the file. */
  give(control, text) {
    return this.ask("POST", `/element/${control[ELEMENT]}/value`, { text });
  }
}

/** Runs in the page. */
function picked(control, day) {
  control.value = day;
  for (const type of ["input", "change"]) control.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
}

/** Runs in the page. */
function found(role, name, group) {
  const root = document.querySelector("belofte-careers")?.shadowRoot;
  if (!root) return null;
  const said = (node) => node?.textContent.replace(/\s+/g, " ").trim() ?? "";
  const seen = (node) => node && node.checkVisibility();
  const all = (selector, from = root) => [...from.querySelectorAll(selector)];
  if (role === "file") return root.querySelector('input[type="file"]');
  if (role === "link") return all("a[href]").find((node) => seen(node) && said(node) === name) ?? null;
  if (role === "button") return all("button").find((node) => seen(node) && said(node) === name) ?? null;
  if (role === "heading") return all("h1").find((node) => seen(node) && said(node) === name) ?? null;
  const from = group ? all("fieldset").find((set) => said(set.querySelector("legend")).startsWith(group)) : root;
  const label = from && all("label", from).find((node) => seen(node) && said(node).startsWith(name));
  return label?.control ?? null;
}

module.exports = { Browser, ENGINES, pause };
