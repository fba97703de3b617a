// Stands between widget and endpoint and breaks what goes through, as a plan says. Plain Node; knows HTTP, not the widget.
const http = require("node:http");

/** What may happen to one call, by name. `arrives`: the endpoint gets it. `ends`: the widget can read the answer. */
const FAULTS = {
  none: { arrives: true, ends: true },
  slow: { arrives: true, ends: true },
  /** Named as a page, though it is the answer. */
  wrong_type: { arrives: true, ends: true },
  /** With values and fields that this widget does not know. */
  unknown_words: { arrives: true, ends: true },
  lost: { arrives: false, ends: false },
  answer_lost: { arrives: true, ends: false },
  /** The connection stays, but nothing comes any more: the widget has to give up by itself. */
  silent: { arrives: true, ends: false },
  too_many: { arrives: false, ends: false },
  unavailable: { arrives: false, ends: false },
  /** A gateway's own words: no problem document, no leave to read it from another origin. */
  gateway: { arrives: false, ends: false },
  /** The page of a wireless network that asks to log in, in place of the answer. */
  portal: { arrives: false, ends: false },
  /** A firewall's no, which is not the endpoint's. */
  forbidden: { arrives: false, ends: false },
  /** As silent, in the middle of the answer. */
  stalled: { arrives: true, ends: false },
  /** A whole answer to the browser, half a JSON text. */
  truncated: { arrives: true, ends: false },
};
const TENTHS = 10;
for (let tenth = 0; tenth < TENTHS; tenth += 1) FAULTS[`cut_${tenth}`] = { arrives: true, ends: false };

/** Chance that can be repeated: numbers in 0..1 that follow from `seed` (mulberry32). */
function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * `plan(method, path, body)` names the fault of a call, `hold(request)` tells whether a live stream is held back ("all": not even
 * its head comes through, "body": nothing behind the head), `heard(event)` is told what happened.
 */
class FaultProxy {
  constructor(endpoint, { plan = () => "none", hold = () => false, heard = () => {}, random = chance(1) } = {}) {
    Object.assign(this, { target: new URL(endpoint), plan, hold, heard, random });
    /** The live streams that are open now. */
    this.streams = new Set();
    /** What was asked for, in order, as "METHOD /path". */
    this.asked = [];
    this.server = http.createServer((request, response) => {
      this.take(request, response).catch(() => response.destroy());
    });
  }

  async start() {
    await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }

  async take(request, response) {
    const { pathname } = new URL(request.url, this.origin);
    this.asked.push(`${request.method} ${pathname}`);
    if (pathname.endsWith("/events") && request.method === "GET") return this.stream(request, response);
    const body = await whole(request);
    const fault = request.method === "OPTIONS" ? "none" : this.plan(request.method, pathname, body);
    return this.breakIt(fault, request, response, body);
  }

  /** Gives the endpoint's whole answer. */
  async forward(request, body) {
    const answer = await new Promise((done, fail) => {
      const headers = { ...request.headers, host: this.target.host };
      const asked = http.request(this.target, { method: request.method, path: request.url, headers }, done);
      asked.once("error", fail);
      asked.end(body);
    });
    return { status: answer.statusCode, headers: answer.headers, body: await whole(answer) };
  }

  pass(response, { status, headers, body }) {
    const { "transfer-encoding": _, connection: __, ...rest } = headers;
    response.writeHead(status, { ...rest, "content-length": body.length });
    response.end(body);
  }

