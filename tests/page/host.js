// A page of one element on an origin of its own, for tests that put something between the widget and the endpoint.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { root } = require("./server.js");

const version = /^version = "(.+)"$/m.exec(fs.readFileSync(path.join(root, "Cargo.toml"), "utf8"))[1];

/** Serves `page()` as the host page, with `headers()`, on a free port; gives its origin and how to end it. */
async function serveHost(page, headers = () => ({})) {
  const server = http.createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", ...headers() });
    response.end(page());
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, stop };
}

/** The widget's files from `demo`, its data from `endpoint`. */
function hostPage(demo, endpoint, attributes) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Jobs</title><link rel="icon" href="data:,"></head>
    <body><main><script src="${demo.endpoint}/embed/${version}/belofte.js" crossorigin></script>
    <belofte-careers endpoint="${endpoint}" lang="en" loading="eager" ${attributes}></belofte-careers></main></body></html>`;
}

module.exports = { serveHost, hostPage, version };
