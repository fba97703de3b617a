//! A recruiter's text drawn as nodes; there is no way for a string of HTML to get in.

use belofte_contract::rich_text::{Block, BlockKind, Inline, RichText};
use belofte_html::html;
use yew::prelude::*;

/// Headings become `h3`: the view's own sections are `h2`.
pub fn rich_text(text: &RichText) -> Html {
    html! {
        <div class="rich-text">
            for one in &text.0 {
                { block(one) }
            }
        </div>
    }
}

fn block(block: &Block) -> Html {
    match block.kind {
        BlockKind::Heading => html! { <h3>{ lines(block) }</h3> },
        BlockKind::List => html! {
            <ul>
                for line in &block.lines {
                    <li>{ inlines(line) }</li>
                }
            </ul>
        },
        BlockKind::Paragraph | BlockKind::Unknown => html! { <p>{ lines(block) }</p> },
    }
}

fn lines(block: &Block) -> Html {
    html! { for line in &block.lines { { inlines(line) } } }
}

fn inlines(line: &[Inline]) -> Html {
    html! { for one in line { { inline(one) } } }
}

fn inline(inline: &Inline) -> Html {
    let words = if inline.emphasis {
        html! { <em>{ &inline.text }</em> }
    } else {
        html! { &inline.text }
    };
    match inline.safe_href() {
        Some(href) => html! { <a {href} rel="noopener">{ words }</a> },
        None => words,
    }
}
