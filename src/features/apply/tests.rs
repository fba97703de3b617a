//! Every arrow from an empty form to a receipt, and what each failure keeps.

use std::rc::Rc;

use belofte_contract::apply::{ApplicationForm, FieldKind, FormField, ShowIf};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use expect_test::{Expect, expect};

use super::state::{
    ApplyDraft, ChosenFile, Edit, FileState, accept_list, refusal, retry_wait_s, shortened, type_names,
};
use crate::api::ApiError;
use crate::submission::{Action, Draft, Submission};

pub(crate) fn field(name: &str, kind: FieldKind) -> FormField {
    FormField {
        name: name.into(),
        kind,
        label: name.into(),
        hint: None,
        required: true,
        max_length: None,
        digits: None,
        min: None,
        max: None,
        keeps_longer: false,
        options: vec![],
        accept: vec!["application/pdf".into(), "image/jpeg".into()],
        max_bytes: Some(1_000),
        max_files: None,
        show_if: None,
        autocomplete: None,
        purpose: None,
    }
}

pub(crate) fn form() -> Rc<ApplicationForm> {
    let car = FormField { required: false, ..field("car", FieldKind::Text) };
    let plate = FormField {
        show_if: Some(ShowIf { field: "car".into(), value: "yes".into() }),
        ..field("plate", FieldKind::Text)
    };
    let fields = vec![field("email", FieldKind::Mail), car, plate, field("cv", FieldKind::File)];
    Rc::new(ApplicationForm { id: "care".into(), version: 1, fields })
}

fn write(field: &str, value: &str) -> Action<ApplyDraft> {
    Action::Edit(Edit::Write(field.into(), value.into()))
}

fn choose(number: u32, state: FileState) -> Action<ApplyDraft> {
    let (field, name) = ("cv".into(), "cv.pdf".into());
    Action::Edit(Edit::FileChosen(ChosenFile { number, field, name, bytes: 10, state }))
}

fn done(number: u32, result: Result<&str, ApiError>) -> Action<ApplyDraft> {
    Action::Edit(Edit::FileDone(number, result.map(str::to_owned)))
}

fn filled() -> Vec<Action<ApplyDraft>> {
    vec![write("email", "noor@example.com"), choose(1, FileState::Sending { percent: 0 }), done(1, Ok("u1"))]
}

/// State, answers and problems in one line.
fn drawn(draft: &ApplyDraft, submission: &Submission<ApplyDraft>) -> String {
    let answers: Vec<String> =
        draft.sent_answers().iter().map(|answer| format!("{}={}", answer.field, answer.values.join("+"))).collect();
    let written = answers.join(" ");
    match submission {
        Submission::Editing { problems } => {
            let standing = problems.iter().filter(|found| !found.mended).map(|found| &found.problem);
            format!("Editing [{written}] {:?}", standing.collect::<Vec<_>>())
        }
        Submission::Sending { attempt } => format!("Sending [{written}] attempt {attempt}"),
        Submission::Failed { error, attempt } => format!("Failed [{written}] {error:?} attempt {attempt}"),
        Submission::Sent => "Sent".to_owned(),
    }
}

#[track_caller]
#[allow(clippy::needless_pass_by_value)] // Reads better at the call.
fn check(actions: impl IntoIterator<Item = Action<ApplyDraft>>, expected: Expect) {
    let (mut draft, mut submission) = (ApplyDraft::new(form()), Submission::default());
    for action in actions {
        submission.take(&mut draft, action);
    }
    expected.assert_eq(&drawn(&draft, &submission));
}

#[test]
fn an_empty_form_is_not_sent_and_says_what_is_missing() {
    check(
        [Action::Submit],
        expect![[
            r#"Editing [] [Answer(FieldError { field: "email", code: Required, limit: None }), Answer(FieldError { field: "cv", code: Required, limit: None })]"#
        ]],
    );
}

#[test]
fn a_problem_goes_as_soon_as_it_is_mended() {
    check(
        [Action::Submit, write("email", "noor@example.com")],
        expect![[
            r#"Editing [email=noor@example.com] [Answer(FieldError { field: "cv", code: Required, limit: None })]"#
        ]],
    );
}

