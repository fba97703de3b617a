//! Mails to the colleagues whom an applicant meets: which times to keep free, who comes when, and that a talk is off.
//!
//! Pure. They name the applicant as other mails to colleagues do, and say nothing of the application beside its number.

use belofte::ui::person::first_name;
use belofte_contract::appointments::{Appointment, AppointmentState, Slot};
use belofte_contract::contacts::Person;
use belofte_contract::{Reference, Timestamp};

use super::compose::{Letter, MailKind, Part, Words};
use super::talk_letters::details;
use crate::features::appointments::file;
use crate::features::appointments::when;
use crate::settings::Settings;

/// More times than these are counted, not listed.
const TIMES_MAX: usize = 40;

/// One talk, as a colleague needs to know it.
pub struct Met<'a> {
    pub reference: Reference,
    pub applicant: &'a str,
    /// The posting's title.
    pub posting: &'a str,
    pub appointment: &'a Appointment,
    /// Where it was before, when it was moved.
    pub from: Option<Timestamp>,
}

/// A talk is agreed, has a new time, or is off: as the appointment says.
pub fn talk(settings: &Settings, lang: &str, to: (&Person, &str), met: &Met<'_>, now: Timestamp) -> Letter {
    let words = Words::new(settings, lang);
    let slot = &met.appointment.slot;
    let off = met.appointment.state == AppointmentState::Cancelled;
    let name = match (off, met.from) {
        (true, _) => "owner_talk_off",
        (_, Some(_)) => "owner_talk_moved",
        _ => "owner_talk",
    };
    let applicant = match first_name(met.applicant.trim()) {
        "" => words.say("owner_nameless", &[]),
        name => name.to_owned(),
    };
    let starts = when(lang, &slot.time_zone, slot.start);
    let values = [("applicant", applicant.as_str()), ("when", starts.as_str()), ("posting", met.posting)];
    let mut letter = start(&words, if off { MailKind::OwnerTalkOff } else { MailKind::OwnerTalk }, to.0);
    letter.subject = words.say(&[name, "_subject"].concat(), &values);
    letter.heading = words.say(&[name, "_heading"].concat(), &values);
    if off {
        letter.parts.push(Part::Text { text: words.say("owner_talk_off_text", &[]) });
    } else {
        if let Some(from) = met.from {
            let from = when(lang, &slot.time_zone, from);
            let text = words.say("talk_moved_text", &[("old", from.as_str()), ("when", &starts)]);
            letter.parts.push(Part::Text { text });
        }
        letter.parts.extend(details(&words, slot));
    }
    let rows = vec![words.fact("fact_posting", met.posting), words.fact("fact_reference", &met.reference.to_string())];
    letter.parts.push(Part::Facts { label: None, rows });
    letter.parts.push(Part::Button { text: words.say("owner_link", &[]), href: settings.desk_url(met.reference) });
    letter.parts.push(Part::Quiet { text: words.say("talk_calendar", &[]) });
    letter.calendar = Some(file::for_colleague(&words, to, (met, &applicant), now));
    letter
}

/// Times that applicants can choose from now on, all of one posting.
pub fn times(settings: &Settings, lang: &str, to: &Person, posting: &str, slots: &[Slot]) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = start(&words, MailKind::OwnerTimes, to);
    letter.subject = words.say("owner_times_subject", &[("posting", posting)]);
    letter.heading = words.count("owner_times_heading", slots.len());
    letter.parts.push(Part::Text { text: words.say("owner_times_text", &[]) });
    let mut lines: Vec<String> =
        slots.iter().take(TIMES_MAX).map(|slot| when(lang, &slot.time_zone, slot.start)).collect();
    let more = slots.len().saturating_sub(TIMES_MAX);
    if more > 0 {
        lines.push(words.say("owner_more", &[("count", &words.number(u32::try_from(more).unwrap_or(u32::MAX)))]));
    }
    letter.parts.push(Part::Words { label: posting.to_owned(), lines });
    letter
}

/// A time was taken back before anybody chose it.
pub fn time_off(settings: &Settings, lang: &str, to: &Person, posting: &str, slot: &Slot) -> Letter {
    let words = Words::new(settings, lang);
    let starts = when(lang, &slot.time_zone, slot.start);
    let values = [("when", starts.as_str()), ("posting", posting)];
    let mut letter = start(&words, MailKind::OwnerTimes, to);
    letter.subject = words.say("owner_times_off_subject", &values);
    letter.heading = words.say("owner_times_off_heading", &values);
    letter.parts.push(Part::Text { text: words.say("owner_times_off_text", &[]) });
    letter
}

fn start(words: &Words<'_>, kind: MailKind, to: &Person) -> Letter {
    let mut letter = words.letter(kind, first_name(&to.name), None);
    letter.footer = words.say("footer_interviewer", &[("organization", &letter.organization)]);
    letter
}
