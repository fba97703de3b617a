// What cannot be read of a widget, because it goes beyond its box or the page.

/** Runs in the page: what goes beyond its box or the page, and what is cut off. */
function cut() {
  const told = (node) => `${node.localName}.${node.className} “${node.textContent.trim().slice(0, 40)}”`;
  const hidden = (node) => node.closest(".visually-hidden, [hidden]") || !node.checkVisibility();
  const all = [...document.querySelector("belofte-careers").shadowRoot.querySelectorAll("*")].filter((node) => !hidden(node));
  const beyond = all.filter((node) => {
    const { left, right, width } = node.getBoundingClientRect();
    return width > 1 && (right > innerWidth + 1 || left < -1) && node.clientHeight > 1 && node.innerText?.trim();
  });
  const clipped = all.filter((node) => /hidden|clip/.test(getComputedStyle(node).overflow) && node.clientHeight > 1 && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1) && node.innerText?.trim());
  return { scrolls: document.documentElement.scrollWidth > innerWidth, beyond: beyond.map(told), clipped: clipped.map(told) };
}
/** Nothing is lost. */
const WHOLE = { scrolls: false, beyond: [], clipped: [] };

module.exports = { WHOLE, cut };
