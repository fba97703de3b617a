//! A small form, and what came of it.
//!
//! Pure. MUST: every question has a label; hint and error are tied to the control; nothing is ever disabled; while it is
//! under way what is written stays what is sent.

use belofte_contract::apply::{FieldKind, FieldOption, carried};
use belofte_contract::told::Told;
use belofte_html::html;
use yew::prelude::*;

use super::state::{AskDraft, Edit, Form, Look, Question};
use crate::api::ApiError;
use crate::features::apply::state::Trouble;
use crate::features::apply::view as files;
use crate::i18n::{Ctx, Key};
use crate::submission::{Found, Submission};
use crate::text::concat;
use crate::ui::error_summary::{Wrong, error_summary};
use crate::ui::field::{Described, Field, field, group, typed_into};
use crate::ui::leaf::leaf;
use crate::ui::notice::{self, Tone};
use crate::ui::{button, live, trouble};

pub struct FormParts<'a> {
    pub draft: &'a AskDraft,
    pub submission: &'a Submission<AskDraft>,
    /// The key of a plain form; none in the widget.
    pub plain: Option<&'a str>,
}

pub struct Tell {
    pub edit: Callback<Edit>,
    pub files: files::Tell,
    pub submit: Callback<()>,
    /// To the control with this id.
    pub focus: Callback<String>,
}

impl Tell {
    /// For pages without JavaScript.
    pub fn nobody() -> Tell {
        Tell { edit: Callback::noop(), files: files::Tell::nobody(), submit: Callback::noop(), focus: Callback::noop() }
    }
}

/// Of the form, and of its controls with their names behind it.
pub fn id(form: &Form) -> String {
    concat(&["ask-", form.word])
}

pub fn id_of(form: &Form, name: &str) -> String {
    concat(&["ask-", form.word, "-", name])
}

pub fn form(ctx: &Ctx, parts: &FormParts<'_>, tell: &Tell) -> Html {
    let form = &*parts.draft.form;
    let wrong = |Found { problem, mended }: &Found<Trouble>| Wrong {
        id: id_of(form, problem.field()),
        text: match problem {
            Trouble::Answer(error) => trouble::words(ctx, form.asked(&error.field), error),
            of_file => files::words(ctx, &parts.draft.files, of_file),
        },
        mended: *mended,
    };
    let wrong: Vec<Wrong> = parts.submission.problems().iter().map(wrong).collect();
    let is_live = live(parts.plain.is_none());
    let (waits, said) = match parts.submission {
        // A plain form is not sent by itself: it can be mended.
        Submission::Failed { error, .. } => (is_live && error.passes(), Some(why(error))),
        Submission::Sending { .. } => (true, None),
        Submission::Editing { .. } | Submission::Sent => (false, None),
    };
    let sending = matches!(parts.submission, Submission::Sending { .. }).then(|| ctx.t(Key::WaysSending));
    let enctype = (!is_live && form.has_files()).then_some("multipart/form-data");
    let send = if waits && said.is_some() { ctx.t(Key::UiTryAgain) } else { form.send.clone() };
    html! {
        <div class="ask" id={id(form)}>
            if !form.lead.is_empty() {
                <p class="ask__lead">{ &form.lead }</p>
            }
            { error_summary(ctx, &wrong, &tell.focus) }
            <form class="ask__form" method={(!is_live).then_some("post")} {enctype} onsubmit={button::submitted(&tell.submit)} novalidate={is_live}>
                if let Some(key) = parts.plain {
                    <input type="hidden" name={carried::KEY} value={key} />
                }
                <div inert={waits}>
                    { for form.questions.iter().map(|question| asked(ctx, parts, question, &wrong, tell)) }
                </div>
                // Kept in the page while empty, so that what appears in it is told.
                <p class="loading" role="status">{ for sending }</p>
                if let Some(said) = said {
                    { notice::notice(Tone::Warning, html! { <p>{ ctx.t(said) }</p> }, Html::default()) }
                }
                <div class="row">{ button::submit(send) }</div>
            </form>
        </div>
    }
}

/// Why it did not arrive, or will not.
pub fn why(error: &ApiError) -> Key {
    match error {
        ApiError::Conflict => Key::WaysConflict,
        ApiError::KeyReused => Key::WaysArrived,
        error => notice::words(error),
    }
}

