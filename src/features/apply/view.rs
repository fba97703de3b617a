//! The form, drawn from its definition.
//!
//! Pure. MUST: every question has a label; hints and limits stand before the control and are tied to it; errors say
//! the same in the summary and at the field; nothing is ever disabled.

use belofte_contract::Reference;
use belofte_contract::apply::{FILE_MAX_BYTES, FieldKind, FieldOption, FormField, carried};
use belofte_contract::organization::Organization;
use belofte_contract::postings::JobPosting;
use belofte_contract::problem::FieldErrorCode;
use belofte_html::html;
use web_sys::{FileList, HtmlInputElement};
use yew::prelude::*;

use super::state::{ApplyDraft, ChosenFile, Edit, FileState, Trouble, accept_list, type_names};
use crate::app::{View, link};
use crate::decimal;
use crate::i18n::{Ctx, DateStyle, Key};
use crate::submission::Found;
use crate::text::concat;
use crate::ui::error_summary::{Wrong, error_summary};
use crate::ui::field::{Described, Field, field, group, typed, typed_into};
use crate::ui::person::first_name;
use crate::ui::{button, live, notice, trouble};

pub struct FormParts<'a> {
    /// The application for this very posting that was sent in this tab.
    pub before: Option<Reference>,
    pub posting: &'a JobPosting,
    pub organization: &'a Organization,
    pub draft: &'a ApplyDraft,
    pub problems: &'a [Found<Trouble>],
    /// Where the form stands between button and receipt.
    pub delivery: Delivery,
    /// Where a plain form is sent; none in the widget.
    pub plain: Option<Plain>,
    /// Whether the device keeps what is written.
    pub device: Html,
}

impl FormParts<'_> {
    /// Files travel ahead of the form; without JavaScript they travel in it.
    fn live(&self) -> bool {
        live(self.plain.is_none())
    }
}

/// What a form sent by the browser itself carries along.
pub struct Plain {
    pub action: String,
    pub key: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    Writing,
    Sending,
    /// Not delivered, and the same will be tried again at `next_try` (in words).
    Waiting {
        why: Key,
        next_try: String,
    },
    /// Refused for good; what was written stays.
    Refused {
        why: Key,
    },
    /// The posting closed meanwhile.
    Closed,
}

/// What the form tells.
pub enum Told {
    Edit(Edit),
    /// Field and files chosen.
    Files(String, FileList),
    FileAgain(u32),
    FileRemoved(u32),
    Submit,
    /// The same once more, after a failure that may pass.
    Retry,
    /// To the control with this id.
    Focus(String),
}

pub struct Tell {
    pub told: Callback<Told>,
    pub go: Callback<View>,
}

impl Tell {
    /// For pages without JavaScript.
    pub fn nobody() -> Tell {
        Tell { told: Callback::noop(), go: Callback::noop() }
    }
}

pub fn form(ctx: &Ctx, parts: &FormParts<'_>, tell: &Tell) -> Html {
    let mut wrong = Vec::new();
    for Found { problem, mended } in parts.problems {
        let (id, text) = (control_id(problem.field()), words(ctx, parts.draft, problem));
        wrong.push(Wrong { id, text, mended: *mended });
    }
    let onsubmit = button::submitted(&tell.told.reform(|()| Told::Submit));
    let plain = parts.plain.as_ref().filter(|_| !parts.live());
    let action = plain.map(|plain| plain.action.as_str());
    let (method, enctype) = (plain.map(|_| "post"), plain.map(|_| "multipart/form-data"));
    // While it is under way what is written must stay what is sent.
    let inert = matches!(parts.delivery, Delivery::Sending | Delivery::Waiting { .. });
    html! {
        <section class="apply">
            <p class="back">{ link(ctx, &tell.go, View::Posting(parts.posting.id.as_str().into()), "back__link", ctx.t(Key::ApplyBack)) }</p>
            <h1 class="apply__title" tabindex="-1">{ ctx.fill(Key::ApplyTitle, &[("posting", &parts.posting.title)]) }</h1>
            { for parts.before.map(|reference| sent_before(ctx, reference, tell)) }
            <p class="apply__lead">{ ctx.t(Key::ApplyLead) }</p>
            { error_summary(ctx, &wrong, &tell.told.reform(Told::Focus)) }
            <form class="apply__form" {action} {method} {enctype} {onsubmit} novalidate={parts.live()}>
                { for plain.map(|plain| hidden(ctx, parts, plain)) }
                <div class="apply__fields" {inert}>
                    { for asked(parts).map(|field| question(ctx, parts, field, &wrong, tell)) }
                    { trap(ctx, parts.draft, tell) }
                </div>
                { parts.device.clone() }
                { privacy(ctx, parts) }
                { promise(ctx, parts.posting) }
                { delivery(ctx, &parts.delivery, tell) }
            </form>
        </section>
    }
}

