//! The demo's applications: a history of promises on real business days, all relative to the clock's now.
//!
//! The same at every start at the same moment. Never writes mail: what is history was mailed long ago.

mod complaint;
mod questions;
mod store;
mod story;

use std::collections::BTreeSet;

use belofte_contract::Reference;

pub use self::complaint::{READER, complaint_reader};
use self::story::{Delay, End, Story, Teller};
use crate::StartError;
use crate::desk::access::{Role, Who};
use crate::desk::users::{self, NewUser};
use crate::locale;
use crate::problem::ApiProblem;
use crate::state::AppState;

/// A line for the newcomer's terminal: reference, mail address, in words where it stands.
pub struct Sample {
    pub reference: String,
    pub email: String,
    pub note: String,
}

/// The language of the terminal.
const TERMINAL: &str = "en";
/// Who signs in to the demo's desk.
pub const RECRUITER: &str = "sanne";
/// Counted promises that the history reaches.
const COUNTED: usize = 214;
/// Long enough ago that every procedure has ended, not so long that its first date leaves the 90 days.
const ENDED_DAYS: std::ops::Range<i64> = 44..84;
/// Delays in hours after the date, in the order they are handed out: half of them a day at most, the others two days.
/// With the one that is late now they give a median of a day and a half.
const DELAYS: [Delay; 13] = [
    Delay::Late(18),
    Delay::Moved(48),
    Delay::Late(24),
    Delay::Late(48),
    Delay::Moved(24),
    Delay::Late(48),
    Delay::Late(20),
    Delay::Late(48),
    Delay::Moved(24),
    Delay::Late(48),
    Delay::Late(22),
    Delay::Moved(48),
    Delay::Late(24),
];

struct Fixed {
    reference: &'static str,
    name: &'static str,
    email: &'static str,
    posting: &'static str,
    lang: &'static str,
    note: &'static str,
    end: End,
}

const SAMPLES: [Fixed; 7] = [
    Fixed {
        reference: "K7Q4-9M2P-3XHD",
        name: "Noor Jansen",
        email: "noor@example.com",
        posting: "wijkverpleegkundige",
        lang: "nl",
        note: "demo.sample_waiting",
        end: End::Waiting,
    },
    Fixed {
        reference: "T2VX-6C8R-W0GE",
        name: "Marek Wójcik",
        email: "marek@example.com",
        posting: "helpende-plus",
        lang: "en",
        note: "demo.sample_interview",
        end: End::Invited,
    },
    Fixed {
        reference: "4HZC-V8N1-J6QA",
        name: "Lotte Vermeer",
        email: "lotte@example.com",
        posting: "verzorgende-ig",
        lang: "nl",
        note: "demo.sample_yours",
        end: End::Invited,
    },
    Fixed {
        reference: "9FBN-H41S-D5ZK",
        name: "Eva Rietveld",
        email: "eva@example.com",
        posting: "fysiotherapeut",
        lang: "nl",
        note: "demo.sample_late",
        end: End::LateNow,
    },
    Fixed {
        reference: "3MJ7-Y0AQ-8TPC",
        name: "Farid Azizi",
        email: "farid@example.com",
        posting: "planner-thuiszorg",
        lang: "nl",
        note: "demo.sample_moved",
        end: End::MovedNow,
    },
    Fixed {
        reference: "R8EH-2KZ5-N6VD",
        name: "Jill Beekman",
        email: "jill@example.com",
        posting: "verzorgende-ig",
        lang: "nl",
        note: "demo.sample_rejected",
        end: End::Rejected { reasons: 1, tip: true },
    },
    Fixed {
        reference: "5WGX-P9B3-C7MT",
        name: "Adjoa Boateng",
        email: "adjoa@example.com",
        posting: "kok",
        lang: "en",
        note: "demo.sample_hired",
        end: End::Hired,
    },
];