fn asked(ctx: &Ctx, parts: &FormParts<'_>, question: &Question, wrong: &[Wrong], tell: &Tell) -> Html {
    let (asked, value) = (&question.asked, parts.draft.value(question));
    if question.look == Look::Hidden {
        // The widget knows it without a control.
        return html! { if parts.plain.is_some() { <input type="hidden" name={&asked.name} {value} /> } };
    }
    let id = id_of(&parts.draft.form, &asked.name);
    if question.look == Look::Trap {
        let oninput = typed_into(&tell.edit, &asked.name, Edit::Write);
        return html! {
            <div class="visually-hidden" aria-hidden="true" key={&asked.name}>
                <label for={&id}>{ ctx.t(Key::ApplyHoneypot) }</label>
                <input id={&id} name={&asked.name} type="text" tabindex="-1" autocomplete="off" {value} {oninput} />
            </div>
        };
    }
    let wrong = wrong.iter().find(|wrong| wrong.id == id);
    let (error, mended) = (wrong.map(|wrong| wrong.text.as_str()), wrong.is_some_and(|wrong| wrong.mended));
    let count = if question.is_files() { files::limit(ctx, asked) } else { count(ctx, question, value) };
    let hints = [asked.hint.as_deref().unwrap_or_default(), &count];
    let around = Field { id: &id, label: &asked.label, hints: &hints, optional: !asked.required, error, mended };
    let control = Control { question, id: &id, value, described: &around.described(), tell };
    let drawn = match (&question.look, asked.kind) {
        (Look::Scale { low, high }, _) => group(ctx, &around, scale(&control, low, high)),
        (Look::Days(days), _) => group(ctx, &around, by_day(&control, days)),
        (_, FieldKind::Choice) if asked.options.len() > 5 => field(ctx, &around, select(ctx, &control)),
        (_, FieldKind::Choice) => {
            let options = asked.options.iter().map(|option| choice(&control, option));
            group(ctx, &around, html! { { for options } })
        }
        (_, FieldKind::Consent) => html! { <div class="consent">{ field(ctx, &around, tick(&control)) }</div> },
        (_, FieldKind::File) => {
            let is_live = live(parts.plain.is_none());
            files::files_of(ctx, &around, asked, (&parts.draft.files, &tell.files), is_live)
        }
        (_, FieldKind::LongText) => field(ctx, &around, text_area(&control)),
        _ => field(ctx, &around, input(&control)),
    };
    html! { <div class="ask__question" key={&asked.name}>{ drawn }</div> }
}

/// How much of a long text is written, once it has a limit.
fn count(ctx: &Ctx, question: &Question, value: &str) -> String {
    let (FieldKind::LongText, Some(most)) = (question.asked.kind, question.asked.max_length) else {
        return String::new();
    };
    let number = |count: usize| ctx.format.number(count as f64, 0);
    let (count, most) = (number(value.trim().chars().count()), number(most as usize));
    ctx.fill(Key::WaysCount, &[("count", &count), ("most", &most)])
}

/// What every control is drawn from.
struct Control<'a> {
    question: &'a Question,
    id: &'a str,
    value: &'a str,
    described: &'a Described,
    tell: &'a Tell,
}

impl Control<'_> {
    fn required(&self) -> Option<&'static str> {
        self.question.asked.required.then_some("true")
    }

    fn describedby(&self) -> Option<&str> {
        self.described.describedby.as_deref()
    }

    fn written<E: AsRef<Event> + 'static>(&self) -> Callback<E> {
        typed_into(&self.tell.edit, &self.question.asked.name, Edit::Write)
    }
}

fn input(control: &Control<'_>) -> Html {
    let Control { question, id, value, described, .. } = control;
    let asked = &question.asked;
    let kind = match asked.kind {
        _ if question.look == Look::Moment => "datetime-local",
        FieldKind::Mail => "email",
        FieldKind::Phone => "tel",
        FieldKind::Date => "date",
        _ => "text",
    };
    html! {
        <input class="field__input" id={*id} name={&asked.name} type={kind} value={*value} oninput={control.written()}
            min={asked.min.as_deref()} max={asked.max.as_deref()} autocomplete={asked.autocomplete.as_deref()}
            aria-required={control.required()} aria-describedby={control.describedby()} aria-invalid={described.invalid} />
    }
}

