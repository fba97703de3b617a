/**
 * The page around brand.mjs and judge.mjs: reads the panel, shows the widget in every state, says what can be read.
 *
 * Sends nothing and keeps nothing: a brand lives in the page, in a file that is saved, or in the fragment of a link.
 */
import { snippet } from '../check/policy.mjs';
import { cleaned, COLOURS, MODES, nothing, of, packed, rule, tokens, unpacked } from './brand.mjs';
import { judge } from './judge.mjs';
import { STATES } from './states.mjs';

const $ = (id) => document.getElementById(id);
const { embed, given } = document.body.dataset;
/** These stand in the panel at once, the others behind "More colours". */
const FIRST = 6;
const FILE_BYTES = 512 * 1024;
/** What a brand cannot change in forced colours, as near as a page can show it. */
const FORCED =
  ['page', 'surface', 'raised', 'kept-surface', 'due-surface', 'late-surface'].map((name) => `--belofte-${name}: Canvas;`).join('') +
  ['text', 'on-surface', 'muted', 'line', 'edge', 'kept', 'due', 'late'].map((name) => `--belofte-${name}: CanvasText;`).join('') +
  '--belofte-accent: LinkText; --belofte-on-accent: Canvas; --belofte-focus: Highlight;';

let brand = unpacked(location.hash.replace(/^#brand=/, '')) ?? nothing();
let logo = '';
let report = { pairs: [], seen: {}, modes: MODES };
/** What the frames wear: of a brand that cannot be read, the last one that could. */
let worn = { css: '', seen: {} };
/** The theme's program. Until it is there nothing is drawn; `begin` then draws what was chosen meanwhile, once. */
let say;
const past = [];
const future = [];
const frames = new Set();

function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const key in attributes) if (attributes[key] != null) made.setAttribute(key, attributes[key]);
  made.append(...children);
  return made;
}

/** ---- the panel ---- */

function colourRow([name, label]) {
  const modes = MODES.map((mode) => {
    const told = { 'data-colour': name, 'data-mode': mode };
    const chosen = node('input', { type: 'color', 'aria-label': `${label}, ${mode}`, ...told });
    const written = node('input', { type: 'text', 'aria-label': `${label}, ${mode}, as #rrggbb`, placeholder: mode, spellcheck: 'false', ...told });
    return node('span', { class: 'mode' }, chosen, written);
  });
  return node('fieldset', { class: 'colour' }, node('legend', {}, label), node('div', { class: 'modes' }, ...modes));
}

/** Writes the brand into the panel; what has the focus is being written. */
function fill() {
  for (const control of document.querySelectorAll('[data-colour]')) {
    const { colour, mode } = control.dataset;
    const own = brand[mode][colour];
    if (control.type === 'color') control.value = (own ?? report.seen[colour]?.[MODES.indexOf(mode)] ?? '#808080').slice(0, 7);
    else if (control !== document.activeElement) control.value = own ?? '';
  }
  for (const control of document.querySelectorAll('[data-plain]')) {
    const own = brand.plain[control.dataset.plain];
    if (control.type === 'range') {
      control.value = own ? parseFloat(own) : control.dataset.default;
      control.nextElementSibling.value = `${control.value} px`;
    } else if (control !== document.activeElement) {
      const other = own && control.localName === 'select' && ![...control.options].some((option) => option.value === own);
      if (other) control.append(new Option(own, own));
      control.value = own ?? '';
    }
  }
  $('undo').disabled = !past.length;
  $('redo').disabled = !future.length;
}

/** What a control says, into the brand. A colour that is half written changes nothing. */
function read(control) {
  const { colour, mode, plain } = control.dataset;
  const value = control.value.trim();
  const next = cleaned(brand);
  if (colour) {
    const short = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(value)?.[1].toLowerCase();
    if (value && !short) return;
    const hex = short?.length === 3 ? short.replace(/./g, '$&$&') : short;
    if (hex) next[mode][colour] = `#${hex}`;
    else delete next[mode][colour];
  } else if (value) {
    next.plain[plain] = control.type === 'range' ? `${value}px` : value;
  } else {
    delete next.plain[plain];
  }
  become(next, control);
}

/** A file of design tokens says nothing about the tone. */
function spokenAs(next) {
  if (brand.plain.tone) next.plain.tone = brand.plain.tone;
  return next;
}

/** One step: many small changes of one control are one. */
let last;
function become(next, by) {
  if (JSON.stringify(next) === JSON.stringify(brand)) return;
  if (!by || by !== last) past.push(brand);
  last = by;
  future.length = 0;
  brand = next;
  draw();
}

function step(from, to) {
  if (!from.length) return;
  to.push(brand);
  brand = from.pop();
  last = undefined;
  draw();
}

/** ---- the report ---- */

