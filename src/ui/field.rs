//! A question with its label, hint and error around one control or a group of them.
//!
//! MUST tie hint and error to the control (`aria-describedby`) and mark it `aria-invalid` while an error stands. An error
//! begins with the label in the list on top; right below the label only the rest is said.

use belofte_html::html;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::i18n::{Ctx, Key};
use crate::text::concat;

/// Everything around the control.
#[derive(Default)]
pub struct Field<'a> {
    /// Id of the control; hint and error are `{id}-hint` and `{id}-error`.
    pub id: &'a str,
    pub label: &'a str,
    /// Told before anything is typed: hint, purpose, limits. Empty ones are left out.
    pub hints: &'a [&'a str],
    pub optional: bool,
    pub error: Option<&'a str>,
    /// The error stands no more and only keeps its room.
    pub mended: bool,
}

/// What the control itself must carry.
pub struct Described {
    pub describedby: Option<String>,
    pub invalid: Option<&'static str>,
}

impl Field<'_> {
    fn wrong(&self) -> bool {
        self.error.is_some() && !self.mended
    }

    pub fn described(&self) -> Described {
        let hint = self.hints.iter().any(|hint| !hint.is_empty()).then(|| concat(&[self.id, "-hint"]));
        let error = self.wrong().then(|| concat(&[self.id, "-error"]));
        let describedby = match (hint, error) {
            (Some(hint), Some(error)) => Some(concat(&[hint.as_str(), " ", &error])),
            (hint, error) => hint.or(error),
        };
        Described { describedby, invalid: self.wrong().then_some("true") }
    }
}

/// One control with a label.
pub fn field(ctx: &Ctx, field: &Field<'_>, control: Html) -> Html {
    html! {
        <div class={class(field)}>
            <label class="field__label" for={field.id.to_owned()}>{ label(ctx, field) }</label>
            { around(field) }
            { control }
        </div>
    }
}

/// Several controls under one question: choices, files.
pub fn group(ctx: &Ctx, field: &Field<'_>, controls: Html) -> Html {
    let Described { describedby, invalid } = field.described();
    // The group takes focus from the error summary.
    html! {
        <fieldset class={class(field)} id={field.id.to_owned()} tabindex="-1" aria-describedby={describedby} aria-invalid={invalid}>
            <legend class="field__label">{ label(ctx, field) }</legend>
            { around(field) }
            { controls }
        </fieldset>
    }
}

/// Tells what now stands in the control, as `say` puts it. A plain function: a closure would be a program of its own.
pub fn typed<T: 'static, E: AsRef<Event> + 'static>(tell: &Callback<T>, say: fn(String) -> T) -> Callback<E> {
    tell.reform(move |event: E| say(value(event.as_ref())))
}

/// The same for one of many controls, which `name` tells apart.
pub fn typed_into<T: 'static, E: AsRef<Event> + 'static>(
    tell: &Callback<T>,
    name: &str,
    say: fn(String, String) -> T,
) -> Callback<E> {
    let name = name.to_owned();
    tell.reform(move |event: E| say(name.clone(), value(event.as_ref())))
}

fn value(event: &Event) -> String {
    // Text areas and selects have the same property; the type is a name for it and is not looked at.
    event.target_unchecked_into::<HtmlInputElement>().value()
}

fn class(field: &Field<'_>) -> &'static str {
    match field.error {
        Some(_) if field.mended => "field field--wrong field--mended",
        Some(_) => "field field--wrong",
        None => "field",
    }
}

fn label(ctx: &Ctx, field: &Field<'_>) -> Html {
    let optional = field.optional.then(|| html! { <span class="field__optional">{ ctx.t(Key::FormOptional) }</span> });
    html! { <>{ field.label }{ " " }{ for optional }</> }
}

fn around(field: &Field<'_>) -> Html {
    let hints = field.hints.iter().filter(|hint| !hint.is_empty());
    let hints: Html = hints.map(|hint| html! { <span class="field__hint-line">{ *hint }{ " " }</span> }).collect();
    let has_hints = field.hints.iter().any(|hint| !hint.is_empty());
    html! {
        <>
            if has_hints {
                <p class="field__hint" id={concat(&[field.id, "-hint"])}>{ hints }</p>
            }
            if let Some(error) = field.error {
                <p class="field__error" id={concat(&[field.id, "-error"])}>{ without_label(error, field.label) }</p>
            }
        </>
    }
}

/// "“Your name”: fill this in." → "fill this in."; the style sheet makes its first letter a capital.
fn without_label<'a>(error: &'a str, label: &str) -> &'a str {
    let rest = error.strip_prefix('“').and_then(|rest| rest.strip_prefix(label)?.strip_prefix("”: "));
    rest.unwrap_or(error)
}
