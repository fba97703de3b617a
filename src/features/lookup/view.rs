//! The two questions on the way back in: which address, which code.
//!
//! Pure. MUST: one `h1`; the same sentence for addresses with and without an application; errors beside their field
//! and, for the first question, in a summary; the code field takes a pasted or suggested code whole.

use belofte_contract::lookup::{CODE_DIGITS, CODE_MINUTES};
use belofte_html::html;
use yew::prelude::*;

use super::state::{Edit, Failure, Lookup, LookupNote, Problem, Step};
use crate::api::ApiError;
use crate::app::{self, View, link};
use crate::decimal;
use crate::i18n::{Ctx, DateStyle, Key};
use crate::submission::Found;
use crate::ui::error_summary::{Wrong, error_summary};
use crate::ui::field::{Described, Field, field, typed};
use crate::ui::notice::{self, Tone};
use crate::ui::{self, button};

pub const EMAIL: &str = "lookup-email";
pub const REFERENCE: &str = "lookup-reference";
pub const CODE: &str = "lookup-code";

/// What the visitor does.
#[derive(Clone)]
pub struct Tell {
    pub edit: Callback<Edit>,
    pub submit: Callback<()>,
    pub again: Callback<()>,
    pub other: Callback<()>,
    /// To the field with this id.
    pub focus: Callback<String>,
    pub go: Callback<View>,
}

impl Tell {
    /// For views on their own.
    pub fn nobody() -> Tell {
        let (edit, submit, again, other) = (Callback::noop(), Callback::noop(), Callback::noop(), Callback::noop());
        Tell { edit, submit, again, other, focus: Callback::noop(), go: Callback::noop() }
    }
}

/// `may_ask`: long enough after the last mail to ask for another.
pub fn lookup(ctx: &Ctx, lookup: &Lookup, may_ask: bool, tell: &Tell) -> Html {
    drawn(ctx, lookup, may_ask, true, tell)
}

/// The same questions as real forms, for pages without JavaScript: sent to the page of this view, by the fields' names.
pub fn plain(ctx: &Ctx, lookup: &Lookup) -> Html {
    drawn(ctx, lookup, false, false, &Tell::nobody())
}

fn drawn(ctx: &Ctx, lookup: &Lookup, may_ask: bool, live: bool, tell: &Tell) -> Html {
    let live = ui::live(live);
    let body = match &lookup.step {
        Step::Link { failed: None, .. } | Step::Open => notice::loading(ctx),
        Step::Link { failed: Some(failure), .. } => link_failed(ctx, failure, tell),
        Step::Address { note, failed, .. } => address(ctx, lookup, *note, failed.as_ref(), live, tell),
        Step::Mailing { mailed: 0 | 1 } => address(ctx, lookup, None, None, live, tell),
        Step::Mailing { .. } | Step::Opening { .. } => code(ctx, lookup, None, may_ask, live, tell),
        Step::Code { failed, .. } => code(ctx, lookup, failed.as_ref(), may_ask, live, tell),
    };
    html! { <section class="lookup">{ jobs(ctx, &tell.go) }{ body }</section> }
}

/// Where a plain form is sent; none in the widget.
fn action(ctx: &Ctx, live: bool) -> Option<String> {
    (!live).then(|| app::address(ctx, &View::Status { reference: None, link_token: None }))
}

/// The link could not be tried; it may still be good.
fn link_failed(ctx: &Ctx, failure: &Failure, tell: &Tell) -> Html {
    html! {
        <>
            <h1 tabindex="-1">{ ctx.t(Key::LookupTitle) }</h1>
            { failed(ctx, failure) }
            <div class="row">
                { button::primary(ctx.t(Key::UiTryAgain), button::pressed(&tell.submit)) }
                { button::quiet(ctx.t(Key::LookupByCode), button::pressed(&tell.other)) }
            </div>
        </>
    }
}

