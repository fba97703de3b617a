// Made from the table of attributes and events. Do not change by hand.

export type BelofteView = "board" | "posting" | "apply" | "status" | "score" | "questions" | "complaint" | "improvements" | "follow" | "news";

/** Attributes of the tag; `data-*` have the same names. */
export interface BelofteAttributes {
  /** address of the endpoint. Default: – (needed, or `source`) */
  endpoint?: string;
  /** what the visitor sees first; from `questions` on it is what everybody can do, where the server offers it. Default: `board` */
  view?: BelofteView;
  /** id of a posting, for `posting` and `apply`; for `score`, to count only what was promised about it; for what everybody can do, to do it about that one. Default: – */
  posting?: string;
  /** language of the widget, also with a region: `de-AT`. Default: the nearest `lang` around the element, else the browser's, else `en` */
  lang?: "en" | "ar" | "de" | "fr" | "nl" | "pl" | "tr" | "uk" | (string & {});
  /** light or dark, whatever the page is. Default: that of the page */
  "color-scheme"?: "light" | "dark";
  /** address of a file of design tokens, which the element wears. Default: the default look */
  theme?: string;
  /** address of a file of texts, which take the place of the shipped ones; `{lang}` in it stands for the language. Default: the shipped texts */
  texts?: string;
  /** whether a view has an address of its own. Default: `none`: the address stays as it is */
  routing?: "none" | "hash";
  /** when the widget loads. Default: `lazy`: when within 600 px of the viewport */
  loading?: "lazy" | "eager";
  /** address of one JSON file that tells the jobs, in the place of an endpoint. Default: – */
  source?: string;
  /** with `source`: address of the form handler that takes applications, as `multipart/form-data`. Default: – (nobody can apply) */
  "apply-url"?: string;
  /** address of the link shown on failure when the page gave none. Default: `<endpoint>/careers` */
  fallback?: string;
}

/** What the element tells the page; nothing personal. */
export interface BelofteEvents {
  /** the first view stands */
  "belofte-ready": CustomEvent<{ version: string }>;
  /** the visitor sees another view */
  "belofte-view": CustomEvent<{ view: string; posting: string | null }>;
  /** an application was received */
  "belofte-applied": CustomEvent<{ posting: string }>;
  /** an open page saw a promise turn late */
  "belofte-promise-late": CustomEvent<{ count: number }>;
  /** see *By symptom*; the page keeps working */
  "belofte-error": CustomEvent<{ code: string }>;
}

export class BelofteCareers extends HTMLElement {
  endpoint: string | null;
  view: BelofteView | null;
  posting: string | null;
  colorScheme: "light" | "dark" | null;
  theme: string | null;
  texts: string | null;
  routing: "none" | "hash" | null;
  loading: "lazy" | "eager" | null;
  source: string | null;
  applyUrl: string | null;
  fallback: string | null;
  /** goes to a view, as the visitor would */
  show(view: BelofteView, posting?: string | null): void;
  /** reads everything anew; after a failure, tries again */
  refresh(): void;
  addEventListener<K extends keyof BelofteEvents>(
    type: K,
    listener: (this: BelofteCareers, event: BelofteEvents[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: BelofteCareers, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof BelofteEvents>(
    type: K,
    listener: (this: BelofteCareers, event: BelofteEvents[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: BelofteCareers, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "belofte-careers": BelofteCareers;
  }
  /** They bubble: also for listeners of the document and the window. */
  interface DocumentEventMap extends BelofteEvents {}
  interface WindowEventMap extends BelofteEvents {}
}
