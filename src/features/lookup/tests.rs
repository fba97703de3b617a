//! Every arrow from an address to a session, and what each failure keeps.

use std::sync::Arc;

use belofte_contract::Timestamp;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use expect_test::{Expect, expect};

use super::state::{Action, Edit, Failure, Lookup, LookupNote};
use super::view::{self, Tell};
use crate::api::ApiError;
use crate::i18n::testing::ctx;

/// Each step and what is to be sent, a line an action.
#[track_caller]
fn check(start: Lookup, actions: Vec<Action>, expected: Expect) {
    let mut lookup = start;
    let mut lines = vec![drawn(&lookup)];
    for action in actions {
        lookup.take(action);
        lines.push(drawn(&lookup));
    }
    expected.assert_eq(&lines.join("\n"));
}

fn drawn(lookup: &Lookup) -> String {
    let written = &lookup.written;
    assert_eq!(lookup.errand_number() != 0, lookup.errand("nl").is_some(), "{lookup:?}");
    let errand = lookup.errand("nl").map(|errand| format!(" -> {errand:?}")).unwrap_or_default();
    format!("{:?} [{}|{}|{}]{errand}", lookup.step, written.email, written.reference, written.code)
}

fn email(text: &str) -> Action {
    Action::Edit(Edit::Email(text.into()))
}

fn code(text: &str) -> Action {
    Action::Edit(Edit::Code(text.into()))
}

fn failed(error: ApiError) -> Failure {
    Failure { error, until: None }
}

fn noor() -> Vec<Action> {
    vec![email("noor@example.com"), Action::Submit, Action::Mailed(Ok(()))]
}

