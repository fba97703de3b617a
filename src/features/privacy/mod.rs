//! Leaving again, and what is kept until then: withdraw, see, correct, take along, have it erased.
//!
//! Behind a door. Nothing is done by one tap alone that cannot be taken back for a day.

pub mod view;

use belofte_contract::apply::FieldKind;
use belofte_contract::privacy::{Held, SHOWN, WITHDRAWAL_REASON_MAX_CHARS};
use belofte_contract::timeline::ApplicationStatus;
use belofte_html::html;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::app::Saved;
use crate::ask::state::{Look, Question};
use crate::ask::{About, Form, Place};
use crate::hooks::{use_change, use_kept};
use crate::i18n::{Ctx, DateStyle, Key};
use crate::part::{Part, part};
use crate::request::{Request, use_request};
use crate::text::join;
use crate::ui::notice;

/// To withdraw what runs, or to take that back.
pub fn withdrawal(ctx: &Ctx, about: &About<'_>) -> Form {
    let is_open = about.application.is_some_and(|application| application.status == ApplicationStatus::Open);
    if is_open { withdraw(ctx, about) } else { restore(ctx, about) }
}

fn withdraw(ctx: &Ctx, about: &About<'_>) -> Form {
    let days = about.application.map_or(0, |application| application.keep_days);
    let hint = ctx.fill(Key::PrivacyEraseHint, &[("days", &ctx.format.number(f64::from(days), 0))]);
    let most = WITHDRAWAL_REASON_MAX_CHARS as u32;
    Form {
        path: about.path("/withdrawal"),
        lead: ctx.t(Key::PrivacyWithdrawLead),
        questions: vec![
            Question::tick("erase", ctx.t(Key::PrivacyErase)).hint(hint),
            Question::long_text("reason", ctx.t(Key::PrivacyReason)).most(most),
        ],
        send: ctx.t(Key::PrivacyWithdraw),
        ..Form::of("withdrawal")
    }
}

fn restore(ctx: &Ctx, about: &About<'_>) -> Form {
    Form {
        method: "DELETE",
        path: about.path("/withdrawal"),
        lead: ctx.t(Key::PrivacyRestoreLead),
        send: ctx.t(Key::PrivacyRestore),
        ..Form::of("restore")
    }
}

/// The questions whose answers can be put right. What is left empty is taken away.
pub fn answers(ctx: &Ctx, about: &About<'_>, held: &Held) -> Form {
    let fields = held.fields.iter().filter(|field| field.kind != FieldKind::MultiChoice);
    let mut questions: Vec<Question> = fields
        .map(|field| {
            let given = held.answers.iter().find(|answer| answer.field == field.name);
            let given = given.and_then(|answer| answer.values.first().cloned()).unwrap_or_default();
            Question { asked: field.clone(), look: Look::Usual, given }
        })
        .collect();
    let names: Vec<String> = questions.iter().map(|question| question.asked.name.clone()).collect();
    questions.push(Question::hidden(SHOWN, join(&names, " ")));
    Form {
        method: "PATCH",
        path: about.path("/answers"),
        questions,
        send: ctx.t(Key::PrivacyCorrect),
        ..Form::of("answers")
    }
}

/// A new address, or the code that was mailed to it.
pub fn address(ctx: &Ctx, about: &About<'_>, held: &Held) -> Form {
    let path = about.path("/address");
    let Some(email) = &held.new_address else {
        let questions = vec![Question::mail("email", ctx.t(Key::PrivacyNewAddress)).required()];
        let lead = ctx.fill(Key::PrivacyAddressLead, &[("email", &held.email)]);
        return Form { path, lead, questions, send: ctx.t(Key::PrivacySendCode), ..Form::of("address") };
    };
    let code = Question::text("code", ctx.t(Key::PrivacyCode)).required().autocomplete("one-time-code");
    Form {
        path,
        lead: ctx.fill(Key::PrivacyCodeLead, &[("email", email)]),
        questions: vec![Question::hidden("email", email.clone()), code],
        send: ctx.t(Key::PrivacyChangeAddress),
        ..Form::of("address-code")
    }
}

