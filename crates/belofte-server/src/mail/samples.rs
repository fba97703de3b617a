//! One of each mail about people who do not exist, for whoever words them.
//!
//! Pure: the organisation's own postings and people, made-up applicants. Never sent.

use belofte_contract::apply::FieldKind;
use belofte_contract::appointments::{Appointment, AppointmentState, HandOver, HandOverDay, Place, Slot, SlotKind};
use belofte_contract::contacts::Person;
use belofte_contract::decision::{Decision, Outcome, Reason};
use belofte_contract::news::Bulletin;
use belofte_contract::postings::{DurationUnit, HandledBy, PromiseFrom, PromisePolicy};
use belofte_contract::privacy::UNDO_MS;
use belofte_contract::promise::{Promise, PromiseKind, PromiseMove, PromiseSource};
use belofte_contract::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use belofte_contract::timeline::{
    Actor, AnsweredField, Application, ApplicationStatus, EntryEvent, EntryKind, TimelineEntry,
};
use belofte_contract::{Reference, Timestamp};

use super::complaint_letters;
use super::compose::{Letter, MailKind, Words};
use super::interviewer_letters::{self, Met};
use super::letters;
use super::letters_of_news::{self, Follower};
use super::owner_letters::{self, Digest, Owed};
use super::question_letters::{self, Asker};
use super::talk_letters::{self, Notice};
use crate::features::appointments::rules;
use crate::features::complaint;
use crate::features::complaint::store::ComplaintRow;
use crate::features::news::{self, store::Counts};
use crate::promises::{Stage, kind_of};
use crate::settings::Settings;

/// A code and a link that open nothing.
const CODE: &str = "123456";
const LINK_TOKEN: &str = "sample";
const NOWHERE: &str = "https://example.com/";
const REFERENCES: [u64; 3] = [0x5A3F_19C2_7B64_E8D1, 0x1C77_A2E9_03BD_5F48, 0x8E21_64D0_9AF3_B75C];

/// Every kind in its order.
pub fn all(settings: &Settings, lang: &str, now: Timestamp) -> Vec<Letter> {
    MailKind::ALL.iter().flat_map(|kind| preview(*kind, settings, lang, now)).collect()
}

/// A mail of `kind`, or two where it has two faces; none as long as no posting promises anything.
pub fn preview(kind: MailKind, settings: &Settings, lang: &str, now: Timestamp) -> Vec<Letter> {
    let Some(sample) = Sample::new(settings, lang, now) else { return vec![] };
    let said = sample.words.say("sample_said", &[]);
    let (application, by, promise) = (&sample.application, &sample.by, &sample.promise);
    let letters = match kind {
        MailKind::Receipt => return vec![letters::receipt(settings, lang, application, LINK_TOKEN, now)],
        MailKind::Code => return vec![letters::code(settings, lang, &application.applicant_name, CODE, now)],
        MailKind::StageChanged => vec![letters::stage_changed(settings, lang, application, (by, false), Some(&said))],
        MailKind::PromiseKept => {
            let kept = Promise { due_at: cutoff(settings, now), ..promise.clone() };
            [None, Some(2)]
                .map(|late| letters::promise_kept(settings, lang, application, (&kept, late), by, Some(&said)))
                .into()
        }
        MailKind::Moved => vec![sample.moved(settings, lang, now)],
        MailKind::Late => {
            let late = Promise { due_at: a_week_ago(settings, now), ..promise.clone() };
            vec![letters::late(settings, lang, application, &late, true)]
        }
        MailKind::Decision => {
            [Outcome::Hired, Outcome::Rejected].map(|outcome| sample.decided(settings, lang, outcome, now)).into()
        }
        MailKind::ComplaintReceived
        | MailKind::ComplaintAnswered
        | MailKind::ComplaintLate
        | MailKind::OwnerComplaint
        | MailKind::OwnerComplaintLate => return vec![sample.complaint(kind, settings, lang, now)],
        MailKind::TalkInvited => {
            vec![talk_letters::invited(settings, lang, application, &[sample.appointment(settings, now).slot])]
        }
        MailKind::TalkBooked | MailKind::TalkMoved | MailKind::TalkCancelled | MailKind::TalkReminder => {
            let appointment = sample.appointment(settings, now);
            let from = appointment.slot.start.plus_ms(-DAY_MS);
            let reason = sample.words.say("sample_reason", &[]);
            let notices = match kind {
                MailKind::TalkBooked => vec![Notice::Booked],
                MailKind::TalkMoved => vec![Notice::Moved { from }],
                MailKind::TalkReminder => vec![Notice::Reminder],
                _ => vec![Notice::Cancelled, Notice::CalledOff { by, reason: &reason }],
            };
            let letter = |notice| talk_letters::talk(settings, lang, application, &appointment, notice, now);
            notices.into_iter().map(letter).collect()
        }
        MailKind::TalkDeclined => vec![talk_letters::declined(settings, lang, application, by, &said)],
        MailKind::HandOver => vec![sample.hand_over(settings, lang, now)],
        MailKind::Answered | MailKind::CallMade => sample.replied(kind, settings, lang, now),
        MailKind::QuestionLate => {
            let asker = sample.asker(PromiseKind::Question, false);
            return vec![question_letters::late(settings, lang, &asker, Some(by), a_week_ago(settings, now))];
        }
        MailKind::OwnerAsked => return sample.asked_of(settings, lang).into(),
        MailKind::Withdrawn | MailKind::Restored => sample.left(kind, settings, lang, now),
        MailKind::Erased | MailKind::NewAddress | MailKind::AddressChanged => {
            return vec![sample.alone(kind, settings, lang, now)];
        }
        _ => return sample.to_others(kind, settings, lang, now),
    };
    letters.into_iter().map(|letter| letters::close(settings, letter, application, LINK_TOKEN)).collect()
}

