// What a page in TypeScript writes. Each line that must not compile says so.
import type { BelofteCareers, BelofteView } from "belofte";

const jobs = document.createElement("belofte-careers");
jobs.view = "posting";
jobs.colorScheme = "dark";
jobs.posting = null;
// @ts-expect-error there is no such view
jobs.view = "vacancies";
// @ts-expect-error there is no such attribute
jobs.colour = "red";

const view: BelofteView = "score";
jobs.show(view);
jobs.show("posting", "cook");
// @ts-expect-error a posting is named by its id
jobs.show("posting", 3);

jobs.addEventListener("belofte-applied", function ({ detail }) {
  const posting: string = detail.posting;
  const self: BelofteCareers = this;
  self.refresh();
  return posting;
});
addEventListener("belofte-promise-late", ({ detail }) => detail.count.toFixed());
// @ts-expect-error its detail is a count
document.addEventListener("belofte-promise-late", ({ detail }) => detail.posting);
document.querySelector("belofte-careers")?.addEventListener("click", (event) => event.clientX);
