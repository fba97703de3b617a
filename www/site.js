/** The demo page's own script: shows it in another brand, by the button or by `?merk=noord`. Belofte needs none of it. */
(() => {
  'use strict';
  const root = document.documentElement;
  const show = (brand) => {
    root.dataset.brand = brand;
    for (const button of document.querySelectorAll('[data-switch-brand]')) button.setAttribute('aria-pressed', String(brand === 'noord'));
  };
  show(new URLSearchParams(location.search).get('merk') === 'noord' ? 'noord' : 'licht');
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-switch-brand]')) show(root.dataset.brand === 'noord' ? 'licht' : 'noord');
  });
  document.addEventListener('DOMContentLoaded', () => show(root.dataset.brand));
})();
