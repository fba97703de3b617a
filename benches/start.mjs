// How long a visitor on a slow phone waits for a form that can be used: the widget's way in to a status page against the same form
// in Preact. Both come from another origin than the page, over TLS and HTTP/2, packed with Brotli; nothing is cached.
//
// Prints medians of ratios of pairs that ran right after each other, after a run of the twin against itself.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { line, SLOW_4G } from './line.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { BELOFTE_SERVER: binary, BELOFTE_EMBED: embed, BELOFTE_CHROMIUM: browserPath } = process.env;
const ROUNDS = Number(process.env.BELOFTE_BENCH_ROUNDS ?? 15);
/** How much slower the phone is than this machine. */
const SLOWER = 4;
const version = /^version = "(.+)"$/m.exec(fs.readFileSync(path.join(root, 'Cargo.toml'), 'utf8'))[1];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'belofte-bench-'));

/** The twin's one file, with the widget's own styles in it. */
async function twin() {
  const files = path.join(embed, version);
  const css = fs.readdirSync(files).filter((name) => /^(first|later|second)-.*\.css$/.test(name));
  const styles = css.sort().map((name) => fs.readFileSync(path.join(files, name), 'utf8')).join('\n');
  const widgetCss = {
    name: 'widget.css',
    setup(own) {
      own.onResolve({ filter: /^widget\.css$/ }, () => ({ path: 'widget.css', namespace: 'styles' }));
      own.onLoad({ filter: /.*/, namespace: 'styles' }, () => ({ contents: styles, loader: 'text' }));
      own.onLoad({ filter: /locales\/en\.json$/ }, ({ path: file }) => {
        const { lookup, ui } = JSON.parse(fs.readFileSync(file, 'utf8'));
        return { contents: JSON.stringify({ lookup, ui: { offline: ui.offline ?? ui.try_again } }), loader: 'json' };
      });
    },
  };
  const built = await build({
    entryPoints: [path.join(root, 'benches/twin/twin.jsx')], bundle: true, minify: true, write: false, format: 'iife', target: 'es2022', plugins: [widgetCss],
  });
  return zlib.brotliCompressSync(built.outputFiles[0].contents);
}

function certificate() {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  return { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
}

async function freePort() {
  const probe = net.createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

async function listen(tls, answer) {
  const server = http2.createSecureServer({ ...tls, allowHTTP1: false }, answer);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server.address().port;
}

/** The endpoint as it is, behind TLS; beside it the twin's file. */
function proxy(port, twinFile) {
  const kept = new http.Agent({ keepAlive: true });
  return (request, response) => {
    if (request.url === '/twin.js') {
      response.writeHead(200, { 'content-type': 'text/javascript', 'content-encoding': 'br', 'access-control-allow-origin': '*' });
      return response.end(twinFile);
    }
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith(':')));
    const asked = http.request({ agent: kept, port, path: request.url, method: request.method, headers }, (answer) => {
      const { connection, 'transfer-encoding': coding, 'keep-alive': alive, ...rest } = answer.headers;
      response.writeHead(answer.statusCode, rest);
      answer.pipe(response);
    });
    request.pipe(asked);
  };
}