struct Sample<'s> {
    words: Words<'s>,
    application: Application,
    promise: Promise,
    by: Person,
    owner_id: String,
}

impl<'s> Sample<'s> {
    fn new(settings: &'s Settings, lang: &'s str, now: Timestamp) -> Option<Sample<'s>> {
        let posting = settings.postings.iter().find(|posting| posting.promising().next().is_some())?;
        let words = Words::new(settings, lang);
        let first = posting.promising().next()?.id.clone();
        let stage = posting.texts(lang).process.iter().find(|stage| stage.id == first)?;
        let owner_id = stage.owner.clone()?;
        let by = settings.person(&owner_id, lang)?;
        let promise = promised(settings, stage, &by, now)?;
        let reference = Reference::from_bits(REFERENCES[0]);
        let application = Application {
            reference,
            organization_name: settings.name(lang),
            time_zone: settings.time_zone().to_owned(),
            posting: posting.link(lang),
            applicant_name: words.say("sample_applicant", &[]),
            status: ApplicationStatus::Open,
            stage_id: Some(stage.id.clone()),
            submitted_at: now,
            updated_at: now,
            version: 1,
            timeline: vec![entered(stage, now)],
            promises: vec![promise.clone()],
            contacts: posting.texts(lang).contacts.iter().filter_map(|id| settings.contact(id, lang)).collect(),
            colleagues: vec![],
            decision: None,
            answers: vec![AnsweredField {
                field: "sample".to_owned(),
                kind: FieldKind::Text,
                label: words.say("sample_question", &[]),
                values: vec![words.say("sample_answer", &[])],
            }],
            related: vec![],
            score: None,
            ways: vec![],
            appointment: None,
            hand_over: None,
            news: vec![],
            delete_on: None,
            keep_days: settings.retention().default_days,
            as_of: now,
        };
        Some(Sample { words, application, promise, by, owner_id })
    }

    fn appointment(&self, settings: &Settings, now: Timestamp) -> Appointment {
        let start = cutoff(settings, now.plus_ms(7 * DAY_MS)).plus_ms(-3 * HOUR_MS);
        let slot = Slot {
            id: "sample".to_owned(),
            start,
            end: start.plus_ms(45 * MINUTE_MS),
            time_zone: settings.time_zone().to_owned(),
            place: Some(Place {
                address: self.words.say("sample_place", &[]),
                route: Some(self.words.say("sample_route", &[])),
                access: None,
            }),
            video_url: None,
            with: rules::met(settings, &self.by.id, self.words.lang).into_iter().collect(),
            change_until: rules::change_until(&settings.calendar, start),
        };
        Appointment {
            kind: SlotKind::Interview,
            change_until: slot.change_until,
            slot,
            state: AppointmentState::Confirmed,
            ics_uid: "sample@belofte".to_owned(),
            sequence: 0,
        }
    }

    fn hand_over(&self, settings: &Settings, lang: &str, now: Timestamp) -> Letter {
        let start = self.appointment(settings, now.plus_ms(14 * DAY_MS)).slot.start;
        let first = HandOverDay { day: start, text: self.words.say("sample_day", &[]) };
        let hand_over = HandOver {
            start,
            buddy: Some(self.by.clone()),
            bring: vec![self.words.say("sample_bring", &[])],
            days: vec![first],
            sequence: 0,
        };
        talk_letters::hand_over(settings, lang, &self.application, (&hand_over, &self.by), now)
    }

    /// Withdrawn, or back again.
    fn left(&self, kind: MailKind, settings: &Settings, lang: &str, now: Timestamp) -> Vec<Letter> {
        if kind == MailKind::Restored {
            let with = Application { appointment: Some(self.appointment(settings, now)), ..self.application.clone() };
            let restored = |application: &Application, had| letters::restored(settings, lang, application, had);
            return vec![restored(&with, true), restored(&self.application, true)];
        }
        let until = now.plus_ms(UNDO_MS);
        let delete_on = Some(now.plus_ms(i64::from(self.application.keep_days) * DAY_MS));
        let application = Application { delete_on, ..self.application.clone() };
        [false, true].map(|erase| letters::withdrawn(settings, lang, &application, until, erase)).into()
    }

    /// Without the way to a page.
    fn alone(&self, kind: MailKind, settings: &Settings, lang: &str, now: Timestamp) -> Letter {
        let name = self.application.applicant_name.as_str();
        match kind {
            MailKind::Erased => letters::erased(settings, lang, name, &self.application.posting.title),
            MailKind::NewAddress => letters::new_address(settings, lang, name, CODE, now),
            _ => letters::address_changed(settings, lang, name),
        }
    }

    fn moved(&self, settings: &Settings, lang: &str, now: Timestamp) -> Letter {
        let change = PromiseMove {
            from: self.promise.due_at,
            to: settings.calendar.in_hours(self.promise.due_at.plus_ms(2 * DAY_MS)),
            reason: self.words.say("sample_reason", &[]),
            by: self.by.name.clone(),
            at: now,
        };
        letters::moved(settings, lang, &self.application, &self.promise, &change, &self.by, now)
    }

    fn decided(&self, settings: &Settings, lang: &str, outcome: Outcome, now: Timestamp) -> Letter {
        let hired = outcome == Outcome::Hired;
        let why = if hired { "sample_why_hired" } else { "sample_why" };
        let decision = Decision {
            outcome,
            decided_at: now,
            by: self.by.clone(),
            reasons: vec![Reason { text: self.words.say(why, &[]), requirement_id: None }],
            tip: (!hired).then(|| self.words.say("sample_tip", &[])),
            handled_by: HandledBy::Human,
            review_possible: false,
            evaluation_until: None,
        };
        let delete_on = Some(now.plus_ms(i64::from(self.application.keep_days) * DAY_MS));
        let application = Application { delete_on, ..self.application.clone() };
        letters::decision(settings, lang, &application, &decision)
    }

    /// Who chose to hear of something, and colleagues.
    fn to_others(&self, kind: MailKind, settings: &Settings, lang: &str, now: Timestamp) -> Vec<Letter> {
        match kind {
            MailKind::News => {
                let letter = self.news(settings, lang, now);
                vec![letters::close(settings, letter, &self.application, LINK_TOKEN)]
            }
            MailKind::FollowConfirm | MailKind::FollowOpened | MailKind::InTouchRenew => {
                self.to_follower(kind, settings, lang, now)
            }
            _ => self.to_owner(kind, settings, lang, now),
        }
    }

    fn news(&self, settings: &Settings, lang: &str, now: Timestamp) -> Letter {
        let counts = Counts { received: 36, read: 27, invited: 6, declined: 3 };
        let bulletin = Bulletin {
            id: String::new(),
            posting: self.application.posting.clone(),
            at: cutoff(settings, now),
            received: None,
            read: None,
            invited: None,
            declined: None,
            facts: news::facts(settings, counts, lang),
            text: self.words.say("sample_news", &[]),
            by: self.by.clone(),
        };
        letters_of_news::news(settings, lang, &self.application, &[bulletin], NOWHERE.to_owned())
    }

    fn to_follower(&self, kind: MailKind, settings: &Settings, lang: &str, now: Timestamp) -> Vec<Letter> {
        let posting = &self.application.posting;
        let until = now.plus_ms(365 * DAY_MS);
        let name = self.application.applicant_name.as_str();
        let followers = [
            Follower { name: "", what: &posting.department, until, in_touch: false },
            Follower { name, what: &posting.department, until, in_touch: true },
        ];
        let stop = || NOWHERE.to_owned();
        let letter = |to: Follower<'_>| match kind {
            MailKind::FollowConfirm => Some(letters_of_news::confirm(settings, lang, to, NOWHERE)),
            MailKind::FollowOpened => {
                let opened = [(posting.clone(), settings.careers_url(lang))];
                Some(letters_of_news::opened(settings, lang, to, &opened, stop()))
            }
            _ => to.in_touch.then(|| letters_of_news::renew(settings, lang, to, NOWHERE, stop())),
        };
        followers.into_iter().filter_map(letter).collect()
    }

    fn complaint(&self, kind: MailKind, settings: &Settings, lang: &str, now: Timestamp) -> Letter {
        let due = if kind == MailKind::ComplaintLate { a_week_ago(settings, now) } else { self.promise.due_at };
        let row = ComplaintRow {
            filed_at: now,
            answer_due_at: due,
            delete_on: Some(complaint::time::delete_on(now)),
            ..ComplaintRow::blank(self.application.reference, lang)
        };
        match kind {
            MailKind::ComplaintReceived => complaint_letters::received(settings, &row, Some(&self.by)),
            MailKind::ComplaintAnswered => complaint_letters::answered(settings, &row, &self.by.name),
            MailKind::ComplaintLate => complaint_letters::late(settings, &row, Some(&self.by)),
            MailKind::OwnerComplaint => complaint_letters::to_reader(settings, lang, &row, &self.by.name),
            _ => complaint_letters::late_to_reader(settings, lang, &row, &self.by.name),
        }
    }

    fn asker(&self, kind: PromiseKind, has_applied: bool) -> Asker<'_> {
        let posting_id = &self.application.posting.id;
        let text = self.application.answers.first().map_or("", |answer| &answer.label);
        Asker { name: &self.application.applicant_name, kind, posting_id, text, has_applied }
    }

    fn replied(&self, kind: MailKind, settings: &Settings, lang: &str, now: Timestamp) -> Vec<Letter> {
        let said = self.words.say("sample_said", &[]);
        if kind == MailKind::Answered {
            let asked = [PromiseKind::Question, PromiseKind::Reason, PromiseKind::Review];
            let answered = |kind| question_letters::answered(settings, lang, &self.asker(kind, true), &self.by, &said);
            return asked.map(answered).into();
        }
        let (date, time) = (self.words.day(now), self.words.time(now));
        let called = |name: &str, again| {
            let line = self.words.say(name, &[("date", &date), ("time", &time)]);
            let asker = self.asker(PromiseKind::Call, true);
            question_letters::called(settings, lang, &asker, &self.by, (&line, &said), again)
        };
        vec![called("called", None), called("called_missed", Some(self.promise.due_at))]
    }

    /// To who meets an applicant.
    fn met(&self, kind: MailKind, settings: &Settings, lang: &str, now: Timestamp) -> Vec<Letter> {
        let (by, posting) = (&self.by, self.application.posting.title.as_str());
        let planned = self.appointment(settings, now);
        let earlier = planned.slot.start.plus_ms(-DAY_MS);
        let off = Appointment { state: AppointmentState::Cancelled, ..planned.clone() };
        let talk = |appointment: &Appointment, from| {
            let (reference, applicant) = (self.application.reference, self.application.applicant_name.as_str());
            let met = Met { reference, applicant, posting, appointment, from };
            interviewer_letters::talk(settings, lang, (by, "sample@example.com"), &met, now)
        };
        match kind {
            MailKind::OwnerTalk => vec![talk(&planned, None), talk(&planned, Some(earlier))],
            MailKind::OwnerTalkOff => vec![talk(&off, None)],
            _ => vec![
                interviewer_letters::times(settings, lang, by, posting, std::slice::from_ref(&planned.slot)),
                interviewer_letters::time_off(settings, lang, by, posting, &planned.slot),
            ],
        }
    }

    fn asked_of(&self, settings: &Settings, lang: &str) -> [Letter; 2] {
        let (name, posting_id) = (self.application.applicant_name.as_str(), self.application.posting.id.as_str());
        let (kind, due_at) = (PromiseKind::Question, self.promise.due_at);
        [(name, false), ("", true)].map(|(name, late)| {
            let about = owner_letters::About { id: "sample", kind, posting_id, name, due_at, late };
            owner_letters::asked(settings, lang, &self.by, &about)
        })
    }

    fn to_owner(&self, kind: MailKind, settings: &Settings, lang: &str, now: Timestamp) -> Vec<Letter> {
        let owed = |reference: usize, name: &str, due_at: Timestamp| Owed {
            promise_id: String::new(),
            application_id: String::new(),
            reference: Reference::from_bits(REFERENCES[reference]),
            applicant_name: self.words.say(name, &[]),
            posting_id: self.application.posting.id.clone(),
            kind: self.promise.kind,
            stage_id: self.promise.stage_id.clone(),
            owner_id: self.owner_id.clone(),
            first_due_at: due_at,
            due_at,
        };
        let (past, today, next) = (a_week_ago(settings, now), cutoff(settings, now), self.promise.due_at);
        let late = [owed(0, "sample_applicant", past), owed(1, "sample_other", past)];
        let soon = [owed(0, "sample_applicant", next), owed(1, "sample_other", next)];
        match kind {
            MailKind::OwnerLate => {
                [&late[..1], &late[..]].map(|late| owner_letters::late(settings, lang, &self.by, late)).into()
            }
            MailKind::OwnerHandOver => {
                vec![owner_letters::handed_over(settings, lang, &self.by, &soon[0], &self.by)]
            }
            MailKind::OwnerOff | MailKind::OwnerOn => {
                let is_on_again = kind == MailKind::OwnerOn;
                vec![owner_letters::off(settings, lang, &self.by, &soon[..1], is_on_again)]
            }
            MailKind::OwnerTimes | MailKind::OwnerTalk | MailKind::OwnerTalkOff => self.met(kind, settings, lang, now),
            MailKind::OwnerTomorrow => vec![owner_letters::tomorrow(settings, lang, &self.by, next, &soon)],
            _ => {
                let today = vec![owed(1, "sample_other", today)];
                let digest = Digest { late: late[..1].to_vec(), today, week: vec![owed(2, "sample_applicant", next)] };
                vec![owner_letters::digest(settings, lang, &self.by, now, &digest)]
            }
        }
    }
}