function drawReport() {
  const failing = report.pairs.filter((pair) => !pair.passes);
  const none = !report.pairs.length && !report.told;
  const words = report.told && !failing.length
    ? `This is not worn: ${report.told}.`
    : failing.length
      ? `${failing.length === 1 ? 'One pair' : `${failing.length} pairs`} of ${report.pairs.length} cannot be read. Nobody wears it like this: you see the last one that can be.`
      : none
        ? 'No colours of your own yet: the default look can be read.'
        : `All ${report.pairs.length} pairs can be read${report.modes.length === 1 ? `. There are colours for ${report.modes[0]} only: the widget stays ${report.modes[0]}` : ''}.`;
  $('verdict').dataset.state = failing.length || report.told ? 'late' : 'kept';
  if ($('verdict').textContent !== words) $('verdict').textContent = words;
  $('failing').replaceChildren(...grouped(failing).map(failingGroup));
  $('all').replaceChildren(
    ...report.pairs.map((pair) => node('tr', {}, ...[`${pair.words} on ${pair.ground}`, pair.mode, `${pair.ratio} : 1`, `${pair.least} : 1`].map((text) => node('td', {}, text)))),
  );
}

/** Pairs that one colour mends stand together. */
function grouped(pairs) {
  const groups = new Map();
  for (const pair of pairs) {
    const key = `${pair.mode} ${pair.token} ${pair.nearest}`;
    groups.set(key, [...(groups.get(key) ?? []), pair]);
  }
  return [...groups.values()];
}

function failingGroup(pairs) {
  const [{ mode, token, nearest }] = pairs;
  const told = pairs.map((pair) => `${pair.words} on ${pair.ground} has ${pair.ratio} : 1, it needs ${pair.least} : 1`).join('; ');
  const item = node('li', {}, node('span', {}, `In ${mode}: ${told}.`));
  if (!nearest) {
    item.append(node('span', {}, `No other ${token} mends it: change both colours.`));
    return item;
  }
  const use = node('button', { type: 'button', class: 'button quiet nearest' }, patch(nearest), `Use ${nearest} for ${token}`);
  use.addEventListener('click', () => {
    const next = cleaned(brand);
    next[mode][token] = nearest;
    become(next);
    $('verdict').focus();
  });
  item.append(use);
  return item;
}

function patch(colour) {
  const [svg, rect] = ['svg', 'rect'].map((name) => document.createElementNS('http://www.w3.org/2000/svg', name));
  svg.setAttribute('aria-hidden', 'true');
  for (const [name, value] of [['width', '20'], ['height', '20'], ['fill', colour]]) rect.setAttribute(name, value);
  svg.append(rect);
  return svg;
}

/** ---- the widget ---- */

