//! The line: what was, what is now, what comes, each with a date and a name.
//!
//! Pure. MUST: an ordered list, oldest first; the current step carries `aria-current="step"`; the state of a promise
//! is said in words; a date that no longer holds is struck through and also introduced in words.

use belofte_contract::Timestamp;
use belofte_contract::postings::Turn;
use belofte_contract::promise::{Promise, PromiseMove, PromiseState};
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::{EntryEvent, TimelineEntry};
use belofte_html::html;
use yew::prelude::*;

use super::state::{Progress, Step, move_of, told};
use crate::i18n::{Ctx, DateStyle, Key};

/// Where a step lies, seen from now.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Past,
    Now,
    Next,
}

pub fn line(ctx: &Ctx, progress: &Progress<'_>) -> Html {
    let (passed, current, upcoming) = match progress {
        Progress::Open { passed, current, upcoming } => (passed, std::slice::from_ref(current), upcoming.as_slice()),
        Progress::Ended { passed, .. } => (passed, [].as_slice(), [].as_slice()),
    };
    if passed.is_empty() && current.is_empty() {
        return Html::default();
    }
    let parts = [(Place::Past, passed.as_slice()), (Place::Now, current), (Place::Next, upcoming)];
    html! {
        <section class="timeline__steps">
            <h2 class="timeline__subtitle">{ ctx.t(Key::TimelineSteps) }</h2>
            <ol class="steps__list">
                for (place, steps) in parts {
                    for step in steps {
                        { row(ctx, place, step) }
                    }
                }
            </ol>
        </section>
    }
}

fn row(ctx: &Ctx, place: Place, step: &Step<'_>) -> Html {
    let entry = step.entry;
    let (kind, current) = match place {
        Place::Past => ("past", None),
        Place::Now => ("now", Some("step")),
        Place::Next => ("next", None),
    };
    let title = title(ctx, step);
    let title = match place {
        Place::Past => title,
        Place::Now => ctx.fill(Key::TimelineNow, &[("step", &title)]),
        Place::Next => ctx.fill(Key::TimelineThen, &[("step", &title)]),
    };
    // What one can do about a step that is over is nothing.
    let can_do = entry.can_do.as_deref().filter(|_| place == Place::Now && entry.turn != Some(Turn::Yours));
    // The next date on top of the page already says that it stands; here only what became of a promise.
    let is_news = |promise: &&Promise| match place {
        Place::Past => true,
        Place::Now => !promise.is_open() || promise.state(ctx.now) == PromiseState::Late,
        Place::Next => false,
    };
    html! {
        <li class="step" key={&entry.id} data-kind={kind} aria-current={current}>
            { when(ctx, place, step) }
            <span class="step__dot" aria-hidden="true"></span>
            <div class="step__body">
                <h3 class="timeline__title">{ title }</h3>
                if let Some(text) = &entry.meaning {
                    <p class="timeline__meaning">{ text }</p>
                }
                if let Some(text) = can_do {
                    <p class="timeline__can-do">{ text }</p>
                }
                if let Some(change) = move_of(step) {
                    { moved(ctx, change) }
                }
                { words(ctx, entry) }
                if let Some(promise) = told(step).filter(is_news) {
                    { pill(ctx, promise) }
                }
                if place == Place::Next && entry.turn == Some(Turn::Yours) {
                    <p class="pill" data-state="due">{ ctx.t(Key::TimelineYourTurn) }</p>
                }
            </div>
        </li>
    }
}

/// The step's own label, or what happened in our words.
fn title(ctx: &Ctx, step: &Step<'_>) -> String {
    let entry = step.entry;
    if let Some(title) = entry.title.as_deref().filter(|title| !title.is_empty()) {
        return title.to_owned();
    }
    let (plain, by) = match entry.event {
        EntryEvent::Submitted => (Key::TimelineEventSubmitted, None),
        EntryEvent::Stage => (Key::TimelineEventStep, None),
        EntryEvent::PromiseKept => (Key::TimelineEventKept, Some(Key::TimelineEventKeptBy)),
        EntryEvent::PromiseMoved => (Key::TimelineEventMoved, Some(Key::TimelineEventMovedBy)),
        EntryEvent::PromiseLate => (Key::TimelineEventLate, Some(Key::TimelineEventLateBy)),
        EntryEvent::Decided => (Key::TimelineEventDecided, Some(Key::TimelineEventDecidedBy)),
        EntryEvent::Withdrawn => (Key::TimelineEventWithdrawn, None),
        EntryEvent::Note => (Key::TimelineEventNote, Some(Key::TimelineEventNoteBy)),
        // The backend gives these a title.
        EntryEvent::Restored | EntryEvent::Asked | EntryEvent::Appointment | EntryEvent::Unknown => {
            (Key::TimelineEventOther, None)
        }
    };
    // Nobody acts when a date passes: it is the one who promised.
    let owner = step.promise.and_then(|promise| promise.owner.as_ref()).map(|owner| owner.name.as_str());
    let owner = owner.filter(|_| entry.event == EntryEvent::PromiseLate);
    match (by, entry.actor_name.as_deref().or(owner)) {
        (Some(by), Some(name)) => ctx.fill(by, &[("person", name)]),
        (_, None) | (None, _) => ctx.t(plain),
    }
}