fn promised(settings: &Settings, stage: &Stage, by: &Person, now: Timestamp) -> Option<Promise> {
    let due_at = settings.calendar.due(now, stage.promise?);
    Some(Promise {
        id: "sample".to_owned(),
        kind: kind_of(stage),
        stage_id: Some(stage.id.clone()),
        label: stage.promised().to_owned(),
        made_at: now,
        first_due_at: due_at,
        due_at,
        due_day_start: settings.calendar.due_day_start(due_at),
        kept_at: None,
        owner: Some(by.clone()),
        moves: vec![],
        source: PromiseSource::Policy,
        voided_at: None,
    })
}

/// The end of this working day.
fn cutoff(settings: &Settings, now: Timestamp) -> Timestamp {
    let today = PromisePolicy { value: 0, unit: DurationUnit::BusinessDays, from: PromiseFrom::Submitted };
    settings.calendar.due(now, today)
}

fn a_week_ago(settings: &Settings, now: Timestamp) -> Timestamp {
    cutoff(settings, now.plus_ms(-7 * DAY_MS))
}

fn entered(stage: &Stage, now: Timestamp) -> TimelineEntry {
    TimelineEntry {
        id: "sample".to_owned(),
        kind: EntryKind::Now,
        event: EntryEvent::Stage,
        at: Some(now),
        latest_at: None,
        stage_id: Some(stage.id.clone()),
        title: Some(stage.label.clone()),
        meaning: Some(stage.meaning.clone()),
        can_do: stage.can_do.clone(),
        text: None,
        actor: Actor::Contact,
        actor_name: None,
        turn: Some(stage.turn),
        promise_id: None,
    }
}
