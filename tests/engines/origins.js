// The three origins of tests/browser/endpoint.js as real ones, for browsers whose network layer a test cannot reach into.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { embed } = require("../page/server.js");
const { HOST, ENDPOINT, CDN } = require("../browser/endpoint.js");

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".json": "application/json" };

/** A program's file of the folder `embed`, whichever of the origins is asked. */
function file(pathname) {
  const place = path.join(embed, path.normalize(pathname.replace("/embed/", "/")));
  return pathname.startsWith("/embed/") && fs.existsSync(place) ? { body: fs.readFileSync(place), type: TYPES[path.extname(place)] } : null;
}

/** Serves files and answers; `page()` gives body and policy of the host's page. Names of the origins in them become real ones. */
async function serve({ answers, page }) {
  const real = new Map();
  const named = (text) => [...real].reduce((all, [name, origin]) => all.replaceAll(name, origin), text);
  const host = (request, response) => {
    const { body, policy } = page();
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "content-security-policy": named(policy) });
    response.end(request.url === "/favicon.ico" ? "" : named(body));
  };
  const open = (request, response) => {
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-expose-headers": "*" };
    const { pathname } = new URL(request.url, CDN);
    const found = file(pathname);
    if (found) return response.writeHead(200, { ...headers, "content-type": found.type }).end(found.body);
    if (request.method === "OPTIONS") return response.writeHead(204, headers).end();
    const answer = answers[`${request.method} ${pathname}`] ?? { status: 404, body: "" };
    const { status, body, headers: own } = "body" in answer ? answer : { status: 200, body: answer };
    const type = { "content-type": "application/json", "belofte-time": `${Date.parse("2027-03-26T13:03:00Z")}` };
    response.writeHead(status, { ...headers, ...type, ...own }).end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const servers = [];
  for (const [name, act] of [[HOST, host], [ENDPOINT, open], [CDN, open]]) {
    const server = http.createServer(act);
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    real.set(name, `http://127.0.0.1:${server.address().port}`);
    servers.push(server);
  }
  const stop = () => {
    for (const server of servers) server.closeAllConnections();
    return Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  };
  return { host: real.get(HOST), stop };
}

module.exports = { serve };