fn text_area(control: &Control<'_>) -> Html {
    let Control { question, id, value, described, .. } = control;
    html! {
        <textarea class="field__input field__input--long" id={*id} name={&question.asked.name} rows="5"
            value={*value} oninput={control.written()} aria-required={control.required()}
            aria-describedby={control.describedby()} aria-invalid={described.invalid} />
    }
}

fn select(ctx: &Ctx, control: &Control<'_>) -> Html {
    let Control { question, id, value, described, .. } = control;
    let option = |option: &FieldOption| {
        html! { <option value={&option.value} selected={option.value == *value}>{ &option.label }</option> }
    };
    html! {
        <select class="field__input" id={*id} name={&question.asked.name} onchange={control.written()}
            aria-required={control.required()} aria-describedby={control.describedby()} aria-invalid={described.invalid}>
            <option value="" selected={value.is_empty()}>{ ctx.t(Key::ApplyChoose) }</option>
            { for question.asked.options.iter().map(option) }
        </select>
    }
}

fn choice(control: &Control<'_>, option: &FieldOption) -> Html {
    html! {
        <div class="choice" key={&option.value}>
            { radio(control, option, "choice__input") }
            <label class="choice__label" for={concat(&[control.id, "-", &option.value])}>{ &option.label }</label>
        </div>
    }
}

/// The options in their order, each day's under its heading.
fn by_day(control: &Control<'_>, days: &[(String, usize)]) -> Html {
    let mut options = control.question.asked.options.iter();
    let mut drawn = Vec::new();
    for (day, count) in days {
        let under: Vec<Html> = options.by_ref().take(*count).map(|option| choice(control, option)).collect();
        drawn.push(html! { <div class="days__of" key={day}><p class="days__day">{ day }</p>{ for under }</div> });
    }
    html! { <div class="days">{ for drawn }</div> }
}

fn scale(control: &Control<'_>, low: &str, high: &str) -> Html {
    let one = |option: &FieldOption| {
        html! {
            <label class="scale__one" key={&option.value}>
                { radio(control, option, "scale__input") }
                <span>{ &option.label }</span>
            </label>
        }
    };
    html! {
        <div class="scale">
            <div class="scale__row">{ for control.question.asked.options.iter().map(one) }</div>
            <p class="scale__ends"><span>{ low }</span><span>{ high }</span></p>
        </div>
    }
}

fn radio(control: &Control<'_>, option: &FieldOption, class: &'static str) -> Html {
    html! {
        <input {class} type="radio" id={concat(&[control.id, "-", &option.value])} name={&control.question.asked.name}
            value={&option.value} checked={option.value == control.value} onchange={control.written()} />
    }
}

fn tick(control: &Control<'_>) -> Html {
    let Control { question, id, value, described, tell } = control;
    let (name, now) = (question.asked.name.clone(), if *value == "yes" { "" } else { "yes" });
    let onchange = tell.edit.reform(move |_: Event| Edit::Write(name.clone(), now.to_owned()));
    html! {
        <input class="choice__input" type="checkbox" id={*id} name={&question.asked.name} value="yes" checked={*value == "yes"}
            {onchange} aria-required={control.required()} aria-describedby={control.describedby()}
            aria-invalid={described.invalid} />
    }
}

/// What came of it; its title takes the focus. A promise shows its date.
pub fn told(ctx: &Ctx, form: &Form, told: &Told) -> Html {
    html! {
        <div class="ask" id={id(form)}>{ answered(ctx, told) }</div>
    }
}

/// Of the second level: it stands beside the heading of its way, or right under that of a page.
pub fn answered(ctx: &Ctx, told: &Told) -> Html {
    html! {
        <div class="told next">
            if let Some(promise) = &told.promise {
                { leaf(ctx, promise.due_at) }
            }
            <div class="next__body">
                <h2 class="told__title" tabindex="-1">{ &told.title }</h2>
                <p class="next__text">{ &told.text }</p>
            </div>
        </div>
    }
}
