//! The board: every open posting with the date one hears by when applying today.
//!
//! Pure. MUST: one `h1`; each card is an `article` with its title as a link; the search says how many it found.

use belofte_contract::Timestamp;
use belofte_contract::organization::Organization;
use belofte_contract::postings::{JobPosting, JobPostingList, PayRange, PayUnit, PostingLink, PostingStatus};
use belofte_html::html;
use yew::prelude::*;

use super::state::{Change, Filter, choices, is_searchable};
use crate::app::{View, address, link};
use crate::decimal;
use crate::i18n::{Ctx, DateStyle, Key};
use crate::second::{self, doors};
use crate::text::{concat, join};
use crate::ui::field::typed;
use crate::ui::person::first_name;
use crate::ui::{button, live};

pub struct BoardParts<'a> {
    pub list: &'a JobPostingList,
    pub organization: &'a Organization,
    pub filter: &'a Filter,
    /// Filters as one types; without JavaScript the form is sent instead.
    pub live: bool,
    /// Below the list: how promises were kept.
    pub foot: Html,
}

pub fn board(ctx: &Ctx, parts: &BoardParts<'_>, go: &Callback<View>, change: &Callback<Change>) -> Html {
    let (mut open, mut upcoming) = (Vec::new(), Vec::new());
    for posting in &parts.list.postings {
        if parts.filter.takes(posting) {
            let list = if posting.status == PostingStatus::Upcoming { &mut upcoming } else { &mut open };
            list.push(posting);
        }
    }
    let status = View::Status { reference: None, link_token: None };
    html! {
        <section class="postings">
            <h1 class="postings__title" tabindex="-1">{ ctx.fill(Key::PostingsTitle, &[("organization", &parts.organization.name)]) }</h1>
            <p class="postings__lead">{ ctx.t(Key::PostingsLead) }</p>
            <p class="postings__status">{ link(ctx, go, status, "postings__status-link", ctx.t(Key::PostingsAlready)) }</p>
            { filters(ctx, parts, change) }
            { found(ctx, parts, open.len() + upcoming.len(), change) }
            { cards(ctx, &open, go) }
            if !upcoming.is_empty() {
                <h2 class="postings__subtitle">{ ctx.t(Key::PostingsUpcoming) }</h2>
                { cards(ctx, &upcoming, go) }
            }
            { parts.foot.clone() }
        </section>
    }
}

fn cards(ctx: &Ctx, postings: &[&JobPosting], go: &Callback<View>) -> Html {
    html! {
        <div class="postings__list">
            for posting in postings {
                { card(ctx, posting, go) }
            }
        </div>
    }
}

fn filters(ctx: &Ctx, parts: &BoardParts<'_>, change: &Callback<Change>) -> Html {
    let (departments, locations) = (choices(&parts.list.departments), choices(&parts.list.locations));
    if !parts.filter.is_set() && !is_searchable(parts.list) && departments.is_empty() && locations.is_empty() {
        return Html::default();
    }
    // Enter must not leave the host page.
    let onsubmit = Callback::from(|event: SubmitEvent| event.prevent_default());
    let action = address(ctx, &View::Board);
    html! {
        <form class="postings__filters" role="search" {action} method="get" {onsubmit} aria-label={ctx.t(Key::PostingsFilter)}>
            <input type="hidden" name="lang" value={ctx.format.lang()} />
            <div class="field">
                <label class="field__label" for="q">{ ctx.t(Key::PostingsSearch) }</label>
                <input class="field__input" id="q" name="q" type="search" maxlength="100" autocomplete="off"
                    value={&parts.filter.text} oninput={typed(change, Change::Text)} />
            </div>
            { select(ctx, "department", Key::PostingsDepartment, departments, &parts.filter.department, typed(change, Change::Department)) }
            { select(ctx, "location", Key::PostingsLocation, locations, &parts.filter.location, typed(change, Change::Location)) }
            if !live(parts.live) {
                { button::submit(ctx.t(Key::PostingsFilter)) }
            }
        </form>
    }
}

fn select(
    ctx: &Ctx,
    name: &'static str,
    label: Key,
    values: &[String],
    chosen: &str,
    onchange: Callback<Event>,
) -> Html {
    if values.is_empty() {
        return Html::default();
    }
    html! {
        <div class="field">
            <label class="field__label" for={name}>{ ctx.t(label) }</label>
            <select class="field__input" id={name} {name} {onchange}>
                <option value="" selected={chosen.is_empty()}>{ ctx.t(Key::PostingsAll) }</option>
                for value in values {
                    <option {value} selected={value == chosen}>{ value }</option>
                }
            </select>
        </div>
    }
}

/// Said aloud when it changes; what to do when nothing is left.
fn found(ctx: &Ctx, parts: &BoardParts<'_>, count: usize, change: &Callback<Change>) -> Html {
    if parts.list.postings.is_empty() && !parts.filter.is_set() {
        return html! { <p class="postings__empty">{ ctx.t(Key::PostingsNone) }</p> };
    }
    // One region from the first: what comes with its words is not sure to be heard.
    let (class, said) = match (parts.filter.is_set(), count) {
        (false, _) => ("postings__found visually-hidden", String::new()),
        (true, 0) => ("postings__found", ctx.t(Key::PostingsFoundNone).to_owned()),
        (true, _) => ("postings__found", ctx.plural(Key::PostingsFound, count as u32, &[])),
    };
    html! {
        <>
            <p {class} role="status">{ said }</p>
            if parts.filter.is_set() && count == 0 && live(parts.live) {
                <div class="row">{ button::quiet(ctx.t(Key::PostingsClear), change.reform(|_| Change::Clear)) }</div>
            }
        </>
    }
}

