/**
 * Belofte's loader and its custom element: what every page with the widget runs, beside the program's glue.
 *
 * Waits until an element is near the viewport, fetches program, styles, texts and first data side by side, then hands
 * over to the program. Never throws into the host page, never touches it outside its own elements, sets no cookie,
 * writes no HTML strings and no inline styles: it runs under the strictest policies.
 */
(() => {
  const TAG = 'belofte-careers';
  /** Attributes of the element; properties and `data-*` (of script and element) have the same names. Some know their values. */
  const KNOWN = /*@belofte:attributes*/ {};
  const NAMES = Object.keys(KNOWN);
  const VIEWS = KNOWN.view;
  /** How far outside the viewport loading begins: about as far as one scrolls while it loads. */
  const NEAR = '600px';
  /** After so many milliseconds a visitor is told that it takes long, and given a way on. */
  const SLOW = 3e3;

  const script = document.currentScript;
  const base = script?.src;
  /** What a tag in the head says for every element of the page. */
  const defaults = place();
  // The tag stands on the page more than once: the first one serves all elements.
  if (customElements.get(TAG)) return;

  /*@belofte:glue*/

  const FILES = /*@belofte:files*/ null;

  /** A tag in the body that names an endpoint becomes an element in its place; what any other says is for every element. */
  function place() {
    const given = {};
    for (const name of NAMES) {
      const value = script?.getAttribute(`data-${name}`);
      if (value != null) given[name] = value;
    }
    if (!(given.endpoint || given.source) || !script.closest('body')) return given;
    const element = node(TAG, given);
    // A link right before the tag serves visitors without JavaScript; here it becomes the element's own fallback.
    const link = script.previousElementSibling;
    if (link?.hasAttribute('data-belofte-fallback')) element.append(link);
    script.after(element);
    return {};
  }

  /** Why nothing can be shown, in a word that a program can read. */
  const stop = (code, cause) => Object.assign(new Error(code, { cause }), { code });

  // To `fetch`, what the page's policy refuses looks like any failure; only this event tells them apart.
  let refused = false;
  addEventListener('securitypolicyviolation', ({ blockedURI }) => {
    refused ||= blockedURI.startsWith('wasm') || (!!base && blockedURI.startsWith(new URL(base).origin));
  });

  /** A file by the start of its name, its hash, and the end; between the two its name has the beginning of the hash. */
  async function get([start, hash, end]) {
    const path = start + hash.replace(/\W/g, '').slice(0, 8) + end;
    const ask = (how) => fetch(new URL(path, base), { ...how, credentials: 'omit' });
    const checked = () => ask({ integrity: `sha256-${hash}` });
    let failure;
    try {
      const response = await checked();
      if (response.ok) return response;
    } catch (cause) {
      failure = cause;
      // The browser tells of a refusal one turn later than it refuses.
      await new Promise((done) => setTimeout(done));
      if (refused) throw stop('blocked', cause);
      const there = await ask({ method: 'HEAD' }).catch(() => null);
      // The file is there: its content does not match, unless the line was down but for a moment.
      if (there?.ok) return checked().catch(() => Promise.reject(stop('integrity', cause)));
    }
    throw stop('network', failure);
  }

  /** One fetch for all elements of the page; a failed one may be tried again. */
  const kept = new Map();
  function once(key, make) {
    if (!kept.has(key)) {
      kept.set(key, make());
      kept.get(key).catch(() => kept.delete(key));
    }
    return kept.get(key);
  }

  const program = () =>
    once('wasm', async () => {
      const response = await get(FILES.wasm);
      try {
        return await wasm_bindgen(response);
      } catch (cause) {
        // Chromium and Firefox name the policy in the message and report no event.
        throw stop(refused || /content security|csp/i.test(cause) ? 'blocked' : 'wasm', cause);
      }
    });

  /** The program's second file holds what few go to. It fills the places that the first one left empty. */
  const second = (lang) =>
    once('second', async () => {
      const [m] = await Promise.all([program(), part(lang, 1)]);
      const response = await get(next[lang + 2][2]);
      try {
        await WebAssembly.instantiate(await response.arrayBuffer(), { m });
      } catch (cause) {
        throw stop('wasm', cause);
      }
    });

  // Texts and styles come in parts: for board and posting, for the views behind them, and for the second file.
  const looks = [new CSSStyleSheet(), new CSSStyleSheet(), new CSSStyleSheet()];
  /** Views whose first answers are asked for beside the program; all others begin with its second file. */
  const FIRST = ['board', 'posting', 'apply'];
  const LATER = (view) => !['board', 'posting', 'score'].includes(view);
  const textFile = (lang) => FILES.locales[lang] ?? FILES.locales[lang?.split('-')[0]];
  /** Each file of a language ends with the names of the styles and texts behind it, the last with that of the program's
      second file as well, so that the loader need not carry them. */
  const next = {};
  async function part(lang, index) {
    if (index) await part(lang, index - 1);
    const [look, text] = next[lang + index] ?? [FILES.css, textFile(lang)];
    const style = async () => looks[index].replaceSync(await (await get(look)).text());
    const texts = async () => {
      const list = await (await get(text)).json();
      if (index < 2) next[lang + (index + 1)] = list.pop();
      return list;
    };
    return (await Promise.all([once(lang + index, texts), once(`css${index}`, style)]))[0];
  }

  /** The sheet of a theme, as a program apart reads it: few pages have any. */
  async function dressed(theme) {
    const [file, program] = await Promise.all([fetch(theme), get(FILES.theme)]);
    const { take, dress, next } = (await WebAssembly.instantiate(await program.arrayBuffer())).instance.exports;
    new Uint8Array(await file.arrayBuffer()).forEach(take);
    const look = String.fromCodePoint(...Array.from({ length: dress() }, next));
    // A rule, or why there is none.
    if (look[0] !== ':') throw look;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(look);
    return sheet;
  }

  /** The language of the page around `node`, also across shadow roots. */
  function around(node) {
    for (; node; node = node.parentElement ?? node.getRootNode().host) if (node.lang) return node.lang;
  }

  /** The first answers the view will ask for, by their exact address; the program takes each once. */
  function prefetch({ endpoint, view, posting, lang }) {
    const found = {};
    if (!FIRST.includes(view)) return found;
    // The whole answer or none: a line may fall silent at any byte.
    const signal = AbortSignal.timeout(15_000);
    const first = view === 'board' ? 'job-postings' : `job-postings/${encodeURIComponent(posting)}`;
    for (const path of [first, 'organization']) {
      const url = `${endpoint}/v1/${path}?lang=${encodeURIComponent(lang)}`;
      found[url] = fetch(url, { credentials: 'omit', signal }).then(
        async (answer) => new Response(await answer.blob(), answer),
      );
      // The program hears of a failure when it takes the answer; the console need not.
      found[url].catch(() => {});
    }
    return found;
  }

  /** The full address without a trailing slash, when it is one of the web. */
  function webAddress(text) {
    try {
      const { protocol, href } = new URL(text?.trim() || 'about:blank', document.baseURI);
      return /^https?:$/.test(protocol) ? href.replace(/\/+$/, '') : null;
    } catch {
      return null;
    }
  }

  function node(name, attributes = {}) {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    return made;
  }

  // Room is kept from the first moment, so that nothing below moves when the widget arrives; small views keep none.
  // Rules of the host page for the element itself win over these.
  const frame = new CSSStyleSheet();
  frame.replaceSync(
    ':host{display:block;min-height:var(--belofte-reserve,100svh)}' +
      ':host([view=score]){min-height:var(--belofte-reserve,0)}' +
      ':host([hidden]),[hidden]{display:none!important}',
  );

  // A link from a mail carries its token in the fragment, which no server sees. It leaves the address bar at once.
  let token = takeToken();
  function takeToken() {
    const found = /^#belofte-link=([^&]{8,512})$/.exec(location.hash)?.[1];
    if (found) history.replaceState(history.state, '', location.pathname + location.search);
    return found;
  }

  // With `routing="hash"` a view has an address, `#belofte=posting/cook`, and the browser's Back leads to the one before.
  const route = (view, posting) => (view === 'board' ? '' : posting ? `${view}/${encodeURIComponent(posting)}` : view);
  function parse(route) {
    const [view, posting] = route.split('/');
    try {
      return { view: VIEWS.includes(view) ? view : 'board', posting: posting && decodeURIComponent(posting) };
    } catch {
      return { view: 'board' };
    }
  }

  const live = new Set();
  let warned;

  class BelofteCareers extends HTMLElement {
    static observedAttributes = NAMES.flatMap((name) => [name, `data-${name}`]);

    /** `waiting` until near, then `loading`, then `mounted`; or `failed`, from where it may begin again. */
    #state = 'waiting';
    #mounted;
    #root = node('div', { class: 'belofte', part: 'root' });
    /** What stands there until the widget does: the page's own link, or the view that the server rendered. */
    #before;
    #observer;
    /** View, posting and token asked for: a change of language must not send the visitor elsewhere. */
    #goal;
    #lang;
    /** Where the visitor is, as the address tells it. */
    #route;
    /** The address led elsewhere while the program was on its way. */
    #led = false;
    #changes = false;
    /** Where the page's own theme is, and its sheet. */
    #theme;
    #look;
    /** What the page's maker was told about already. */
    #told = new Set();

    constructor() {
      super();
      const rendered = this.shadowRoot;
      const shadow = rendered ?? this.attachShadow({ mode: 'open' });
      this.#before = [...shadow.childNodes];
      if (!rendered) {
        this.#before.push(node('slot', { name: 'fallback' }));
        this.#before[0].append(node('slot'));
      }
      shadow.append(node('slot', { name: 'before' }), this.#root, node('slot', { name: 'after' }), node('slot', { name: 'legal' }));
      shadow.adoptedStyleSheets = [frame, ...looks];
      this.#show(false, true);
      for (const type of ['pointerover', 'focusin']) this.addEventListener(type, () => this.#wake());
      this.addEventListener('belofte-ready', ({ target }) => {
        if (target !== this) return;
        this.#show(true, false);
        // Asked for before it is needed; what fails here is asked for again when the visitor goes there.
        this.#rest().catch(() => {});
      });
      this.#root.addEventListener('belofte-second', (event) => {
        event.stopPropagation();
        this.#second(event.detail.without).catch((error) => this.#fail(error));
      });
      this.addEventListener('belofte-view', ({ target, detail }) => target === this && this.#gone(detail));
      this.addEventListener('belofte-error', ({ target, detail }) => {
        if (target !== this || this.#state !== 'mounted') return;
        // The program itself gave up: what stood there comes back. Else its own notice offers a way on, beside the link.
        if (detail.code === 'defect' || detail.code === 'texts') this.#stop('failed');
        else if (!['theme', 'words'].includes(detail.code)) this.#beside();
      });
    }

    connectedCallback() {
      live.add(this);
      for (const name of NAMES.map(camel)) {
        // Set before the element was known, it hides the property.
        if (!Object.hasOwn(this, name)) continue;
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
      if (this.#mounted) return this.#lang === this.#language() || this.#changed();
      if (token || this.#addressed() !== undefined || this.#read('loading') === 'eager') return queueMicrotask(() => this.#wake());
      this.#observer ??= new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && this.#wake(), {
        rootMargin: NEAR,
      });
      this.#observer.observe(this);
    }

    disconnectedCallback() {
      // A move disconnects and connects in one breath; only what stays away ends.
      queueMicrotask(() => {
        if (this.isConnected) return;
        live.delete(this);
        this.#observer?.disconnect();
        delete this.#goal?.link_token;
        if (this.#mounted) this.#stop('waiting');
      });
    }

    attributeChangedCallback(name) {
      name = name.replace('data-', '');
      if (name === 'view' || name === 'posting') this.#goal = undefined;
      // All others are read anew: these do their work by themselves, or only once.
      if (!/^(color|loading|fallback)/.test(name)) this.#changed();
    }

    /** Reads everything anew; after a failure, tries again. */
    refresh() {
      if (this.#mounted) this.#safely(() => this.#mounted.refresh());
      else this.#begin();
    }

    /** Goes to a view, as the visitor would. */
    show(view, posting) {
      if (this.#mounted) return this.#safely(() => this.#mounted.show(view, posting));
      this.view = view;
      this.posting = posting;
      this.#begin();
    }

    /** The address changed while the page was open: by Back, by a link of the page, or by a link from a mail. */
    static arrive(state) {
      token = takeToken();
      for (const element of live) {
        if (!token) {
          element.#follow(state?.belofte);
          continue;
        }
        // One that is still loading takes it up once it stands.
        element.#changed();
        element.#begin();
      }
    }

    /** What the address says of the view, else `other`. */
    #addressed(other) {
      return this.#read('routing') === 'hash' ? (/^#belofte=(.*)$/.exec(location.hash)?.[1] ?? other) : undefined;
    }

    /** `before` is what the entry of the history tells; a link to a place of the page tells nothing and changes nothing. */
    #follow(before) {
      const to = this.#addressed(before);
      if (to === undefined || to === this.#route) return;
      if ((this.#led = !this.#mounted)) return this.#begin();
      const { view, posting } = parse(to);
      this.#route = to;
      this.#safely(() => this.#mounted.show(view, posting));
      // A link leads to the widget, once it has drawn; Back leads to where one was, which the browser knows.
      if (before === undefined) requestAnimationFrame(() => this.scrollIntoView({ behavior: 'instant' }));
    }

    /** The program and its texts: those of the first view, and of what is behind it. A page's own words, in a file a language
        where the address asks for that, are put on all at once; without them the shipped ones stand. */
    async #bring(config, later, rest) {
      const { lang } = config;
      const from = this.#read('texts')?.replace('{lang}', lang.split('-')[0]);
      const read = async () => {
        const file = await fetch(from, { signal: AbortSignal.timeout(5e3) });
        if (!file.ok) throw file.status;
        return file.json();
      };
      [config.locale, config.later, config.second, config.own] = await Promise.all([
        part(lang, 0),
        (later || from) && part(lang, 1),
        (rest || from) && this.#behind(),
        from && once(`texts ${from}`, read).catch((cause) => this.#tell('words', cause)),
        program(),
      ]);
    }

    /** The second file, and its texts. */
    async #behind() {
      return (await Promise.all([part(this.#lang, 2), second(this.#lang)]))[0];
    }

    /** Brings the texts and styles of the views behind the first one. */
    async #rest() {
      const [mounted, lang] = [this.#mounted, this.#lang];
      const later = await part(lang, 1);
      if (mounted && mounted === this.#mounted && lang === this.#lang) this.#safely(() => mounted.later(later));
    }

    /** Brings the program's second file, which the program asks for; it says itself that there is no connection. A form that
        can be sent `without` goes on as well. */
    async #second(without) {
      const [mounted, lang] = [this.#mounted, this.#lang];
      const texts = await this.#behind().catch((error) => {
        if (!without && error.code !== 'network') throw error;
      });
      if (lang !== this.#lang) return this.#second(without);
      if (!mounted || mounted === this.#mounted) this.#safely(() => this.#mounted?.second(texts));
    }

    /** The visitor went somewhere. */
    #gone({ view, posting }) {
      if (this.#mounted && LATER(view)) this.#rest().catch((error) => this.#fail(error));
      this.#record(view, posting);
      if (this.#led) queueMicrotask(() => this.#follow(history.state?.belofte));
    }

    /** Gives the view its address. The receipt has none: it is shown once. */
    #record(view, posting) {
      if (this.#read('routing') !== 'hash' || !VIEWS.includes(view)) return;
      const [from, to] = [this.#route, route(view, posting)];
      this.#route = to;
      if (from === undefined || from === to) return;
      if (history.state?.belofte === undefined) history.replaceState({ ...history.state, belofte: from }, '');
      history.pushState({ belofte: to }, '', to ? `#belofte=${to}` : location.pathname + location.search);
    }

    #read(name) {
      const value = this.getAttribute(name) ?? this.getAttribute(`data-${name}`) ?? defaults[name];
      const said = `belofte: ${name}=${value} is none of`;
      if (value && KNOWN[name]?.includes(value) === false && !this.#told.has(said)) {
        this.#told.add(said);
        console.warn(said, KNOWN[name]);
      }
      return value;
    }

    #language() {
      return [this.#read('lang'), around(this), ...navigator.languages].find(textFile) ?? 'en';
    }

    /** What the program is told. Attributes may hold anything: what is unknown becomes the default. */
    #config() {
      // One file in the place of an endpoint: whatever address is made of this one stays on the page.
      const source = this.#read('source');
      const endpoint = source ? '#' : webAddress(this.#read('endpoint'));
      if (!base || !FILES || !endpoint) throw stop('config');
      NAMES.forEach(this.#read, this);
      this.#wear(this.#read('theme'));
      const address = this.#goal || this.#route !== undefined ? undefined : this.#addressed();
      const asked = { view: this.#read('view') || 'board', posting: this.#read('posting') };
      const { view, posting } = address ? parse(address) : asked;
      if (address) this.scrollIntoView({ behavior: 'instant' });
      const known = VIEWS.includes(view) && (posting || !['posting', 'apply'].includes(view));
      this.#goal ??= { view: known ? view : 'board', posting };
      if (token && this.#goal.view !== 'score') {
        this.#goal = { view: 'status', link_token: token };
        token = undefined;
        this.scrollIntoView({ behavior: 'instant' });
      }
      this.#root.toggleAttribute('data-source', !!source);
      this.#lang = this.#language();
      return {
        host: this,
        endpoint,
        ...this.#goal,
        lang: this.#lang,
        prefetched: source && { source, apply: this.#read('apply-url') },
      };
    }

    /** By nearness, touch or focus: begins once; after a failure only `refresh()`, a new setting or a line does. */
    #wake() {
      if (this.#state === 'waiting') this.#begin();
    }

    async #begin() {
      if (this.#state === 'loading' || this.#state === 'mounted' || !this.isConnected) return;
      this.#state = 'loading';
      this.#observer?.disconnect();
      // Another script may show the view that the server renders, in place of this slot: that says enough.
      setTimeout(() => this.#before[0].hidden || this.#beside(), SLOW);
      try {
        const config = this.#config();
        this.#changes = false;
        const sourced = config.prefetched;
        config.prefetched ??= prefetch(config);
        // The program will ask for it; what fails here fails there again.
        if (!FIRST.includes(config.view)) this.#behind().catch(() => {});
        await this.#bring(config, sourced || LATER(config.view), sourced);
        if (!this.isConnected) {
          this.#state = 'waiting';
          return;
        }
        this.#state = 'mounted';
        this.#root.replaceChildren();
        const mounted = wasm_bindgen.mount(this.#root, config);
        // It may have given up while it was mounted.
        if (this.#state !== 'mounted') return;
        this.#mounted = mounted;
        if (this.#changes) {
          this.#changes = false;
          this.#changed();
        }
      } catch (error) {
        this.#fail(error);
      }
    }

    /** Puts a page's own theme on. Nothing waits for it, and one that cannot be worn leaves the default look. */
    async #wear(theme) {
      if (theme === this.#theme) return;
      this.#theme = theme;
      let look;
      try {
        look = theme && (await once(`theme ${theme}`, () => dressed(theme)));
      } catch (cause) {
        this.#tell('theme', cause);
      }
      if (theme !== this.#theme) return;
      // Another script may have added sheets of its own.
      const sheets = this.shadowRoot.adoptedStyleSheets.filter((sheet) => sheet !== this.#look);
      this.shadowRoot.adoptedStyleSheets = look ? [...sheets, look] : sheets;
      this.#look = look;
    }

    /** Shows what the program has to say before its first view stands, beside the link. */
    #beside() {
      if (!this.#root.hidden || !['loading', 'mounted'].includes(this.#state)) return;
      this.#offerLink();
      this.#show(true, true);
    }

    /** Several changes of one moment are one update. */
    #changed() {
      if (this.#state === 'failed') queueMicrotask(() => this.#begin());
      if (this.#changes || !['loading', 'mounted'].includes(this.#state)) return;
      this.#changes = true;
      if (this.#state !== 'mounted') return;
      queueMicrotask(async () => {
        this.#changes = false;
        try {
          const asked = !this.#goal;
          const config = this.#config();
          await this.#bring(config, true, kept.has('second'));
          if (config.lang !== this.#lang) return;
          this.#mounted?.update(config);
          // The visitor may have walked on since: a view that the page asks for counts also when it is the old one.
          if (asked && !config.link_token) this.#mounted?.show(config.view, config.posting);
        } catch (error) {
          this.#fail(error);
        }
      });
    }

    #safely(act) {
      try {
        act();
      } catch (error) {
        this.#fail(error);
      }
    }

    #show(widget, before) {
      this.#root.hidden = !widget;
      if (before) this.#root.before(...this.#before);
      else this.#before.forEach((each) => each.remove());
    }

    /** Ends the program's part in this element; what stood there before comes back. */
    #stop(state) {
      const mounted = this.#mounted;
      this.#mounted = undefined;
      this.#state = state;
      this.#show(false, true);
      try {
        if (state === 'waiting') mounted?.destroy();
      } catch {
        // It ends either way.
      }
    }

    #fail(error) {
      const code = error.code ?? 'wasm';
      this.#stop('failed');
      this.#offerLink();
      if (code === 'network') addEventListener('online', () => this.refresh(), { once: true });
      this.#tell(code, error.cause ?? error);
    }

    /** Once to the page's maker, and to the page each time. */
    #tell(code, cause) {
      if (warned !== code) console.warn(`belofte: ${code}`, cause);
      warned = code;
      this.dispatchEvent(new CustomEvent('belofte-error', { bubbles: true, composed: true, detail: { code } }));
    }

    /** Where the page gave nothing to fall back on: the same postings, as a page of the endpoint. */
    #offerLink() {
      const endpoint = webAddress(this.#read('endpoint'));
      const to = webAddress(this.#read('fallback')) ?? (endpoint && `${endpoint}/careers`);
      const filled = this.#before.length > 1 || this.#before[0]?.localName !== 'slot' || this.#before[0].hidden || this.childElementCount;
      if (!to || filled || this.textContent.trim()) return;
      const link = node('a', { href: to, part: 'fallback' });
      // Its address is its text: here no language is known to have arrived.
      link.append(to.replace(/^\w+:\/\//, ''));
      this.#before.push(link);
      this.#show(false, true);
    }
  }

  function camel(name) {
    return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  }

  for (const name of NAMES) {
    if (name === 'lang') continue; // Every element has it.
    Object.defineProperty(BelofteCareers.prototype, camel(name), {
      configurable: true,
      enumerable: true,
      get() {
        return this.getAttribute(name);
      },
      set(value) {
        if (value == null) this.removeAttribute(name);
        else this.setAttribute(name, value);
      },
    });
  }

  addEventListener('popstate', ({ state }) => BelofteCareers.arrive(state));
  customElements.define(TAG, BelofteCareers);
})();
