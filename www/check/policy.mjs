/**
 * Reads a page's content security policy and tells what the widget would miss there. Pure: text in, findings out.
 *
 * Never guesses that something is allowed: what it does not understand counts as not allowing it.
 */

/** No policy that a browser gets is as long. */
const TEXT_MAX = 20_000;
const QUOTED = /^'.+'$/;

/** A header's text, or several, or the content of a meta element: one map of directives a policy. */
export function parse(text) {
  const value = text.slice(0, TEXT_MAX).replace(/^[^\S\n]*content-security-policy(-report-only)?\s*:/gim, ',').replace(/\r?\n/g, ' ');
  const policies = [];
  for (const one of value.split(',')) {
    const directives = new Map();
    for (const part of one.split(';')) {
      const [name, ...sources] = part.trim().split(/\s+/);
      // Of a directive that stands there twice, the first counts.
      if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources);
    }
    if (directives.size) policies.push(directives);
  }
  return policies;
}

const FALLBACK = { 'script-src-elem': ['script-src-elem', 'script-src', 'default-src'] };

/** The directive that decides on `kind`, or nothing where all is allowed. */
function deciding(policy, kind) {
  return (FALLBACK[kind] ?? [kind, 'default-src']).find((name) => policy.has(name));
}

/** Whether a source of a policy allows this address. */
export function allows(source, address, page) {
  const url = new URL(address);
  if (source === '*') return /^(https?|wss?):$/.test(url.protocol);
  if (source.toLowerCase() === "'self'") return !!page && new URL(page).origin === url.origin;
  if (QUOTED.test(source)) return false;
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return source.toLowerCase() === url.protocol || (source === 'http:' && url.protocol === 'https:');
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/:]+)(?::(\d+|\*))?(\/.*)?$/i.exec(source);
  if (!parts) return false;
  const [, scheme, host, port, path] = parts;
  if (scheme && `${scheme.toLowerCase()}:` !== url.protocol && !(scheme === 'http' && url.protocol === 'https:')) return false;
  const [given, asked] = [host.toLowerCase(), url.hostname];
  if (given.startsWith('*.') ? !asked.endsWith(given.slice(1)) : given !== asked) return false;
  const usual = { 'http:': '80', 'https:': '443' }[url.protocol];
  if (port !== '*' && (port ?? usual) !== (url.port || usual)) return false;
  if (!path || path === '/') return true;
  return path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path;
}

/** What the widget asks of a page: directive, what must be allowed there, and why. */
export function needs({ endpoint, script, theme }) {
  const origin = (address) => new URL(address).origin;
  const found = [
    { kind: 'script-src-elem', source: origin(script), address: script, why: 'script' },
    { kind: 'script-src', source: "'wasm-unsafe-eval'", why: 'program' },
    { kind: 'connect-src', source: origin(endpoint), address: `${endpoint}/v1/organization`, why: 'data' },
    { kind: 'connect-src', source: origin(script), address: new URL('files', script).href, why: 'files' },
    { kind: 'img-src', source: origin(endpoint), address: `${endpoint}/media/photo`, why: 'portraits' },
  ];
  if (theme) found.push({ kind: 'connect-src', source: origin(theme), address: theme, why: 'theme' });
  return found;
}

/** The line for a page that allows nothing else. */
export function line(settings) {
  const directives = new Map();
  for (const { kind, source } of needs(settings)) {
    const name = kind === 'script-src-elem' ? 'script-src' : kind;
    directives.set(name, new Set([...(directives.get(name) ?? []), source]));
  }
  return [...directives].map(([name, sources]) => `${name} ${[...sources].join(' ')}`).join('; ');
}

/** Whether the policy allows what is needed; `nonce` where a nonce on the tag does. */
function granted(sources, need, page) {
  const lower = sources.map((source) => source.toLowerCase());
  if (need.why === 'program') return lower.includes("'wasm-unsafe-eval'") || lower.includes("'unsafe-eval'");
  if (need.why === 'script') {
    const strict = lower.includes("'strict-dynamic'");
    if (!strict && sources.some((source) => allows(source, need.address, page))) return true;
    return lower.some((source) => source.startsWith("'nonce-")) ? 'nonce' : false;
  }
  return sources.some((source) => allows(source, need.address, page));
}

/**
 * What is missing in each policy of `text`, and the whole header as it should be.
 * `settings`: endpoint, script (the tag's address), theme, page (all addresses; the last two may be missing).
 */
export function analyse(text, settings) {
  const found = { missing: [], notes: new Set(), header: '' };
  const policies = parse(text);
  found.header = policies
    .map((policy) => {
      const mended = new Map(policy);
      for (const need of needs(settings)) {
        const name = deciding(mended, need.kind);
        if (!name) continue;
        const sources = mended.get(name);
        const grant = granted(sources, need, settings.page);
        if (grant === 'nonce') found.notes.add('nonce');
        if (grant) continue;
        if (need.why === 'script' && sources.includes("'strict-dynamic'")) {
          // Beside it no host counts.
          found.notes.add('strict');
          continue;
        }
        // A directive of its own takes over what default-src allowed, or it would forbid that.
        const goal = name === 'default-src' ? (need.kind === 'script-src-elem' ? 'script-src' : need.kind) : name;
        if (!found.missing.some((known) => known.directive === goal && known.source === need.source)) {
          found.missing.push({ directive: goal, source: need.source, why: need.why });
        }
        mended.set(goal, [...sources.filter((source) => source.toLowerCase() !== "'none'"), need.source]);
      }
      sandboxed(policy, found.notes);
      return [...mended].map((directive) => directive.flat().join(' ')).join('; ');
    })
    .join(', ');
  return { ...found, notes: [...found.notes] };
}

function sandboxed(policy, notes) {
  const allowed = policy.get('sandbox');
  if (!allowed) return;
  if (!allowed.includes('allow-scripts')) notes.add('sandbox-scripts');
  if (!allowed.includes('allow-same-origin')) notes.add('sandbox-origin');
  if (!allowed.includes('allow-forms')) notes.add('sandbox-forms');
}

const escaped = (text) => text.replace(/[&"<>]/g, (sign) => ({ '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' })[sign]);

/**
 * The tag to paste, with the link that stays when it cannot run. `early` is the hash of the script that shows the view before
 * the program; empty where it is not known, missing where nobody wants it.
 */
export function snippet({ endpoint, script, integrity, early, nonce, fallback, text, attributes = {} }) {
  const to = fallback || `${endpoint}/careers`;
  const given = Object.entries(attributes).filter(([, value]) => value);
  const parts = [`src="${escaped(script)}"`];
  if (integrity) parts.push(`integrity="${escaped(integrity)}"`, 'crossorigin');
  if (nonce) parts.push('nonce="…"');
  parts.push(`data-endpoint="${escaped(endpoint)}"`, ...given.map(([name, value]) => `data-${name}="${escaped(value)}"`));
  const tag = `<a data-belofte-fallback href="${escaped(to)}">${escaped(text)}</a>\n<script async ${parts.join('\n        ')}></script>`;
  if (early === undefined) return tag;
  const before = [`src="${escaped(script.replace(/[^/]*$/, 'belofte-early.js'))}"`];
  if (early) before.push(`integrity="${escaped(early)}"`, 'crossorigin');
  if (nonce) before.push('nonce="…"');
  return `${tag}\n<script async ${before.join('\n        ')}></script>`;
}