fn sent_before(ctx: &Ctx, reference: Reference, tell: &Tell) -> Html {
    let text = ctx.fill(Key::ApplyBefore, &[("reference", &reference.text())]);
    let status = View::Status { reference: Some(reference), link_token: None };
    let follow = link(ctx, &tell.go, status, "button button--quiet", ctx.t(Key::ApplyFollow));
    notice::notice(notice::Tone::Calm, html! { <p>{ text }</p> }, html! { <div class="row">{ follow }</div> })
}

/// Without JavaScript nothing can appear while one writes, so everything is asked; conditions only make it optional.
fn asked<'a>(parts: &'a FormParts<'_>) -> impl Iterator<Item = &'a FormField> {
    let form = &parts.draft.form;
    form.fields.iter().filter(|field| !parts.live() || form.is_shown(field, &parts.draft.answers))
}

pub fn control_id(field: &str) -> String {
    concat(&["f-", field])
}

fn question(ctx: &Ctx, parts: &FormParts<'_>, asked: &FormField, wrong: &[Wrong], tell: &Tell) -> Html {
    if asked.kind == FieldKind::Info {
        return html! { <p class="apply__info" key={&asked.name}>{ &asked.label }</p> };
    }
    let id = control_id(&asked.name);
    let wrong = wrong.iter().find(|wrong| wrong.id == id);
    let (error, mended) = (wrong.map(|wrong| wrong.text.as_str()), wrong.is_some_and(|wrong| wrong.mended));
    let limit = limit(ctx, asked);
    let hints = [asked.hint.as_deref().unwrap_or_default(), asked.purpose.as_deref().unwrap_or_default(), &limit];
    let optional = !asked.required || (!parts.live() && asked.show_if.is_some());
    let around = Field { id: &id, label: &asked.label, hints: &hints, optional, error, mended };
    let control = Control { draft: parts.draft, asked, id: &id, described: &around.described(), tell };
    let drawn = match asked.kind {
        FieldKind::Choice if asked.options.len() > 5 => field(ctx, &around, select(ctx, &control)),
        FieldKind::Choice | FieldKind::MultiChoice => {
            let options = asked.options.iter().map(|option| choice(&control, option));
            group(ctx, &around, html! { { for options } })
        }
        FieldKind::Consent => html! { <div class="consent">{ field(ctx, &around, consent(&control)) }</div> },
        FieldKind::File if parts.live() => files(ctx, &around, &control),
        FieldKind::File => plain_files(ctx, &around, &control),
        FieldKind::LongText => field(ctx, &around, text_area(&control)),
        FieldKind::Text
        | FieldKind::Mail
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Date
        | FieldKind::Info
        | FieldKind::Unknown => field(ctx, &around, input(&control)),
    };
    html! { <div class="apply__question" key={&asked.name}>{ drawn }</div> }
}

/// What every control is drawn from.
struct Control<'a> {
    draft: &'a ApplyDraft,
    asked: &'a FormField,
    id: &'a str,
    described: &'a Described,
    tell: &'a Tell,
}

