//! A copy of the answers, as they were given: on the receipt and on the status page.
//!
//! Pure: values are written out by the server already. Never formats, never hides one.

use belofte_contract::timeline::AnsweredField;
use belofte_html::html;
use yew::prelude::*;

pub fn answers(answers: &[AnsweredField]) -> Html {
    html! {
        <dl class="copy__list">
            for answer in answers {
                <div class="copy__line">
                    <dt>{ &answer.label }</dt>
                    for value in &answer.values {
                        <dd>{ value }</dd>
                    }
                </div>
            }
        </dl>
    }
}
