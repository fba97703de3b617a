//! What keeps a form from being sent, in one list on top of it. Each line leads to its field.
//!
//! MUST take focus when it appears (the caller focuses `ID`) and use the words of the field, after its label. A line that is mended
//! stays with a tick, so that nothing jumps; it is not read out any more.

use belofte_html::html;
use yew::prelude::*;

use crate::i18n::{Ctx, Key};
use crate::text::concat;

pub const ID: &str = "problems";

/// What is wrong with the control of this id, in words.
pub struct Wrong {
    pub id: String,
    pub text: String,
    pub mended: bool,
}

/// `focus` is told the id of the field to go to.
pub fn error_summary(ctx: &Ctx, problems: &[Wrong], focus: &Callback<String>) -> Html {
    if problems.is_empty() {
        return Html::default();
    }
    let left = problems.iter().filter(|wrong| !wrong.mended).count() as u32;
    let lines = problems.iter().map(|Wrong { id, text, mended }| {
        let target = id.clone();
        let onclick = focus.reform(move |event: MouseEvent| {
            event.prevent_default();
            target.clone()
        });
        html! { <li inert={*mended}><a href={concat(&["#", id])} {onclick}>{ text }</a></li> }
    });
    let title = if left == 0 { ctx.t(Key::FormMended).to_owned() } else { ctx.plural(Key::FormProblems, left, &[]) };
    html! {
        <div class={if left == 0 { "error-summary mended" } else { "error-summary" }} id={ID} role="alert" tabindex="-1">
            <h2 class="error-summary__title">{ title }</h2>
            <ul class="error-summary__list">{ for lines }</ul>
        </div>
    }
}
