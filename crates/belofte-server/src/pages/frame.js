// Inside the frame: tells the page around it how high the widget is, and what the widget tells any page. Nothing personal.
(() => {
  'use strict';
  const tell = (message) => parent.postMessage({ belofte: message }, '*');
  new ResizeObserver(() => tell({ height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
  for (const type of ['ready', 'view', 'applied', 'promise-late', 'error']) {
    addEventListener(`belofte-${type}`, ({ detail }) => tell({ type: `belofte-${type}`, detail }));
  }
})();
