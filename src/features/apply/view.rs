//! The form, drawn from its definition.
//!
//! Pure. MUST: every question has a label; hints and limits stand before the control and are tied to it; errors say
//! the same in the summary and at the field; nothing is ever disabled.

use belofte_contract::apply::{FILE_MAX_BYTES, FieldKind, FieldOption, FormField};
use belofte_contract::organization::Organization;
use belofte_contract::postings::JobPosting;
use belofte_contract::problem::FieldErrorCode;
use belofte_html::html;
use web_sys::{FileList, HtmlInputElement};
use yew::prelude::*;

use super::state::{ApplyDraft, ChosenFile, Edit, FileState, Trouble, accept_list, type_names};
use crate::app::{View, link};
use crate::i18n::{Ctx, DateStyle, Key};
use crate::ui::error_summary::error_summary;
use crate::ui::field::{Described, Field, field, group, typed, typed_into};
use crate::ui::person::first_name;
use crate::ui::{button, notice};

pub struct FormParts<'a> {
    pub posting: &'a JobPosting,
    pub organization: &'a Organization,
    pub draft: &'a ApplyDraft,
    pub problems: &'a [Trouble],
    /// Where the form stands between button and receipt.
    pub delivery: Delivery,
    /// Files travel ahead of the form; without JavaScript they travel in it.
    pub live: bool,
    /// Where a plain form is sent; none in the widget.
    pub plain: Option<Plain>,
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
#[derive(Clone)]
pub struct Tell {
    pub edit: Callback<Edit>,
    /// Field and files chosen.
    pub files: Callback<(String, FileList)>,
    pub file_again: Callback<u32>,
    pub file_removed: Callback<u32>,
    pub submit: Callback<()>,
    pub focus: Callback<String>,
    pub go: Callback<View>,
}

impl Tell {
    /// For pages without JavaScript.
    pub fn nobody() -> Tell {
        Tell {
            edit: Callback::noop(),
            files: Callback::noop(),
            file_again: Callback::noop(),
            file_removed: Callback::noop(),
            submit: Callback::noop(),
            focus: Callback::noop(),
            go: Callback::noop(),
        }
    }
}

pub fn form(ctx: &Ctx, parts: &FormParts<'_>, tell: &Tell) -> Html {
    let words: Vec<(String, String)> =
        parts.problems.iter().map(|problem| (control_id(problem.field()), words(ctx, parts.draft, problem))).collect();
    let onsubmit = button::submitted(&tell.submit);
    let action = parts.plain.as_ref().map(|plain| plain.action.clone());
    let (method, enctype) = match &parts.plain {
        Some(_) => (Some("post"), Some("multipart/form-data")),
        None => (None, None),
    };
    // While it is under way what is written must stay what is sent.
    let inert = matches!(parts.delivery, Delivery::Sending | Delivery::Waiting { .. });
    html! {
        <section class="apply">
            <p class="back">{ link(ctx, &tell.go, View::Posting(parts.posting.id.as_str().into()), "back__link", ctx.t(Key::ApplyBack)) }</p>
            <h1 class="apply__title" tabindex="-1">{ ctx.fill(Key::ApplyTitle, &[("posting", &parts.posting.title)]) }</h1>
            <p class="apply__lead">{ ctx.t(Key::ApplyLead) }</p>
            { error_summary(ctx, &words, &tell.focus) }
            <form class="apply__form" {action} {method} {enctype} {onsubmit} novalidate={parts.live}>
                { for parts.plain.as_ref().map(|plain| carried(ctx, parts, plain)) }
                <div class="apply__fields" {inert}>
                    { for asked(parts).map(|field| question(ctx, parts, field, tell)) }
                    { trap(ctx, parts.draft, &tell.edit) }
                </div>
                { privacy(ctx, parts.organization) }
                { promise(ctx, parts.posting) }
                { delivery(ctx, &parts.delivery, tell) }
            </form>
        </section>
    }
}

/// Without JavaScript nothing can appear while one writes, so everything is asked; conditions only make it optional.
fn asked<'a>(parts: &'a FormParts<'_>) -> impl Iterator<Item = &'a FormField> {
    let form = &parts.draft.form;
    form.fields.iter().filter(|field| !parts.live || form.is_shown(field, &parts.draft.answers))
}

pub fn control_id(field: &str) -> String {
    ["f-", field].concat()
}

