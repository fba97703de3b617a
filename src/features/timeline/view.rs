//! The status page: outcome or next date first, then the line, then everything one may want to take along.
//!
//! Pure. MUST: one `h1` that says in a sentence how it stands; the outcome before anything else once it is decided;
//! one polite live region that speaks only when something changes; every date written out.

use belofte_contract::Timestamp;
use belofte_contract::contacts::{Colleague, Contact, Person};
use belofte_contract::decision::Decision;
use belofte_contract::postings::{PostingLink, Turn};
use belofte_contract::promise::{Promise, PromiseKind};
use belofte_contract::score::PromiseScore;
use belofte_contract::timeline::{AnsweredField, Application, ApplicationStatus};
use belofte_html::html;
use yew::prelude::*;

use super::line::{day, days, line, moved, pill};
use super::state::{End, Headline, Progress, headline, late, next_promise};
use crate::app::{View, link};
use crate::i18n::{Ctx, DateStyle, Key};
use crate::text::concat;
use crate::ui::leaf::{leaf, your_time};
use crate::ui::person::{first_name, person};
use crate::ui::{answers as copy, button, notice};

/// How other features draw their part of this page; `status.rs` brings them together.
#[derive(Clone, Copy)]
pub struct Guests {
    pub people: fn(&Ctx, &[Contact], &[Colleague]) -> Html,
    pub score: fn(&Ctx, &PromiseScore) -> Html,
    pub related: fn(&Ctx, &[PostingLink], &Callback<View>) -> Html,
}

impl PartialEq for Guests {
    fn eq(&self, _: &Guests) -> bool {
        // Functions do not change while the program runs.
        true
    }
}

pub struct PageParts<'a> {
    pub application: &'a Application,
    /// When the backend last said that this is how it stands.
    pub seen_at: Timestamp,
    /// It could not be read again since.
    pub stale: bool,
    /// What changed last, for those who do not see it.
    pub said: &'a str,
    pub save_failed: bool,
    /// Another word after each change that came by itself.
    pub turn: Option<&'static str>,
    pub guests: Guests,
    pub decision: DrawDecision<'a>,
}

/// Draws the outcome, and where one may ask why.
pub type DrawDecision<'a> = &'a dyn Fn(&Ctx, &Decision, Option<&str>) -> Html;

#[derive(Clone)]
pub struct Tell {
    pub calendar: Callback<MouseEvent>,
    pub export: Callback<MouseEvent>,
    pub print: Callback<MouseEvent>,
    pub all: Callback<MouseEvent>,
    pub log_out: Callback<MouseEvent>,
    pub go: Callback<View>,
}

pub fn page(ctx: &Ctx, parts: &PageParts<'_>, tell: &Tell) -> Html {
    page_with(ctx, parts, actions(ctx, parts, tell), &tell.go)
}

/// The page with other ways to take it along: buttons that need JavaScript serve nobody without it.
pub fn page_with(ctx: &Ctx, parts: &PageParts<'_>, actions: Html, go: &Callback<View>) -> Html {
    let application = parts.application;
    let progress = Progress::of(application);
    html! {
        <article class="timeline" data-turn={parts.turn}>
            <p class="visually-hidden" role="status">{ parts.said }</p>
            <header class="timeline__head">
                // The reference is copied and read out by phone: it stays on one line.
                <p class="eyebrow">
                    { concat(&[&application.organization_name, "\u{a0}· ", &application.posting.title, "\u{a0}· "]) }
                    <span class="timeline__reference">{ application.reference.text() }</span>
                </p>
                <h1 class="timeline__heading" tabindex="-1">{ heading(ctx, application, &progress) }</h1>
                { as_of(ctx, parts) }
            </header>
            { outcome(ctx, parts, &progress) }
            if let Progress::Open { .. } = progress {
                for promise in late(application, ctx.now) {
                    { late_note(ctx, application, promise) }
                }
                // First what one has to do, then what comes of it.
                { yours(ctx, &progress) }
                { next(ctx, application) }
            }
            // On a phone the end of the page is far away.
            { actions }
            { line(ctx, &progress) }
            { (parts.guests.people)(ctx, &application.contacts, &application.colleagues) }
            { answers(ctx, &application.answers) }
            { deletion(ctx, application) }
            if let Some(score) = &application.score {
                { (parts.guests.score)(ctx, score) }
            }
            // Who was hired here looks for no other job.
            if application.status != ApplicationStatus::Hired {
                { (parts.guests.related)(ctx, &application.related, go) }
            }
        </article>
    }
}

/// The address or number leads nowhere, or the application was erased.
pub fn not_found(ctx: &Ctx, why: Key, go: &Callback<View>) -> Html {
    html! {
        <section class="timeline">
            <h1 class="timeline__heading" tabindex="-1">{ ctx.t(Key::TimelineNotFound) }</h1>
            <p>{ ctx.t(why) }</p>
            <div class="row">{ link(ctx, go, View::Board, "button", ctx.t(Key::TimelineBoard)) }</div>
        </section>
    }
}

