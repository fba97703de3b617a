//! A slot list as its reader sees it.

use belofte_contract::Timestamp;
use belofte_contract::appointments::{Slot, SlotKind, Slots};
use belofte_contract::contacts::Colleague;

use super::view;
use crate::ask::About;
use crate::ask::state::Look;
use crate::i18n::testing::ctx;

const NOW: &str = "2027-03-24T09:00:00Z";

fn slot(id: &str, start: &str, zone: &str) -> Slot {
    let start = Timestamp::parse(start).unwrap();
    let joost = Colleague {
        id: "joost".into(),
        name: "Joost".into(),
        role: "cook".into(),
        photo_url: None,
        quote: String::new(),
    };
    Slot {
        id: id.into(),
        start,
        end: start.plus_ms(45 * 60_000),
        time_zone: zone.into(),
        place: None,
        video_url: None,
        with: vec![joost],
        change_until: start,
    }
}

fn free(slots: Vec<Slot>) -> Slots {
    let time_zone = "Europe/Amsterdam".to_owned();
    Slots {
        kind: Some(SlotKind::Interview),
        time_zone,
        slots,
        appointment: None,
        proposal: None,
        until: None,
        hand_over: None,
    }
}

#[test]
fn times_stand_under_their_day() {
    let ams = "Europe/Amsterdam";
    let slots = free(vec![
        slot("a", "2027-03-25T09:00:00Z", ams),
        slot("b", "2027-03-25T13:00:00Z", ams),
        slot("c", "2027-03-30T08:00:00Z", ams),
    ]);
    let about = About { application: None, posting: None };
    let form = view::choose(&ctx("en", NOW), &about, &slots).unwrap();
    let Look::Days(days) = &form.questions[0].look else { panic!("by day") };
    assert_eq!(days.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(form.questions[0].asked.options.len(), 3);
    assert!(view::cancel(&ctx("en", NOW), &about, &slots).is_none(), "nothing is agreed");
    assert_eq!(view::propose(&ctx("en", NOW), &about, &slots).unwrap().questions.len(), 4);
}

#[test]
fn without_free_times_one_sentence_says_so_and_what_one_can_do() {
    let (ctx, about) = (ctx("en", NOW), About { application: None, posting: None });
    let form = view::propose(&ctx, &about, &free(vec![])).unwrap();
    assert!(
        form.lead.starts_with("No times are free at the moment.") && form.lead.contains("Amsterdam"),
        "{}",
        form.lead
    );
    let form = view::propose(&ctx, &about, &free(vec![slot("a", "2027-03-25T09:00:00Z", "Europe/Amsterdam")])).unwrap();
    assert!(form.lead.starts_with("None of these suits you?"), "{}", form.lead);
    assert_eq!(view::moves(&ctx, &free(vec![])), None, "nothing is agreed");
}