fn question(ctx: &Ctx, parts: &FormParts<'_>, asked: &FormField, tell: &Tell) -> Html {
    if asked.kind == FieldKind::Info {
        return html! { <p class="apply__info" key={asked.name.clone()}>{ &asked.label }</p> };
    }
    let id = control_id(&asked.name);
    let error = parts.problems.iter().find(|problem| problem.field() == asked.name);
    let error = error.map(|problem| words(ctx, parts.draft, problem));
    let limit = limit(ctx, asked);
    let hints = [asked.hint.as_deref().unwrap_or_default(), asked.purpose.as_deref().unwrap_or_default(), &limit];
    let optional = !asked.required || (!parts.live && asked.show_if.is_some());
    let around = Field { id: &id, label: &asked.label, hints: &hints, optional, error: error.as_deref() };
    let drawn = match asked.kind {
        FieldKind::Choice if asked.options.len() <= 5 => {
            let options = asked.options.iter().map(|option| radio(parts.draft, asked, option, &around, &tell.edit));
            group(ctx, &around, html! { { for options } })
        }
        FieldKind::MultiChoice => {
            let options = asked.options.iter().map(|option| tick(parts.draft, asked, option, &around, &tell.edit));
            group(ctx, &around, html! { { for options } })
        }
        FieldKind::Consent => consent(parts.draft, asked, &around, tell, ctx),
        FieldKind::File => files(ctx, parts, asked, &around, tell),
        FieldKind::Choice => field(ctx, &around, select(ctx, parts.draft, asked, &around, &tell.edit)),
        FieldKind::LongText => field(ctx, &around, text_area(parts.draft, asked, &around, &tell.edit)),
        FieldKind::Text
        | FieldKind::Mail
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Date
        | FieldKind::Info
        | FieldKind::Unknown => field(ctx, &around, input(parts.draft, asked, &around, &tell.edit)),
    };
    html! { <div class="apply__question" key={asked.name.clone()}>{ drawn }</div> }
}

/// Limits are told before they are hit.
fn limit(ctx: &Ctx, asked: &FormField) -> String {
    match asked.kind {
        FieldKind::LongText => {
            asked.max_length.map(|most| ctx.plural(Key::ApplyMaxLength, most, &[])).unwrap_or_default()
        }
        FieldKind::File => {
            let (types, size) = (type_names(&asked.accept), megabytes(ctx, asked.max_bytes.unwrap_or(FILE_MAX_BYTES)));
            let values = [("types", types.as_str()), ("size", size.as_str())];
            match asked.max_files {
                Some(most) if most > 1 => ctx.plural(Key::ApplyFileLimits, most, &values),
                _ => ctx.fill(Key::ApplyFileLimit, &values),
            }
        }
        _ => String::new(),
    }
}

fn megabytes(ctx: &Ctx, bytes: u64) -> String {
    // Never "0 MB": a tenth at least.
    ctx.format.number((bytes as f64 / (1024.0 * 1024.0)).max(0.1), 1)
}

fn input(draft: &ApplyDraft, asked: &FormField, around: &Field<'_>, edit: &Callback<Edit>) -> Html {
    let (kind, inputmode) = match asked.kind {
        FieldKind::Mail => ("email", Some("email")),
        FieldKind::Phone => ("tel", Some("tel")),
        FieldKind::Url => ("url", Some("url")),
        FieldKind::Date => ("date", None),
        _ => ("text", None),
    };
    let Described { describedby, invalid } = around.described();
    let oninput = typed_into(edit, &asked.name, Edit::Write);
    html! {
        <input class="field__input" id={around.id.to_owned()} name={asked.name.clone()} type={kind} {inputmode}
            value={draft.value(&asked.name).to_owned()} {oninput}
            autocomplete={asked.autocomplete.clone()} aria-required={asked.required.then_some("true")}
            aria-describedby={describedby} aria-invalid={invalid} />
    }
}

fn text_area(draft: &ApplyDraft, asked: &FormField, around: &Field<'_>, edit: &Callback<Edit>) -> Html {
    let Described { describedby, invalid } = around.described();
    let oninput = typed_into(edit, &asked.name, Edit::Write);
    html! {
        <textarea class="field__input field__input--long" id={around.id.to_owned()} name={asked.name.clone()} rows="6"
            value={draft.value(&asked.name).to_owned()} {oninput}
            autocomplete={asked.autocomplete.clone()} aria-required={asked.required.then_some("true")}
            aria-describedby={describedby} aria-invalid={invalid} />
    }
}

