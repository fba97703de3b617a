//! What is kept, as a list.
//!
//! Pure.

use belofte_contract::privacy::{Held, HeldThing};
use belofte_html::html;
use yew::prelude::*;

use crate::i18n::{Ctx, Key};
use crate::ui::button;

/// Each kind of thing: how many, what for, until when.
pub fn things(ctx: &Ctx, held: &Held) -> Html {
    let thing = |thing: &HeldThing| {
        let count = ctx.format.number(f64::from(thing.count), 0);
        html! {
            <li class="held__thing" key={&thing.what}>
                <b>{ &thing.what }</b>{ " (" }{ count }{ ")" }
                <p class="held__why">{ &thing.why }</p>
                <p class="held__why">{ ctx.fill(Key::PrivacyUntil, &[("until", &thing.until)]) }</p>
            </li>
        }
    };
    html! { <ul class="held__things">{ for held.things.iter().map(thing) }</ul> }
}

pub fn save(ctx: &Ctx, save: Callback<MouseEvent>, failed: bool) -> Html {
    html! {
        <>
            <p class="held__why">{ ctx.t(Key::PrivacySaveText) }</p>
            <div class="row">{ button::quiet(ctx.t(Key::StatusExport), save) }</div>
            if failed {
                <p role="alert">{ ctx.t(Key::UiOffline) }</p>
            }
        </>
    }
}

/// The list with links to what can be done, for pages without JavaScript.
#[cfg(feature = "ssr")]
pub fn plain(ctx: &Ctx, held: &Held, path: &str, lang: &str) -> Html {
    use crate::text::concat;
    let to = |rest: &str| concat(&[path, "/", rest, "?lang=", lang]);
    let links = [
        ("answers", Key::PrivacyCorrectTitle),
        ("address", Key::PrivacyAddressTitle),
        ("erasure", Key::PrivacyEraseTitle),
    ];
    html! {
        <div class="held">
            { things(ctx, held) }
            <p class="held__why">{ ctx.t(Key::PrivacySaveText) }</p>
            <p class="row"><a class="button button--quiet" href={to("export.zip")}>{ ctx.t(Key::StatusExport) }</a></p>
            <ul class="held__things">
                for (word, title) in links {
                    <li><a href={to(word)}>{ ctx.t(title) }</a></li>
                }
            </ul>
        </div>
    }
}
