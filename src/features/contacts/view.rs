//! Fixed contacts with what to ask them for, and colleagues with one honest sentence each.
//!
//! Pure. MUST: each contact is a list item headed by the name; phone and mail are links that say the number and the
//! address; who is away says until when and who stands in; pictures are decorative.

use belofte_contract::Timestamp;
use belofte_contract::contacts::{Colleague, Contact};
use belofte_html::html;
use yew::prelude::*;

use crate::i18n::{Ctx, DateStyle, Key};
use crate::text::concat;
use crate::ui::person::{face, first_name};

/// Both lists; nothing at all when there is nobody.
pub fn people(ctx: &Ctx, contacts: &[Contact], colleagues: &[Colleague]) -> Html {
    html! { <>{ reachable(ctx, contacts) }{ future_colleagues(ctx, colleagues) }</> }
}

fn reachable(ctx: &Ctx, contacts: &[Contact]) -> Html {
    if contacts.is_empty() {
        return Html::default();
    }
    html! {
        <section class="contacts" id="contacts">
            <h2 class="contacts__title">{ ctx.t(Key::ContactsTitle) }</h2>
            <p class="contacts__lead">{ ctx.t(Key::ContactsLead) }</p>
            <ul class="contacts__list">
                for one in contacts {
                    { contact(ctx, one) }
                }
            </ul>
        </section>
    }
}

fn contact(ctx: &Ctx, contact: &Contact) -> Html {
    let facts = [
        (Key::ContactsPhone, "tel:", &contact.phone),
        (Key::ContactsMail, "mailto:", &contact.email),
        (Key::ContactsHours, "", &contact.hours),
        (Key::ContactsUsualAnswer, "", &contact.usual_answer),
    ];
    html! {
        <li class="contact" key={&contact.id}>
            { face(ctx, &contact.name, contact.photo_url.as_deref()) }
            <div class="contact__body">
                <h3 class="contact__name">{ &contact.name }</h3>
                <p class="contact__role">{ &contact.role }</p>
                <p class="contact__purpose">{ &contact.purpose }</p>
                { for away(ctx, contact) }
                <dl class="contact__facts">
                    for (label, scheme, value) in facts {
                        if let Some(value) = value {
                            <div class="contact__fact"><dt>{ ctx.t(label) }</dt><dd>{ fact(scheme, value) }</dd></div>
                        }
                    }
                </dl>
            </div>
        </li>
    }
}

/// A number or an address as a link, or plain words where there is no scheme.
fn fact(scheme: &str, value: &str) -> Html {
    if scheme.is_empty() {
        return html! { value };
    }
    let dialled = scheme == "tel:";
    let target: String = value.chars().filter(|sign| !dialled || sign.is_ascii_digit() || *sign == '+').collect();
    // On a phone a long address breaks behind its sign rather than within a word.
    let (name, host) = value.split_at(value.find('@').map_or(0, |at| at + 1));
    html! {
        <a href={concat(&[scheme, &target])}>
            { name }
            if !name.is_empty() {
                <wbr/>
            }
            { host }
        </a>
    }
}

/// Until when, and who answers meanwhile.
fn away(ctx: &Ctx, contact: &Contact) -> Option<Html> {
    let until = Timestamp::parse(&concat(&[contact.away_until.as_deref()?, "T12:00:00Z"])).ok()?;
    if until < ctx.now {
        return None;
    }
    let date = ctx.date(until, DateStyle::Long);
    let away = ctx.fill(Key::ContactsAway, &[("person", first_name(&contact.name)), ("date", &date)]);
    let stand_in = contact.stand_in.as_ref().map(|one| ctx.fill(Key::ContactsStandIn, &[("person", &one.name)]));
    Some(html! { <p class="contact__away">{ away }{ " " }{ for stand_in }</p> })
}

fn future_colleagues(ctx: &Ctx, colleagues: &[Colleague]) -> Html {
    if colleagues.is_empty() {
        return Html::default();
    }
    html! {
        <section class="colleagues">
            <h2 class="colleagues__title">{ ctx.t(Key::ContactsColleagues) }</h2>
            <ul class="colleagues__list">
                for one in colleagues {
                    <li class="colleague" key={&one.id}>
                        { face(ctx, &one.name, one.photo_url.as_deref()) }
                        <figure class="colleague__body">
                            <blockquote class="colleague__quote">{ &one.quote }</blockquote>
                            <figcaption class="colleague__name">{ &one.name }{ ", " }{ &one.role }</figcaption>
                        </figure>
                    </li>
                }
            </ul>
        </section>
    }
}
