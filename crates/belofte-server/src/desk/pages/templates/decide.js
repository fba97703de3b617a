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
    document.getElementById("full").textContent = place ? "" : form.dataset.full;
    if (!place) return;
    const at = used ? sentences.indexOf(place.text.value) : -1;
    if (used && at < 0) return place.text.focus();
    place.text.value = sentences[at + 1] ?? "";
    place.requirement.value = place.text.value ? chip.value : "";
    mark();
    keep();
  };

  const saved = document.getElementById("saved");
  const tell = (word, signIn) => {
    saved.textContent = form.dataset[word];
    if (!signIn) return;
    const link = document.createElement("a");
    Object.assign(link, { href: "/desk/sign-in", target: "_blank", textContent: form.dataset.signIn });
    saved.append(" ", link);
  };

  let timer = 0;
  let unsaved = false;
  // One after the other: each says what it began from, and that is what the one before left.
  let saving = null;
  const send = async () => {
    const body = new URLSearchParams(new FormData(form));
    body.set("go", "stay");
    unsaved = false;
    const answer = await fetch(form.action, { method: "POST", body, keepalive: true }).catch(() => null);
    // A sign-in page is an answer too: only this one says that the words are kept.
    if (answer?.status === 204 && !answer.redirected) {
      field("began").value = answer.headers.get("belofte-draft");
      return tell("saved");
    }
    unsaved = answer?.status !== 409;
    if (!unsaved) return tell("stale");
    const ended = answer?.status === 401 || answer?.redirected;
    tell(ended ? "ended" : "unsaved", ended);
  };
  const save = async () => {
    while (saving) await saving;
    saving = send().finally(() => (saving = null));
  };
  const keep = () => {
    saved.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(save, 1_000);
  };
  form.addEventListener("input", keep);
  // Back from the sign-in, say.
  addEventListener("focus", () => unsaved && save());
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault();
    const { submitter } = event;
    saving.then(() => form.requestSubmit(submitter));
  });
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
