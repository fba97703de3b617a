//! What keeps a form from being sent, in one list on top of it. Each line leads to its field.
//!
//! MUST take focus when it appears (the caller focuses `ID`) and use the same words as the field.

use belofte_html::html;
use yew::prelude::*;

use crate::i18n::{Ctx, Key};
use crate::text::concat;

pub const ID: &str = "problems";

/// `problems`: id of the control and the words. `focus` is told the id of the field to go to.
pub fn error_summary(ctx: &Ctx, problems: &[(String, String)], focus: &Callback<String>) -> Html {
    if problems.is_empty() {
        return Html::default();
    }
    let lines = problems.iter().map(|(id, text)| {
        let target = id.clone();
        let onclick = focus.reform(move |event: MouseEvent| {
            event.prevent_default();
            target.clone()
        });
        html! { <li><a href={concat(&["#", id])} {onclick}>{ text }</a></li> }
    });
    html! {
        <div class="error-summary" id={ID} role="alert" tabindex="-1">
            <h2 class="error-summary__title">{ ctx.plural(Key::UiProblems, problems.len() as u32, &[]) }</h2>
            <ul class="error-summary__list">{ for lines }</ul>
        </div>
    }
}
