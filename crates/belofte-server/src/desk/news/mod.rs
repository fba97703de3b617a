//! News of a procedure at the desk: what the counts suggest, a line of one's own, a look at what the public will read, out.
//!
//! The exact counts are shown here alone. A bulletin goes out because a person sent it, never by itself.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::news::LINE_MAX_CHARS;
use belofte_contract::postings::PostingStatus;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::access::{Need, Signed};
use super::audit::{self, Act, Entry, Subject};
use super::deeds;
use super::pages::{Errors, Fault, Page, Typed};
use super::route::Route;
use crate::features::news::store::{self, BulletinRow, Counts};
use crate::features::news::{bulletin, shown};
use crate::http::{Path, Query};
use crate::locale;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Posting;
use crate::state::{App, AppState};
use crate::tokens::new_id;

const PATH: &str = "/desk/news";
const SECTION: &str = "news";
const LINE_MIN_CHARS: usize = 10;
/// So many earlier bulletins are shown beside a new one.
const EARLIER: i64 = 5;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Need::ActOnApplications, list),
        Route::get("/desk/news/{posting}", Need::ActOnApplications, write),
        Route::post("/desk/news/{posting}", Need::ActOnApplications, send),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    done: Option<String>,
}

/// Every procedure that runs, the longest without news first.
async fn list(
    State(state): State<AppState>,
    page: Page,
    Query(asked): Query<Asked>,
    signed: Signed,
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let mut rows = vec![];
    for posting in page.settings.postings.iter().filter(|posting| signed.scope.covers(&posting.id)) {
        let status = posting.stored_status();
        let counts = store::counts(&mut connection, posting).await?;
        let runs = matches!(status, PostingStatus::Open | PostingStatus::Closing) || counts.read < counts.received;
        if status == PostingStatus::Draft || status == PostingStatus::Upcoming || !runs {
            continue;
        }
        let last = store::last_at(&mut connection, &posting.id).await?;
        let when = last.map_or_else(
            || page.say("news_never", &[]),
            |at| page.say("news_last", &[("date", &page.words().day(at))]),
        );
        let row = json!({
            "href": format!("{PATH}/{}", posting.id), "title": posting.texts(&page.lang).title, "when": when,
            "now": counted(&page, counts),
        });
        rows.push((last, row));
    }
    rows.sort_by_key(|(last, _)| *last);
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    let done = asked.done.is_some().then(|| page.say("news_done", &[]));
    let view = json!({"rows": rows, "done": done});
    Ok(page.html(StatusCode::OK, SECTION, &page.say("news_title", &[]), "news.html", &view))
}

/// "36 in, 27 read, 6 invited, 3 declined".
fn counted(page: &Page, counts: Counts) -> String {
    let number = |count: u32| page.words().number(count);
    let Counts { received, read, invited, declined } = counts;
    let values = [("received", received), ("read", read), ("invited", invited), ("declined", declined)];
    let values = values.map(|(name, count)| (name, number(count)));
    page.say("news_counted", &values.each_ref().map(|(name, count)| (*name, count.as_str())))
}

/// What one writes on: the posting, its counts now, what was told before.
struct Ground<'g> {
    page: &'g Page,
    signed: &'g Signed,
    posting: &'g Posting,
    counts: Counts,
    earlier: Vec<BulletinRow>,
}