fn select(ctx: &Ctx, draft: &ApplyDraft, asked: &FormField, around: &Field<'_>, edit: &Callback<Edit>) -> Html {
    let Described { describedby, invalid } = around.described();
    let onchange = typed_into(edit, &asked.name, Edit::Write);
    let chosen = draft.value(&asked.name);
    let option = |option: &FieldOption| {
        html! { <option value={option.value.clone()} selected={option.value == chosen}>{ &option.label }</option> }
    };
    html! {
        <select class="field__input" id={around.id.to_owned()} name={asked.name.clone()} {onchange}
            aria-required={asked.required.then_some("true")} aria-describedby={describedby} aria-invalid={invalid}>
            <option value="" selected={chosen.is_empty()}>{ ctx.t(Key::ApplyChoose) }</option>
            { for asked.options.iter().map(option) }
        </select>
    }
}

fn radio(
    draft: &ApplyDraft,
    asked: &FormField,
    option: &FieldOption,
    around: &Field<'_>,
    edit: &Callback<Edit>,
) -> Html {
    // The value of a ticked radio button is that of its option.
    choice("radio", draft, asked, option, around, typed_into(edit, &asked.name, Edit::Write))
}

fn tick(
    draft: &ApplyDraft,
    asked: &FormField,
    option: &FieldOption,
    around: &Field<'_>,
    edit: &Callback<Edit>,
) -> Html {
    let (name, value) = (asked.name.clone(), option.value.clone());
    let onchange = edit.reform(move |event: Event| {
        Edit::Tick(name.clone(), value.clone(), event.target_unchecked_into::<HtmlInputElement>().checked())
    });
    choice("checkbox", draft, asked, option, around, onchange)
}

fn choice(
    kind: &'static str,
    draft: &ApplyDraft,
    asked: &FormField,
    option: &FieldOption,
    around: &Field<'_>,
    onchange: Callback<Event>,
) -> Html {
    let id = [around.id, "-", &option.value].concat();
    html! {
        <div class="choice" key={option.value.clone()}>
            <input class="choice__input" type={kind} id={id.clone()} name={asked.name.clone()} value={option.value.clone()}
                checked={draft.has(&asked.name, &option.value)} {onchange} />
            <label class="choice__label" for={id}>{ &option.label }</label>
        </div>
    }
}

/// A single tick with its own sentence; the hint says what it means.
fn consent(draft: &ApplyDraft, asked: &FormField, around: &Field<'_>, tell: &Tell, ctx: &Ctx) -> Html {
    let name = asked.name.clone();
    let onchange = tell.edit.reform(move |event: Event| {
        Edit::Tick(name.clone(), "yes".to_owned(), event.target_unchecked_into::<HtmlInputElement>().checked())
    });
    let Described { describedby, invalid } = around.described();
    let control = html! {
        <input class="choice__input" type="checkbox" id={around.id.to_owned()} name={asked.name.clone()} value="yes"
            checked={draft.has(&asked.name, "yes")} {onchange} aria-describedby={describedby} aria-invalid={invalid} />
    };
    html! { <div class="consent">{ field(ctx, around, control) }</div> }
}

fn files(ctx: &Ctx, parts: &FormParts<'_>, asked: &FormField, around: &Field<'_>, tell: &Tell) -> Html {
    let Described { describedby, invalid } = around.described();
    let name = asked.name.clone();
    let onchange = tell.files.clone();
    let onchange = Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        if let Some(files) = input.files() {
            onchange.emit((name.clone(), files));
        }
        // The same file may be chosen again after it was removed.
        input.set_value("");
    });
    let multiple = asked.max_files.is_some_and(|most| most > 1);
    let class = if parts.live { "file__input visually-hidden" } else { "field__input" };
    let control = html! {
        <input {class} type="file" id={around.id.to_owned()} name={asked.name.clone()} accept={accept_list(&asked.accept)}
            {multiple} {onchange} aria-describedby={describedby} aria-invalid={invalid} />
    };
    if !parts.live {
        return plain_files(ctx, parts, asked, field(ctx, around, control));
    }
    html! {
        <div class="file">
            { field(ctx, around, html! {
                <label class="file__pick">
                    { control }
                    <span class="button button--quiet" aria-hidden="true">{ ctx.t(Key::ApplyFileChoose) }</span>
                </label>
            }) }
            <ul class="file__list" aria-live="polite">
                { for parts.draft.files_of(&asked.name).map(|file| chosen(ctx, file, asked, tell)) }
            </ul>
        </div>
    }
}

/// Without JavaScript: the control, and what came with an earlier try. Each file stays ticked until it is unticked.
fn plain_files(ctx: &Ctx, parts: &FormParts<'_>, asked: &FormField, control: Html) -> Html {
    let kept: Vec<Html> = parts.draft.files_of(&asked.name).filter_map(|file| kept(ctx, file)).collect();
    if kept.is_empty() {
        return control;
    }
    html! { <div class="file">{ control }<ul class="file__list">{ for kept }</ul></div> }
}

