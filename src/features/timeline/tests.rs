//! Every state of the status page: its words, its dates, and what each answer of the backend leads to.

use std::rc::Rc;

use belofte_contract::timeline::Application;
use belofte_contract::{Timestamp, fixtures};
use expect_test::{Expect, expect};

use super::state::{Progress, Read, Sight, changes, next_change};
use crate::api::ApiError;

fn read(text: &str) -> Application {
    serde_json::from_str(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Ids of the entries, the current one in brackets.
fn drawn(application: &Application) -> String {
    let ids =
        |steps: &[super::state::Step<'_>]| steps.iter().map(|step| step.entry.id.clone()).collect::<Vec<_>>().join(" ");
    match Progress::of(application) {
        Progress::Open { passed, current, upcoming } => {
            format!("{} [{}] {}", ids(&passed), current.entry.id, ids(&upcoming))
        }
        Progress::Ended { passed, .. } => format!("{} ended", ids(&passed)),
    }
}

#[track_caller]
#[allow(clippy::needless_pass_by_value)] // Reads better at the call.
fn check(application: &Application, expected: Expect) {
    expected.assert_eq(&drawn(application));
}

#[test]
fn an_open_application_has_one_current_step_and_an_ended_one_none() {
    check(&read(fixtures::WAITING), expect!["v1 [v1-step] step-talk step-decision"]);
    check(&read(fixtures::MOVED), expect!["v1 v2 [v1-step] step-talk step-decision"]);
    check(&read(fixtures::REJECTED), expect!["v1 v1-step v3 v4 ended"]);
    check(&read(fixtures::WITHDRAWN), expect!["v1 v1-step v2 ended"]);
}

#[test]
fn a_backend_that_forgets_to_say_where_we_are_still_gives_a_page() {
    let mut application = read(fixtures::WAITING);
    application.timeline.retain(|entry| entry.id != "v1-step");
    check(&application, expect![" [v1] step-talk step-decision"]);
    application.timeline.clear();
    check(&application, expect![" ended"]);
}

#[test]
fn the_alarm_rings_when_the_day_begins_and_when_the_minute_has_passed() {
    let application = read(fixtures::WAITING);
    let next = |now: &str| next_change(&application, at(now)).map(|at| at.to_string()).unwrap_or_default();
    assert_eq!(next("2027-03-26T13:00:00Z"), "2027-03-30T22:00:00Z");
    assert_eq!(next("2027-03-31T14:59:00Z"), "2027-03-31T15:00:00.001Z");
    assert_eq!(next("2027-03-31T15:00:01Z"), "");
    assert_eq!(next_change(&read(fixtures::REJECTED), at("2027-03-26T13:00:00Z")), None);
}

#[test]
fn a_late_promise_that_is_written_down_is_no_second_piece_of_news() {
    let before = changes(&read(fixtures::WAITING));
    assert_eq!(changes(&read(fixtures::LATE)), before);
    assert_ne!(changes(&read(fixtures::MOVED)), before);
}

#[test]
fn days_are_those_of_the_calendar_and_no_blocks_of_24_hours() {
    let ctx = crate::i18n::testing::ctx("en", "2027-04-02T08:00:00Z");
    let days = |from: &str, to: &str| super::line::days(&ctx, at(from), at(to));
    // Two hours east of UTC: the day turns at 22:00 UTC.
    assert_eq!(days("2027-03-31T15:00:00Z", "2027-03-31T21:59:59Z"), 0);
    assert_eq!(days("2027-03-31T15:00:00Z", "2027-03-31T22:00:00Z"), 1);
    assert_eq!(days("2027-03-31T15:00:00Z", "2027-04-01T21:59:59Z"), 1);
    assert_eq!(days("2027-03-31T15:00:00Z", "2027-04-02T08:00:00Z"), 2, "41 hours");
    assert_eq!(days("2027-03-31T08:00:00Z", "2027-04-05T15:00:00Z"), 5, "127 hours");
    assert_eq!(days("2027-03-31T08:00:00Z", "2027-03-31T08:00:00Z"), 0);
}

/// What is on the screen after each of `answers`, one minute apart.
fn seen(answers: Vec<Read>) -> String {
    let mut sight = Sight::default();
    for answer in answers {
        sight.take(answer);
    }
    match &sight {
        Sight::Loading => "loading".to_owned(),
        Sight::Shown { application, seen_at, trouble, .. } => {
            format!("version {} as of {seen_at}, trouble {trouble:?}", application.version)
        }
        Sight::Failed(error) => format!("failed {error:?}"),
    }
}

fn whole(minute: i64) -> Read {
    Read::Answer(
        Ok(Some((Rc::new(read(fixtures::WAITING)), Some("\"v1\"".into())))),
        Timestamp::from_ms(minute * 60_000),
    )
}

fn unchanged(minute: i64) -> Read {
    Read::Answer(Ok(None), Timestamp::from_ms(minute * 60_000))
}

fn failed(error: ApiError) -> Read {
    Read::Answer(Err(error), Timestamp::from_ms(600_000))
}

#[track_caller]
#[allow(clippy::needless_pass_by_value)] // Reads better at the call.
fn check_seen(answers: Vec<Read>, expected: Expect) {
    expected.assert_eq(&seen(answers));
}

#[test]
fn what_is_known_stays_in_sight_while_the_connection_is_gone() {
    let known = "version 1 as of 1970-01-01T00:01:00Z";
    assert_eq!(seen(vec![whole(1), failed(ApiError::Offline)]), format!("{known}, trouble Some(Offline)"));
    assert_eq!(seen(vec![whole(1), failed(ApiError::Fault)]), format!("{known}, trouble Some(Fault)"));
    check_seen(
        vec![whole(1), failed(ApiError::Offline), unchanged(3)],
        expect!["version 1 as of 1970-01-01T00:03:00Z, trouble None"],
    );
}

#[test]
fn what_may_no_longer_be_seen_leaves_the_screen() {
    check_seen(vec![whole(1), failed(ApiError::Unauthorized)], expect!["failed Unauthorized"]);
    check_seen(vec![whole(1), failed(ApiError::NotFound)], expect!["failed NotFound"]);
}

#[test]
fn a_first_read_that_fails_can_be_done_again() {
    check_seen(vec![failed(ApiError::Offline)], expect!["failed Offline"]);
    check_seen(vec![failed(ApiError::Offline), Read::Again], expect!["loading"]);
    check_seen(vec![whole(1), Read::Again], expect!["version 1 as of 1970-01-01T00:01:00Z, trouble None"]);
    check_seen(vec![unchanged(1)], expect!["failed Fault"]);
}

#[cfg(feature = "ssr")]
mod drawn {
    use yew::Callback;

    use super::{at, read};
    use crate::features::timeline::view::{Behind, PageParts, Tell, actions, not_found, page};
    use crate::i18n::testing::ctx;
    use crate::i18n::{Ctx, Key};
    use crate::ssr::render;
    use crate::status::{first, rest};
    use belofte_contract::fixtures;
    use belofte_contract::timeline::{Application, ApplicationStatus};

    fn nobody() -> Tell {
        let nothing = Callback::noop();
        Tell {
            calendar: nothing.clone(),
            export: nothing.clone(),
            print: nothing.clone(),
            all: nothing.clone(),
            log_out: nothing,
        }
    }

    fn behind(ctx: &Ctx, application: &Application, save_failed: bool) -> Behind {
        let actions = actions(ctx, application, save_failed, &nobody());
        let rest = rest(ctx, application, &Callback::noop());
        Behind { first: first(ctx, application), actions, rest, ..Behind::default() }
    }

    async fn shown(fixture: &str, lang: &'static str, stale: bool) -> String {
        let application = read(fixture);
        let ctx = ctx(lang, &application.as_of.to_string());
        let seen_at = application.as_of;
        let parts = PageParts {
            application: &application,
            seen_at,
            stale,
            said: "",
            turn: None,
            behind: behind(&ctx, &application, false),
        };
        render(page(&ctx, &parts)).await
    }

    /// Holds that every text stands on the page, in this order.
    #[track_caller]
    fn check(page: &str, texts: &[&str]) {
        texts.iter().fold(page, |rest, text| {
            let found = rest.find(text).unwrap_or_else(|| panic!("no {text:?} in its place on\n{page}"));
            &rest[found + text.len()..]
        });
    }

    #[tokio::test]
    async fn a_waiting_application_shows_one_date_one_person_and_the_line() {
        let page = shown(fixtures::WAITING, "en", false).await;
        check(
            &page,
            &[
                "Havenzicht\u{a0}· District nurse\u{a0}· <span class=\"timeline__reference\">K7Q4-9M2P-3XHD</span>",
                "<h1",
                "Two colleagues read your letter.",
                "As of 15:03",
                "class=\"leaf\"",
                "You’ll hear from Sanne before\u{a0}17:00 on Wednesday 31 March 2027, whatever the answer.",
                "An answer to your letter</p>",
                "On track",
                "Sanne de Wit",
                "Add the dates to my calendar",
                "data-kind=\"past\"",
                "We have your application",
                "data-kind=\"now\"",
                "aria-current=\"step\"",
                "Wed 31 Mar",
                "before\u{a0}17:00",
                "Now: Two colleagues read your letter",
                "You don’t have to do anything now.",
                "data-kind=\"next\"",
                "Fri 9 Apr",
                "at the latest",
                "Then: A first interview",
                "Fri 16 Apr",
                "Then: The decision, with the reason",
                "Youssef is back on Monday 5 April. Joost Hendriks is standing in.",
                "<details",
                "noor-cv.pdf",
                "We delete this page 28 days after the procedure ends",
                "93%",
            ],
        );
        assert_eq!(page.matches("Wednesday 31 March 2027").count(), 1, "the day is said once, in the sentence");
        assert_eq!(page.matches("<h1").count(), 1);
        assert_eq!(page.matches("aria-current").count(), 1);
        assert_eq!(page.matches("role=\"status\"").count(), 1);
        assert!(!page.contains("data-state=\"late\""));
    }

    #[tokio::test]
    async fn the_due_day_says_so_in_words() {
        check(&shown(fixtures::DUE_TODAY, "en", false).await, &["Wednesday 31 March", "Promised for today"]);
        check(&shown(fixtures::DUE_TODAY, "nl", false).await, &["Beloofd voor vandaag"]);
    }

    #[tokio::test]
    async fn a_late_promise_is_said_by_the_page_itself_with_owner_and_date() {
        let page = shown(fixtures::LATE, "en", false).await;
        check(
            &page,
            &[
                "We are late, and that is on us.",
                "data-state=\"late\"",
                "Sanne de Wit",
                "<s>",
                "Wednesday 31 March",
                "</s>",
                "“An answer to your letter”. It has not come.",
                "That was 2 days ago.",
                "Sanne knows, and owes you an answer or a new date.",
                "mailto:sanne.dewit@havenzicht.example?subject=K7Q4-9M2P-3XHD",
                "Ask Sanne now",
                "Sanne de Wit missed the promised date",
                "Late since Wednesday 31 March",
            ],
        );
        assert!(!page.contains("class=\"leaf\""), "a date that has passed is no next date");
    }

    #[tokio::test]
    async fn a_new_date_given_too_late_leaves_the_promise_late() {
        let mut application = read(fixtures::MOVED);
        application.promises[0].moves[0].at = at("2027-04-01T09:00:00Z");
        let ctx = ctx("en", "2027-04-02T08:00:00Z");
        let seen_at = application.as_of;
        let parts = PageParts {
            application: &application,
            seen_at,
            stale: false,
            said: "",
            turn: None,
            behind: behind(&ctx, &application, false),
        };
        let page = render(page(&ctx, &parts)).await;
        check(&page, &["We are late", "class=\"leaf\"", "Late since Wednesday 31 March", "Wednesday 7 April"]);
        assert!(!page.contains("owes you"), "the new date is there");
    }

    #[tokio::test]
    async fn a_moved_promise_keeps_its_first_date_struck_through() {
        check(
            &shown(fixtures::MOVED, "en", false).await,
            &[
                "before\u{a0}17:00",
                "Wednesday 7 April 2027",
                "Sanne de Wit gave a new date on Tuesday 30 March.",
                "Wednesday 7 April",
                "visually-hidden\">was ",
                "<s><time",
                "Wednesday 31 March",
                "</s>",
                "Two colleagues who read the letters are ill. I will read yours myself.",
                "Sanne de Wit gave a new date</h3>",
            ],
        );
    }

    #[tokio::test]
    async fn your_turn_is_told_apart_from_our_promise() {
        check(
            &shown(fixtures::INTERVIEW_YOURS, "en", false).await,
            &[
                "It’s your turn. Agree a day for the interview.",
                "data-state=\"yours\"",
                "What to do now",
                "Reply to Sanne’s email with the day you choose.",
                "You’ll talk with Youssef before\u{a0}17:00 on Friday 9 April 2027.",
                "Promise kept, a day early",
                "Sanne de Wit wrote",
                "We enjoyed your letter.",
            ],
        );
    }

    #[tokio::test]
    async fn a_rejection_begins_with_the_outcome_and_the_reason() {
        let page = shown(fixtures::REJECTED, "en", false).await;
        check(
            &page,
            &[
                "Marijke has decided not to go ahead. Here is why.",
                "In Marijke’s own words",
                "decision__reasons",
                "two years of experience with home visits",
                "Tuesday 13 April 2027",
                "What could help next time",
                "Ask for a day along with one of our teams.",
                "steps__list",
                "Marijke van den Berg decided",
                "We delete this page on Tuesday 11 May 2027, with everything in it.",
                "Certified care worker (IG)",
            ],
        );
        assert!(!page.contains("class=\"leaf\""));
        assert!(!page.contains("class=\"colleagues"), "no word of who one will not work with");
    }

    #[tokio::test]
    async fn a_missing_reason_is_said_and_can_be_asked_for() {
        let page = shown(fixtures::REJECTED_WITHOUT_REASON, "en", false).await;
        check(&page, &["Marijke has decided not to go ahead.", "Marijke gave no reason.", "You may ask why."]);
        assert!(!page.contains("Here is why"));
    }

    #[tokio::test]
    async fn good_news_and_a_withdrawal_each_have_their_own_words() {
        check(
            &shown(fixtures::HIRED, "nl", false).await,
            &["Marijke koos jou. De baan is van jou.", "In de woorden van Marijke", "so calmly"],
        );
        check(
            &shown(fixtures::WITHDRAWN, "nl", false).await,
            &["Je hebt je sollicitatie ingetrokken.", "Telt niet meer", "Je trok je sollicitatie in"],
        );
    }

    #[tokio::test]
    async fn who_was_hired_is_offered_no_other_job() {
        let (mut application, ctx) = (read(fixtures::HIRED), ctx("en", "2027-05-01T10:00:00Z"));
        application.related = read(fixtures::REJECTED).related;
        let draws = async |application: &Application| {
            let seen_at = application.as_of;
            let parts = PageParts {
                application,
                seen_at,
                stale: false,
                said: "",
                turn: None,
                behind: behind(&ctx, application, false),
            };
            render(page(&ctx, &parts)).await.contains("class=\"related\"")
        };
        assert!(!draws(&application).await);
        application.status = ApplicationStatus::Rejected;
        assert!(draws(&application).await);
    }

    #[tokio::test]
    async fn without_a_connection_the_page_says_from_when_it_is() {
        check(
            &shown(fixtures::WAITING, "en", true).await,
            &["We have no connection. This is how things stood at 15:03."],
        );
    }

    #[tokio::test]
    async fn a_reader_elsewhere_sees_the_same_moment_on_the_own_clock() {
        let application = read(fixtures::WAITING);
        let mut ctx = ctx("en", "2027-03-26T13:03:00Z");
        let seen_at = application.as_of;
        ctx.reader_zone = Some("Europe/Brussels".into());
        let parts = PageParts {
            application: &application,
            seen_at,
            stale: false,
            said: "",
            turn: None,
            behind: behind(&ctx, &application, true),
        };
        let page = render(page(&ctx, &parts)).await;
        assert!(!page.contains("On your clock"), "the same time under another name is not worth a line");
        check(&page, &["The file did not arrive."]);
    }

    #[tokio::test]
    async fn an_application_that_is_gone_has_a_way_on() {
        for (why, said) in [(Key::TimelineNotFoundWhy, "Perhaps"), (Key::TimelineErased, "We erased it")] {
            let page = render(not_found(&ctx("en", "2027-03-26T13:03:00Z"), why, &Callback::noop())).await;
            check(&page, &["This application is no longer here.", said, "See all jobs"]);
        }
    }
}