fn card(ctx: &Ctx, posting: &JobPosting, go: &Callback<View>) -> Html {
    let id: std::rc::Rc<str> = posting.id.as_str().into();
    let named = |text: String| html! { <>{ text }<span class="visually-hidden">{ ": " }{ &posting.title }</span></> };
    html! {
        <article class="posting" key={&posting.id} data-posting={&posting.id}>
            <p class="eyebrow">{ facts(ctx, posting) }</p>
            <h2 class="posting__title">{ link(ctx, go, View::Posting(id.clone()), "posting__link", posting.title.clone()) }</h2>
            <p class="posting__summary">{ &posting.summary }</p>
            { hear(ctx, posting) }
            <div class="row">
                if posting.status.takes_applications() && posting.form_id.is_some() {
                    { link(ctx, go, View::Apply(id.clone()), "button", named(ctx.t(Key::PostingsApply))) }
                }
                { link(ctx, go, View::Posting(id), "button button--quiet", named(ctx.t(Key::PostingsSeeSteps))) }
            </div>
        </article>
    }
}

/// The promise on the card: until when, and from whom.
pub fn hear(ctx: &Ctx, posting: &JobPosting) -> Html {
    if posting.status == PostingStatus::Upcoming {
        let month = posting.expected_open.as_deref().and_then(month_of);
        return month.map_or_else(Html::default, |month| {
            let month = html! { <b>{ ctx.date(month, DateStyle::MonthYear) }</b> };
            html! { <p class="posting__hear">{ ctx.html(Key::PostingsOpensIn, &[("month", month)]) }</p> }
        });
    }
    let Some(by) = posting.first_answer_by else {
        return second::sourced(&ctx.endpoint)
            .map_or_else(Html::default, |key| second::open(key, doors::hear_within, (ctx, posting)));
    };
    let date = html! { <time class="posting__date" datetime={by.text()}>{ ctx.date(by, DateStyle::Long) }</time> };
    let sentence = match &posting.first_answer_from {
        Some(person) => {
            let name = html! { first_name(&person.name).to_owned() };
            ctx.html(Key::PostingsHearFrom, &[("date", date), ("person", name)])
        }
        None => ctx.html(Key::PostingsHear, &[("date", date)]),
    };
    html! { <p class="posting__hear">{ sentence }</p> }
}

/// `2027-09` → an instant in the middle of that month, the same month in every zone.
pub fn month_of(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&concat(&[text, "-15T12:00:00Z"])).ok()
}

/// "Rotterdam-Zuid · 24–32 hours · € 2,950–3,870 a month"
pub fn facts(ctx: &Ctx, posting: &JobPosting) -> String {
    let mut facts = join(&posting.locations, ", ");
    let mut add = |fact: &str| {
        if !facts.is_empty() {
            facts.push_str("\u{a0}· ");
        }
        facts.push_str(fact);
    };
    if posting.remote {
        add(ctx.messages.text(Key::PostingsRemote));
    }
    if let Some(hours) = hours(ctx, posting) {
        add(&hours);
    }
    if let Some(range) = &posting.base_salary {
        add(&pay(ctx, range));
    }
    facts
}

pub fn hours(ctx: &Ctx, posting: &JobPosting) -> Option<String> {
    let hours = posting.hours?;
    let (min, max) = (decimal::write(i64::from(hours.min)), decimal::write(i64::from(hours.max)));
    Some(match hours.min == hours.max {
        true => ctx.fill(Key::PostingsHours, &[("hours", &max)]),
        false => ctx.fill(Key::PostingsHoursRange, &[("min", &min), ("max", &max)]),
    })
}

pub fn pay(ctx: &Ctx, range: &PayRange) -> String {
    let key = match range.unit {
        PayUnit::Hour => Key::PostingsPayHour,
        PayUnit::Month | PayUnit::Unknown => Key::PostingsPayMonth,
        PayUnit::Year => Key::PostingsPayYear,
    };
    let (min, max) = (ctx.format.money(range.min, &range.currency), ctx.format.money(range.max, &range.currency));
    ctx.fill(key, &[("min", &min), ("max", &max)])
}

/// Other openings, as a list of links.
pub fn related(ctx: &Ctx, related: &[PostingLink], go: &Callback<View>) -> Html {
    if related.is_empty() {
        return Html::default();
    }
    html! {
        <section class="related">
            <h2 class="related__title">{ ctx.t(Key::PostingsRelated) }</h2>
            <ul class="related__list">
                for posting in related {
                    <li class="related__item">
                        { link(ctx, go, View::Posting(posting.id.as_str().into()), "related__link", posting.title.clone()) }
                        if !posting.locations.is_empty() {
                            <span class="related__place">{ "\u{a0}· " }{ join(&posting.locations, ", ") }</span>
                        }
                    </li>
                }
            </ul>
        </section>
    }
}