#[test]
fn a_problem_that_is_mended_keeps_its_room_until_the_next_try() {
    let (mut draft, mut submission) = (ApplyDraft::new(form()), Submission::default());
    for action in [Action::Submit, write("email", "noor@example.com"), write("email", "")] {
        submission.take(&mut draft, action);
    }
    let mended = |submission: &Submission<ApplyDraft>| -> Vec<bool> {
        submission.problems().iter().map(|found| found.mended).collect()
    };
    assert_eq!(mended(&submission), [true, false]);
    submission.take(&mut draft, Action::Submit);
    assert_eq!(mended(&submission), [false, false]);
}

#[test]
fn a_long_file_name_keeps_its_beginning_and_its_end() {
    assert_eq!(shortened("cv-noor.pdf"), "cv-noor.pdf");
    assert_eq!(shortened("abcdefghijklmnopqrstuvwxyz"), "abcdefghijklmnopqrstuvwxyz");
    assert_eq!(shortened("curriculum vitae Zoë Jansen, november 2026.pdf"), "curriculum vitae…r 2026.pdf");
}

#[test]
fn a_second_click_changes_nothing() {
    let mut actions = filled();
    actions.extend([Action::Submit, Action::Submit, write("email", "other@example.com")]);
    check(actions, expect!["Sending [email=noor@example.com cv=u1] attempt 1"]);
}

#[test]
fn a_failed_call_keeps_the_answers() {
    let mut actions = filled();
    actions.extend([Action::Submit, Action::Answer(Err(ApiError::Offline))]);
    check(actions, expect!["Failed [email=noor@example.com cv=u1] Offline attempt 1"]);
}

#[test]
fn what_is_tried_again_is_what_was_sent() {
    let mut actions = filled();
    let busy = ApiError::Busy { retry_after_s: Some(5) };
    actions.extend([Action::Submit, Action::Answer(Err(busy)), write("email", "x@example.com"), Action::Retry]);
    check(actions, expect!["Sending [email=noor@example.com cv=u1] attempt 2"]);
}

#[test]
fn a_late_answer_changes_nothing() {
    check([Action::Answer(Err(ApiError::Fault))], expect!["Editing [] []"]);
}

#[test]
fn what_the_server_found_stands_until_that_field_is_changed() {
    let gone = ApiError::Fields(vec![FieldError::new("cv", FieldErrorCode::FileGone)].into());
    let mut actions = filled();
    actions.extend([Action::Submit, Action::Answer(Err(gone.clone())), write("car", "no")]);
    check(
        actions,
        expect![[
            r#"Editing [email=noor@example.com car=no cv=u1] [Answer(FieldError { field: "cv", code: FileGone, limit: None })]"#
        ]],
    );
    let mut actions = filled();
    actions.extend([
        Action::Submit,
        Action::Answer(Err(gone)),
        choose(2, FileState::Sending { percent: 0 }),
        done(2, Ok("u2")),
    ]);
    check(actions, expect!["Editing [email=noor@example.com cv=u2] []"]);
}

#[test]
fn a_posting_that_closed_meanwhile_keeps_the_text() {
    let mut actions = filled();
    let gone = ApiError::Gone { related: Default::default() };
    actions.extend([Action::Submit, Action::Answer(Err(gone)), write("car", "no")]);
    check(actions, expect!["Failed [email=noor@example.com car=no cv=u1] Gone { related: [] } attempt 1"]);
}

