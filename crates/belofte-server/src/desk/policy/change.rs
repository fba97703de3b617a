//! A change of the organisation's document on its way: tried as the server reads it at its start, shown with what it does, and
//! stored only as it was shown and from what it began with.

use axum::http::StatusCode;
use axum::response::Response;
use belofte_contract::Timestamp;
use belofte_contract::postings::{PostingStatus, PromisePolicy};
use serde_json::{Value, json};

use super::{SECTION, effects, store, warnings};
use crate::desk::access::Signed;
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::pages::{Page, Typed};
use crate::mail::compose::Words;
use crate::norms;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::App;
use crate::tokens::sha256_hex;

pub struct Change {
    /// Where the form goes.
    pub path: &'static str,
    pub doc: Value,
    /// What was and what will be.
    pub lines: Vec<Value>,
    /// What is changed, for the log.
    pub fields: Vec<&'static str>,
    /// What the form brings once more when it is confirmed.
    pub carried: Vec<(String, String)>,
}

pub enum Outcome {
    Stored,
    /// First what it does.
    Shown(Response),
    /// Somebody else stored something meanwhile.
    Stale,
    /// The server could not start with it.
    Refused,
}

/// Of a document as it is stored: a form carries it, so that nothing is written over what its reader never saw.
pub fn fingerprint(text: &str) -> String {
    sha256_hex(text.as_bytes())
}

impl Change {
    pub async fn carry_out(self, app: &App, page: &Page, signed: &Signed, typed: &Typed) -> ApiResult<Outcome> {
        let mut transaction = app.store.write().begin().await?;
        let known = store::organization(&mut transaction).await?;
        // The page's own settings may be older than what another server stored a moment ago.
        let same = serde_json::from_str::<Value>(&known)? == page.settings.organization;
        if fingerprint(&known) != typed.get("began") || !same {
            transaction.rollback().await?;
            app.reload_settings().await.map_err(ApiProblem::internal)?;
            return Ok(Outcome::Stale);
        }
        if !store::swap(&mut transaction, &known, &self.doc).await? {
            return Ok(Outcome::Stale);
        }
        let fresh = match Settings::of(&mut transaction, &app.config.public_url).await {
            Ok(fresh) => fresh,
            Err(fault) => {
                tracing::info!(%fault, "a change of the policy was refused");
                return Ok(Outcome::Refused);
            }
        };
        let seen = fingerprint(&self.doc.to_string());
        if typed.get("seen") != seen {
            transaction.rollback().await?;
            return Ok(Outcome::Shown(self.draw(page, signed, &fresh, &fingerprint(&known), &seen)));
        }
        let detail = json!({"fields": self.fields});
        let entry = Entry { detail, ..Entry::new(Act::PolicyChanged, Subject::Organization) };
        audit::append(&mut transaction, app, &signed.who, &entry).await?;
        transaction.commit().await?;
        app.reload_settings().await.map_err(ApiProblem::internal)?;
        Ok(Outcome::Stored)
    }

    fn draw(&self, page: &Page, signed: &Signed, fresh: &Settings, began: &str, seen: &str) -> Response {
        let carried = self.carried.iter().map(|(name, value)| json!({"name": name, "value": value}));
        let view = json!({
            "action": self.path, "lines": self.lines, "began": began, "seen": seen,
            "carried": carried.collect::<Vec<_>>(),
            "effects": told_effects(page, fresh),
            "calendar": page.settings.organization["calendar"] != fresh.organization["calendar"]
                || page.settings.time_zone() != fresh.time_zone(),
            "warnings": warnings::of_policy(page, fresh, signed),
        });
        page.html(StatusCode::OK, SECTION, &page.say("policy_preview_title", &[]), "policy_preview.html", &view)
    }
}

/// Each promise that gets another date, with the first moment at which it does.
fn told_effects(page: &Page, fresh: &Settings) -> Vec<Value> {
    let old = &page.settings;
    let found = effects::effects(&old.calendar, &fresh.calendar, page.now, &policies(fresh));
    let (before, after) = (page.words(), Words::of("desk", fresh, &page.lang));
    let told = |effect: effects::Effect| {
        json!({
            "promise": norms::duration(&before, effect.policy), "at": moment(&before, effect.at),
            "before": moment(&before, effect.before), "after": moment(&after, effect.after),
        })
    };
    found.into_iter().map(told).collect()
}

/// "Wed 31 Mar, 17:00", in the zone of its own calendar.
fn moment(words: &Words<'_>, at: Timestamp) -> String {
    [words.short_day(at), words.time(at)].join(", ")
}

/// Every promise that the postings make, once, the shortest first.
fn policies(settings: &Settings) -> Vec<PromisePolicy> {
    let open = settings.postings.iter().filter(|posting| posting.stored_status() != PostingStatus::Closed);
    let mut policies: Vec<PromisePolicy> =
        open.flat_map(|posting| posting.promising()).filter_map(|stage| stage.promise).collect();
    policies.sort_by_key(|policy| (policy.unit as u8, policy.value));
    policies.dedup_by_key(|policy| (policy.unit, policy.value));
    policies
}