fn kept(ctx: &Ctx, file: &ChosenFile) -> Option<Html> {
    let upload_id = file.upload_id()?;
    let id = [&control_id(&file.field), "-", &file.number.to_string()].concat();
    let text = ctx.fill(Key::ApplyFileReady, &[("name", &file.name), ("size", &megabytes(ctx, file.bytes))]);
    Some(html! {
        <li class="file__item file__item--ready" key={file.number.to_string()}>
            <div class="choice">
                <input class="choice__input" type="checkbox" id={id.clone()} name={file.field.clone()} value={upload_id} checked=true />
                <label class="choice__label" for={id}>{ text }</label>
            </div>
        </li>
    })
}

fn chosen(ctx: &Ctx, file: &ChosenFile, asked: &FormField, tell: &Tell) -> Html {
    let number = file.number;
    let name = ("name", file.name.as_str());
    let remove = |key| {
        let onclick = tell.file_removed.reform(move |_: MouseEvent| number);
        html! { <button class="button button--quiet button--small" type="button" {onclick}>{ ctx.fill(key, &[name]) }</button> }
    };
    let (class, words, acts) = match &file.state {
        FileState::Sending { percent } => (
            "file__item",
            html! {
                <>
                    <span>{ ctx.fill(Key::ApplyFileSent, &[name]) }</span>{ " " }
                    <span class="file__percent" aria-hidden="true">{ ctx.format.percent(*percent) }</span>
                    <progress class="file__progress" max="100" value={percent.to_string()} aria-label={file.name.clone()} />
                </>
            },
            remove(Key::ApplyFileCancel),
        ),
        FileState::Ready { .. } => (
            "file__item file__item--ready",
            html! { <span>{ ctx.fill(Key::ApplyFileReady, &[name, ("size", &megabytes(ctx, file.bytes))]) }</span> },
            remove(Key::ApplyFileRemove),
        ),
        FileState::Failed => {
            let again = tell.file_again.reform(move |_: MouseEvent| number);
            (
                "file__item file__item--wrong",
                html! { <span>{ ctx.fill(Key::ApplyFileFailed, &[name]) }</span> },
                html! {
                    <>
                        <button class="button button--small" type="button" onclick={again}>{ ctx.fill(Key::ApplyFileRetry, &[name]) }</button>
                        { remove(Key::ApplyFileRemove) }
                    </>
                },
            )
        }
        FileState::Refused { code, limit } => (
            "file__item file__item--wrong",
            html! { <span>{ file_words(ctx, &file.name, asked, *code, *limit) }</span> },
            remove(Key::ApplyFileRemove),
        ),
    };
    html! { <li {class} key={number.to_string()}><div class="file__words">{ words }</div>{ acts }</li> }
}

/// A field that no person sees or reaches; machines fill it.
fn trap(ctx: &Ctx, draft: &ApplyDraft, edit: &Callback<Edit>) -> Html {
    let oninput = typed(edit, Edit::Trap);
    html! {
        <div class="visually-hidden" aria-hidden="true">
            <label for="f--website">{ ctx.t(Key::ApplyHoneypot) }</label>
            <input id="f--website" name="website" type="text" tabindex="-1" autocomplete="off" value={draft.trap.clone()} {oninput} />
        </div>
    }
}

