//! A recruiter's text drawn as nodes; there is no way for a string of HTML to get in.

use belofte_contract::rich_text::{Block, BlockKind, Inline, RichText};
use belofte_html::html;
use yew::prelude::*;

/// Headings become `h3`: the view's own sections are `h2`.
pub fn rich_text(text: &RichText) -> Html {
    html! { <div class="rich-text">{ for text.0.iter().map(block) }</div> }
}

fn block(block: &Block) -> Html {
    match block.kind {
        BlockKind::Heading => html! { <h3>{ for block.lines.iter().flatten().map(inline) }</h3> },
        BlockKind::List => html! {
            <ul>{ for block.lines.iter().map(|line| html! { <li>{ for line.iter().map(inline) }</li> }) }</ul>
        },
        BlockKind::Paragraph | BlockKind::Unknown => {
            html! { <p>{ for block.lines.iter().flatten().map(inline) }</p> }
        }
    }
}

fn inline(inline: &Inline) -> Html {
    let words = if inline.emphasis {
        html! { <em>{ &inline.text }</em> }
    } else {
        html! { &inline.text }
    };
    match inline.safe_href() {
        Some(href) => html! { <a href={href.to_owned()} rel="noopener">{ words }</a> },
        None => words,
    }
}