/// Makes the applications when there are none yet; gives the samples to print either way.
pub async fn seed(state: &AppState) -> Result<Vec<Sample>, StartError> {
    let mut transaction = state.store.write().begin().await?;
    if store::count_applications(&mut transaction).await.map_err(worded)? == 0 {
        let settings = state.settings();
        let mut teller =
            Teller::new(&mut transaction, (&state.secret, &settings), state.clock.now()).map_err(worded)?;
        tell_all(&mut teller).await.map_err(worded)?;
        let now = state.clock.now();
        questions::ask(&mut transaction, (&state.secret, &settings), now).await.map_err(worded)?;
    }
    transaction.commit().await?;
    state.score.forget();
    let sample = |fixed: &Fixed| Sample {
        reference: fixed.reference.to_owned(),
        email: fixed.email.to_owned(),
        note: locale::text(TERMINAL, fixed.note).to_owned(),
    };
    Ok(SAMPLES.iter().map(sample).collect())
}

/// A one-time link to the desk for the demo's recruiter, who is an administrator too: a new one at every start.
pub async fn recruiter(state: &AppState) -> Result<String, StartError> {
    let settings = state.settings();
    let contact = settings.contact(RECRUITER, TERMINAL).ok_or("the demo's recruiter is gone")?;
    let user = NewUser {
        email: contact.email.unwrap_or_default(),
        name: contact.name,
        role: Role::Administrator,
        person_id: Some(RECRUITER.to_owned()),
        postings: BTreeSet::new(),
    };
    users::invite(state, &Who::System, user).await.map_err(worded)
}

fn worded(problem: ApiProblem) -> StartError {
    let problem = problem.problem();
    let fields: Vec<_> = problem.errors.iter().map(|error| error.field.as_str()).collect();
    format!("the demo cannot be made: {} {}", problem.title, fields.join(", ")).trim_end().to_owned().into()
}

async fn tell_all(teller: &mut Teller<'_>) -> Result<(), ApiProblem> {
    for fixed in &SAMPLES {
        let reference = Reference::parse(fixed.reference).map_err(ApiProblem::internal)?;
        let submitted = teller.submitted_for(fixed.posting, fixed.end)?;
        let story = Story {
            reference,
            name: fixed.name.to_owned(),
            email: fixed.email.to_owned(),
            posting: fixed.posting.to_owned(),
            lang: fixed.lang,
            submitted,
            end: fixed.end,
        };
        teller.tell(&story).await?;
    }
    // People who wait in each step, one due today among them, and some who left.
    let waiting = [End::DueToday, End::Waiting, End::Invited, End::DueToday, End::Asked, End::Waiting, End::Invited];
    for (posting, ends) in [
        ("wijkverpleegkundige", &waiting[1..4]),
        ("verzorgende-ig", &waiting[0..3]),
        ("planner-thuiszorg", &waiting[2..5]),
        ("kok", &waiting[5..7]),
        ("helpende-plus", &waiting[3..4]),
    ] {
        for end in ends {
            let story = teller.somebody(posting, *end)?;
            teller.tell(&story).await?;
        }
    }
    teller.delays = DELAYS.iter().rev().copied().collect();
    let postings = [
        "planner-thuiszorg",
        "fysiotherapeut",
        "nachtverpleegkundige",
        "planner-thuiszorg",
        "wijkverpleegkundige",
        "fysiotherapeut",
        "kok",
        "planner-thuiszorg",
        "fysiotherapeut",
    ];
    let mut told = 0;
    // The bound holds when a changed procedure promises less than expected.
    while teller.counted < COUNTED && told < 120 {
        let end = match told % 11 {
            3 => End::Hired,
            5 => End::Rejected { reasons: 0, tip: false },
            7 => End::Rejected { reasons: 2, tip: true },
            9 if told < 40 => End::Withdrawn,
            even if even % 2 == 0 => End::Rejected { reasons: 1, tip: true },
            _ => End::Rejected { reasons: 1, tip: false },
        };
        let mut story = teller.somebody(postings[told % postings.len()], end)?;
        story.submitted = teller.some_time_ago(ENDED_DAYS);
        teller.tell(&story).await?;
        told += 1;
    }
    Ok(())
}
