// Makes writing decisions quick: a chip writes at once, what is typed is kept, Ctrl+Enter goes on. The other keys are
// desk.js's. The page works without it.
(() => {
  const form = document.getElementById("decide");
  if (!form) return;
  const field = (name) => form.elements[name];
  const reasons = [1, 2].map((at) => ({ text: field(`reason_${at}`), requirement: field(`requirement_${at}`) }));
  const chips = [...form.querySelectorAll("[data-chip]")];

  const mark = () => {
    for (const chip of chips) {
      chip.setAttribute("aria-pressed", String(reasons.some(({ requirement }) => requirement.value === chip.value)));
    }
  };

  // As the server does it without a script: say it, say it otherwise, take it away; what was changed by hand stays.
  const press = (chip) => {
    const sentences = JSON.parse(chip.dataset.sentences);
    const used = reasons.find(({ requirement }) => requirement.value === chip.value);
    const place = used ?? reasons.find(({ text }) => text.value.trim() === "");
    if (!place) return;
    const at = used ? sentences.indexOf(place.text.value) : -1;
    if (used && at < 0) return place.text.focus();
    place.text.value = sentences[at + 1] ?? "";
    place.requirement.value = place.text.value ? chip.value : "";
    mark();
    keep();
  };

  let timer = 0;
  const save = () => {
    const body = new URLSearchParams(new FormData(form));
    body.set("go", "stay");
    fetch(form.action, { method: "POST", body, keepalive: true }).then((answer) => {
      if (answer.ok) document.getElementById("saved").textContent = form.dataset.saved;
    }, () => {});
  };
  const keep = () => {
    document.getElementById("saved").textContent = "";
    clearTimeout(timer);
    timer = setTimeout(save, 1_000);
  };
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => clearTimeout(timer));
  for (const { text, requirement } of reasons) {
    text.addEventListener("input", () => {
      if (text.value.trim() === "") requirement.value = "";
      mark();
    });
  }
  for (const chip of chips) {
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      press(chip);
    });
  }

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "Enter") return;
    event.preventDefault();
    form.requestSubmit(document.getElementById("next"));
  });
})();
