// Inside the frame: tells the page around it how high the widget is, and what the widget tells any page; nothing personal.
// Takes from that page, which BELOFTE_ORIGINS names, the key of a link from a mail, as if it stood in this page's address.
(() => {
  'use strict';
  const tell = (message) => parent.postMessage({ belofte: message }, '*');
  new ResizeObserver(() => tell({ height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
  for (const type of ['ready', 'view', 'applied', 'promise-late', 'error']) {
    addEventListener(`belofte-${type}`, ({ detail }) => tell({ type: `belofte-${type}`, detail }));
  }
  addEventListener('message', ({ source, data }) => {
    const link = data?.belofte?.link;
    if (source === parent && parent !== window && /^[^&#]{8,512}$/.test(link)) location.replace(`#belofte-link=${link}`);
  });
})();