const page = (head, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Jobs</title><link rel="icon" href="data:,">${head}</head>
<body><main><h1>Work with us</h1><p>We read every letter.</p>${body}</main></body></html>`;

/** Says when the form could be used, when the page drew first, what moved, and what kept it busy. */
function watch() {
  const seen = (window.seen = { moved: 0, busy: [] });
  const each = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  each('layout-shift', ({ value, hadRecentInput }) => (seen.moved += hadRecentInput ? 0 : value));
  each('longtask', ({ duration }) => seen.busy.push(duration));
  const look = () => {
    const element = document.querySelector('belofte-careers, twin-careers');
    const input = element?.shadowRoot?.querySelector('input[type=email]');
    if (input?.getClientRects().length && !input.disabled) window.usable ??= performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function main() {
  const tls = certificate();
  const twinFile = await twin();
  const slow = line(SLOW_4G);
  const servers = {};
  // Ports first: the page names the endpoint's, the endpoint's list names the page's.
  const hostPort = await listen(tls, (request, response) => {
    const which = request.url.slice(1);
    const origin = `https://127.0.0.1:${servers.endpoint}`;
    const tag = {
      belofte: `<belofte-careers endpoint="${origin}" view="status" lang="en" loading="eager"></belofte-careers><script async src="${origin}/embed/${version}/belofte.js" crossorigin></script><script async src="${origin}/embed/${version}/belofte-early.js" crossorigin></script>`,
      program: `<belofte-careers endpoint="${origin}" view="status" lang="en" loading="eager"></belofte-careers><script async src="${origin}/embed/${version}/belofte.js" crossorigin></script>`,
      twin: `<twin-careers endpoint="${origin}"></twin-careers><script async src="${origin}/twin.js" crossorigin></script>`,
      bare: '',
    }[which];
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page('', tag ?? ''));
  });
  const host = await slow.pass(hostPort);
  const port = await freePort();
  const server = spawn(binary, ['demo', '--port', `${port}`, '--data', path.join(folder, 'data'), '--embed', embed, '--www', path.join(root, 'www'), '--fresh', '--origin', `https://127.0.0.1:${host}`],
    { cwd: root, env: { PATH: process.env.PATH, RUST_LOG: 'error' }, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done, fail) => {
    server.stdout.on('data', (bytes) => /^ready$/m.test(bytes) && done());
    server.once('exit', (code) => fail(new Error(`the server ended with ${code}`)));
  });
  servers.endpoint = await slow.pass(await listen(tls, proxy(port + 1, twinFile)));
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--ignore-certificate-errors'] });

  async function visit(which) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 390, height: 800 } });
    const tab = await context.newPage();
    await tab.addInitScript(watch);
    const session = await context.newCDPSession(tab);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    await tab.goto(`https://127.0.0.1:${host}/${which}`, { waitUntil: 'commit' });
    if (which === 'bare') await tab.waitForTimeout(1_500);
    else await tab.waitForFunction(() => window.usable, null, { timeout: 60_000, polling: 20 });
    // What comes after the form counts, too.
    await tab.waitForTimeout(300);
    const told = await tab.evaluate(() => ({ usable: window.usable, drawn: performance.getEntriesByName('first-contentful-paint')[0]?.startTime, ...window.seen }));
    await context.close();
    return told;
  }

  async function pairs(one, other) {
    const ratios = [], own = [], drawn = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const order = round % 2 ? [other, one] : [one, other];
      const first = await visit(order[0]);
      const second = await visit(order[1]);
      const [a, b] = round % 2 ? [second, first] : [first, second];
      ratios.push(a.usable / b.usable);
      drawn.push(a.drawn / b.drawn);
      own.push([a, b]);
    }
    const of = (which, what) => median(own.map((pair) => what(pair[which])));
    return {
      ratio: median(ratios), drawn: median(drawn), one: of(0, (visit) => visit.usable), other: of(1, (visit) => visit.usable),
      moved: Math.max(...own.map(([visit]) => visit.moved)), longest: of(0, ({ busy }) => Math.max(0, ...busy)), tasks: of(0, ({ busy }) => busy.length),
    };
  }

  try {
    await visit('twin');
    await visit('belofte');
    const same = await pairs('twin', 'twin');
    const start = await pairs('belofte', 'twin');
    const program = await pairs('program', 'twin');
    const beside = await pairs('belofte', 'bare');
    const size = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
    console.log(`\nslow 4G (150 ms, 1.6 Mbit/s, TLS, new connections), processor ${SLOWER} times slower, ${ROUNDS} pairs, medians`);
    console.log(`  the twin against itself, time to a usable form      ${same.ratio.toFixed(2)}`);
    console.log(`  the widget against the twin, time to a usable form  ${start.ratio.toFixed(2)}   (${start.one.toFixed(0)} ms, ${start.other.toFixed(0)} ms)`);
    console.log(`  the same without the view before the program        ${program.ratio.toFixed(2)}   (${program.one.toFixed(0)} ms, ${program.other.toFixed(0)} ms)`);
    console.log(`  first paint of the page with the tag, to without    ${beside.drawn.toFixed(2)}`);
    console.log(`  what the widget moves on the page, at most           ${start.moved.toFixed(3)}`);
    console.log(`  tasks of more than 50 ms, and the longest             ${start.tasks}, ${start.longest.toFixed(0)} ms`);
    console.log(`  the twin's one file, Brotli                         ${size(twinFile.length)}`);
  } finally {
    await browser.close();
    server.kill();
    slow.end();
  }
}

await main();
fs.rmSync(folder, { recursive: true, force: true });
process.exit(0);
