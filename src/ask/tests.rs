//! The small forms: what they send, what they refuse, and how they look in each state.
#![cfg(feature = "ssr")]

use std::rc::Rc;
use std::sync::Arc;

use belofte_contract::fixtures;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::timeline::Application;
use belofte_contract::told::Told;
use yew::Html;

use super::state::{AskDraft, Edit, Sent};
use super::view::{FormParts, Tell, form};
use super::{About, Form, Question};
use crate::api::ApiError;
use crate::features::apply::state::{ChosenFile, Edit as FileEdit, FileState, Trouble};
use crate::i18n::testing::ctx;
use crate::ssr::{KeptFile, PlainForm, WayPage, render, render_way};
use crate::submission::{Action, Draft, Submission};

fn asked() -> Form {
    let options = vec![("sanne".to_owned(), "Sanne".to_owned()), ("youssef".to_owned(), "Youssef".to_owned())];
    Form {
        path: "/v1/test".to_owned(),
        send: "Send it".to_owned(),
        questions: vec![
            Question::long_text("text", "Your question".to_owned()).required().most(20),
            Question::choice("to", "Who?".to_owned(), options),
            Question::scale("nps", "How was it?".to_owned(), "Bad".to_owned(), "Good".to_owned()),
            Question::tick("quote", "You may quote me".to_owned()),
            Question::mail("email", "Your address".to_owned()),
            Question::hidden("moment", "receipt".to_owned()),
        ],
        ..Form::of("test")
    }
}

fn draft(written: &[(&str, &str)]) -> AskDraft {
    let mut draft = AskDraft::new(Rc::new(asked()));
    for (name, value) in written {
        draft.write((*name).to_owned(), (*value).to_owned());
    }
    draft
}

#[test]
fn what_is_left_empty_is_not_sent_and_each_kind_is_sent_as_itself() {
    let sent = |written: &[(&str, &str)]| draft(written).values();
    let moment = ("moment".to_owned(), Sent::Text("receipt".to_owned()));
    assert_eq!(sent(&[("text", "  "), ("email", "")]), std::slice::from_ref(&moment));
    let all = sent(&[("text", " Why? "), ("nps", "0"), ("quote", "yes"), ("to", "sanne")]);
    let expected = [
        ("text".to_owned(), Sent::Text("Why?".to_owned())),
        ("to".to_owned(), Sent::Text("sanne".to_owned())),
        ("nps".to_owned(), Sent::Number(0)),
        ("quote".to_owned(), Sent::Yes),
        moment,
    ];
    assert_eq!(all, expected);
}