pub fn heading(ctx: &Ctx, application: &Application, progress: &Progress<'_>) -> String {
    let by = |key: Key, decision: &Decision| ctx.fill(key, &[("person", first_name(&decision.by.name))]);
    match headline(application, progress, ctx.now) {
        Headline::Late => ctx.t(Key::TimelineLateTitle),
        Headline::YourTurn(step) => ctx.fill(Key::TimelineYourTurnTitle, &[("step", step)]),
        Headline::Step(step) => ctx.fill(Key::TimelineStep, &[("step", step)]),
        Headline::Hired(decision) => by(Key::TimelineHiredTitle, decision),
        Headline::Rejected(decision) if decision.reasons.is_empty() => by(Key::TimelineRejectedTitlePlain, decision),
        Headline::Rejected(decision) => by(Key::TimelineRejectedTitle, decision),
        Headline::Decided(decision) => by(Key::TimelineDecidedTitle, decision),
        Headline::Withdrawn => ctx.t(Key::TimelineWithdrawnTitle),
        Headline::Ended => ctx.t(Key::TimelineEndedTitle),
    }
}

fn as_of(ctx: &Ctx, parts: &PageParts<'_>) -> Html {
    let time = ctx.date(parts.seen_at, DateStyle::Time);
    let key = if parts.stale { Key::TimelineAsOfOffline } else { Key::TimelineAsOf };
    html! { <p class="timeline__asof" data-stale={parts.stale.then_some("true")}>{ ctx.fill(key, &[("time", &time)]) }</p> }
}

fn outcome(ctx: &Ctx, parts: &PageParts<'_>, progress: &Progress<'_>) -> Html {
    match progress {
        Progress::Ended { end: End::Decided(decision), .. } => {
            let address = mail_to(parts.application, &decision.by);
            (parts.decision)(ctx, decision, address.as_deref())
        }
        Progress::Ended { end: End::Withdrawn, .. } => {
            html! { <p class="timeline__lead">{ ctx.t(Key::TimelineWithdrawnWhy) }</p> }
        }
        Progress::Ended { end: End::Other, .. } | Progress::Open { .. } => Html::default(),
    }
}

/// Writes to this person about this application; None when no mail address was given out.
fn mail_to(application: &Application, person: &Person) -> Option<String> {
    let mut contacts = application.contacts.iter();
    let address = contacts.find(|contact| contact.id == person.id)?.email.as_deref()?;
    Some(concat(&["mailto:", address, "?subject=", &application.reference.text()]))
}

/// A broken promise: who gave it, which date it was, and that they know. Without an excuse.
fn late_note(ctx: &Ctx, application: &Application, promise: &Promise) -> Html {
    let due = promise.binding_due_at();
    let date = html! { <s>{ day(ctx, due) }</s> };
    let label = html! { promise.label.trim_end_matches('.').to_owned() };
    let days = days(ctx, due, ctx.now);
    let days = (days > 0).then(|| ctx.plural(Key::TimelineLateBy, days, &[]));
    let owner = promise.owner.as_ref();
    let promised = match owner {
        Some(owner) => {
            let name = html! { owner.name.clone() };
            ctx.html(Key::TimelineLatePromised, &[("person", name), ("date", date), ("label", label)])
        }
        None => ctx.html(Key::TimelineLatePromisedUs, &[("date", date), ("label", label)]),
    };
    // A new date that was given too late stands below; nobody owes one any more.
    let owes = promise.due_at < ctx.now;
    let ask = owner.and_then(|owner| Some((mail_to(application, owner)?, first_name(&owner.name))));
    html! {
        <section class="note" data-state="late" key={&promise.id}>
            <p><b>{ promised }</b>{ " " }{ for days }</p>
            if owes {
                <p>
                    { match owner {
                        Some(owner) => ctx.fill(Key::TimelineLateTold, &[("person", first_name(&owner.name))]),
                        None => ctx.t(Key::TimelineLateToldUs),
                    } }
                </p>
            }
            if let Some((href, name)) = ask {
                <p class="row"><a class="button" {href}>{ ctx.fill(Key::TimelineLateAsk, &[("person", name)]) }</a></p>
            }
        </section>
    }
}

