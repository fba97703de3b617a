/**
 * The page around policy.mjs: reads the form, writes the answer. Sends nothing and keeps nothing.
 */
import { analyse, line, parse, snippet } from './policy.mjs';

const WHY = {
  script: 'so that the tag may run',
  program: 'so that the browser may run the program; it allows no other code to be made from text',
  data: 'so that jobs, forms and answers come through',
  files: 'so that the widget gets its own files',
  portraits: 'so that the people who answer are shown',
  theme: 'so that your theme is read',
};
const NOTES = {
  nonce: 'Your policy goes by nonces: give the tag the nonce of the page, as your other scripts have it.',
  strict: "Your policy has 'strict-dynamic' but no nonce: there no address counts. Give the page a nonce and put it on the tag.",
  'sandbox-scripts': 'The page is sandboxed without allow-scripts: no script runs there. Use the plain link.',
  'sandbox-origin': 'The page is sandboxed without allow-same-origin: it has no origin that a server could list. Use the plain link.',
  'sandbox-forms': 'The page is sandboxed without allow-forms: nobody can send an application from it. Use the plain link.',
};
const LINK = { nl: 'Bekijk alle vacatures', de: 'Alle Stellen ansehen', fr: 'Voir toutes les offres', pl: 'Zobacz wszystkie oferty', uk: 'Переглянути всі вакансії', tr: 'Tüm ilanlara bakın', ar: 'عرض جميع الوظائف' };

const $ = (id) => document.getElementById(id);
const form = $('form');

function address(text) {
  try {
    const url = new URL(text.trim());
    return /^https?:$/.test(url.protocol) ? url.href.replace(/\/+$/, '') : null;
  } catch {
    return null;
  }
}

function node(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function draw() {
  const endpoint = address($('endpoint').value);
  $('endpoint-error').textContent = endpoint ? '' : 'Write the whole address, as https://api.example.nl.';
  $('endpoint').toggleAttribute('aria-invalid', !endpoint);
  if (!endpoint) return;
  const [page, text] = [address($('page').value), $('policy').value];
  const script = `${endpoint}/embed/${$('version').value}/belofte.js`;
  const settings = { endpoint, script, page };
  const found = analyse(text, settings);
  const stuck = found.notes.filter((note) => note !== 'nonce');
  const none = !parse(text).length;

  const [state, words] = none
    ? ['kept', 'No policy, nothing to change. If your page gets one, this line is all that the widget needs:']
    : stuck.length
      ? ['late', 'The widget cannot run here as it stands.']
      : found.missing.length
        ? ['due', `${found.missing.length === 1 ? 'One thing is' : `${found.missing.length} things are`} missing in your policy.`]
        : ['kept', 'Your policy lets the widget run.'];
  $('verdict').dataset.state = state;
  if ($('verdict').textContent !== words) $('verdict').textContent = words;

  const items = found.missing.map(({ directive, source, why }) => {
    const item = node('li', '');
    item.append(node('code', `${directive} ${source}`), ` ${WHY[why]}.`);
    return item;
  });
  items.push(...found.notes.map((note) => node('li', NOTES[note])));
  if (page) {
    const item = node('li', 'List this page at your server: ');
    item.append(node('code', `BELOFTE_ORIGINS=${new URL(page).origin}`));
    items.push(item);
  }
  $('missing').replaceChildren(...items);
  $('header').textContent = none ? line(settings) : found.header;
  $('snippet').textContent = snippet({
    ...settings,
    integrity: $('integrity').value,
    early: $('early').checked ? $('early').value : undefined,
    nonce: found.notes.includes('nonce') || found.notes.includes('strict'),
    text: LINK[$('lang').value] ?? 'See all jobs',
    attributes: {
      view: $('view').value,
      posting: ['posting', 'apply', 'score'].includes($('view').value) ? $('posting').value.trim() : '',
      lang: $('lang').value,
      'color-scheme': $('color-scheme').value,
      routing: $('routing').checked ? 'hash' : '',
    },
  });
}

form.addEventListener('input', draw);
form.addEventListener('submit', (event) => event.preventDefault());
for (const button of document.querySelectorAll('[data-copies]')) {
  button.addEventListener('click', async () => {
    const box = $(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(box.textContent);
      $('said').textContent = 'Copied.';
    } catch {
      // Not allowed here: marked, so that one key copies it.
      getSelection().selectAllChildren(box);
      $('said').textContent = 'Marked: press Ctrl and C to copy.';
    }
  });
}
draw();
