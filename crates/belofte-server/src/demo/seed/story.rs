//! One applicant's story told into the database: rows, events and promises at the times they would have happened.
//!
//! Draws from a small generator, so that the demo is the same at every start at the same moment.

use std::collections::BTreeMap;

use belofte_contract::apply::{Answer, ApplicationForm, FieldKind};
use belofte_contract::decision::{Outcome, Reason};
use belofte_contract::postings::{HandledBy, StageKind, Turn};
use belofte_contract::promise::{PromiseMove, PromiseSource};
use belofte_contract::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use belofte_contract::timeline::{Actor, ApplicationStatus, EntryEvent};
use belofte_contract::{Reference, Timestamp};
use jiff::civil::Date;
use serde::Deserialize;
use sqlx::AnyConnection;

use super::store;
use crate::features::timeline::store::{NewEvent, Posting, StoredDecision, record_event, word};
use crate::locale;
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::{self, Planned, Stage};
use crate::settings::{self, Settings};
use crate::tokens::Secret;

/// Where a story has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The first answer is promised for a coming day.
    Waiting,
    DueToday,
    LateNow,
    MovedNow,
    /// In the first step after the letter was read.
    Invited,
    /// Well on the way, in whatever step is running now.
    Asked,
    Rejected {
        reasons: usize,
        tip: bool,
    },
    Hired,
    Withdrawn,
}

/// A promise that was not kept on its first date, by so many hours.
#[derive(Clone, Copy, Debug)]
pub enum Delay {
    Late(i64),
    Moved(i64),
}

pub struct Story {
    pub reference: Reference,
    pub name: String,
    pub email: String,
    pub posting: String,
    pub lang: &'static str,
    pub submitted: Timestamp,
    pub end: End,
}

#[derive(Deserialize)]
struct Applicants {
    names: Vec<String>,
    letters: BTreeMap<String, Vec<String>>,
}

struct Template {
    posting: Posting,
    form: ApplicationForm,
}

/// A promise that was just made.
struct Made {
    id: String,
    planned: Planned,
    at: Timestamp,
}

pub struct Teller<'t> {
    connection: &'t mut AnyConnection,
    secret: &'t Secret,
    settings: &'t Settings,
    now: Timestamp,
    templates: BTreeMap<String, Template>,
    applicants: Applicants,
    next_name: usize,
    random: u64,
    since_delay: usize,
    /// Handed out from the end.
    pub delays: Vec<Delay>,
    /// Promises that the score counts by now.
    pub counted: usize,
}

/// A delay is handed out after this many promises that were kept.
const KEPT_BETWEEN_DELAYS: usize = 12;