/// The one date to read, large, with the person who promised it.
fn next(ctx: &Ctx, application: &Application) -> Html {
    let Some(promise) = next_promise(application, ctx.now) else {
        let is_late = late(application, ctx.now).next().is_some();
        return if is_late {
            Html::default()
        } else {
            html! { <p class="timeline__lead">{ ctx.t(Key::TimelineNoDate) }</p> }
        };
    };
    let ask = promise.owner.as_ref().and_then(|owner| {
        let href = mail_to(application, owner)?;
        let text = ctx.fill(Key::TimelineAsk, &[("person", first_name(&owner.name))]);
        Some(html! { <>{ "\u{a0}· " }<a class="who__ask" {href}>{ text }</a></> })
    });
    html! {
        <div class="timeline__next next">
            { leaf(ctx, promise.due_at) }
            <div class="next__body">
                <h2 class="next__title">{ hear(ctx, promise) }</h2>
                <p class="next__text">{ &promise.label }</p>
                { for your_time(ctx, promise.due_at) }
                { pill(ctx, promise) }
                if let Some(change) = promise.moves.last() {
                    { moved_note(ctx, change) }
                }
                if let Some(owner) = &promise.owner {
                    { person(ctx, owner, ask.unwrap_or_default()) }
                }
            </div>
        </div>
    }
}

/// "You’ll hear from Sanne before 17:00 on Wednesday 31 March 2027, whatever the answer."
pub fn hear(ctx: &Ctx, promise: &Promise) -> String {
    let [date, time] = [DateStyle::LongWithYear, DateStyle::Time].map(|style| ctx.date(promise.due_at, style));
    let Some(owner) = &promise.owner else {
        return ctx.fill(Key::TimelineHearUs, &[("date", &date), ("time", &time)]);
    };
    let key = match promise.kind {
        PromiseKind::Answer
        | PromiseKind::Question
        | PromiseKind::Reason
        | PromiseKind::Review
        | PromiseKind::Complaint
        | PromiseKind::Erasure
        | PromiseKind::Unknown => Key::TimelineHear,
        PromiseKind::Interview => Key::TimelineHearTalk,
        PromiseKind::Decision => Key::TimelineHearDecision,
        PromiseKind::Call => Key::TimelineHearCall,
    };
    ctx.fill(key, &[("person", first_name(&owner.name)), ("date", &date), ("time", &time)])
}

/// Old date, new date, why, and by whom.
fn moved_note(ctx: &Ctx, change: &belofte_contract::promise::PromiseMove) -> Html {
    let date = ctx.date(change.at, DateStyle::Long);
    html! {
        <div class="note" data-state="moved">
            <p>{ ctx.fill(Key::TimelineMovedBy, &[("person", &change.by), ("date", &date)]) }</p>
            { moved(ctx, change) }
            <blockquote>{ &change.reason }</blockquote>
        </div>
    }
}

/// What the applicant is to do, apart from what we promised.
fn yours(ctx: &Ctx, progress: &Progress<'_>) -> Html {
    let Progress::Open { current, .. } = progress else { return Html::default() };
    if current.entry.turn != Some(Turn::Yours) {
        return Html::default();
    }
    let until = |by: Timestamp| {
        let (date, time) = (ctx.date(by, DateStyle::LongWithYear), ctx.date(by, DateStyle::Time));
        ctx.fill(Key::TimelineYourTurnBy, &[("date", &date), ("time", &time)])
    };
    html! {
        <section class="note" data-state="yours">
            <h2 class="note__title">{ ctx.t(Key::TimelineYourTurnNote) }</h2>
            if let Some(text) = &current.entry.can_do {
                <p>{ text }</p>
            }
            if let Some(by) = current.entry.latest_at {
                <p>{ until(by) }</p>
            }
        </section>
    }
}

fn answers(ctx: &Ctx, answers: &[AnsweredField]) -> Html {
    if answers.is_empty() {
        return Html::default();
    }
    html! {
        <details class="timeline__answers">
            <summary>{ ctx.t(Key::TimelineAnswers) }</summary>
            { copy::answers(answers) }
        </details>
    }
}

fn actions(ctx: &Ctx, parts: &PageParts<'_>, tell: &Tell) -> Html {
    let has_dates = parts.application.promises.iter().any(Promise::is_open);
    let rest = [
        (Key::TimelinePrint, &tell.print),
        (Key::TimelineExport, &tell.export),
        (Key::TimelineAll, &tell.all),
        (Key::TimelineLogOut, &tell.log_out),
    ];
    html! {
        <div class="timeline__actions">
            <div class="row">
                if has_dates {
                    { button::quiet(ctx.t(Key::TimelineCalendar), tell.calendar.clone()) }
                }
                for (key, act) in rest {
                    { button::quiet(ctx.t(key), act.clone()) }
                }
            </div>
            if parts.save_failed {
                { notice::notice(notice::Tone::Warning, html! { <p>{ ctx.t(Key::TimelineSaveFailed) }</p> }, Html::default()) }
            }
        </div>
    }
}

fn deletion(ctx: &Ctx, application: &Application) -> Html {
    let text = match application.delete_on {
        Some(on) => ctx.fill(Key::TimelineDeleteOn, &[("date", &ctx.date(on, DateStyle::LongWithYear))]),
        None if application.keep_days > 0 => ctx.plural(Key::TimelineDeleteAfter, application.keep_days, &[]),
        None => return Html::default(),
    };
    html! { <p class="timeline__deletion">{ text }</p> }
}