#[test]
fn nothing_is_sent_while_a_file_is_on_its_way() {
    check(
        [write("email", "noor@example.com"), choose(1, FileState::Sending { percent: 40 }), Action::Submit],
        expect![[r#"Editing [email=noor@example.com] [FileBusy { field: "cv", name: "cv.pdf" }]"#]],
    );
}

#[test]
fn a_file_that_the_server_refuses_says_why() {
    check(
        [
            write("email", "noor@example.com"),
            choose(1, FileState::Sending { percent: 0 }),
            done(1, Err(ApiError::TooLarge { limit: Some(1_000) })),
            Action::Submit,
        ],
        expect![[
            r#"Editing [email=noor@example.com] [FileRefused { field: "cv", name: "cv.pdf", code: TooLarge, limit: Some(1000) }]"#
        ]],
    );
}

#[test]
fn an_answer_behind_a_condition_is_only_sent_while_it_holds() {
    let mut actions = filled();
    actions.extend([write("car", "yes"), write("plate", "AB-12"), write("car", "no"), Action::Submit]);
    check(actions, expect!["Sending [email=noor@example.com car=no cv=u1] attempt 1"]);
}

#[test]
fn a_file_is_looked_at_before_it_travels() {
    let cv = field("cv", FieldKind::File);
    let code = |name: &str, media_type: &str, bytes| match refusal(&cv, name, media_type, bytes) {
        Some(FileState::Refused { code, .. }) => Some(code),
        _ => None,
    };
    assert_eq!(code("cv.pdf", "application/pdf", 900), None);
    assert_eq!(code("CV.PDF", "", 900), None);
    assert_eq!(code("photo.jpeg", "", 900), None);
    assert_eq!(code("cv.pdf", "application/pdf", 1_001), Some(FieldErrorCode::TooLarge));
    assert_eq!(code("cv.pdf", "application/pdf", 0), Some(FieldErrorCode::FileEmpty));
    assert_eq!(code("cv.exe", "application/x-msdownload", 900), Some(FieldErrorCode::FileType));
    assert_eq!(type_names(&cv.accept), "PDF, JPG");
    assert_eq!(accept_list(&cv.accept), "application/pdf,image/jpeg,.pdf,.jpg,.jpeg");
    let picture = FormField { accept: vec!["image/*".into()], ..cv };
    assert!(refusal(&picture, "me.png", "image/png", 900).is_none());
    assert!(refusal(&picture, "me.JPG", "", 900).is_none(), "its ending tells");
    assert!(refusal(&picture, "cv.pdf", "application/pdf", 900).is_some());
    assert_eq!(type_names(&picture.accept), "JPG, PNG, HEIC, WEBP");
}

#[test]
fn a_file_too_many_is_said_and_one_that_is_taken_away_makes_room() {
    let two = FormField { max_files: Some(2), ..field("cv", FieldKind::File) };
    let form = Rc::new(ApplicationForm { id: "care".into(), version: 1, fields: vec![two.clone()] });
    let (mut draft, mut submission) = (ApplyDraft::new(form), Submission::default());
    let refused = FileState::Refused { code: FieldErrorCode::FileEmpty, limit: None };
    for action in [choose(1, refused), choose(2, FileState::Sending { percent: 0 }), done(2, Ok("u2"))] {
        submission.take(&mut draft, action);
    }
    assert!(draft.surplus(&two).is_none(), "a file that will never do takes no room");
    submission.take(&mut draft, choose(3, FileState::Sending { percent: 0 }));
    let said = draft.surplus(&two);
    assert!(matches!(said, Some(FileState::Refused { code: FieldErrorCode::TooMany, limit: Some(2) })), "{said:?}");
    submission.take(&mut draft, Action::Edit(Edit::FileRemoved(2)));
    assert!(draft.surplus(&two).is_none());
    // A field for one file takes the new one in place of the old.
    assert!(ApplyDraft::new(self::form()).surplus(&field("cv", FieldKind::File)).is_none());
}

#[test]
fn waits_grow_and_never_undercut_what_the_server_asks() {
    let waits: Vec<u32> = (1..9).map(|attempt| retry_wait_s(&ApiError::Offline, attempt)).collect();
    assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60, 60]);
    assert_eq!(retry_wait_s(&ApiError::Busy { retry_after_s: Some(90) }, 1), 90);
    assert_eq!(retry_wait_s(&ApiError::Busy { retry_after_s: Some(86_400) }, 1), 600);
}

#[test]
fn a_draft_knows_its_own_problems() {
    assert_eq!(ApplyDraft::new(form()).problems().len(), 2);
}
