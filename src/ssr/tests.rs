//! The views as strings: what a visitor without JavaScript gets, and what every visitor's markup is made of.

use std::rc::Rc;

use belofte_contract::apply::{Answer, ApplicationForm, FieldKind};
use belofte_contract::postings::{JobPosting, PostingStatus, StageDefinition, StageKind};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use expect_test::{Expect, expect};

use super::{Plain, Returned, render_apply_form, render_board, render_gone, render_posting};
use crate::features::apply::tests::field;
use crate::features::postings::state::Filter;
use crate::features::postings::tests::{list, organization, posting};
use crate::i18n::Ctx;
use crate::i18n::testing::ctx;

fn english() -> Ctx {
    ctx("en", "2027-03-25T15:59:00Z")
}

fn rendered(page: impl Future<Output = String>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    // A line an element reads better in a difference.
    runtime.block_on(page).replace("><", ">\n<")
}

#[track_caller]
fn check(page: impl Future<Output = String>, expected: Expect) {
    expected.assert_eq(&rendered(page));
}

#[test]
fn a_card_says_by_when_and_from_whom_one_hears() {
    let (ctx, list, organization, filter) = (english(), list(vec![posting()]), organization(), Filter::default());
    check(
        render_board(&ctx, &list, &organization, &filter),
        expect![[r#"
            <section class="postings">
            <h1 tabindex="-1" class="postings__title">Jobs at Havenzicht</h1>
            <p class="postings__lead">Every job says when you’ll hear from us, and from whom. Before you even apply.</p>
            <p class="postings__status">
            <a href="/careers/status?lang=en" class="postings__status-link">Already applied? See where you stand</a>
            </p>
            <p role="status" class="postings__found visually-hidden">
            </p>
            <div class="postings__list">
            <article data-posting="nurse" class="posting">
            <p class="eyebrow">Rotterdam-Zuid · 24–32 hours a week · EUR 2950–EUR 3870.5 a month</p>
            <h2 class="posting__title">
            <a href="/careers/nurse?lang=en" class="posting__link">District nurse</a>
            </h2>
            <p class="posting__summary">You visit eight people a day.</p>
            <p class="posting__hear">Apply today and you’ll hear from Sanne by <time datetime="2027-03-31T15:00:00Z" class="posting__date">Wednesday 31 March</time>.</p>
            <div class="row">
            <a href="/careers/nurse/apply?lang=en" class="button">Apply<span class="visually-hidden">: District nurse</span>
            </a>
            <a href="/careers/nurse?lang=en" class="button button--quiet">See every step and date<span class="visually-hidden">: District nurse</span>
            </a>
            </div>
            </article>
            </div>
            </section>"#]],
    );
}

#[test]
fn an_upcoming_posting_names_its_month_and_takes_no_application() {
    let upcoming = JobPosting {
        status: PostingStatus::Upcoming,
        expected_open: Some("2027-09".into()),
        first_answer_by: None,
        ..posting()
    };
    let (ctx, list, organization, filter) = (english(), list(vec![upcoming]), organization(), Filter::default());
    check(
        render_board(&ctx, &list, &organization, &filter),
        expect![[r#"
            <section class="postings">
            <h1 tabindex="-1" class="postings__title">Jobs at Havenzicht</h1>
            <p class="postings__lead">Every job says when you’ll hear from us, and from whom. Before you even apply.</p>
            <p class="postings__status">
            <a href="/careers/status?lang=en" class="postings__status-link">Already applied? See where you stand</a>
            </p>
            <p role="status" class="postings__found visually-hidden">
            </p>
            <div class="postings__list">
            </div>
            <h2 class="postings__subtitle">Coming soon</h2>
            <div class="postings__list">
            <article data-posting="nurse" class="posting">
            <p class="eyebrow">Rotterdam-Zuid · 24–32 hours a week · EUR 2950–EUR 3870.5 a month</p>
            <h2 class="posting__title">
            <a href="/careers/nurse?lang=en" class="posting__link">District nurse</a>
            </h2>
            <p class="posting__summary">You visit eight people a day.</p>
            <p class="posting__hear">Opens in <b>September 2027</b>.</p>
            <div class="row">
            <a href="/careers/nurse?lang=en" class="button button--quiet">See every step and date<span class="visually-hidden">: District nurse</span>
            </a>
            </div>
            </article>
            </div>
            </section>"#]],
    );
}

#[test]
fn a_posting_shows_every_step_with_its_date() {
    let (ctx, posting, organization) = (english(), posting(), organization());
    check(
        render_posting(&ctx, &posting, &organization),
        expect![[r#"
            <article class="posting-detail">
            <p class="back">
            <a href="/careers?lang=en" class="back__link">All jobs</a>
            </p>
            <p class="eyebrow">Havenzicht · Rotterdam-Zuid · 24–32 hours a week · EUR 2950–EUR 3870.5 a month</p>
            <h1 tabindex="-1" class="posting-detail__title">District nurse</h1>
            <p class="posting-detail__summary">You visit eight people a day.</p>
            <div class="next">
            <time aria-hidden="true" datetime="2027-03-31T15:00:00Z" class="leaf">
            <b class="leaf__weekday">Wednesday</b> <strong class="leaf__day">31</strong> <span class="leaf__month">March</span>
            </time>
            <div class="next__body">
            <h2 class="next__title">Apply today and you’ll hear from Sanne before 17:00 on Wednesday 31 March.</h2>
            <p class="next__text">Whatever the answer.</p>
            <div class="who">
            <span aria-hidden="true" class="face face--letters">Sd</span>
            <span class="who__text">
            <span class="who__name">Sanne de Wit</span>
            <span class="who__role">, recruiter</span>
            </span>
            </div>
            <div class="row">
            <a href="/careers/nurse/apply?lang=en" class="button">Apply in five minutes</a>
            </div>
            </div>
            </div>
            <div class="rich-text">
            <p>
            <em>Care &lt;/script&gt; at home.</em>
            </p>
            </div>
            <section class="steps">
            <h2 class="steps__title">Every step, with its date</h2>
            <p class="steps__lead">These are the latest dates if you apply today. The person named keeps the date, or gives you a new one and says why.</p>
            <ol class="steps__list">
            <li class="step">
            <p class="step__when">
            <time datetime="2027-03-31T15:00:00Z" class="step__date">Wed 31 Mar</time> <span class="step__latest">at the latest</span>
            </p>
            <span aria-hidden="true" class="step__dot">
            </span>
            <div class="step__body">
            <h3 class="step__title">Two colleagues read your letter</h3>
            <p class="step__meaning">They look at your experience.</p>
            <div class="who">
            <span aria-hidden="true" class="face face--letters">Sd</span>
            <span class="who__text">
            <span class="who__name">Sanne de Wit</span>
            <span class="who__role">, recruiter</span>
            <span class="who__more"> · by people</span>
            </span>
            </div>
            </div>
            </li>
            </ol>
            </section>
            </article>"#]],
    );
}

#[tokio::test]
async fn the_receipt_is_promised_at_once() {
    let (ctx, mut posting, organization) = (english(), posting(), organization());
    let received =
        StageDefinition { kind: StageKind::Received, latest_if_applied_now: None, ..posting.process[0].clone() };
    posting.process.insert(0, received);
    let page = render_posting(&ctx, &posting, &organization).await;
    assert!(page.contains("<b class=\"step__date\">Straight away</b>"), "{page}");
}

#[test]
fn a_closed_posting_leads_to_others() {
    check(
        render_gone(&english(), &[]),
        expect![[r#"
            <section class="posting-detail">
            <p class="back">
            <a href="/careers?lang=en" class="back__link">All jobs</a>
            </p>
            <h1 tabindex="-1" class="posting-detail__title">This job has closed.</h1>
            <p>You can no longer apply. Everyone who did will hear by the date we promised.</p>
            </section>"#]],
    );
}

#[test]
fn only_a_long_posting_offers_to_apply_once_more_below() {
    let offers = |steps: usize| {
        let mut long = posting();
        long.process = long.process.iter().cycle().take(steps).cloned().collect();
        rendered(render_posting(&english(), &long, &organization())).matches("Apply in five minutes").count()
    };
    assert_eq!((offers(1), offers(4)), (1, 2));
}

#[test]
fn a_plain_form_says_what_is_wrong_on_top_with_the_label_and_below_the_label_without() {
    let form = ApplicationForm {
        id: "care".into(),
        version: 3,
        fields: vec![field("email", FieldKind::Mail), field("cv", FieldKind::File)],
    };
    let returned = Returned {
        answers: vec![Answer { field: "email".into(), values: vec!["noor".into()] }],
        files: vec![],
        errors: vec![FieldError::new("email", FieldErrorCode::NotAnEmail)],
    };
    let plain = Plain { action: "/v1/applications".into(), key: "key-1".into() };
    let (ctx, posting, organization) = (english(), posting(), organization());
    check(
        render_apply_form(&ctx, &posting, &organization, Rc::new(form), plain, returned),
        expect![[r##"
            <section class="apply">
            <p class="back">
            <a href="/careers/nurse?lang=en" class="back__link">Back to the job</a>
            </p>
            <h1 tabindex="-1" class="apply__title">Apply: District nurse</h1>
            <p class="apply__lead">You don’t have to answer everything. What you can skip is marked optional.</p>
            <div id="problems" role="alert" tabindex="-1" class="error-summary">
            <h2 class="error-summary__title">One answer needs another look</h2>
            <ul class="error-summary__list">
            <li>
            <a href="#f-email">“email”: enter an email address, like name@example.com.</a>
            </li>
            </ul>
            </div>
            <form action="/v1/applications" method="post" enctype="multipart/form-data" class="apply__form">
            <input value="nurse" type="hidden" name="belofte-posting">
            <input value="care" type="hidden" name="belofte-form">
            <input value="3" type="hidden" name="belofte-version">
            <input value="en" type="hidden" name="belofte-lang">
            <input value="key-1" type="hidden" name="belofte-key">
            <div class="apply__fields">
            <div class="apply__question">
            <div class="field field--wrong">
            <label for="f-email" class="field__label">email </label>
            <p id="f-email-error" class="field__error">enter an email address, like name@example.com.</p>
            <input value="noor" id="f-email" name="email" type="email" inputmode="email" aria-required="true" aria-describedby="f-email-error" aria-invalid="true" class="field__input">
            </div>
            </div>
            <div class="apply__question">
            <div class="field">
            <label for="f-cv" class="field__label">cv </label>
            <p id="f-cv-hint" class="field__hint">
            <span class="field__hint-line">PDF, JPG, 1 kB at most. </span>
            </p>
            <input type="file" id="f-cv" name="cv" accept="application/pdf,image/jpeg,.pdf,.jpg,.jpeg" aria-describedby="f-cv-hint" class="field__input">
            </div>
            </div>
            <div aria-hidden="true" class="visually-hidden">
            <label for="f--website">Leave this field empty</label>
            <input value="" id="f--website" name="belofte-website" type="text" tabindex="-1" autocomplete="off">
            </div>
            </div>
            <p class="apply__privacy">We use your answers for this application only. We erase them 28 days after it ends. <a href="https://havenzicht.example/privacy" target="_blank" rel="noopener">How Havenzicht handles your data</a>
            </p>
            <p class="apply__promise">Send it today and you’ll hear from Sanne before 17:00 on <b>Wednesday 31 March</b>.</p>
            <div class="apply__state">
            </div>
            <div class="row">
            <button type="submit" class="button">Send my application</button>
            </div>
            </form>
            </section>"##]],
    );
}

#[test]
fn who_decides_is_said_of_every_step_but_the_one_that_only_receives() {
    let mut posting = posting();
    let received = StageDefinition { id: "in".into(), kind: StageKind::Received, ..posting.process[0].clone() };
    posting.process.insert(0, received);
    let page = rendered(render_posting(&english(), &posting, &organization()));
    assert_eq!(page.matches("by people").count(), 1, "{page}");
}

#[test]
fn a_consent_that_is_needed_says_so() {
    let form = ApplicationForm { id: "care".into(), version: 1, fields: vec![field("agreed", FieldKind::Consent)] };
    let plain = Plain { action: "/".into(), key: "k".into() };
    let page =
        rendered(render_apply_form(&english(), &posting(), &organization(), Rc::new(form), plain, Returned::default()));
    let control = page.lines().find(|line| line.contains("id=\"f-agreed\"")).unwrap();
    assert!(control.contains("aria-required=\"true\""), "{control}");
}
