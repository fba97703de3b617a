//! The board and a posting, as strings and as rules.

use belofte_contract::Timestamp;
use belofte_contract::contacts::Person;
use belofte_contract::organization::{Organization, Retention, WorkCalendar};
use belofte_contract::postings::{
    DurationUnit, HandledBy, Hours, JobPosting, JobPostingList, PayRange, PayUnit, PostingStatus, PromiseFrom,
    PromisePolicy, StageDefinition, StageKind, Turn,
};
use belofte_contract::rich_text::{Block, BlockKind, Inline, RichText};
use belofte_contract::score::PromiseScore;

use super::state::Filter;

pub(crate) fn organization() -> Organization {
    Organization {
        name: "Havenzicht".into(),
        logo_url: None,
        locales: vec!["nl".into(), "en".into()],
        time_zone: "Europe/Amsterdam".into(),
        calendar: WorkCalendar { weekend: vec![], holidays: vec![], cutoff: "17:00".into() },
        careers_url: "https://havenzicht.example/werken".into(),
        privacy_url: Some("https://havenzicht.example/privacy".into()),
        retention: Retention { default_days: 28, consented_days: 365 },
        norms: vec![],
        complaint_policy: None,
        score: PromiseScore::default(),
        ways: vec![],
    }
}

pub(crate) fn posting() -> JobPosting {
    let sanne = Person { id: "sanne".into(), name: "Sanne de Wit".into(), role: "recruiter".into(), photo_url: None };
    let by = Timestamp::parse("2027-03-31T15:00:00Z").ok();
    JobPosting {
        id: "nurse".into(),
        title: "District nurse".into(),
        department: "District care".into(),
        status: PostingStatus::Open,
        summary: "You visit eight people a day.".into(),
        lang: "en".into(),
        date_posted: Timestamp::parse("2027-03-19T08:00:00Z").ok(),
        valid_through: None,
        expected_open: None,
        employment_type: vec!["PART_TIME".into()],
        hours: Some(Hours { min: 24, max: 32 }),
        locations: vec!["Rotterdam-Zuid".into()],
        remote: false,
        base_salary: Some(PayRange { min: 295_000, max: 387_050, currency: "EUR".into(), unit: PayUnit::Month }),
        first_answer_by: by,
        first_answer_from: Some(sanne.clone()),
        form_id: Some("care".into()),
        dates_until: None,
        description: RichText(vec![Block {
            kind: BlockKind::Paragraph,
            lines: vec![vec![Inline { text: "Care </script> at home.".into(), emphasis: true, href: None }]],
        }]),
        requirements: vec![],
        questions: vec![],
        process: vec![StageDefinition {
            id: "review".into(),
            label: "Two colleagues read your letter".into(),
            meaning: "They look at your experience.".into(),
            can_do: None,
            turn: Turn::Ours,
            kind: StageKind::Review,
            handled_by: HandledBy::Human,
            promise: Some(PromisePolicy { value: 2, unit: DurationUnit::BusinessDays, from: PromiseFrom::Submitted }),
            owner: Some(sanne),
            latest_if_applied_now: by,
        }],
        contacts: vec![],
        colleagues: vec![],
        related: vec![],
        automation_notice: None,
        structured_data: None,
    }
}

pub(crate) fn list(postings: Vec<JobPosting>) -> JobPostingList {
    let total = postings.len() as u32;
    JobPostingList { postings, total, next_cursor: None, departments: vec![], locations: vec![] }
}

#[track_caller]
fn check_filter(filter: Filter, takes: bool) {
    assert_eq!(filter.takes(&posting()), takes, "{filter:?}");
}

#[test]
fn every_word_typed_must_stand_on_the_card() {
    let typed = |text: &str| Filter { text: text.into(), ..Filter::default() };
    check_filter(typed(""), true);
    check_filter(typed("nurse rotterdam"), true);
    check_filter(typed("NURSE"), true);
    check_filter(typed("nurse amsterdam"), false);
    check_filter(Filter { department: "Kitchen".into(), ..Filter::default() }, false);
    check_filter(Filter { location: "Rotterdam-Zuid".into(), ..Filter::default() }, true);
}