/// To have everything erased, or to stop that.
pub fn erasure(ctx: &Ctx, about: &About<'_>, held: &Held) -> Form {
    let path = about.path("/erasure");
    match held.delete_on.filter(|_| held.erasure_asked) {
        Some(at) => {
            let (date, time) = (ctx.date(at, DateStyle::Long), ctx.date(at, DateStyle::Time));
            let lead = ctx.fill(Key::PrivacyKeepLead, &[("date", &date), ("time", &time)]);
            Form { method: "DELETE", path, lead, send: ctx.t(Key::PrivacyKeep), ..Form::of("keep") }
        }
        None => {
            let (lead, send) = (ctx.t(Key::PrivacyEraseLead), ctx.t(Key::PrivacyEraseAll));
            Form { path, lead, send, ..Form::of("erasure") }
        }
    }
}

pub fn withdrawal_panel(place: &Place) -> Html {
    let (ctx, about) = (place.ctx(), place.about());
    let is_open = about.application.is_some_and(|application| application.status == ApplicationStatus::Open);
    let then = (!is_open).then(|| restore(&ctx, &about));
    part("", Steps { place: place.clone(), first: withdraw(&ctx, &about), then })
}

pub fn held_panel(place: &Place) -> Html {
    part("", Holding { place: place.clone() })
}

/// A form, and the one that follows once it was sent. What was done stays in sight above the second, until that is done too.
#[derive(PartialEq)]
struct Steps {
    place: Place,
    first: Form,
    then: Option<Form>,
}

impl Part for Steps {
    fn name(&self) -> &'static str {
        "steps"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_steps(self).run(hooks)
    }
}

#[hook]
fn use_steps(props: &Steps) -> Html {
    let Steps { place, first, then } = props;
    let began_later = use_kept(|| then.is_some()).get();
    let second = use_kept(|| None::<Form>);
    if then.is_some() {
        second.swap(then.clone());
    }
    let second = second.get();
    let is_over = then.is_none() && second.is_some();
    html! {
        <>
            if !began_later && !is_over {
                <div key={first.word}>{ place.ask_form(first.clone()) }</div>
            }
            if let Some(second) = second {
                <div key={second.word}>{ place.ask_form(second) }</div>
            }
        </>
    }
}

#[derive(PartialEq)]
struct Holding {
    place: Place,
}

impl Part for Holding {
    fn name(&self) -> &'static str {
        "held"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_holding(self).run(hooks)
    }
}

#[hook]
fn use_holding(props: &Holding) -> Html {
    let place = &props.place;
    let path = place.about().path("/held");
    let version = place.about().application.map_or(0, |application| application.version);
    let held = use_request::<Held>(&place.core.api, &path, place.core.api.read(&path, place.token()));
    {
        // Whatever was changed meanwhile; what is in sight stays until the answer is here.
        let (again, read) = (held.again.clone(), use_kept(|| version));
        use_change(version, move || {
            if read.swap(version) != version {
                again.emit(());
            }
        });
    }
    let failed = use_kept(|| false);
    let ctx = &place.ctx();
    match &held.state {
        Request::Idle | Request::Loading => notice::loading(ctx),
        Request::Failed(error) => notice::failed(ctx, error, &held.again),
        Request::Ready(found) => {
            // Not everything that is done here is an event of the page.
            let (page, read) = (place.again.clone(), held.again.clone());
            let again = Callback::from(move |()| {
                page.emit(());
                read.emit(());
            });
            let place = &Place { again, ..place.clone() };
            let about = place.about();
            let own = place.own.clone();
            let core = place.core.clone();
            let kept = failed.clone();
            let save = Callback::from(move |_: MouseEvent| {
                if let Some(own) = &own {
                    core.save_file(Saved::Everything, own.application.reference, own.token.clone(), kept.clone());
                }
            });
            let code = found.new_address.is_some().then(|| address(ctx, &about, found));
            let stop = found.erasure_asked.then(|| erasure(ctx, &about, found));
            let unasked = Held { new_address: None, erasure_asked: false, ..(**found).clone() };
            let forms = [
                (Key::PrivacyCorrectTitle, answers(ctx, &about, found), None),
                (Key::PrivacyAddressTitle, address(ctx, &about, &unasked), code),
                (Key::PrivacyEraseTitle, erasure(ctx, &about, &unasked), stop),
            ];
            html! {
                <div class="held">
                    { view::things(ctx, found) }
                    { view::save(ctx, save, failed.get()) }
                    for (title, first, then) in forms {
                        <h3 class="held__title">{ ctx.t(title) }</h3>
                        { part(first.word, Steps { place: place.clone(), first, then }) }
                    }
                </div>
            }
        }
    }
}
