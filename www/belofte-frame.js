/**
 * For pages that show the widget in a frame and want it as high as what is in it: gives each
 * `<iframe src="https://…/careers/frame">` the height that its page tells, and passes on what the widget tells any page.
 *
 * Hears only the frame itself, from the origin of its address, and takes no height that is none.
 */
(() => {
  'use strict';
  const LOW = 120;
  const HIGH = 20000;
  const TYPES = ['ready', 'view', 'applied', 'promise-late', 'error'].map((type) => `belofte-${type}`);
  addEventListener('message', ({ origin, source, data }) => {
    for (const frame of document.querySelectorAll('iframe[src*="/careers/frame"]')) {
      if (!source || frame.contentWindow !== source || new URL(frame.src).origin !== origin) continue;
      const { height, type, detail } = data?.belofte ?? {};
      if (Number.isFinite(height)) frame.height = Math.min(Math.max(height, LOW), HIGH);
      if (TYPES.includes(type)) frame.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
    }
  });
})();