/// What the widget puts into JSON, for a form that the browser sends itself.
fn carried(ctx: &Ctx, parts: &FormParts<'_>, plain: &Plain) -> Html {
    let form = &parts.draft.form;
    let version = form.version.to_string();
    let pairs = [
        ("posting_id", parts.posting.id.as_str()),
        ("form_id", &form.id),
        ("form_version", &version),
        ("lang", ctx.format.lang()),
        ("idempotency_key", &plain.key),
    ];
    let hidden =
        |(name, value): (&'static str, &str)| html! { <input type="hidden" {name} value={value.to_owned()} /> };
    html! { <>{ for pairs.into_iter().map(hidden) }</> }
}

fn privacy(ctx: &Ctx, organization: &Organization) -> Html {
    let days = ctx.format.number(f64::from(organization.retention.default_days), 0);
    let about = organization.privacy_url.as_ref().map(|url| {
        let text = ctx.fill(Key::ApplyPrivacyLink, &[("organization", &organization.name)]);
        html! { <a href={url.clone()} target="_blank" rel="noopener">{ text }</a> }
    });
    html! { <p class="apply__privacy">{ ctx.fill(Key::ApplyPrivacy, &[("days", &days)]) }{ " " }{ for about }</p> }
}

fn promise(ctx: &Ctx, posting: &JobPosting) -> Html {
    let Some(by) = posting.first_answer_by else { return Html::default() };
    let date = ("date", html! { <b>{ ctx.date(by, DateStyle::Long) }</b> });
    let time = ("time", html! { ctx.date(by, DateStyle::Time) });
    let sentence = match &posting.first_answer_from {
        Some(person) => {
            let name = ("person", html! { first_name(&person.name).to_owned() });
            ctx.html(Key::ApplyPromiseFrom, &[date, time, name])
        }
        None => ctx.html(Key::ApplyPromise, &[date, time]),
    };
    html! { <p class="apply__promise">{ sentence }</p> }
}

/// What became of sending it, above a button that never moves: whoever pressed it keeps the focus.
fn delivery(ctx: &Ctx, delivery: &Delivery, tell: &Tell) -> Html {
    let warning = |title: Option<Key>, lines: &[String]| {
        let text = html! {
            <>
                { for title.map(|title| html! { <h2 class="notice__title">{ ctx.t(title) }</h2> }) }
                { for lines.iter().map(|line| html! { <p>{ line }</p> }) }
            </>
        };
        notice::notice(notice::Tone::Warning, text, Html::default())
    };
    let state = match delivery {
        Delivery::Writing => Html::default(),
        Delivery::Sending => html! { <p class="apply__sending" role="status">{ ctx.t(Key::ApplySending) }</p> },
        Delivery::Waiting { why, next_try } => {
            let next_try = ctx.fill(Key::ApplyNextTry, &[("time", next_try)]);
            warning(Some(Key::ApplyNotDelivered), &[ctx.t(*why), next_try])
        }
        Delivery::Refused { why } => warning(None, &[ctx.t(*why)]),
        Delivery::Closed => warning(Some(Key::ApplyClosedMeanwhile), &[ctx.t(Key::ApplyClosedMeanwhileWhy)]),
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
        Trouble::Answer(error) => {
            let limit = error.limit.map(|limit| ctx.format.number(limit as f64, 0)).unwrap_or_default();
            let label = asked.map_or(error.field.as_str(), |asked| &asked.label);
            // "Are you registered?" becomes "Are you registered: choose one of the answers."
            let label = label.trim_end_matches(['?', ':', '.', ' ']);
            let key = match (error.code, asked.map(|asked| asked.kind)) {
                (FieldErrorCode::Required, Some(FieldKind::Choice | FieldKind::MultiChoice)) => Key::ApplyNotAChoice,
                (FieldErrorCode::Required, Some(FieldKind::File)) => Key::ApplyRequiredFile,
                (code, _) => key(code),
            };
            ctx.fill(key, &[("label", label), ("limit", &limit), ("name", label)])
        }
    }
}

fn file_words(ctx: &Ctx, name: &str, asked: &FormField, code: FieldErrorCode, limit: Option<u64>) -> String {
    let limit = megabytes(ctx, limit.or(asked.max_bytes).unwrap_or(FILE_MAX_BYTES));
    let types = type_names(&asked.accept);
    ctx.fill(key(code), &[("name", name), ("label", &asked.label), ("limit", &limit), ("types", &types)])
}

fn key(code: FieldErrorCode) -> Key {
    match code {
        FieldErrorCode::Required => Key::ApplyRequired,
        FieldErrorCode::TooShort => Key::ApplyTooShort,
        FieldErrorCode::TooLong => Key::ApplyTooLong,
        FieldErrorCode::TooMany => Key::ApplyTooMany,
        FieldErrorCode::TooLarge => Key::ApplyTooLarge,
        FieldErrorCode::NotAnEmail => Key::ApplyNotAnEmail,
        FieldErrorCode::NotAPhone => Key::ApplyNotAPhone,
        FieldErrorCode::NotAUrl => Key::ApplyNotAUrl,
        FieldErrorCode::NotADate => Key::ApplyNotADate,
        FieldErrorCode::NotAChoice => Key::ApplyNotAChoice,
        FieldErrorCode::FileType => Key::ApplyFileType,
        FieldErrorCode::FileEmpty => Key::ApplyFileEmpty,
        FieldErrorCode::FileGone => Key::ApplyFileGone,
        FieldErrorCode::ConsentNeeded => Key::ApplyConsentNeeded,
        FieldErrorCode::InThePast => Key::ApplyInThePast,
        FieldErrorCode::Unknown => Key::ApplyWrong,
    }
}