impl Control<'_> {
    fn describedby(&self) -> Option<&str> {
        self.described.describedby.as_deref()
    }

    fn required(&self) -> Option<&'static str> {
        self.asked.required.then_some("true")
    }

    fn value(&self) -> &str {
        self.draft.value(&self.asked.name)
    }

    /// Tells the value of the control. That of a ticked radio button is its option's.
    fn written<E: AsRef<Event> + 'static>(&self) -> Callback<E> {
        typed_into(&self.tell.told, &self.asked.name, |field, value| Told::Edit(Edit::Write(field, value)))
    }

    fn ticked(&self, value: &str) -> Callback<Event> {
        let (name, value) = (self.asked.name.clone(), value.to_owned());
        self.tell.told.reform(move |event: Event| {
            let on = event.target_unchecked_into::<HtmlInputElement>().checked();
            Told::Edit(Edit::Tick(name.clone(), value.clone(), on))
        })
    }
}

/// Limits are told before they are hit.
pub fn limit(ctx: &Ctx, asked: &FormField) -> String {
    match asked.kind {
        FieldKind::LongText => {
            asked.max_length.map(|most| ctx.plural(Key::ApplyMaxLength, most, &[])).unwrap_or_default()
        }
        FieldKind::File => {
            let (types, size) = (type_names(&asked.accept), size(ctx, asked.max_bytes.unwrap_or(FILE_MAX_BYTES)));
            let values = [("types", types.as_str()), ("size", size.as_str())];
            match asked.most_files() {
                1 => ctx.fill(Key::ApplyFileLimit, &values),
                most => ctx.plural(Key::ApplyFileLimits, most, &values),
            }
        }
        _ => String::new(),
    }
}

/// "10 MB", "63 kB"; never "0 kB".
fn size(ctx: &Ctx, bytes: u64) -> String {
    let kilobytes = (bytes as f64 / 1024.0).max(1.0);
    let (key, number) = match kilobytes < 100.0 {
        true => (Key::ApplyKilobytes, ctx.format.number(kilobytes, 0)),
        false => (Key::ApplyMegabytes, ctx.format.number(kilobytes / 1024.0, 1)),
    };
    ctx.fill(key, &[("number", &number)])
}

fn input(control: &Control<'_>) -> Html {
    let Control { asked, id, described, .. } = control;
    let (kind, inputmode) = match asked.kind {
        FieldKind::Mail => ("email", Some("email")),
        FieldKind::Phone => ("tel", Some("tel")),
        FieldKind::Url => ("url", Some("url")),
        FieldKind::Date => ("date", None),
        _ => ("text", asked.digits.map(|_| "numeric")),
    };
    html! {
        <input class="field__input" id={*id} name={&asked.name} type={kind} {inputmode}
            min={asked.min.as_deref()} max={asked.max.as_deref()} value={control.value()} oninput={control.written()}
            autocomplete={asked.autocomplete.as_deref()} aria-required={control.required()}
            aria-describedby={control.describedby()} aria-invalid={described.invalid} />
    }
}

fn text_area(control: &Control<'_>) -> Html {
    let Control { asked, id, described, .. } = control;
    html! {
        <textarea class="field__input field__input--long" id={*id} name={&asked.name} rows="6"
            value={control.value()} oninput={control.written()}
            autocomplete={asked.autocomplete.as_deref()} aria-required={control.required()}
            aria-describedby={control.describedby()} aria-invalid={described.invalid} />
    }
}

fn select(ctx: &Ctx, control: &Control<'_>) -> Html {
    let Control { asked, id, described, .. } = control;
    let chosen = control.value();
    let option = |option: &FieldOption| {
        html! { <option value={&option.value} selected={option.value == chosen}>{ &option.label }</option> }
    };
    html! {
        <select class="field__input" id={*id} name={&asked.name} onchange={control.written()}
            aria-required={control.required()} aria-describedby={control.describedby()} aria-invalid={described.invalid}>
            <option value="" selected={chosen.is_empty()}>{ ctx.t(Key::ApplyChoose) }</option>
            { for asked.options.iter().map(option) }
        </select>
    }
}

