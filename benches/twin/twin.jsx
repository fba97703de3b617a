/** @jsx h */
/** @jsxFrag Fragment */
// The same form as the widget's way in to a status page, written the way a careful Preact author would: one small bundle with styles
// and texts in it. Nobody ships it: it is what the widget's start is measured against.
import { Fragment, h, render } from 'preact';
import { useRef, useState } from 'preact/hooks';
import css from 'widget.css';
import texts from '../../locales/en.json';

const t = texts.lookup;
const WELL_FORMED = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const DIGITS = 6;

function Field({ id, label, hint, error, children }) {
  return (
    <div class={`field${error ? ' field--wrong' : ''}`}>
      <label class="field__label" for={id}>{label}</label>
      <p class="field__hint" id={`${id}-hint`}>{hint}</p>
      {error && <p class="field__error" id={`${id}-error`}>{error}</p>}
      {children}
    </div>
  );
}

function Lookup({ endpoint }) {
  const [written, write] = useState({ email: '', reference: '', code: '' });
  const [step, go] = useState('address');
  const [wrong, tell] = useState({});
  const form = useRef();
  const edit = (name) => (event) => write({ ...written, [name]: event.currentTarget.value });

  async function send(event) {
    event.preventDefault();
    const found = {};
    if (!written.email) found.email = t.email_missing;
    else if (!WELL_FORMED.test(written.email)) found.email = t.email_wrong;
    tell(found);
    if (Object.keys(found).length) return form.current.querySelector('input').focus();
    go('mailing');
    const answer = await fetch(`${endpoint}/v1/status-requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: written.email, reference: written.reference || null, lang: 'en' }),
    }).catch(() => null);
    go(answer?.ok ? 'code' : 'address');
    if (!answer?.ok) tell({ email: texts.ui.offline });
  }

  async function open(event) {
    event.preventDefault();
    if (written.code.replace(/\D/g, '').length !== DIGITS) return tell({ code: t.code_shape });
    await fetch(`${endpoint}/v1/status-sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: written.email, code: written.code }),
    });
  }

  const input = (id, type, name) => (
    <input id={id} class="field__input" type={type} name={name} value={written[name]} onInput={edit(name)}
      aria-describedby={`${id}-hint${wrong[name] ? ` ${id}-error` : ''}`} aria-invalid={wrong[name] ? 'true' : undefined} />
  );
  if (step === 'code') {
    return (
      <section class="lookup">
        <h1 tabIndex={-1}>{t.code_title}</h1>
        <p class="lookup__lead">{t.sent.replace('{email}', written.email)}</p>
        <form class="lookup__form" onSubmit={open} noValidate>
          <Field id="code" label={t.code} hint={t.code_hint.replace('{count}', DIGITS).replace('{minutes}', 10)} error={wrong.code}>{input('code', 'text', 'code')}</Field>
          <button class="button button--primary">{t.open}</button>
        </form>
      </section>
    );
  }
  return (
    <section class="lookup">
      <h1 tabIndex={-1}>{t.title}</h1>
      <p class="lookup__lead">{t.lead}</p>
      <form class="lookup__form" onSubmit={send} noValidate ref={form}>
        <Field id="email" label={t.email} hint={t.email_hint} error={wrong.email}>{input('email', 'email', 'email')}</Field>
        <Field id="reference" label={t.reference} hint={t.reference_hint}>{input('reference', 'text', 'reference')}</Field>
        <button class="button button--primary" disabled={step === 'mailing'}>{step === 'mailing' ? t.sending : t.send}</button>
      </form>
    </section>
  );
}

customElements.define('twin-careers', class extends HTMLElement {
  connectedCallback() {
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    const inside = document.createElement('div');
    inside.className = 'belofte';
    root.append(inside);
    render(<Lookup endpoint={this.getAttribute('endpoint')} />, inside);
  }
});
