/**
 * One state of the real widget on a page of its own: its endpoint is a list of given answers, and nothing leaves the browser.
 *
 * Keeps nothing: frames of one page would share a storage, and each has a session of its own.
 */
import { answers, state } from './states.mjs';

const ENDPOINT = 'https://given.invalid';
const asked = new URL(location.href).searchParams;
const shown = state(asked.get('state')) ?? state('board');
const lang = asked.get('lang') ?? 'en';

document.documentElement.lang = lang;
document.documentElement.dir = lang === 'ar' ? 'rtl' : 'ltr';
for (const name of ['sessionStorage', 'localStorage']) {
  Object.defineProperty(window, name, {
    get() {
      throw new DOMException('nothing is kept here', 'SecurityError');
    },
  });
}

const real = window.fetch.bind(window);
const given = real(document.body.dataset.given).then((answer) => answer.json());
const endpoint = given.then(({ fixtures }) => answers(plain(fixtures), shown));

/** Portraits are files of an employer: without them, letters stand there. */
function plain(fixtures) {
  return JSON.parse(JSON.stringify(fixtures, (key, value) => (key === 'photo_url' ? undefined : value)));
}

window.fetch = async (address, init) => {
  const url = new URL(address.url ?? address, location.href);
  if (url.origin !== ENDPOINT) return real(address, init);
  const { found, now } = await endpoint;
  const answer = found[`${init?.method ?? 'GET'} ${url.pathname}`] ?? { status: 404, body: { type: 'about:blank', title: 'Not found', status: 404 } };
  if (answer === 'never') return new Promise(() => {});
  if (answer === 'offline') throw new TypeError('offline');
  const { status, body } = 'body' in answer ? answer : { status: 200, body: answer };
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', 'belofte-time': `${now}` } });
};

/** What the brand says, by the studio: a rule for the page and the widget, and the logo. */
const look = new CSSStyleSheet();
document.adoptedStyleSheets = [look];
window.dress = ({ css, logo }) => {
  look.replaceSync(css);
  const [box, picture] = [document.querySelector('.logo'), document.querySelector('.logo img')];
  box.hidden = !logo;
  if (logo) picture.src = logo;
};

function fit() {
  if (window.frameElement) window.frameElement.style.height = `${Math.max(160, Math.ceil(document.querySelector('main').getBoundingClientRect().height))}px`;
}

/** Waits for what a selector names inside the widget. */
async function there(widget, selector) {
  for (let tries = 0; tries < 200; tries++) {
    const found = widget.shadowRoot?.querySelector(selector);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  return null;
}

/** Does what the visitor of this state did. */
async function act(widget) {
  if (!shown.submit) return;
  const form = await there(widget, 'form');
  if (shown.fill) form.querySelectorAll('input, textarea').forEach((control) => fill(control, shown.fill));
  await new Promise((done) => setTimeout(done, 50));
  form.requestSubmit();
}

/** What is given for it by name or type, and of each choice the first: the form has questions of its own. */
function fill(control, given) {
  if (control.type === 'radio') {
    const group = [...control.getRootNode().querySelectorAll(`[name="${CSS.escape(control.name)}"]`)];
    if (!group.some((one) => one.checked)) control.click();
    return;
  }
  const value = given[control.name] ?? given[control.type];
  if (value === undefined) return;
  control.value = value;
  for (const type of ['input', 'change']) control.dispatchEvent(new Event(type, { bubbles: true }));
}

await given;
const widget = document.createElement('belofte-careers');
// Beside the widget's script, wherever that is.
const texts = asked.get('tone') === 'formal' ? new URL(`texts/formal-${lang}.json`, document.querySelector('script[integrity]').src).href : '';
const attributes = { endpoint: ENDPOINT, texts, view: shown.view, posting: shown.posting ?? '', lang, loading: 'eager' };
for (const name in attributes) if (attributes[name]) widget.setAttribute(name, attributes[name]);
document.querySelector('main').append(widget);
new ResizeObserver(fit).observe(document.querySelector('main'));
window.parent.dispatchEvent(new CustomEvent('preview', { detail: window }));
act(widget);