impl<'t> Teller<'t> {
    pub fn new(
        connection: &'t mut AnyConnection,
        (secret, settings): (&'t Secret, &'t Settings),
        now: Timestamp,
    ) -> ApiResult<Teller<'t>> {
        let lang = settings.lang(None);
        let template = |known: &settings::Posting| {
            let form = settings.form(known.form_id()?, None, lang)?;
            Some((known.id.clone(), Template { posting: Posting::of(settings, &known.id, lang).ok()?, form }))
        };
        let templates = settings.postings.iter().filter_map(template).collect();
        let applicants = serde_json::from_str(include_str!("../../../demo/applicants.json"))?;
        Ok(Teller {
            connection,
            secret,
            settings,
            now,
            templates,
            applicants,
            next_name: 0,
            random: 0x0B31_0F7E,
            since_delay: 0,
            delays: vec![],
            counted: 0,
        })
    }

    /// The next applicant, at a time that fits `end`.
    pub fn somebody(&mut self, posting: &str, end: End) -> ApiResult<Story> {
        let names = &self.applicants.names;
        let name = names[self.next_name % names.len()].clone();
        self.next_name += 1;
        let (high, low) = (self.draw(), self.draw());
        let submitted = self.submitted_for(posting, end)?;
        Ok(Story {
            reference: Reference::from_bits((high << 32) ^ low),
            email: address(&name),
            name,
            posting: posting.to_owned(),
            lang: if self.next_name.is_multiple_of(6) { "en" } else { "nl" },
            submitted,
            end,
        })
    }

    pub fn some_time_ago(&mut self, days: std::ops::Range<i64>) -> Timestamp {
        let days_ago = days.start + self.below(days.end - days.start);
        let day = self.settings.calendar.local_date(self.now.plus_ms(-days_ago * DAY_MS));
        let (hour, minute) = (8 + self.below(13), self.below(60));
        self.at_local(day, hour, minute)
    }

    /// When somebody must have applied for the first promise to stand as `end` says.
    pub fn submitted_for(&mut self, posting: &str, end: End) -> ApiResult<Timestamp> {
        // Minutes apart from each other, so that no two arrive together.
        let odd_ms = (7 + self.below(50)) * MINUTE_MS;
        let stages = self.template(posting)?.posting.stages.clone();
        let today = self.settings.calendar.local_date(self.now);
        let fits = |due: Timestamp| match end {
            End::Waiting | End::MovedNow => self.settings.calendar.local_date(due) > today,
            End::DueToday => due > self.now && self.settings.calendar.local_date(due) == today,
            End::LateNow => self.now.ms_since(due) >= 49 * HOUR_MS,
            End::Invited => self.now.ms_since(due) >= 2 * HOUR_MS,
            End::Asked => self.now.ms_since(due) >= 16 * DAY_MS,
            End::Rejected { .. } | End::Hired | End::Withdrawn => self.now.ms_since(due) >= 27 * DAY_MS,
        };
        let found = (1..60 * 24).map(|hours| self.now.plus_ms(-hours * HOUR_MS - odd_ms)).find(|at| {
            let first = promises::on_submission(&stages, &self.settings.calendar, *at, None).into_iter().next();
            first.is_some_and(|first| fits(first.due_at))
        });
        // On a closed day nothing is due today: then somebody waits instead.
        Ok(found.unwrap_or(self.now.plus_ms(-3 * HOUR_MS)))
    }

    pub async fn tell(&mut self, story: &Story) -> ApiResult<()> {
        let template = self.template(&story.posting)?;
        let stages = template.posting.stages.clone();
        let (form_id, version) = (template.form.id.clone(), template.form.version);
        let answers = self.answers(story)?;
        let first = promises::first_stage(&stages).ok_or_else(ApiProblem::not_found)?;
        let id = store::insert_application(self.connection, story, &first.id, (&form_id, version), &answers).await?;
        let mut made = None;
        for planned in promises::on_submission(&stages, &self.settings.calendar, story.submitted, None) {
            let promise = self.promise(&id, planned, story.submitted).await?;
            made = made.or(Some(promise));
        }
        let event = NewEvent {
            stage_id: Some(&first.id),
            promise_id: made.as_ref().map(|made| made.id.as_str()),
            actor: Actor::Applicant,
            ..blank(EntryEvent::Submitted, story.submitted)
        };
        record_event(self.connection, &id, event).await?;
        self.follow(story, &id, &stages, first, made).await
    }

    /// From step to step until the story's end, or until now.
    async fn follow(
        &mut self,
        story: &Story,
        id: &str,
        stages: &[Stage],
        first: &Stage,
        mut open: Option<Made>,
    ) -> ApiResult<()> {
        let mut entered = story.submitted;
        let mut ahead = None;
        let steps = stages.iter().skip_while(|stage| stage.id != first.id);
        let mut steps = steps.peekable();
        while let Some(stage) = steps.next() {
            match (story.end, stage.id == first.id) {
                (End::Waiting | End::DueToday, true) => return Ok(()),
                (End::LateNow, true) => return self.stay_late(id, stage, open).await,
                (End::MovedNow, true) => return self.stay_moved(story, id, stage, open).await,
                // Who waits for a talk waits for a coming day: a step that is over by now is walked through.
                (End::Invited | End::Asked, false)
                    if open.as_ref().is_some_and(|made| made.planned.due_at > self.now) =>
                {
                    return Ok(());
                }
                (End::Withdrawn, false) => return self.withdraw(id, entered).await,
                (_, _) => {}
            }
            let done = self.done_at(open.as_ref(), entered, stage.owner.is_some());
            if done.0 >= self.now {
                return Ok(());
            }
            self.settle(story, id, stage, open.take(), done).await?;
            let Some(next) = steps.peek() else { return self.decide(story, id, stage, done.0).await };
            entered = done.0;
            let made_ahead = ahead.take().filter(|made: &Made| made.planned.stage_id.as_ref() == Some(&next.id));
            (open, ahead) = self.enter(story, id, stages, (stage, next), made_ahead, entered).await?;
        }
        Ok(())
    }

    /// When the step's word was given, and how late.
    fn done_at(&mut self, open: Option<&Made>, entered: Timestamp, ours: bool) -> (Timestamp, Option<Delay>) {
        let Some(open) = open else { return (entered.plus_ms(20 * HOUR_MS), None) };
        let due = open.planned.due_at;
        let day = self.settings.calendar.local_date(due);
        let after = |days: i32| (0..days).try_fold(day, |day, _| day.tomorrow()).unwrap_or(day);
        let workdays = (1..=2).all(|days| self.settings.calendar.is_business_day(after(days)));
        let delayed = ours && workdays && self.since_delay >= KEPT_BETWEEN_DELAYS;
        if let Some(delay) = delayed.then(|| self.delays.pop()).flatten() {
            self.since_delay = 0;
            let (Delay::Late(hours) | Delay::Moved(hours)) = delay;
            return (due.plus_ms(hours * HOUR_MS), Some(delay));
        }
        self.since_delay += usize::from(ours);
        (self.in_time(open.at, due), None)
    }

    /// Some office hour on the due day or up to two business days before it.
    fn in_time(&mut self, made: Timestamp, due: Timestamp) -> Timestamp {
        let calendar = &self.settings.calendar;
        let mut day = calendar.local_date(due);
        let mut back = self.below(3);
        while back > 0 {
            day = day.yesterday().unwrap_or(day);
            back -= i64::from(self.settings.calendar.is_business_day(day));
        }
        let (hour, minute) = (9 + self.below(7), self.below(60));
        let at = self.at_local(day, hour, minute);
        if at.ms_since(made) > HOUR_MS && at <= due { at } else { made.plus_ms(due.ms_since(made) * 3 / 4) }
    }

    async fn settle(
        &mut self,
        story: &Story,
        id: &str,
        stage: &Stage,
        open: Option<Made>,
        (done, delay): (Timestamp, Option<Delay>),
    ) -> ApiResult<()> {
        let Some(open) = open else { return Ok(()) };
        let ours = open.planned.owner_id.is_some();
        match delay {
            Some(Delay::Late(_)) => self.note_late(id, stage, &open).await?,
            Some(Delay::Moved(_)) => {
                let moved_at = open.planned.due_at.plus_ms(-7 * HOUR_MS);
                self.move_promise(story, id, stage, &open, (done.plus_ms(HOUR_MS), moved_at)).await?;
            }
            None => {}
        }
        if ours {
            promises::store::keep(self.connection, self.secret, &open.id, done).await?;
        } else {
            promises::store::void(self.connection, self.secret, &open.id, done).await?;
        }
        self.counted += usize::from(ours);
        Ok(())
    }

    /// Gives the promise of the entered step (made before, or now) and the one made ahead of an applicant's turn.
    async fn enter(
        &mut self,
        story: &Story,
        id: &str,
        stages: &[Stage],
        (left, stage): (&Stage, &Stage),
        made_before: Option<Made>,
        at: Timestamp,
    ) -> ApiResult<(Option<Made>, Option<Made>)> {
        let calendar = &self.settings.calendar;
        let own = promises::on_entering(stage, calendar, at).filter(|_| made_before.is_none());
        let next = promises::after_your_turn(stages, stage, calendar, at);
        let made = match own {
            Some(planned) => Some(self.promise(id, planned, at).await?),
            None => made_before,
        };
        let ahead = match next {
            Some(planned) => Some(self.promise(id, planned, at).await?),
            None => None,
        };
        store::set_stage(self.connection, id, &stage.id).await?;
        // Whoever says "choose a time" says it when the choosing begins.
        let chosen = left.turn == Turn::Yours;
        let asks = stage.turn == Turn::Yours || (stage.kind == StageKind::Interview && !chosen);
        let said = asks.then(|| locale::text(story.lang, "demo.stage_word"));
        let event = NewEvent {
            stage_id: Some(&stage.id),
            promise_id: made.as_ref().map(|made| made.id.as_str()),
            actor_id: left.owner.as_deref().or(stage.owner.as_deref()),
            text: said,
            ..blank(EntryEvent::Stage, at)
        };
        record_event(self.connection, id, event).await?;
        Ok((made, ahead))
    }

    async fn decide(&mut self, story: &Story, id: &str, stage: &Stage, at: Timestamp) -> ApiResult<()> {
        let by = stage.owner.clone().unwrap_or_default();
        let say = |key: &str| locale::text(story.lang, key).to_owned();
        let reason = |key: &&str| Reason { text: say(key), requirement_id: None };
        const WHY: [&str; 4] =
            ["demo.reason_experience", "demo.reason_other", "demo.reason_hours", "demo.reason_diploma"];
        let (outcome, status, reasons, tip) = match story.end {
            End::Hired => (Outcome::Hired, ApplicationStatus::Hired, vec![reason(&"demo.reason_hired")], None),
            End::Rejected { reasons, tip } => {
                let from = self.below(4) as usize;
                let why = WHY.iter().cycle().skip(from).take(reasons).map(reason).collect();
                let key = if from == 3 { "demo.tip_register" } else { "demo.tip_experience" };
                (Outcome::Rejected, ApplicationStatus::Rejected, why, tip.then(|| say(key)))
            }
            _ => (Outcome::Rejected, ApplicationStatus::Rejected, vec![reason(&WHY[1])], None),
        };
        let event = NewEvent { stage_id: Some(&stage.id), actor_id: Some(&by), ..blank(EntryEvent::Decided, at) };
        record_event(self.connection, id, event).await?;
        let decision =
            StoredDecision { outcome, decided_at: at, by: by.clone(), reasons, tip, handled_by: HandledBy::Human };
        self.end(id, status, Some(serde_json::to_string(&decision)?), at).await
    }

    async fn withdraw(&mut self, id: &str, entered: Timestamp) -> ApiResult<()> {
        let at = entered.plus_ms(26 * HOUR_MS);
        for promise_id in store::open_promises(self.connection, id).await? {
            promises::store::void(self.connection, self.secret, &promise_id, at).await?;
        }
        let event = NewEvent { actor: Actor::Applicant, ..blank(EntryEvent::Withdrawn, at) };
        record_event(self.connection, id, event).await?;
        self.end(id, ApplicationStatus::Withdrawn, None, at).await
    }

    async fn end(
        &mut self,
        id: &str,
        status: ApplicationStatus,
        decision: Option<String>,
        at: Timestamp,
    ) -> ApiResult<()> {
        let retention = self.settings.retention();
        let short = at.plus_ms(i64::from(retention.default_days) * DAY_MS);
        // Who ended long ago is only still here because they allowed it.
        let days = if short > self.now { retention.default_days } else { retention.consented_days };
        let delete_on = at.plus_ms(i64::from(days) * DAY_MS);
        store::set_ended(self.connection, id, &word(status), decision, delete_on).await
    }

    async fn stay_late(&mut self, id: &str, stage: &Stage, open: Option<Made>) -> ApiResult<()> {
        let Some(open) = open else { return Ok(()) };
        self.counted += 1;
        self.note_late(id, stage, &open).await
    }

    async fn stay_moved(&mut self, story: &Story, id: &str, stage: &Stage, open: Option<Made>) -> ApiResult<()> {
        let Some(open) = open else { return Ok(()) };
        let to = self.settings.calendar.due(
            open.planned.due_at,
            belofte_contract::postings::PromisePolicy {
                value: 3,
                unit: belofte_contract::postings::DurationUnit::BusinessDays,
                from: belofte_contract::postings::PromiseFrom::Submitted,
            },
        );
        let half = story.submitted.plus_ms(self.now.ms_since(story.submitted) / 2);
        self.move_promise(story, id, stage, &open, (to, half)).await
    }

    async fn note_late(&mut self, id: &str, stage: &Stage, open: &Made) -> ApiResult<()> {
        store::mark_late(self.connection, &open.id).await?;
        let event = NewEvent {
            stage_id: Some(&stage.id),
            promise_id: Some(&open.id),
            actor: Actor::System,
            ..blank(EntryEvent::PromiseLate, open.planned.due_at)
        };
        record_event(self.connection, id, event).await?;
        Ok(())
    }

    /// The reason is written in the applicant's language, as all that a recruiter says in a story.
    async fn move_promise(
        &mut self,
        story: &Story,
        id: &str,
        stage: &Stage,
        open: &Made,
        (to, at): (Timestamp, Timestamp),
    ) -> ApiResult<()> {
        let reason = locale::text(story.lang, "demo.reason_moved").to_owned();
        let owner_id = stage.owner.clone().unwrap_or_default();
        let by = self.settings.person(&owner_id, story.lang).map(|person| person.name).unwrap_or_default();
        let change = PromiseMove { from: open.planned.due_at, to, reason: reason.clone(), by, at };
        let sealing = (self.secret, &self.settings.calendar);
        promises::store::move_to(self.connection, sealing, &open.id, to, &[change]).await?;
        let event = NewEvent {
            stage_id: Some(&stage.id),
            promise_id: Some(&open.id),
            actor_id: Some(&owner_id),
            text: Some(&reason),
            ..blank(EntryEvent::PromiseMoved, at)
        };
        record_event(self.connection, id, event).await?;
        Ok(())
    }

    async fn promise(&mut self, id: &str, planned: Planned, at: Timestamp) -> ApiResult<Made> {
        let (sealing, source) = ((self.secret, &self.settings.calendar), PromiseSource::Policy);
        let promise_id = promises::store::insert(self.connection, sealing, id, &planned, source, at).await?;
        Ok(Made { id: promise_id, planned, at })
    }

    fn answers(&mut self, story: &Story) -> ApiResult<Vec<Answer>> {
        let letters = self.applicants.letters.get(story.lang).map_or(0, Vec::len).max(1);
        let pick = self.below(i64::try_from(letters).unwrap_or(1)) as usize;
        let start = self.settings.calendar.local_date(story.submitted.plus_ms(45 * DAY_MS)).to_string();
        let letter = self.applicants.letters.get(story.lang).and_then(|letters| letters.get(pick));
        let form = &self.template(&story.posting)?.form;
        let answer = |field: &belofte_contract::apply::FormField| {
            let value = match field.kind {
                FieldKind::Mail => story.email.clone(),
                FieldKind::Text if field.required => story.name.clone(),
                FieldKind::LongText => letter.cloned()?,
                FieldKind::Date if field.required => start.clone(),
                FieldKind::Choice if field.required => field.options.last()?.value.clone(),
                // Only who ended long ago needs it, and saying yes harms nobody else's dates.
                FieldKind::Consent if story.submitted < self.now.plus_ms(-40 * DAY_MS) => "yes".to_owned(),
                _ => return None,
            };
            Some(Answer { field: field.name.clone(), values: vec![value] })
        };
        Ok(form.fields.iter().filter_map(answer).collect())
    }

    fn template(&self, posting: &str) -> ApiResult<&Template> {
        self.templates.get(posting).ok_or_else(ApiProblem::not_found)
    }

    fn at_local(&self, day: Date, hour: i64, minute: i64) -> Timestamp {
        let time = jiff::civil::time(hour as i8, minute as i8, 0, 0);
        let zoned = self.settings.calendar.zone().to_ambiguous_zoned(day.to_datetime(time)).later();
        zoned.map_or(self.now, |zoned| Timestamp::from_ms(zoned.timestamp().as_millisecond()))
    }

    /// A number from 0 up to `end`, `end` left out.
    fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.draw()).unwrap_or(0) % end.max(1)
    }

    /// 31 bits of Knuth's generator.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.random >> 33
    }
}

fn blank<'e>(event: EntryEvent, at: Timestamp) -> NewEvent<'e> {
    NewEvent {
        event,
        at,
        stage_id: None,
        promise_id: None,
        actor: Actor::Contact,
        actor_id: None,
        text: None,
        owner_id: None,
    }
}

/// "Aïsha El Idrissi" → "aisha.el.idrissi@example.com".
fn address(name: &str) -> String {
    let lower = name.to_lowercase();
    let plain = lower.chars().map(|letter| match letter {
        'ï' | 'ı' => 'i',
        'ü' => 'u',
        'ö' | 'ó' => 'o',
        'ş' | 'š' => 's',
        'ç' | 'ć' => 'c',
        'ñ' | 'ń' => 'n',
        'è' | 'é' => 'e',
        'ż' | 'ź' => 'z',
        'ł' => 'l',
        ' ' | '-' => '.',
        other => other,
    });
    plain.filter(|letter| letter.is_ascii_alphanumeric() || *letter == '.').collect::<String>() + "@example.com"
}