#[test]
fn an_address_and_a_code_open_the_page() {
    let mut actions = noor();
    actions.extend([code("123 456"), Action::Submit, Action::Opened(Ok(()))]);
    check(
        Lookup::new(None, None),
        actions,
        expect![[r#"
        Address { note: None, problems: [], failed: None } [||]
        Address { note: None, problems: [], failed: None } [noor@example.com||]
        Mailing { mailed: 1 } [noor@example.com||] -> Mail(StatusRequest { reference: None, email: "noor@example.com", lang: Some("nl") }, 1)
        Code { mailed: 1, problem: None, failed: None } [noor@example.com||]
        Code { mailed: 1, problem: None, failed: None } [noor@example.com||123 456]
        Opening { mailed: 1 } [noor@example.com||123 456] -> Open(NewStatusSession { email: Some("noor@example.com"), code: Some("123456"), link_token: None }, 1)
        Open [noor@example.com||123 456]"#]],
    );
}

#[test]
fn what_is_wrong_stays_marked_until_it_is_right() {
    let reference = |text: &str| Action::Edit(Edit::Reference(text.into()));
    check(
        Lookup::new(None, None),
        vec![reference("K7Q4"), Action::Submit, email("noor@example.com"), reference("k7q4 9m2p 3xhd"), Action::Submit],
        expect![[r#"
            Address { note: None, problems: [], failed: None } [||]
            Address { note: None, problems: [], failed: None } [|K7Q4|]
            Address { note: None, problems: [Found { problem: EmailMissing, mended: false }, Found { problem: ReferenceWrong, mended: false }], failed: None } [|K7Q4|]
            Address { note: None, problems: [Found { problem: EmailMissing, mended: true }, Found { problem: ReferenceWrong, mended: false }], failed: None } [noor@example.com|K7Q4|]
            Address { note: None, problems: [Found { problem: EmailMissing, mended: true }, Found { problem: ReferenceWrong, mended: true }], failed: None } [noor@example.com|k7q4 9m2p 3xhd|]
            Mailing { mailed: 1 } [noor@example.com|k7q4 9m2p 3xhd|] -> Mail(StatusRequest { reference: Some("K7Q4-9M2P-3XHD"), email: "noor@example.com", lang: Some("nl") }, 1)"#]],
    );
}

#[test]
fn a_code_that_was_not_mailed_keeps_the_address() {
    check(
        Lookup::new(None, None),
        vec![
            email("noor@example.com"),
            Action::Submit,
            Action::Mailed(Err(failed(ApiError::Offline))),
            Action::Submit,
            Action::Mailed(Err(failed(ApiError::Fields(Arc::new(vec![FieldError {
                field: "email".into(),
                code: FieldErrorCode::NotAnEmail,
                limit: None,
            }]))))),
        ],
        expect![[r#"
            Address { note: None, problems: [], failed: None } [||]
            Address { note: None, problems: [], failed: None } [noor@example.com||]
            Mailing { mailed: 1 } [noor@example.com||] -> Mail(StatusRequest { reference: None, email: "noor@example.com", lang: Some("nl") }, 1)
            Address { note: None, problems: [], failed: Some(Failure { error: Offline, until: None }) } [noor@example.com||]
            Mailing { mailed: 1 } [noor@example.com||] -> Mail(StatusRequest { reference: None, email: "noor@example.com", lang: Some("nl") }, 1)
            Address { note: None, problems: [Found { problem: EmailWrong, mended: false }], failed: None } [noor@example.com||]"#]],
    );
}

#[test]
fn a_wrong_code_can_be_mended_and_a_locked_one_asked_anew() {
    let mut actions = noor();
    actions.extend([
        code("12345"),
        Action::Submit,
        code("123455"),
        Action::Submit,
        Action::Opened(Err(failed(ApiError::Code))),
        code("123456"),
        Action::Submit,
        Action::Opened(Err(failed(ApiError::CodeLocked))),
        Action::Again,
        Action::Mailed(Err(failed(ApiError::Busy { retry_after_s: None }))),
        Action::Again,
        Action::Mailed(Ok(())),
        Action::OtherAddress,
    ]);
    check(
        Lookup::new(None, None),
        actions,
        expect![[r#"
            Address { note: None, problems: [], failed: None } [||]
            Address { note: None, problems: [], failed: None } [noor@example.com||]
            Mailing { mailed: 1 } [noor@example.com||] -> Mail(StatusRequest { reference: None, email: "noor@example.com", lang: Some("nl") }, 1)
            Code { mailed: 1, problem: None, failed: None } [noor@example.com||]
            Code { mailed: 1, problem: None, failed: None } [noor@example.com||12345]
            Code { mailed: 1, problem: Some(Found { problem: CodeShape, mended: false }), failed: None } [noor@example.com||12345]
            Code { mailed: 1, problem: Some(Found { problem: CodeShape, mended: true }), failed: None } [noor@example.com||123455]
            Opening { mailed: 1 } [noor@example.com||123455] -> Open(NewStatusSession { email: Some("noor@example.com"), code: Some("123455"), link_token: None }, 1)
            Code { mailed: 1, problem: Some(Found { problem: CodeWrong, mended: false }), failed: None } [noor@example.com||123455]
            Code { mailed: 1, problem: Some(Found { problem: CodeWrong, mended: true }), failed: None } [noor@example.com||123456]
            Opening { mailed: 1 } [noor@example.com||123456] -> Open(NewStatusSession { email: Some("noor@example.com"), code: Some("123456"), link_token: None }, 1)
            Code { mailed: 1, problem: None, failed: Some(Failure { error: CodeLocked, until: None }) } [noor@example.com||123456]
            Mailing { mailed: 2 } [noor@example.com||123456] -> Mail(StatusRequest { reference: None, email: "noor@example.com", lang: Some("nl") }, 2)
            Code { mailed: 1, problem: None, failed: Some(Failure { error: Busy { retry_after_s: None }, until: None }) } [noor@example.com||123456]
            Mailing { mailed: 2 } [noor@example.com||123456] -> Mail(StatusRequest { reference: None, email: "noor@example.com", lang: Some("nl") }, 2)
            Code { mailed: 2, problem: None, failed: None } [noor@example.com||]
            Address { note: None, problems: [], failed: None } [noor@example.com||]"#]],
    );
}

#[test]
fn a_link_opens_at_once_and_a_dead_one_leads_to_the_form() {
    let link = || Lookup::new(Some("t0ken"), None);
    check(
        link(),
        vec![Action::Opened(Ok(()))],
        expect![[r#"
        Link { token: "t0ken", failed: None, tries: 1 } [||] -> Open(NewStatusSession { email: None, code: None, link_token: Some("t0ken") }, 1)
        Open [||]"#]],
    );
    check(
        link(),
        vec![
            Action::Opened(Err(failed(ApiError::Offline))),
            Action::Submit,
            Action::Opened(Err(failed(ApiError::Code))),
        ],
        expect![[r#"
            Link { token: "t0ken", failed: None, tries: 1 } [||] -> Open(NewStatusSession { email: None, code: None, link_token: Some("t0ken") }, 1)
            Link { token: "t0ken", failed: Some(Failure { error: Offline, until: None }), tries: 1 } [||]
            Link { token: "t0ken", failed: None, tries: 2 } [||] -> Open(NewStatusSession { email: None, code: None, link_token: Some("t0ken") }, 2)
            Address { note: Some(LinkDead), problems: [], failed: None } [||]"#]],
    );
}

#[test]
fn late_answers_and_second_clicks_change_nothing() {
    check(
        Lookup::new(None, Some(LookupNote::SessionEnded)),
        vec![
            Action::Mailed(Ok(())),
            Action::Again,
            email("noor@example.com"),
            Action::Submit,
            Action::Submit,
            email("x"),
        ],
        expect![[r#"
            Address { note: Some(SessionEnded), problems: [], failed: None } [||]
            Address { note: Some(SessionEnded), problems: [], failed: None } [||]
            Address { note: Some(SessionEnded), problems: [], failed: None } [||]
            Address { note: Some(SessionEnded), problems: [], failed: None } [noor@example.com||]
            Mailing { mailed: 1 } [noor@example.com||] -> Mail(StatusRequest { reference: None, email: "noor@example.com", lang: Some("nl") }, 1)
            Mailing { mailed: 1 } [noor@example.com||] -> Mail(StatusRequest { reference: None, email: "noor@example.com", lang: Some("nl") }, 1)
            Mailing { mailed: 1 } [noor@example.com||] -> Mail(StatusRequest { reference: None, email: "noor@example.com", lang: Some("nl") }, 1)"#]],
    );
}

#[track_caller]
fn check_view(actions: Vec<Action>, may_ask: bool, expected: Expect) {
    let mut lookup = Lookup::new(None, None);
    for action in actions {
        lookup.take(action);
    }
    let body = view::lookup(&ctx("en", "2027-03-25T15:59:00Z"), &lookup, may_ask, &Tell::nobody());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let html = runtime.block_on(crate::ssr::render(body)).replace("><", ">\n<");
    expected.assert_eq(&html);
}

#[test]
fn errors_stand_beside_their_field_and_in_the_summary() {
    check_view(
        vec![Action::Submit],
        false,
        expect![[r##"
            <section class="lookup">
            <p class="back">
            <a href="/careers?lang=en" class="back__link">All jobs</a>
            </p>
            <h1 tabindex="-1">Where does my application stand?</h1>
            <p class="lookup__lead">Enter the email address you applied with. We’ll email you a code: no account, no password.</p>
            <div id="problems" role="alert" tabindex="-1" class="error-summary">
            <h2 class="error-summary__title">One answer needs another look</h2>
            <ul class="error-summary__list">
            <li>
            <a href="#lookup-email">“Your email address”: fill this in.</a>
            </li>
            </ul>
            </div>
            <form novalidate="novalidate" class="lookup__form">
            <div class="field field--wrong">
            <label for="lookup-email" class="field__label">Your email address </label>
            <p id="lookup-email-hint" class="field__hint">
            <span class="field__hint-line">The one you applied with. </span>
            </p>
            <p id="lookup-email-error" class="field__error">fill this in.</p>
            <input value="" id="lookup-email" name="lookup-email" type="email" inputmode="email" autocomplete="email" autocapitalize="off" spellcheck="false" maxlength="254" aria-required="true" aria-describedby="lookup-email-hint lookup-email-error" aria-invalid="true" class="field__input">
            </div>
            <div class="field">
            <label for="lookup-reference" class="field__label">Your reference <span class="field__optional">(optional)</span>
            </label>
            <p id="lookup-reference-hint" class="field__hint">
            <span class="field__hint-line">You’ll find it in our email to you. It looks like K7Q4-9M2P-3XHD. Leave it empty to see all your applications. </span>
            </p>
            <input value="" id="lookup-reference" name="lookup-reference" type="text" inputmode="text" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="254" aria-describedby="lookup-reference-hint" class="field__input">
            </div>
            <div class="row">
            <button type="submit" class="button">Email me a code</button>
            </div>
            <p role="status" class="loading">
            </p>
            </form>
            </section>"##]],
    );
}

#[test]
fn the_code_page_does_not_tell_whether_somebody_applied() {
    let mut actions = noor();
    let until = Timestamp::parse("2027-03-25T16:05:00Z").ok();
    let busy = Failure { error: ApiError::Busy { retry_after_s: Some(360) }, until };
    actions.extend([code("123456"), Action::Submit, Action::Opened(Err(busy))]);
    check_view(
        actions,
        true,
        expect![[r#"
            <section class="lookup">
            <p class="back">
            <a href="/careers?lang=en" class="back__link">All jobs</a>
            </p>
            <h1 tabindex="-1">Check your email.</h1>
            <p role="status" class="lookup__lead">If there is an application under <b>noor@example.com</b>, we have just emailed a code to that address.</p>
            <form novalidate="novalidate" class="lookup__form">
            <div class="field">
            <label for="lookup-code" class="field__label">The code from the email </label>
            <p id="lookup-code-hint" class="field__hint">
            <span class="field__hint-line">6 digits. The code works for 10 minutes. </span>
            </p>
            <input value="123456" id="lookup-code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="12" aria-required="true" aria-describedby="lookup-code-hint" class="field__input lookup__code">
            </div>
            <div role="alert" class="notice notice--warning">
            <div class="notice__text">
            <p>You asked for this several times in a short while. Try again after 18:05.</p>
            </div>
            </div>
            <div class="row">
            <button type="submit" class="button">Show my application</button>
            </div>
            <p role="status" class="loading">
            </p>
            </form>
            <p class="lookup__again">Still no email? Check your spam folder, or check the address.</p>
            <div class="row">
            <button type="button" class="button button--quiet">Email me a new code</button>
            <button type="button" class="button button--quiet">Use another address</button>
            </div>
            </section>"#]],
    );
}