fn address(
    ctx: &Ctx,
    lookup: &Lookup,
    note: Option<LookupNote>,
    failure: Option<&Failure>,
    live: bool,
    tell: &Tell,
) -> Html {
    let (written, problems) = (&lookup.written, lookup.problems());
    let wrong = |found: &Found<Problem>| {
        let Found { problem, mended } = *found;
        Wrong { id: id_of(problem).to_owned(), text: words(ctx, problem), mended }
    };
    let lines: Vec<Wrong> = problems.iter().map(wrong).collect();
    let error_of = |id: &str| lines.iter().find(|line| line.id == id).map(|line| (line.text.as_str(), line.mended));
    let note = note.map(|note| match note {
        LookupNote::LinkDead => Key::LookupLinkDead,
        LookupNote::SessionEnded => Key::FormSessionEnded,
    });
    let (email_label, email_hint) = (ctx.t(Key::LookupEmail), ctx.t(Key::LookupEmailHint));
    let (reference_label, reference_hint) = (ctx.t(Key::LookupReference), ctx.t(Key::LookupReferenceHint));
    let asked = |id, label, hints, optional| {
        let (error, mended) = error_of(id).unzip();
        Field { id, label, hints, optional, error, mended: mended.unwrap_or_default() }
    };
    let email_hints: [&str; 1] = [&email_hint];
    let reference_hints: [&str; 1] = [&reference_hint];
    let email = asked(EMAIL, &*email_label, &email_hints, false);
    let reference = asked(REFERENCE, &*reference_label, &reference_hints, true);
    html! {
        <>
            <h1 tabindex="-1">{ ctx.t(Key::LookupTitle) }</h1>
            <p class="lookup__lead">{ ctx.t(Key::LookupLead) }</p>
            if let Some(note) = note {
                { notice::notice(Tone::Calm, html! { <p>{ ctx.t(note) }</p> }, Html::default()) }
            }
            { error_summary(ctx, &lines, &tell.focus) }
            <form class="lookup__form" action={action(ctx, live)} method={(!live).then_some("post")} onsubmit={button::submitted(&tell.submit)} novalidate=true>
                { field(ctx, &email, input(&email, "email", "email", "email", &written.email, typed(&tell.edit, Edit::Email))) }
                { field(ctx, &reference, input(&reference, "text", "text", "off", &written.reference, typed(&tell.edit, Edit::Reference))) }
                if let Some(failure) = failure {
                    { failed(ctx, failure) }
                }
                <div class="row">{ button::submit(ctx.t(Key::LookupSend)) }</div>
                { working(ctx, matches!(lookup.step, Step::Mailing { .. }).then_some(Key::LookupSending)) }
            </form>
        </>
    }
}