impl<'g> Ground<'g> {
    async fn of(
        connection: &mut AnyConnection,
        page: &'g Page,
        signed: &'g Signed,
        posting: &str,
    ) -> ApiResult<Ground<'g>> {
        let posting = page.settings.posting(posting).ok_or_else(ApiProblem::not_found)?;
        if matches!(posting.stored_status(), PostingStatus::Draft | PostingStatus::Upcoming) {
            return Err(ApiProblem::not_found());
        }
        let counts = store::counts(connection, posting).await?;
        let earlier = store::newest(connection, &posting.id, EARLIER).await?;
        Ok(Ground { page, signed, posting, counts, earlier })
    }

    /// The sentence that the counts suggest, to be changed or sent as it is.
    fn suggested(&self, lang: &str) -> String {
        let Counts { received, read, .. } = self.counts;
        let name = if read == received { "desk.news_suggest_all" } else { "desk.news_suggest_reading" };
        locale::text(lang, name).to_owned()
    }

    fn blank(&self) -> Typed {
        let key = [("key".to_owned(), new_id())];
        let lines = self.page.settings.locales.iter().map(|lang| (line_name(lang), self.suggested(lang)));
        Typed::of(key.into_iter().chain(lines))
    }

    /// The bulletin as it was typed, with the counts of now; or what is wrong with it.
    fn bulletin(&self, typed: &Typed) -> Result<BulletinRow, Vec<Fault>> {
        let (page, settings) = (self.page, &self.page.settings);
        let (mut faults, mut line) = (vec![], BTreeMap::new());
        let mut fault = |field: String, label: &str, name: &str, limit: usize| {
            let text = page.say(name, &[("limit", &limit.to_string())]);
            faults.push(Fault { field, label: label.to_owned(), text });
        };
        for lang in &settings.locales {
            let text = typed.get(&line_name(lang)).split_whitespace().collect::<Vec<_>>().join(" ");
            let label = locale::text(lang, "pages.language");
            match text.chars().count() {
                // Who reads in another language reads the one that there is.
                0 => continue,
                count if count < LINE_MIN_CHARS => fault(line_name(lang), label, "news_too_short", LINE_MIN_CHARS),
                count if count > LINE_MAX_CHARS => fault(line_name(lang), label, "news_too_long", LINE_MAX_CHARS),
                _ => {}
            }
            line.insert(lang.clone(), text);
        }
        if line.is_empty() {
            let first = settings.locales.first().map(String::as_str).unwrap_or_default();
            fault(line_name(first), locale::text(first, "pages.language"), "news_required", 0);
        }
        let by_id = self.signed.contact(settings).map_or_else(|| typed.get("by"), str::to_owned);
        if settings.person(&by_id, "").is_none() || !self.signed.may_sign(settings, &self.posting.id, &by_id) {
            fault("by".to_owned(), &page.say("news_by", &[]), "news_nobody", 0);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let (id, counts) = (new_id(), self.counts.shown());
        Ok(BulletinRow { id, posting_id: self.posting.id.clone(), at: page.now, counts, line, by_id })
    }

    fn draw(&self, status: StatusCode, typed: &Typed, errors: &Errors, preview: Option<&BulletinRow>) -> Response {
        let (page, settings) = (self.page, &self.page.settings);
        let line = |lang: &String| {
            let name = line_name(lang);
            json!({"lang": lang, "name": name, "label": locale::text(lang, "pages.language"), "text": typed.get(&name)})
        };
        let told = |row: &BulletinRow| bulletin(settings, row, &page.lang).map(|bulletin| drawn(page, &bulletin));
        let in_each = |row: &BulletinRow| {
            let one = |lang: &String| {
                let told = bulletin(settings, row, lang)?;
                Some(json!({"lang": lang, "told": drawn(page, &told)}))
            };
            settings.locales.iter().filter_map(one).collect::<Vec<_>>()
        };
        let names = ["received", "read", "invited", "declined"];
        let Counts { received, read, invited, declined } = self.counts;
        let figure = |(name, count): (&str, u32)| {
            let told = shown::shown(count);
            let told = if told == 0 {
                page.say("news_few", &[])
            } else {
                page.say("news_least", &[("count", &page.words().number(told))])
            };
            json!({"label": page.say(&["news_column_", name].concat(), &[]), "count": page.words().number(count), "told": told})
        };
        let figures: Vec<Value> = names.into_iter().zip([received, read, invited, declined]).map(figure).collect();
        let view = json!({
            "errors": errors.view(), "posting": self.posting.texts(&page.lang).title, "key": typed.get("key"),
            "lines": settings.locales.iter().map(line).collect::<Vec<_>>(), "max": LINE_MAX_CHARS, "figures": figures,
            "people": self.people(typed), "acting": self.acting(), "by": typed.get("by"),
            "earlier": self.earlier.iter().filter_map(told).collect::<Vec<_>>(), "preview": preview.map(in_each),
        });
        let title = page.say("news_write_title", &[("posting", &self.posting.texts(&page.lang).title)]);
        page.html(status, SECTION, &title, "news_write.html", &view)
    }

    /// The name under the line, when it is settled.
    fn acting(&self) -> Option<String> {
        let id = self.signed.contact(&self.page.settings)?;
        self.page.settings.person(id, &self.page.lang).map(|person| person.name)
    }

    /// For who is no contact: in whose name.
    fn people(&self, typed: &Typed) -> Vec<Value> {
        let (settings, chosen) = (&self.page.settings, typed.get("by"));
        let people = settings.people().filter(|id| self.signed.may_sign(settings, &self.posting.id, id));
        let people = people.filter_map(|id| settings.person(id, &self.page.lang));
        people.map(|person| json!({"value": person.id, "label": person.name, "on": person.id == chosen})).collect()
    }
}

/// A bulletin as the public reads it.
fn drawn(page: &Page, bulletin: &belofte_contract::news::Bulletin) -> Value {
    json!({"date": page.words().day(bulletin.at), "facts": bulletin.facts, "text": bulletin.text, "by": bulletin.by.name})
}

fn line_name(lang: &str) -> String {
    ["line_", lang].concat()
}

async fn write(
    State(state): State<AppState>,
    page: Page,
    Path(posting): Path<String>,
    signed: Signed,
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let ground = Ground::of(&mut connection, &page, &signed, &posting).await?;
    Ok(ground.draw(StatusCode::OK, &ground.blank(), &Errors::default(), None))
}

/// First what was typed is shown as the public will read it; sent from there, it is out.
async fn send(
    State(state): State<AppState>,
    page: Page,
    Path(posting): Path<String>,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let ground = Ground::of(&mut connection, &page, &signed, &posting).await?;
    if typed.given("edit").is_some() {
        return Ok(ground.draw(StatusCode::OK, &typed, &Errors::default(), None));
    }
    let bulletin = match ground.bulletin(&typed) {
        Ok(bulletin) => bulletin,
        Err(faults) => {
            let errors = Errors::told(&page, &faults);
            return Ok(ground.draw(errors.status(), &typed, &errors, None));
        }
    };
    if typed.given("seen").is_none() {
        return Ok(ground.draw(StatusCode::OK, &typed, &Errors::default(), Some(&bulletin)));
    }
    drop(connection);
    publish(&state, &signed, &typed.get("key"), &bulletin).await?;
    Ok(Redirect::to(&format!("{PATH}?done=yes")).into_response())
}

/// Once, however often the form comes.
async fn publish(app: &App, signed: &Signed, key: &str, bulletin: &BulletinRow) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    if !deeds::store::first_time(&mut transaction, &["news-", key].concat(), bulletin.at).await? {
        return Ok(());
    }
    store::insert(&mut transaction, bulletin).await?;
    let posting_id = bulletin.posting_id.as_str();
    let entry = Entry { posting_id: Some(posting_id), ..Entry::new(Act::NewsPublished, Subject::Posting(posting_id)) };
    audit::append(&mut transaction, app, &signed.who, &entry).await?;
    Ok(transaction.commit().await?)
}
