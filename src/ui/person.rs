//! A person: face, name, role. A picture never stands in for the name.

use belofte_contract::contacts::Person;
use belofte_html::html;
use yew::prelude::*;

use crate::i18n::Ctx;

/// The picture alone, decorative: the name stands beside it.
pub fn face(ctx: &Ctx, name: &str, photo_url: Option<&str>) -> Html {
    match photo_url {
        Some(url) => {
            html! { <img class="face" src={ctx.media(url)} alt="" width="40" height="40" loading="lazy" decoding="async" /> }
        }
        None => {
            let initials: String = name.split(' ').filter_map(|word| word.chars().next()).take(2).collect();
            html! { <span class="face face--letters" aria-hidden="true">{ initials }</span> }
        }
    }
}

/// "Sanne de Wit, recruiter" with her face; `more` follows on the same line.
pub fn person(ctx: &Ctx, person: &Person, more: Html) -> Html {
    html! {
        <div class="who">
            { face(ctx, &person.name, person.photo_url.as_deref()) }
            <span class="who__text">
                <span class="who__name">{ &person.name }</span>
                if !person.role.is_empty() {
                    <span class="who__role">{ ", " }{ &person.role }</span>
                }
                { more }
            </span>
        </div>
    }
}

/// The name people call someone by: "Sanne".
pub fn first_name(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}