function dress(frame) {
  const look = $('look').value;
  const scheme = look === 'forced' ? 'light dark' : look;
  const at = MODES.indexOf(look);
  const [ground, ink] = ['page', 'text'].map((name) => worn.seen[name]?.[at]);
  const own = look === 'forced' ? `:root { background: Canvas; color: CanvasText } body { background: Canvas; color: CanvasText }` : '';
  const page = worn.css.includes('--belofte-page') && ground ? `body { background: ${ground}; color: ${ink} }` : '';
  const widget = look === 'forced' ? worn.css.replace(/--belofte-[^;:]*:[^;]*(#|light-dark)[^;]*;|color-scheme:[^;]*;|background-color:[^;]*;|(?<=;)color:[^;]*;/g, '') + FORCED : worn.css;
  const css = `:root { color-scheme: ${scheme} } ${look === 'forced' ? own : page} belofte-careers { ${widget} }`;
  frame.contentWindow?.dress?.({ css, logo });
}

function frameOf([id, name, { link }]) {
  const query = new URLSearchParams({ state: id, lang: $('lang').value, ...(brand.plain.tone && { tone: brand.plain.tone }) });
  const src = `preview.html?${query}${link ? '#belofte-link=token-of-the-studio' : ''}`;
  const frame = node('iframe', { src, title: name, loading: 'lazy' });
  frames.add(frame);
  return node('figure', {}, frame, node('figcaption', {}, name));
}

/** Frames are made anew where they show something else; a look is put on those that stand. */
let spoken;
function stage() {
  if (!say) return;
  spoken = brand.plain.tone;
  const wanted = $('state').value;
  const all = STATES.flatMap(([, states]) => states);
  frames.clear();
  $('frames').toggleAttribute('data-all', wanted === 'all');
  $('frames').replaceChildren(...all.filter(([id]) => wanted === 'all' || id === wanted).map(frameOf));
}

function redress() {
  $('frames').dataset.width = $('width').value;
  const notes = {
    forced: 'As near as a page can: the colours of your system in the place of the brand\'s. Edges that only a real forced mode draws are not shown.',
    dark: report.modes.includes('dark') ? '' : 'The brand has colours for light only, and stays light.',
    light: report.modes.includes('light') ? '' : 'The brand has colours for dark only, and stays dark.',
  };
  $('note').textContent = [notes[$('look').value], $('lang').value === 'en' ? '' : 'What an employer writes stays as it was written, here in English.'].filter(Boolean).join(' ');
  frames.forEach(dress);
}

/** ---- taking it along ---- */

/** What nobody would wear is not given along. */
function drawFiles() {
  for (const id of ['tokens', 'css']) $(id).disabled = Boolean(report.told) || !report.css;
}

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  node('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

function drawTag() {
  const endpoint = $('endpoint').value.trim().replace(/\/+$/, '');
  $('snippet').textContent = snippet({
    endpoint,
    script: `${endpoint}/embed/${$('version').value}/belofte.js`,
    integrity: $('integrity').value,
    text: 'See all jobs',
    attributes: {
      theme: $('theme').value.trim(),
      texts: brand.plain.tone && `${endpoint}/embed/${$('version').value}/texts/${brand.plain.tone}-{lang}.json`,
    },
  });
}

async function copied(text, box) {
  try {
    await navigator.clipboard.writeText(text);
    $('said').textContent = 'Copied.';
  } catch {
    // Not allowed here: marked, or in the address bar.
    if (box) getSelection().selectAllChildren(box);
    $('said').textContent = box ? 'Marked: press Ctrl and C to copy.' : 'The address of this page is the link: copy it.';
  }
}

/** ---- all of it ---- */

const isEmpty = () => !Object.keys(tokens(brand)).length;

function draw() {
  if (!say) return;
  report = isEmpty() ? { pairs: [], seen: empty.seen, modes: MODES, css: '' } : say(JSON.stringify(tokens(brand)));
  report.seen ??= empty.seen;
  report.modes ??= MODES;
  if (!report.told) worn = { css: report.css ?? '', seen: report.seen };
  fill();
  drawReport();
  if (spoken !== brand.plain.tone) stage();
  redress();
  drawFiles();
  drawTag();
}

/** What the widget takes where a brand says nothing: told for a brand that only has a corner. */
let empty = { seen: {} };
/** The example brands, read once: one that came later would undo what was done since it was chosen. */
let brands = {};

async function begin() {
  COLOURS.forEach((colour, index) => $(index < FIRST ? 'colours' : 'more').append(colourRow(colour)));
  $('state').append(
    ...STATES.map(([group, states]) => node('optgroup', { label: group }, ...states.map(([id, name]) => new Option(name, id)))),
    new Option('All of them, side by side', 'all'),
  );
  [say, { brands }] = await Promise.all([judge(embed), fetch(given).then((answer) => answer.json())]);
  empty = say('{"radius":{"$type":"dimension","$value":"14px"}}');
  stage();
  draw();
}

$('form').addEventListener('input', ({ target }) => target.matches('[data-colour], [data-plain]') && read(target));
$('form').addEventListener('change', () => (last = undefined));
$('form').addEventListener('focusout', fill);
$('form').addEventListener('submit', (event) => event.preventDefault());
$('from').addEventListener('change', async ({ target }) => {
  const name = target.value;
  target.value = '';
  if (!name) return;
  if (name === 'none') return become(nothing());
  await begun;
  become(spokenAs(of(say(JSON.stringify(brands[name])))));
});
$('file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  await begun;
  // The theme's program reads no more than this, and would count a film byte by byte to find out.
  const read = say(file.size > FILE_BYTES ? '' : await file.text());
  const some = Object.values(read.tokens).some(([value]) => value);
  if (some) become(spokenAs(of(read)));
  $('said').textContent = some ? `${file.name} is read.` : `${file.name}: ${read.told}.`;
});
$('logo').addEventListener('change', ({ target }) => {
  URL.revokeObjectURL(logo);
  logo = target.files[0] ? URL.createObjectURL(target.files[0]) : '';
  redress();
});
$('undo').addEventListener('click', () => step(past, future));
$('redo').addEventListener('click', () => step(future, past));
document.addEventListener('keydown', (event) => {
  // In a field the browser's own undo counts.
  if (!(event.ctrlKey || event.metaKey) || event.target.matches('input[type="text"], input:not([type]), input[type="url"]')) return;
  const key = event.key.toLowerCase();
  if (key !== 'z' && key !== 'y') return;
  event.preventDefault();
  if (key === 'y' || event.shiftKey) step(future, past);
  else step(past, future);
});
$('link').addEventListener('click', () => {
  history.replaceState(null, '', `#brand=${packed(brand)}`);
  copied(location.href);
});
$('tokens').addEventListener('click', () => save('brand.tokens.json', 'application/json', `${JSON.stringify(tokens(brand), null, 2)}\n`));
$('css').addEventListener('click', () => save('belofte.css', 'text/css', rule(report.css)));
$('copy').addEventListener('click', () => copied($('snippet').textContent, $('snippet')));
for (const id of ['endpoint', 'theme']) $(id).addEventListener('input', drawTag);
for (const id of ['look', 'width']) $(id).addEventListener('change', redress);
for (const id of ['state', 'lang']) {
  $(id).addEventListener('change', () => {
    stage();
    redress();
  });
}
for (const [id, by] of [['before', -1], ['after', 1]]) {
  $(id).addEventListener('click', () => {
    const { options } = $('state');
    $('state').selectedIndex = ($('state').selectedIndex + by + options.length) % options.length;
    stage();
    redress();
  });
}
/** A frame has its page: it wears what is worn. */
window.addEventListener('preview', ({ detail }) => frames.forEach((frame) => frame.contentWindow === detail && dress(frame)));
const begun = begin();
