/**
 * For pages that show the widget in a frame and want it as high as what is in it: gives each
 * `<iframe src="https://…/careers/frame">` the height that its page tells, passes on what the widget tells any page, and
 * hands it the key of a link from a mail, which the page has after `#` and a frame does not see.
 *
 * Hears only the frame itself, from the origin of its address, and takes no height that is none. The key leaves the page's
 * address at once, goes to that origin alone, and is kept nowhere.
 */
(() => {
  'use strict';
  const LOW = 120;
  const HIGH = 20000;
  const TYPES = ['ready', 'view', 'applied', 'promise-late', 'error'].map((type) => `belofte-${type}`);
  /** A frame that has spoken, so that it can hear too. */
  let give;
  let link;

  function hand() {
    const found = /^#belofte-link=([^&]{8,512})$/.exec(location.hash)?.[1];
    if (found) {
      link = found;
      history.replaceState(history.state, '', location.pathname + location.search);
    }
    if (link && give) {
      give({ belofte: { link } });
      link = undefined;
    }
  }

  addEventListener('message', ({ origin, source, data }) => {
    for (const frame of document.querySelectorAll('iframe[src*="/careers/frame"]')) {
      if (!source || frame.contentWindow !== source || new URL(frame.src).origin !== origin) continue;
      const { height, type, detail } = data?.belofte ?? {};
      if (Number.isFinite(height)) frame.height = Math.min(Math.max(height, LOW), HIGH);
      if (TYPES.includes(type)) frame.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
      give = (message) => source.postMessage(message, origin);
      hand();
    }
  });
  addEventListener('hashchange', hand);
  hand();
})();
