/**
 * Shows each widget's first view as the endpoint's own page has it, long before the program is there: real forms that can be
 * used as they stand. Once the program's view stands, hands over what was typed, with focus, caret and scroll position. Where
 * no program may run, the view stays, and its forms and links lead through the endpoint's pages.
 *
 * For pages that want it: a tag of its own beside the loader's, which needs nothing of this. Writes no HTML strings and no
 * inline styles, keeps nothing, sends nothing but what the visitor sends.
 */
(() => {
  'use strict';

  const TAG = 'belofte-careers';
  const script = document.currentScript;
  /** The hash of each style sheet; the loader asks for the same files, so each comes once. */
  const FILES = /*@belofte:files*/ null;
  /** As far outside the viewport as the loader begins. */
  const NEAR = '600px';
  /** How many style sheets a view needs, and where it is found. */
  const VIEWS = {
    board: [1, () => ''],
    posting: [1, (page) => page],
    apply: [2, (page) => `${page}/apply`],
    status: [3, () => '/status'],
  };

  const read = (element, name) =>
    element.getAttribute(name) ?? element.getAttribute(`data-${name}`) ?? script.getAttribute(`data-${name}`);

  /** The language that the loader will choose; what nobody speaks, the endpoint answers in its own. */
  const language = (element) => read(element, 'lang') ?? element.closest('[lang]')?.lang ?? navigator.language;

  async function style([start, hash, end]) {
    const path = start + hash.replace(/\W/g, '').slice(0, 8) + end;
    const answer = await fetch(new URL(path, script.src), { integrity: `sha256-${hash}`, credentials: 'omit' });
    const sheet = new CSSStyleSheet();
    return sheet.replace(await answer.text());
  }

  /** The page at `address` as a document: the one way to it that needs no HTML string. */
  function load(address) {
    const request = new XMLHttpRequest();
    request.open('GET', address);
    request.responseType = 'document';
    return new Promise((done) => {
      request.onloadend = () => done(request.status === 200 ? request.response : null);
      request.send();
    });
  }

  /** Takes out everything that acts by itself: the view comes from another origin than the page. */
  function tame(view) {
    for (const each of view.querySelectorAll('*')) {
      if (/script|frame|object|embed|style|link/.test(each.localName)) each.remove();
      for (const { name, value } of [...each.attributes]) {
        if (/^on|^style$/.test(name) || /^\W*javascript:/i.test(value)) each.removeAttribute(name);
      }
    }
    return view;
  }

  /** The view, and the styles that it needs; nothing where another page stands in its place. */
  async function early(element) {
    const [endpoint, name] = [read(element, 'endpoint'), read(element, 'view') ?? 'board'];
    const posting = read(element, 'posting');
    if (!endpoint || !VIEWS[name] || (!posting && (name === 'posting' || name === 'apply'))) return null;
    // Who is signed in, or comes from a mail, sees something else there; a link with an address of its own leads elsewhere.
    if (location.hash.startsWith('#belofte') || (name === 'status' && sessionStorage['belofte-session'])) return null;
    const [count, path] = VIEWS[name];
    const base = new URL(`${endpoint.trim().replace(/\/+$/, '')}/careers`, document.baseURI);
    base.pathname += path(`/${encodeURIComponent(posting)}`);
    base.search = new URLSearchParams({ lang: language(element), part: '' });
    const [page, ...sheets] = await Promise.all([load(base), ...FILES.css.slice(0, count).map(style)]);
    const view = page?.querySelector('.belofte');
    return view && { view: document.importNode(tame(view), true), sheets };
  }

  const inShadow = (element, selector) => [...element.shadowRoot.querySelectorAll(selector)];
  const isReady = new WeakSet();
  /** What stands in each element until its program's view does. */
  const standing = new WeakMap();

  async function show(element) {
    // A view that was pasted stands already.
    const slot = element.shadowRoot.querySelector('slot[name="fallback"]');
    if (!slot) return;
    const asked = JSON.stringify(['endpoint', 'view', 'posting', 'lang'].map((name) => read(element, name)));
    const found = await early(element);
    const still = JSON.stringify(['endpoint', 'view', 'posting', 'lang'].map((name) => read(element, name)));
    if (!found || asked !== still || isReady.has(element)) return;
    const { shadowRoot } = element;
    // Before a theme of the page, which wins over them.
    shadowRoot.adoptedStyleSheets = [...found.sheets, ...shadowRoot.adoptedStyleSheets];
    // The link that the loader offers where nothing may run leads to the same view.
    const covered = inShadow(element, 'slot[name="fallback"], [part="fallback"]');
    slot.before(found.view);
    for (const each of covered) each.hidden = true;
    standing.set(element, { ...found, covered });
  }

  /** What a visitor did in the view: fields that are not as they came, in their order. */
  const isTouched = (field) => field.value !== (field.defaultValue ?? '') || field.checked !== field.defaultChecked;

  /** The same control in the program's view. */
  function twin(root, { id, localName, type, href }) {
    if (id) return root.querySelector(`#${CSS.escape(id)}`);
    return [...root.querySelectorAll(localName)].find((other) => other.type === type && other.href === href);
  }

  /** Writes each field into its twin. A question that follows from an answer comes a moment later. */
  function carry(root, fields) {
    const left = fields.filter((old) => {
      const field = twin(root, old);
      if (!field) return true;
      if (old.files) field.files = old.files;
      else Object.assign(field, { value: old.value, checked: old.checked });
      for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
      return false;
    });
    if (left.length && left.length < fields.length) setTimeout(() => carry(root, left));
  }

  /** Where the visitor is, before the program's view takes the place. */
  function before(element) {
    const held = element.shadowRoot.activeElement;
    const caret = held && 'selectionStart' in held ? [held.selectionStart, held.selectionEnd, held.selectionDirection] : [null];
    return { held, caret, fields: inShadow(element, 'input,select,textarea').filter(isTouched), left: scrollX, top: scrollY };
  }

  function after(element, here) {
    const root = element.shadowRoot.querySelector('.belofte');
    carry(root, here.fields.filter((field) => !root.contains(field)));
    if (!here.held || root.contains(here.held)) return;
    hold(element, root, here);
    // What was carried over may have the program draw anew, and lose the place once more.
    requestAnimationFrame(() => setTimeout(() => element.shadowRoot.activeElement || hold(element, root, here)));
  }

  /** Puts focus, caret and scroll position where they were. */
  function hold(element, root, { held, caret, left, top }) {
    const to = twin(root, held);
    if (!to) return;
    to.focus({ preventScroll: true });
    // A field for a mail address knows no caret.
    if (caret[0] !== null) to.setSelectionRange(...caret);
    scrollTo({ left, top, behavior: 'instant' });
  }

  /** What was noted on the way down to the element, until the loader has changed views and the event comes up again. */
  const noted = new WeakMap();
  addEventListener('belofte-ready', (event) => {
    const [element] = event.composedPath();
    if (element.localName !== TAG || isReady.has(element)) return;
    isReady.add(element);
    noted.set(element, before(element));
  }, true);
  addEventListener('belofte-ready', (event) => {
    const [element] = event.composedPath();
    const here = noted.get(element);
    noted.delete(element);
    const stood = standing.get(element);
    if (stood) {
      stood.view.remove();
      for (const each of stood.covered) each.hidden = false;
      const own = element.shadowRoot.adoptedStyleSheets;
      element.shadowRoot.adoptedStyleSheets = own.filter((sheet) => !stood.sheets.includes(sheet));
    }
    if (here) after(element, here);
  });

  customElements.whenDefined(TAG).then(() => {
    const near = new IntersectionObserver((seen) => {
      for (const { target } of seen.filter(({ isIntersecting }) => isIntersecting)) {
        near.unobserve(target);
        // The program comes anyway, and says what is wrong.
        show(target).catch(() => {});
      }
    }, { rootMargin: NEAR });
    for (const element of document.querySelectorAll(TAG)) near.observe(element);
  });
})();
