// The policies that host pages have, told as they would be for the three origins of endpoint.js.
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { root, embed } = require("../page/server.js");
const { ENDPOINT, CDN, POLICY } = require("./endpoint.js");

const [version] = fs.readdirSync(embed).filter((name) => /^\d/.test(name));
const LOADER = fs.readFileSync(path.join(embed, version, "belofte.js"));
const HASH = `sha384-${crypto.createHash("sha384").update(LOADER).digest("base64")}`;
const FETCHES = `connect-src ${CDN} ${ENDPOINT}; img-src ${ENDPOINT}`;
const WASM = "'wasm-unsafe-eval'";
const less = (what) => {
  if (!POLICY.includes(what)) throw new Error(`the policy of the tests has no ${what}`);
  return POLICY.replace(what, "");
};

/** The line of docs/EMBEDDING.md, for the endpoint of the tests. */
function documented() {
  const text = fs.readFileSync(path.join(root, "docs/EMBEDDING.md"), "utf8");
  const [, line] = /```text\n(script-src .+)\n```/.exec(text);
  return line.replaceAll("https://api.example.nl", ENDPOINT);
}

/** `tag` are attributes of the script, `from` is where it stands, `code` is what is told where the policy leaves too little. */
const POLICIES = {
  "a nonce": { policy: `default-src 'none'; script-src 'nonce-r4nd0m' ${WASM}; ${FETCHES}`, tag: 'nonce="r4nd0m"' },
  "strict-dynamic with a nonce": { policy: `default-src 'none'; script-src 'strict-dynamic' 'nonce-r4nd0m' ${WASM}; ${FETCHES}`, tag: 'nonce="r4nd0m"' },
  "only the hash of the tag": { policy: `default-src 'none'; script-src '${HASH}' ${WASM}; ${FETCHES}`, tag: `integrity="${HASH}"` },
  "trusted types of which there are none": { policy: "require-trusted-types-for 'script'; trusted-types 'none'" },
  "no styles": { policy: "style-src 'none'" },
  "no pictures": { policy: "img-src 'none'" },
  "nothing but the line of the documentation": { policy: `default-src 'none'; ${documented()}`, from: ENDPOINT },
  "scripts by element only": { policy: `script-src-elem ${CDN}; ${FETCHES}` },
  "a sandbox without an origin": { policy: "sandbox allow-scripts" },
  "no program": { policy: less(` ${WASM}`), code: "blocked" },
  "scripts by element only, beside nothing else": { policy: `default-src 'none'; script-src-elem ${CDN}; ${FETCHES}`, code: "blocked" },
  "no connections": { policy: `script-src ${CDN} ${WASM}; connect-src 'none'`, code: "blocked" },
  "no connection to the endpoint": { policy: `script-src ${CDN} ${WASM}; connect-src ${CDN}`, code: "offline" },
};

/** Any page may ask: a sandboxed one has no origin to name. */
function toAll(answers) {
  const open = ([key, answer]) => {
    const whole = typeof answer === "object" && "body" in answer ? answer : { status: 200, body: answer };
    return [key, answer === "never" ? answer : { ...whole, headers: { ...whole.headers, "access-control-allow-origin": "*" } }];
  };
  return Object.fromEntries(Object.entries(answers).map(open));
}

/** The host page: the link that stays where nothing else can, and the tag. */
function html({ tag = "", from = CDN }) {
  return `<!doctype html><html lang="en"><head><title>Host</title></head><body><main>
      <belofte-careers endpoint="${ENDPOINT}" loading="eager" lang="en"><a href="/jobs">See our jobs</a></belofte-careers>
      <script src="${from}/embed/${version}/belofte.js" crossorigin ${tag}></script></main></body></html>`;
}

module.exports = { POLICIES, toAll, html };
