// Keys for the daily acts: j and k go from row to row or turn pages, x selects, digits act, / searches, ? tells. Every page
// works without.
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const keys = document.getElementById("keys");

  const current = () => document.activeElement?.closest?.("[data-row]") ?? null;

  const go = (step) => {
    const all = rows();
    const at = all.indexOf(current());
    const to = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    const target = to?.querySelector("[data-open], a, button, input");
    target?.focus();
    to?.scrollIntoView({ block: "nearest" });
  };

  const press = (selector) => {
    const within = current();
    const target = (within ?? document).querySelector(selector);
    if (!target) return false;
    target.click();
    return true;
  };

  // The digits count the acts that are there: of the row one is in, else of the page itself, never of a row nobody chose.
  const act = (number) => {
    const row = current();
    const own = [...(row ?? document).querySelectorAll("[data-key]")].filter((each) => each.closest("[data-row]") === row);
    own[number - 1]?.click();
    return number <= own.length;
  };

  const acts = {
    j: () => press("[data-after]") || go(1),
    k: () => press("[data-before]") || go(-1),
    x: () => press('input[type="checkbox"]'),
    "/": () => document.querySelector('[type="search"]')?.focus(),
    "?": () => keys?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys?.open) return;
    // Where people write, keys are letters.
    if (event.target.closest('input:not([type="checkbox"]):not([type="radio"]), textarea, select')) return;
    const done = acts[event.key] ? acts[event.key]() !== false : /^[1-9]$/.test(event.key) && act(Number(event.key));
    if (done) event.preventDefault();
  });
})();