  async breakIt(fault, request, response, body) {
    const known = FAULTS[fault];
    const { pathname } = new URL(request.url, this.origin);
    const told = { fault, call: `${request.method} ${pathname}`, key: request.headers["idempotency-key"], sent: body.toString() };
    if (!known.arrives) {
      this.heard({ ...told, answer: null });
      return this.refuse(fault, request, response);
    }
    if (fault === "slow") await pause(200 + 600 * this.random());
    // "Unchanged" has nothing to break.
    if (fault !== "none") delete request.headers["if-none-match"];
    const answer = await this.forward(request, body);
    // Whoever is told this before the widget has the answer can hold the widget to it.
    this.heard({ ...told, answer });
    if (answer.status >= 300) return this.pass(response, answer);
    if (fault === "answer_lost") return response.destroy();
    if (fault === "silent") return undefined;
    if (fault === "wrong_type") answer.headers = { ...answer.headers, "content-type": "text/html" };
    if (fault === "unknown_words") answer.body = strange(answer.body);
    if (fault === "truncated") answer.body = answer.body.subarray(0, Math.floor(answer.body.length * this.random()));
    // What broke is broken for this call: the browser is not to keep it for the next.
    if (fault !== "none") answer.headers = { ...answer.headers, "cache-control": "no-store" };
    const part = fault === "stalled" ? 0.5 : fault.startsWith("cut_") ? Number(fault.slice(4)) / TENTHS : 1;
    if (part === 1) return this.pass(response, answer);
    response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
    response.flushHeaders();
    response.write(answer.body.subarray(0, Math.floor(answer.body.length * part)), () => {
      if (fault !== "stalled") setTimeout(() => response.destroy(), 20);
    });
    return undefined;
  }

  /** Answers without asking the endpoint, or not at all. */
  refuse(fault, request, response) {
    const problem = (status, type) => {
      const body = JSON.stringify({ type: `/problems/${type}`, title: type, status });
      response.writeHead(status, { ...readable(request), "content-type": "application/problem+json", "retry-after": "7" });
      response.end(body);
    };
    if (fault === "too_many") return problem(429, "too-many-requests");
    if (fault === "unavailable") return problem(503, "unavailable");
    const page = (status, headers) => {
      response.writeHead(status, { ...headers, "content-type": "text/html" });
      response.end("<!doctype html><title>Log in</title><p>Log in to go on.");
    };
    if (fault === "gateway") return page(503, { "retry-after": "7" });
    if (fault === "portal") return page(200, readable(request));
    if (fault === "forbidden") return page(403, readable(request));
    return request.socket.destroy();
  }

  /** Passes a live stream on as it comes, holds it back, or cuts it: at once, or within the next event. */
  stream(request, response) {
    const hold = this.hold(request);
    const headers = { ...request.headers, host: this.target.host };
    const asked = http.request(this.target, { path: request.url, headers });
    const stream = {
      path: request.url,
      within: false,
      cut: () => {
        this.streams.delete(stream);
        asked.destroy();
        response.destroy();
      },
    };
    this.streams.add(stream);
    asked.once("error", stream.cut);
    response.once("close", stream.cut);
    asked.once("response", (answer) => {
      if (hold !== "all") {
        response.writeHead(answer.statusCode, answer.headers);
        response.flushHeaders();
      }
      answer.on("data", (bytes) => {
        // Taken and kept, as a proxy does that waits for the end.
        if (hold) return;
        if (!stream.within) return response.write(bytes);
        response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => setTimeout(stream.cut, 5));
      });
      answer.once("end", () => hold || response.end());
      answer.once("error", stream.cut);
    });
    asked.end();
  }
}

/** For a page of another origin. */
function readable(request) {
  return { "access-control-allow-origin": request.headers.origin, "access-control-expose-headers": "Retry-After, Belofte-Time" };
}

/** What a later server may have more words for. */
const OPEN_WORDS = new Set(["status", "kind", "source", "event", "actor", "turn", "employment", "outcome"]);

/** An answer as a later server might give it. */
function strange(body) {
  const grow = (value) => {
    if (Array.isArray(value)) return value.map(grow);
    if (value === null || typeof value !== "object") return value;
    const fields = Object.entries(value).map(([name, field]) => {
      const isWord = typeof field === "string" && OPEN_WORDS.has(name);
      return [name, isWord ? "never-heard-of" : grow(field)];
    });
    return { ...Object.fromEntries(fields), mood: "sunny" };
  };
  return Buffer.from(JSON.stringify(grow(JSON.parse(body.toString()))));
}

async function whole(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

module.exports = { FaultProxy, FAULTS, chance, pause };