#[test]
fn the_rules_are_those_of_the_application_form() {
    let codes = |written: &[(&str, &str)]| {
        let told = |trouble| match trouble {
            Trouble::Answer(error) => (error.field, error.code),
            of_file => panic!("{of_file:?}"),
        };
        draft(written).problems().into_iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(codes(&[]), [("text".to_owned(), FieldErrorCode::Required)]);
    let wrong = [("text", "far more than twenty characters"), ("email", "noor"), ("to", "nobody"), ("nps", "11")];
    let expected = [
        ("text".to_owned(), FieldErrorCode::TooLong),
        ("to".to_owned(), FieldErrorCode::NotAChoice),
        ("nps".to_owned(), FieldErrorCode::NotAChoice),
        ("email".to_owned(), FieldErrorCode::NotAnEmail),
    ];
    assert_eq!(codes(&wrong), expected);
}

#[test]
fn what_only_the_backend_knows_stands_until_that_answer_changes() {
    let mut draft = draft(&[("text", "Why?"), ("email", "noor@example.com")]);
    let errors = vec![FieldError::new("text", FieldErrorCode::TooMany)];
    let mut submission = Submission::default();
    submission.take(&mut draft, Action::Submit);
    submission.take(&mut draft, Action::Answer(Err(ApiError::Fields(Arc::new(errors)))));
    let mut edit = |name: &str| {
        submission.take(&mut draft, Action::Edit(Edit::Write(name.to_owned(), "noor@example.org".to_owned())));
        submission.problems()[0].mended
    };
    assert!(!edit("email"), "another answer mends nothing");
    assert!(edit("text"));
}

#[test]
fn a_refusal_of_something_that_is_not_asked_is_no_problem_at_a_field() {
    let errors = ApiError::Fields(Arc::new(vec![FieldError::new("elsewhere", FieldErrorCode::Required)]));
    assert!(draft(&[]).refused(errors).is_err());
}

async fn drawn(submission: &Submission<AskDraft>, written: &[(&str, &str)]) -> String {
    let draft = draft(written);
    let parts = FormParts { draft: &draft, submission, plain: None };
    render(form(&ctx("en", "2027-03-26T13:00:00Z"), &parts, &Tell::nobody())).await
}

#[track_caller]
fn check(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[tokio::test]
async fn a_problem_stands_in_the_list_and_at_its_question() {
    let mut submission = Submission::default();
    submission.take(&mut draft(&[]), Action::Submit);
    let page = drawn(&submission, &[]).await;
    check(
        &page,
        &["href=\"#ask-test-text\"", "id=\"ask-test-text-error\"", "aria-invalid=\"true\"", "0 of at most 20"],
    );
}

#[tokio::test]
async fn what_may_pass_keeps_the_words_and_offers_the_same_again() {
    let written = [("text", "Why?")];
    let failed = |error| Submission::Failed { error, attempt: 1 };
    let page = drawn(&failed(ApiError::Offline), &written).await;
    check(&page, &["Why?", "<div inert", "Try again</button>", "role=\"alert\""]);
    let page = drawn(&failed(ApiError::Conflict), &written).await;
    check(&page, &["This changed in the meantime.", "Send it</button>"]);
    assert!(!page.contains("<div inert"), "{page}");
    check(&drawn(&Submission::Sending { attempt: 1 }, &written).await, &["Sending…", "<div inert"]);
}

#[tokio::test]
async fn without_javascript_it_is_a_real_form_that_comes_back_whole() {
    let application: Application = serde_json::from_str(fixtures::WAITING).unwrap();
    let about = About { application: Some(&application), posting: None };
    let written = vec![("text".to_owned(), "Why?\r\nWhen?".to_owned()), ("quote".to_owned(), "yes".to_owned())];
    let mut plain = PlainForm { form: asked(), written, key: "k-1".to_owned(), ..PlainForm::default() };
    assert_eq!(plain.values()[0].1, Sent::Text("Why?\nWhen?".to_owned()));
    plain.errors = vec![FieldError::new("email", FieldErrorCode::NotAnEmail)];
    let page = WayPage { title: "Ask", about, before: Html::default(), form: Some(plain), told: None };
    let page = render_way(&ctx("en", "2027-03-26T13:00:00Z"), page).await;
    let parts = ["<h1", "Ask", "method=\"post\"", "value=\"k-1\" type=\"hidden\" name=\"belofte-key\"", "Why?\nWhen?"];
    check(&page, &parts);
    check(
        &page,
        &["type=\"checkbox\"", "checked", "name=\"moment\"", "id=\"ask-test-email-error\"", "/careers/status/"],
    );
}

#[tokio::test]
async fn what_came_of_it_stands_there_with_the_date_that_was_promised() {
    let application: Application = serde_json::from_str(fixtures::WAITING).unwrap();
    let promise = application.promises.first().cloned();
    let told = Told { title: "Your question is with Sanne.".to_owned(), text: "You hear soon.".to_owned(), promise };
    let about = About { application: None, posting: Some("cook") };
    let page = WayPage { title: "Ask", about, before: Html::default(), form: None, told: Some(&told) };
    let page = render_way(&ctx("en", "2027-03-26T13:00:00Z"), page).await;
    check(&page, &["Your question is with Sanne.", "You hear soon.", "class=\"leaf\"", "/careers/cook?"]);
}

#[test]
fn a_form_goes_to_the_application_else_to_the_posting_else_to_the_endpoint() {
    let application: Application = serde_json::from_str(fixtures::WAITING).unwrap();
    let path = |application, posting| About { application, posting }.path("/questions");
    assert_eq!(path(Some(&application), None), format!("/v1/applications/{}/questions", application.reference.text()));
    assert_eq!(path(None, Some("cook")), "/v1/job-postings/cook/questions");
    assert_eq!(path(None, None), "/v1/questions");
}

/// A form that takes two files, with one on its way and one that has arrived.
fn with_files() -> AskDraft {
    let questions = vec![Question::files("uploads", "Your files".to_owned(), 2)];
    let mut draft = AskDraft::new(Rc::new(Form { questions, ..Form::of("test") }));
    for (number, state) in
        [(1, FileState::Ready { upload_id: "first".to_owned() }), (2, FileState::Sending { percent: 40 })]
    {
        let (field, name) = ("uploads".to_owned(), format!("{number}.pdf"));
        draft.edit(Edit::File(FileEdit::FileChosen(ChosenFile { number, field, name, bytes: 9_000, state })));
    }
    draft
}

#[test]
fn files_are_sent_as_a_list_of_those_that_arrived_and_one_on_its_way_is_waited_for() {
    let mut draft = with_files();
    let problems = draft.problems();
    assert!(matches!(&problems[..], [Trouble::FileBusy { name, .. }] if name == "2.pdf"), "{problems:?}");
    draft.edit(Edit::File(FileEdit::FileDone(2, Ok("second".to_owned()))));
    assert!(!draft.still(&problems[0]) && draft.problems().is_empty());
    let uploads = vec!["first".to_owned(), "second".to_owned()];
    assert_eq!(draft.values(), [("uploads".to_owned(), Sent::Several(uploads))]);
    draft.edit(Edit::File(FileEdit::FileRemoved(1)));
    draft.edit(Edit::File(FileEdit::FileRemoved(2)));
    assert_eq!(draft.values(), []);
    let gone = vec![FieldError::new("uploads", FieldErrorCode::FileGone)];
    assert_eq!(draft.refused(ApiError::Fields(Arc::new(gone.clone()))).unwrap(), [Trouble::Answer(gone[0].clone())]);
}

#[tokio::test]
async fn files_are_asked_as_an_application_asks_them() {
    let (draft, mut submission) = (with_files(), Submission::default());
    submission.take(&mut with_files(), Action::Submit);
    let parts = FormParts { draft: &draft, submission: &submission, plain: None };
    let page = render(form(&ctx("en", "2027-03-26T13:00:00Z"), &parts, &Tell::nobody())).await;
    check(&page, &["2 files at most, each 10 MB at most", "1.pdf has arrived", "2.pdf is on its way", "<progress"]);
    check(&page, &["2.pdf is still on its way. Wait", "id=\"ask-test-uploads-error\"", "multiple"]);
    assert!(!page.contains("RTF, RTF") && !page.contains("multipart"), "{page}");
    let kept = |id: &str| KeptFile {
        field: "uploads".to_owned(),
        upload_id: id.to_owned(),
        name: "a.pdf".to_owned(),
        bytes: 9,
    };
    let plain = PlainForm {
        form: (*draft.form).clone(),
        files: vec![kept("first")],
        errors: vec![FieldError::with_limit("uploads", FieldErrorCode::TooLarge, 10_485_760)],
        ..PlainForm::default()
    };
    let about = About { application: None, posting: None };
    let page = WayPage { title: "Ask", about, before: Html::default(), form: Some(plain), told: None };
    let page = render_way(&ctx("en", "2027-03-26T13:00:00Z"), page).await;
    check(&page, &["enctype=\"multipart/form-data\"", "value=\"first\"", "a.pdf has arrived", "10 MB"]);
}
