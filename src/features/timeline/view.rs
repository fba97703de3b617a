//! The status page: outcome or next date first, then the line, then everything one may want to take along.
//!
//! Pure. MUST: one `h1` that says in a sentence how it stands; the outcome before anything else once it is decided;
//! one polite live region that speaks only when something changes; every date written out.

use belofte_contract::Timestamp;
use belofte_contract::contacts::Person;
use belofte_contract::decision::Decision;
use belofte_contract::postings::Turn;
use belofte_contract::promise::{Promise, PromiseKind};
use belofte_contract::timeline::{AnsweredField, Application};
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

pub struct PageParts<'a> {
    pub application: &'a Application,
    /// When the backend last said that this is how it stands.
    pub seen_at: Timestamp,
    /// It could not be read again since.
    pub stale: bool,
    /// What changed last, for those who do not see it.
    pub said: &'a str,
    /// Another word after each change that came by itself.
    pub turn: Option<&'static str>,
    pub behind: Behind,
}

/// What stands beside the next date and the line; behind a door, `status.rs` brings it together.
#[derive(Default)]
pub struct Behind {
    /// The outcome; until there is one, what is late and what one has to do.
    pub first: Html,
    /// What one can do.
    pub ways: Html,
    /// What takes the page along, and leads elsewhere.
    pub actions: Html,
    /// Below the line: people, what was sent, how long it is kept, other jobs.
    pub rest: Html,
}

#[derive(Clone)]
pub struct Tell {
    pub calendar: Callback<MouseEvent>,
    pub export: Callback<MouseEvent>,
    pub print: Callback<MouseEvent>,
    pub all: Callback<MouseEvent>,
    pub log_out: Callback<MouseEvent>,
}

pub fn page(ctx: &Ctx, parts: &PageParts<'_>) -> Html {
    let application = parts.application;
    let progress = Progress::of(application);
    let heading = heading(ctx, application, &progress);
    html! {
        <article class="timeline" data-turn={parts.turn}>
            <p class="visually-hidden" role="status">{ parts.said }</p>
            <header class="timeline__head">
                // The reference is copied and read out by phone: it stays on one line.
                <p class="eyebrow">
                    { concat(&[&application.organization_name, "\u{a0}· ", &application.posting.title, "\u{a0}· "]) }
                    <span class="timeline__reference">{ application.reference.text() }</span>
                </p>
                // Other words are a new element, not the old one moved: they may begin at the other side.
                <h1 class="timeline__heading" tabindex="-1"><span key={heading.clone()}>{ heading }</span></h1>
                { as_of(ctx, parts) }
            </header>
            { parts.behind.first.clone() }
            if let Progress::Open { .. } = progress {
                { next(ctx, application) }
            }
            if let Progress::Ended { end: End::Withdrawn, .. } = progress {
                <p class="timeline__lead">{ ctx.t(Key::TimelineWithdrawnWhy) }</p>
            }
            { parts.behind.ways.clone() }
            // On a phone the end of the page is far away.
            { parts.behind.actions.clone() }
            { line(ctx, &progress) }
            { parts.behind.rest.clone() }
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

/// What stands above the next date: first what is late, then what one has to do.
pub fn urgent(ctx: &Ctx, application: &Application) -> Html {
    let progress = Progress::of(application);
    html! {
        if let Progress::Open { .. } = progress {
            for promise in late(application, ctx.now) {
                { late_note(ctx, application, promise) }
            }
            { yours(ctx, &progress) }
        }
    }
}

/// Writes to this person about this application; None when no mail address was given out.
pub fn mail_to(application: &Application, person: &Person) -> Option<String> {
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
    let days = (days > 0).then(|| ctx.plural(Key::StatusLateBy, days, &[]));
    let owner = promise.owner.as_ref();
    let promised = match owner {
        Some(owner) => {
            let name = html! { owner.name.clone() };
            ctx.html(Key::StatusLatePromised, &[("person", name), ("date", date), ("label", label)])
        }
        None => ctx.html(Key::StatusLatePromisedUs, &[("date", date), ("label", label)]),
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
                        Some(owner) => ctx.fill(Key::StatusLateTold, &[("person", first_name(&owner.name))]),
                        None => ctx.t(Key::StatusLateToldUs),
                    } }
                </p>
            }
            if let Some((href, name)) = ask {
                <p class="row"><a class="button" {href}>{ ctx.fill(Key::StatusLateAsk, &[("person", name)]) }</a></p>
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
            <p>{ ctx.fill(Key::StatusMovedBy, &[("person", &change.by), ("date", &date)]) }</p>
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
        ctx.fill(Key::StatusYourTurnBy, &[("date", &date), ("time", &time)])
    };
    html! {
        <section class="note" data-state="yours">
            <h2 class="note__title">{ ctx.t(Key::StatusYourTurnNote) }</h2>
            if let Some(text) = &current.entry.can_do {
                <p>{ text }</p>
            }
            if let Some(by) = current.entry.latest_at {
                <p>{ until(by) }</p>
            }
        </section>
    }
}

pub fn answers(ctx: &Ctx, answers: &[AnsweredField]) -> Html {
    if answers.is_empty() {
        return Html::default();
    }
    html! {
        <details class="timeline__answers">
            <summary>{ ctx.t(Key::StatusAnswers) }</summary>
            { copy::answers(answers) }
        </details>
    }
}

pub fn actions(ctx: &Ctx, application: &Application, save_failed: bool, tell: &Tell) -> Html {
    let has_dates = application.promises.iter().any(Promise::is_open);
    let rest = [
        (Key::StatusPrint, &tell.print),
        (Key::StatusExport, &tell.export),
        (Key::StatusAll, &tell.all),
        (Key::StatusLogOut, &tell.log_out),
    ];
    html! {
        <div class="timeline__actions">
            <div class="row">
                if has_dates {
                    { button::quiet(ctx.t(Key::StatusCalendar), tell.calendar.clone()) }
                }
                for (key, act) in rest {
                    { button::quiet(ctx.t(key), act.clone()) }
                }
            </div>
            if save_failed {
                { notice::notice(notice::Tone::Warning, html! { <p>{ ctx.t(Key::StatusSaveFailed) }</p> }, Html::default()) }
            }
        </div>
    }
}

pub fn deletion(ctx: &Ctx, application: &Application) -> Html {
    let text = match application.delete_on {
        Some(on) => ctx.fill(Key::StatusDeleteOn, &[("date", &ctx.date(on, DateStyle::LongWithYear))]),
        None if application.keep_days > 0 => ctx.plural(Key::StatusDeleteAfter, application.keep_days, &[]),
        None => return Html::default(),
    };
    html! { <p class="timeline__deletion">{ text }</p> }
}
