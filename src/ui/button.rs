//! Buttons. Always a real `<button>`, never disabled: a second click changes nothing by itself.

use belofte_html::html;
use yew::prelude::*;

/// The one thing to do here.
pub fn primary(text: impl Into<Html>, onclick: Callback<MouseEvent>) -> Html {
    html! { <button class="button" type="button" {onclick}>{ text.into() }</button> }
}

/// Anything else.
pub fn quiet(text: impl Into<Html>, onclick: Callback<MouseEvent>) -> Html {
    html! { <button class="button button--quiet" type="button" {onclick}>{ text.into() }</button> }
}

/// Sends the form it stands in.
pub fn submit(text: impl Into<Html>) -> Html {
    html! { <button class="button" type="submit">{ text.into() }</button> }
}