/// One of the options: of several a box to tick, of one a radio button.
fn choice(control: &Control<'_>, option: &FieldOption) -> Html {
    let Control { draft, asked, id, .. } = control;
    let id = concat(&[*id, "-", &option.value]);
    let (kind, onchange) = match asked.kind {
        FieldKind::MultiChoice => ("checkbox", control.ticked(&option.value)),
        _ => ("radio", control.written()),
    };
    html! {
        <div class="choice" key={&option.value}>
            <input class="choice__input" type={kind} id={&id} name={&asked.name} value={&option.value}
                checked={draft.has(&asked.name, &option.value)} {onchange} />
            <label class="choice__label" for={&id}>{ &option.label }</label>
        </div>
    }
}

/// A single tick with its own sentence; the hint says what it means.
fn consent(control: &Control<'_>) -> Html {
    let Control { draft, asked, id, described, .. } = control;
    html! {
        <input class="choice__input" type="checkbox" id={*id} name={&asked.name} value="yes"
            checked={draft.has(&asked.name, "yes")} onchange={control.ticked("yes")} aria-required={control.required()}
            aria-describedby={control.describedby()} aria-invalid={described.invalid} />
    }
}

fn file(control: &Control<'_>, class: &'static str) -> Html {
    let Control { asked, id, described, tell, .. } = control;
    let (name, told) = (asked.name.clone(), tell.told.clone());
    let onchange = Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        if let Some(files) = input.files() {
            told.emit(Told::Files(name.clone(), files));
        }
        // The same file may be chosen again after it was removed.
        input.set_value("");
    });
    let multiple = asked.most_files() > 1;
    html! {
        <input {class} type="file" id={*id} name={&asked.name} accept={accept_list(&asked.accept)}
            {multiple} {onchange} aria-describedby={control.describedby()} aria-invalid={described.invalid} />
    }
}

/// The same question in another form, whose files `draft` holds.
pub fn files_of(
    ctx: &Ctx,
    around: &Field<'_>,
    asked: &FormField,
    (draft, tell): (&ApplyDraft, &Tell),
    is_live: bool,
) -> Html {
    let control = Control { draft, asked, id: around.id, described: &around.described(), tell };
    if is_live { files(ctx, around, &control) } else { plain_files(ctx, around, &control) }
}

fn files(ctx: &Ctx, around: &Field<'_>, control: &Control<'_>) -> Html {
    let Control { draft, asked, tell, .. } = control;
    html! {
        { field(ctx, around, html! {
            <div class="file__box">
                <label class="file__pick">
                    { file(control, "file__input visually-hidden") }
                    <span class="button button--quiet" aria-hidden="true">{ ctx.t(Key::ApplyFileChoose) }</span>
                </label>
                <ul class="file__list" aria-live="polite">
                    { for draft.files_of(&asked.name).map(|file| chosen(ctx, file, asked, tell)) }
                </ul>
            </div>
        }) }
    }
}

/// Without JavaScript: the control, and what came with an earlier try. Each file stays ticked until it is unticked.
fn plain_files(ctx: &Ctx, around: &Field<'_>, control: &Control<'_>) -> Html {
    let Control { draft, asked, .. } = control;
    let kept: Vec<Html> = draft.files_of(&asked.name).filter_map(|file| kept(ctx, file)).collect();
    let chooser = field(ctx, around, file(control, "field__input"));
    if kept.is_empty() {
        return chooser;
    }
    html! { <div class="file">{ chooser }<ul class="file__list">{ for kept }</ul></div> }
}

fn kept(ctx: &Ctx, file: &ChosenFile) -> Option<Html> {
    let FileState::Ready { upload_id } = &file.state else { return None };
    let number = decimal::write(i64::from(file.number));
    let id = concat(&[&control_id(&file.field), "-", &number]);
    let text = ctx.fill(Key::ApplyFileReady, &[("name", &file.name), ("size", &size(ctx, file.bytes))]);
    Some(html! {
        <li class="file__item file__item--ready" key={&number}>
            <div class="choice">
                <input class="choice__input" type="checkbox" id={&id} name={&file.field} value={upload_id} checked=true />
                <label class="choice__label" for={&id}>{ text }</label>
            </div>
        </li>
    })
}