fn code(ctx: &Ctx, lookup: &Lookup, failure: Option<&Failure>, may_ask: bool, live: bool, tell: &Tell) -> Html {
    let written = &lookup.written;
    let sent = ctx.html(Key::LookupSent, &[("email", html! { <b>{ written.email.trim() }</b> })]);
    let (count, minutes) = (decimal::write(CODE_DIGITS as i64), decimal::write(i64::from(CODE_MINUTES)));
    let label = ctx.t(Key::LookupCode);
    let hint = ctx.fill(Key::LookupCodeHint, &[("count", &count), ("minutes", &minutes)]);
    let problem = lookup.problems().pop();
    let error = problem.as_ref().map(|found| words(ctx, found.problem));
    let mended = problem.is_some_and(|found| found.mended);
    let asked = Field { id: CODE, label: &label, hints: &[&hint], error: error.as_deref(), mended, optional: false };
    let Described { describedby, invalid } = asked.described();
    let oninput = typed(&tell.edit, Edit::Code);
    // Room for a code that is pasted with a space or a dash in it.
    let control = html! {
        <input class="field__input lookup__code" id={CODE} name="code" type="text" inputmode="numeric" autocomplete="one-time-code"
            maxlength="12" value={written.code.clone()} {oninput} aria-required="true" aria-describedby={describedby} aria-invalid={invalid} />
    };
    let locked = matches!(failure, Some(Failure { error: ApiError::CodeLocked, .. }));
    let working_on = match lookup.step {
        Step::Mailing { .. } => Some(Key::LookupSending),
        Step::Opening { .. } => Some(Key::UiLoading),
        Step::Link { .. } | Step::Address { .. } | Step::Code { .. } | Step::Open => None,
    };
    html! {
        <>
            <h1 tabindex="-1">{ ctx.t(Key::LookupCodeTitle) }</h1>
            <p class="lookup__lead" role="status">{ sent }</p>
            if lookup.mailed() > 1 && working_on.is_none() && failure.is_none() {
                { notice::notice(Tone::Calm, html! { <p>{ ctx.t(Key::LookupMailedAgain) }</p> }, Html::default()) }
            }
            <form class="lookup__form" action={action(ctx, live)} method={(!live).then_some("post")} onsubmit={button::submitted(&tell.submit)} novalidate=true>
                if !live {
                    <input type="hidden" name={EMAIL} value={written.email.clone()} />
                }
                { field(ctx, &asked, control) }
                if let Some(failure) = failure {
                    { failed(ctx, failure) }
                }
                <div class="row">{ button::submit(ctx.t(Key::LookupOpen)) }</div>
                { working(ctx, working_on) }
            </form>
            <p class="lookup__again">{ ctx.t(if may_ask || locked { Key::LookupNoMail } else { Key::LookupNoMailYet }) }</p>
            <div class="row">
                if live && (may_ask || locked) {
                    { button::quiet(ctx.t(Key::LookupAgain), button::pressed(&tell.again)) }
                }
                if live {
                    { button::quiet(ctx.t(Key::LookupOther), button::pressed(&tell.other)) }
                } else {
                    { link(ctx, &tell.go, View::Status { reference: None, link_token: None }, "button button--quiet", ctx.t(Key::LookupOther)) }
                }
            </div>
        </>
    }
}

/// Kept in the page while empty, so that what appears in it is told.
fn working(ctx: &Ctx, on: Option<Key>) -> Html {
    html! { <p class="loading" role="status">{ on.map(|key| ctx.t(key)).unwrap_or_default() }</p> }
}

/// What went wrong; with the time from which another try makes sense, when the backend told one.
fn failed(ctx: &Ctx, failure: &Failure) -> Html {
    let text = match failure.until {
        Some(until) => {
            let zone = ctx.reader_zone.as_deref().unwrap_or(&ctx.zone);
            ctx.fill(Key::LookupBusyUntil, &[("time", &ctx.format.date(until, zone, DateStyle::Time))])
        }
        None => ctx.t(notice::words(&failure.error)),
    };
    notice::notice(Tone::Warning, html! { <p>{ text }</p> }, Html::default())
}

fn input(
    around: &Field<'_>,
    kind: &'static str,
    inputmode: &'static str,
    autocomplete: &'static str,
    written: &str,
    oninput: Callback<InputEvent>,
) -> Html {
    let Described { describedby, invalid } = around.described();
    html! {
        <input class="field__input" id={around.id.to_owned()} name={around.id.to_owned()} type={kind} {inputmode} {autocomplete}
            autocapitalize="off" spellcheck="false" maxlength="254" value={written.to_owned()} {oninput}
            aria-required={(!around.optional).then_some("true")} aria-describedby={describedby} aria-invalid={invalid} />
    }
}

fn id_of(problem: Problem) -> &'static str {
    match problem {
        Problem::ReferenceWrong => REFERENCE,
        Problem::EmailMissing | Problem::EmailWrong => EMAIL,
        Problem::CodeShape | Problem::CodeWrong => CODE,
    }
}

fn words(ctx: &Ctx, problem: Problem) -> String {
    ctx.t(match problem {
        Problem::ReferenceWrong => Key::LookupReferenceWrong,
        Problem::EmailMissing => Key::LookupEmailMissing,
        Problem::EmailWrong => Key::LookupEmailWrong,
        Problem::CodeShape => Key::LookupCodeShape,
        Problem::CodeWrong => Key::FormWrongCode,
    })
}

/// To the open jobs: for who came here without having applied.
fn jobs(ctx: &Ctx, go: &Callback<View>) -> Html {
    html! { <p class="back">{ link(ctx, go, View::Board, "back__link", ctx.t(Key::LookupJobs)) }</p> }
}