/// A person's own words, or only the name of who did it.
fn words(ctx: &Ctx, entry: &TimelineEntry) -> Html {
    let name = entry.actor_name.as_deref();
    match (entry.text.as_deref().filter(|text| !text.trim().is_empty()), name) {
        (Some(text), _) => html! {
            <figure class="timeline__words">
                if let Some(name) = name {
                    <figcaption>{ ctx.fill(Key::TimelineWordsOf, &[("person", name)]) }</figcaption>
                }
                <blockquote>{ text }</blockquote>
            </figure>
        },
        (None, Some(name)) if entry.title.is_some() => {
            html! { <p class="timeline__by">{ ctx.fill(Key::TimelineDoneBy, &[("person", name)]) }</p> }
        }
        (None, _) => Html::default(),
    }
}

fn when(ctx: &Ctx, place: Place, step: &Step<'_>) -> Html {
    let due = step.promise.filter(|promise| promise.is_open()).map(|promise| promise.due_at);
    let (at, more) = match place {
        Place::Past => (step.entry.at, None),
        Place::Now => match due {
            Some(due) => {
                let time = ctx.date(due, DateStyle::Time);
                (Some(due), Some(ctx.fill(Key::TimelineBefore, &[("time", &time)])))
            }
            None => (step.entry.at, None),
        },
        Place::Next => (step.entry.latest_at, Some(ctx.t(Key::TimelineAtLatest))),
    };
    let Some(at) = at else {
        return html! { <span class="step__when">{ ctx.t(Key::TimelineDateLater) }</span> };
    };
    let more = more.unwrap_or_else(|| ctx.date(at, DateStyle::Time));
    html! {
        <time class="step__when" datetime={at.text()}>
            <b class="step__date">{ ctx.date(at, DateStyle::Short) }</b>{ " " }<span>{ more }</span>
        </time>
    }
}

/// Old date struck through, then the new one. The old one is also introduced by a word for those who do not see a line.
pub fn moved(ctx: &Ctx, change: &PromiseMove) -> Html {
    let old = html! {
        <span class="moved__old">
            <span class="visually-hidden">{ ctx.t(Key::TimelineMovedWas) }{ " " }</span>
            <s>{ day(ctx, change.from) }</s>
        </span>
    };
    let new = html! { <b class="moved__new">{ day(ctx, change.to) }</b> };
    html! { <p class="timeline__moved">{ ctx.html(Key::TimelineMovedDates, &[("old", old), ("new", new)]) }</p> }
}

/// "Wednesday 31 March", as a date that machines can read.
pub fn day(ctx: &Ctx, at: Timestamp) -> Html {
    html! { <time datetime={at.text()}>{ ctx.date(at, DateStyle::Long) }</time> }
}

/// What became of a promise: in words, its form and colour only repeat it.
pub fn pill(ctx: &Ctx, promise: &Promise) -> Html {
    let (state, text) = match promise.state(ctx.now) {
        PromiseState::OnTrack => ("track", ctx.t(Key::TimelineStateOnTrack)),
        PromiseState::DueToday => ("due", ctx.t(Key::TimelineStateDueToday)),
        PromiseState::Moved => ("moved", ctx.t(Key::TimelineStateMoved)),
        PromiseState::Void => ("void", ctx.t(Key::TimelineStateVoid)),
        PromiseState::Late if promise.kept_at.is_some() => ("late", ctx.t(Key::TimelineStateLateKept)),
        PromiseState::Late => {
            let date = ctx.date(promise.binding_due_at(), DateStyle::Long);
            ("late", ctx.fill(Key::TimelineStateLate, &[("date", &date)]))
        }
        PromiseState::Kept => match promise.kept_at.map_or(0, |kept_at| days(ctx, kept_at, promise.first_due_at)) {
            0 => ("kept", ctx.t(Key::TimelineStateKept)),
            days => ("kept", ctx.plural(Key::TimelineStateKeptEarly, days, &[])),
        },
    };
    html! { <p class="pill" data-state={state}>{ text }</p> }
}

/// How often the organisation's calendar turned between two moments. No zone rules are needed for it: so many times 24
/// hours after the first moment it is the day of the second, or the one before.
pub fn days(ctx: &Ctx, from: Timestamp, to: Timestamp) -> u32 {
    let whole = to.ms_since(from) / DAY_MS;
    let day = |at: Timestamp| ctx.date(at, DateStyle::Short);
    whole as u32 + u32::from(day(from.plus_ms(whole * DAY_MS)) != day(to))
}