fn chosen(ctx: &Ctx, file: &ChosenFile, asked: &FormField, tell: &Tell) -> Html {
    let number = file.number;
    let acts = |say: fn(u32) -> Told| tell.told.reform(move |_: MouseEvent| say(number));
    let name = ("name", file.name.as_str());
    let (class, words, remove) = match &file.state {
        FileState::Sending { .. } => ("file__item", ctx.fill(Key::ApplyFileSent, &[name]), Key::ApplyFileCancel),
        FileState::Ready { .. } => {
            let size = size(ctx, file.bytes);
            let words = ctx.fill(Key::ApplyFileReady, &[name, ("size", &size)]);
            ("file__item file__item--ready", words, Key::ApplyFileRemove)
        }
        FileState::Failed => {
            ("file__item file__item--wrong", ctx.fill(Key::ApplyFileFailed, &[name]), Key::ApplyFileRemove)
        }
        FileState::Refused { code, limit } => {
            let words = file_words(ctx, &file.name, asked, *code, *limit);
            ("file__item file__item--wrong", words, Key::ApplyFileRemove)
        }
    };
    html! {
        <li {class} key={decimal::write(i64::from(number))}>
            <div class="file__words">
                <span>{ words }</span>
                if let FileState::Sending { percent } = &file.state {
                    { " " }
                    <span class="file__percent" aria-hidden="true">{ ctx.format.percent(*percent) }</span>
                    <progress class="file__progress" max="100" value={decimal::write(i64::from(*percent))} aria-label={&file.name} />
                }
            </div>
            if matches!(file.state, FileState::Failed) {
                <button class="button button--small" type="button" onclick={acts(Told::FileAgain)}>{ ctx.fill(Key::ApplyFileRetry, &[name]) }</button>
            }
            <button class="button button--quiet button--small file__remove" type="button" onclick={acts(Told::FileRemoved)}>
                <span class="visually-hidden">{ ctx.fill(remove, &[name]) }</span>
            </button>
        </li>
    }
}

/// A field that no person sees or reaches; machines fill it.
fn trap(ctx: &Ctx, draft: &ApplyDraft, tell: &Tell) -> Html {
    let oninput = typed(&tell.told, |value| Told::Edit(Edit::Trap(value)));
    html! {
        <div class="visually-hidden" aria-hidden="true">
            <label for="f--website">{ ctx.t(Key::ApplyHoneypot) }</label>
            <input id="f--website" name={carried::TRAP} type="text" tabindex="-1" autocomplete="off" value={&draft.trap} {oninput} />
        </div>
    }
}

