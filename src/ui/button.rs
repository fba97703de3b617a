//! Buttons. Always a real `<button>`, never disabled: a second click changes nothing by itself.

use belofte_html::html;
use yew::prelude::*;

/// The one thing to do here.
pub fn primary(text: String, onclick: Callback<MouseEvent>) -> Html {
    html! { <button class="button" type="button" {onclick}>{ text }</button> }
}

/// Anything else.
pub fn quiet(text: String, onclick: Callback<MouseEvent>) -> Html {
    html! { <button class="button button--quiet" type="button" {onclick}>{ text }</button> }
}

/// A press, told without its event.
pub fn pressed(tell: &Callback<()>) -> Callback<MouseEvent> {
    tell.reform(|_| ())
}

/// A form that is sent, told instead of leaving the page.
pub fn submitted(tell: &Callback<()>) -> Callback<SubmitEvent> {
    tell.reform(|event: SubmitEvent| event.prevent_default())
}

/// Sends the form it stands in.
pub fn submit(text: String) -> Html {
    html! { <button class="button" type="submit">{ text }</button> }
}