/// What the widget puts into JSON, for a form that the browser sends itself.
fn hidden(ctx: &Ctx, parts: &FormParts<'_>, plain: &Plain) -> Html {
    let form = &parts.draft.form;
    let version = decimal::write(i64::from(form.version));
    let pairs = [
        (carried::POSTING, parts.posting.id.as_str()),
        (carried::FORM, form.id.as_str()),
        (carried::VERSION, &version),
        (carried::LANG, ctx.format.lang()),
        (carried::KEY, &plain.key),
    ];
    let hidden = |(name, value): (&'static str, &str)| html! { <input type="hidden" {name} {value} /> };
    html! { <>{ for pairs.into_iter().map(hidden) }</> }
}

fn privacy(ctx: &Ctx, parts: &FormParts<'_>) -> Html {
    let Organization { retention, .. } = parts.organization;
    let number = |days: u32| ctx.format.number(f64::from(days), 0);
    let key = if parts.draft.form.keeper().is_some() { Key::ApplyPrivacyLonger } else { Key::ApplyPrivacy };
    let values = [("days", &*number(retention.default_days)), ("longer", &*number(retention.consented_days))];
    let text = ctx.fill(key, &values);
    let about = parts.organization.privacy_url.as_ref().map(|url| {
        let text = ctx.fill(Key::ApplyPrivacyLink, &[("organization", &parts.organization.name)]);
        html! { <a href={url} target="_blank" rel="noopener">{ text }</a> }
    });
    html! { <p class="apply__privacy">{ text }{ " " }{ for about }</p> }
}

fn promise(ctx: &Ctx, posting: &JobPosting) -> Html {
    let Some(by) = posting.first_answer_by else { return Html::default() };
    let date = ("date", html! { <b>{ ctx.date(by, DateStyle::Long) }</b> });
    let time = ("time", html! { ctx.date(by, DateStyle::Time) });
    let (key, name) = match &posting.first_answer_from {
        Some(person) => (Key::ApplyPromiseFrom, first_name(&person.name)),
        None => (Key::ApplyPromise, ""),
    };
    let name = ("person", html! { { name } });
    html! { <p class="apply__promise">{ ctx.html(key, &[date, time, name]) }</p> }
}

/// What became of sending it, above a button that never moves: whoever pressed it keeps the focus.
fn delivery(ctx: &Ctx, delivery: &Delivery, tell: &Tell) -> Html {
    let (title, lines) = match delivery {
        Delivery::Writing | Delivery::Sending => (None, Vec::new()),
        Delivery::Waiting { why, next_try } => {
            let next_try = ctx.fill(Key::ApplyNextTry, &[("time", next_try)]);
            (Some(Key::ApplyNotDelivered), vec![ctx.t(*why), next_try])
        }
        Delivery::Refused { why } => (None, vec![ctx.t(*why)]),
        Delivery::Closed => (Some(Key::ApplyClosedMeanwhile), vec![ctx.t(Key::ApplyClosedMeanwhileWhy)]),
    };
    let state = if lines.is_empty() {
        let sending = matches!(delivery, Delivery::Sending);
        html! { if sending { <p class="apply__sending" role="status">{ ctx.t(Key::ApplySending) }</p> } }
    } else {
        let text = html! {
            <>
                { for title.map(|title| html! { <h2 class="notice__title">{ ctx.t(title) }</h2> }) }
                { for lines.iter().map(|line| html! { <p>{ line }</p> }) }
            </>
        };
        notice::notice(notice::Tone::Warning, text, Html::default())
    };
    let act = match delivery {
        Delivery::Closed => link(ctx, &tell.go, View::Board, "button", ctx.t(Key::ApplyOthers)),
        Delivery::Waiting { .. } => button::submit(ctx.t(Key::ApplyTryNow)),
        Delivery::Writing | Delivery::Sending | Delivery::Refused { .. } => button::submit(ctx.t(Key::ApplySend)),
    };
    html! {
        <>
            <div class="apply__state">{ state }</div>
            <div class="row">{ act }</div>
        </>
    }
}

/// The sentence for a problem, the same in the summary and at the field.
pub fn words(ctx: &Ctx, draft: &ApplyDraft, trouble: &Trouble) -> String {
    let asked = draft.form.field(trouble.field());
    match trouble {
        Trouble::FileBusy { name, .. } => ctx.fill(Key::ApplyFileBusy, &[("name", name)]),
        Trouble::FileRefused { name, code, limit, .. } => match asked {
            Some(asked) => file_words(ctx, name, asked, *code, *limit),
            None => ctx.fill(Key::ApplyWrong, &[("label", name)]),
        },
        Trouble::Answer(error) => trouble::words(ctx, asked, error),
    }
}

fn file_words(ctx: &Ctx, name: &str, asked: &FormField, code: FieldErrorCode, limit: Option<u64>) -> String {
    let limit = match (code, limit) {
        (FieldErrorCode::TooMany, Some(most)) => ctx.format.number(most as f64, 0),
        _ => size(ctx, limit.or(asked.max_bytes).unwrap_or(FILE_MAX_BYTES)),
    };
    let types = type_names(&asked.accept);
    ctx.fill(trouble::key(code), &[("name", name), ("label", &asked.label), ("limit", &limit), ("types", &types)])
}
