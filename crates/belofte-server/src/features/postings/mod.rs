//! The employer and its postings: public, cacheable, with the dates one would be promised applying now.
//!
//! Reads the settings kept in memory; the score alone comes from the database.

pub mod json_ld;
pub mod view;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use belofte_contract::organization::Organization;
use belofte_contract::paths;
use belofte_contract::postings::{JobPosting, JobPostingList, PostingStatus};
use serde::Deserialize;

use crate::features::score::counted;
use crate::format::ServerFormat;
use crate::http::{Path, Query, tagged, tagged_json};
use crate::locale;
use crate::mail::compose::fill;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::{Posting, Settings};
use crate::state::AppState;
use crate::tokens::sha256_hex;

/// Promised dates change at the cutoff, to the second: what is kept must be asked about each time.
const ASK_AGAIN: &str = "no-cache";
const PAGE_SIZE: usize = 50;
const MAX_PAGE_SIZE: usize = 100;
const MAX_QUERY_CHARS: usize = 200;

pub fn router() -> Router<AppState> {
    Router::new()
        .route(paths::ORGANIZATION, get(organization))
        .route(paths::JOB_POSTINGS, get(list))
        .route("/v1/job-postings/{id}", get(detail))
        .route("/v1/forms/{id}", get(form))
}

#[derive(Debug, Default, Deserialize)]
pub struct LangQuery {
    pub lang: Option<String>,
}

async fn organization(
    State(state): State<AppState>,
    Query(query): Query<LangQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let organization = load_organization(&state, query.lang.as_deref()).await?;
    // The score's clock moves with every call; it alone is no news.
    let mut without_clock = organization.clone();
    without_clock.score.as_of = belofte_contract::Timestamp::default();
    let etag = format!("\"{}\"", &sha256_hex(&serde_json::to_vec(&without_clock)?)[..32]);
    tagged(&headers, etag, serde_json::to_vec(&organization)?, "public, max-age=300")
}

/// What everybody can do, in the order of every page's foot; worded by `pages.foot_<word>`.
const PUBLIC_WAYS: &[&str] = &["questions", "follow", "news", "share", "improvements", "complaint"];

fn public_way(word: &str, lang: &str) -> serde_json::Value {
    serde_json::json!({"word": word, "label": locale::text(lang, &["pages.foot_", word].concat())})
}

/// The organisation as the public sees it, in the language that fits `lang` best.
pub async fn load_organization(state: &AppState, lang: Option<&str>) -> ApiResult<Organization> {
    let settings = state.settings();
    let mut document = settings.organization.clone();
    document["score"] = serde_json::to_value(counted::current(state).await?)?;
    let lang = settings.lang(lang);
    document["retention"] = serde_json::to_value(settings.retention())?;
    document["careers_url"] = settings.careers_url(lang).into();
    document["ways"] = PUBLIC_WAYS.iter().map(|word| public_way(word, lang)).collect();
    let mut organization: Organization = settings.read(&document, lang)?;
    // So that what is said about complaints has the number that is kept to.
    let days = ServerFormat::new(lang).number(f64::from(settings.complaint_days()), 0);
    organization.complaint_policy =
        organization.complaint_policy.map(|text| fill(&text, &[("complaint_days", days.as_str())]));
    Ok(organization)
}

#[derive(Debug, Default, Deserialize)]
pub struct ListQuery {
    /// One status or several, parted by commas.
    pub status: Option<String>,
    pub q: Option<String>,
    /// Key or label.
    pub department: Option<String>,
    pub location: Option<String>,
    pub lang: Option<String>,
    pub cursor: Option<String>,
    pub limit: Option<usize>,
}

async fn list(
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let list = load_list(&state, &query)?;
    let next = list.next_cursor.as_deref().map(|cursor| next_link(&query, cursor));
    let mut response = tagged_json(&headers, &list, ASK_AGAIN)?;
    if let Some(link) = next.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// A page of the board.
pub fn load_list(state: &AppState, query: &ListQuery) -> ApiResult<JobPostingList> {
    let settings = state.settings();
    let now = state.clock.now();
    let lang = settings.lang(query.lang.as_deref());
    let statuses = asked_statuses(query.status.as_deref())?;
    let words = query.q.as_deref().unwrap_or_default().to_lowercase();
    if words.chars().count() > MAX_QUERY_CHARS {
        return Err(ApiProblem::bad_request("q is longer than 200 characters"));
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    let shown = |posting: &&Posting| SHOWN.contains(&posting.status(now));
    let fits = |posting: &&Posting| {
        statuses.contains(&posting.status(now))
            && words.iter().all(|word| posting.search.contains(word))
            && is_in_department(posting, query.department.as_deref())
            && is_at(posting, query.location.as_deref(), lang)
    };
    let matching: Vec<&Posting> = settings.postings.iter().filter(fits).collect();
    let start = read_cursor(query.cursor.as_deref(), &matching)?;
    let limit = query.limit.unwrap_or(PAGE_SIZE).clamp(1, MAX_PAGE_SIZE);
    let page: Vec<_> = matching.iter().skip(start).take(limit).collect();
    let has_more = matching.len() > start + page.len();
    Ok(JobPostingList {
        next_cursor: page.last().filter(|_| has_more).map(|posting| format!("after.{}", posting.id)),
        postings: page.iter().map(|posting| view::card(&settings, posting, lang, now)).collect(),
        total: u32::try_from(matching.len()).unwrap_or(u32::MAX),
        departments: distinct(
            settings.postings.iter().filter(shown).map(|posting| &posting.texts(lang).department_label),
        ),
        locations: distinct(settings.postings.iter().filter(shown).flat_map(|posting| &posting.texts(lang).locations)),
    })
}

/// What the board shows unless something else is asked. Drafts are never public.
const SHOWN: [PostingStatus; 3] = [PostingStatus::Open, PostingStatus::Closing, PostingStatus::Upcoming];

fn asked_statuses(asked: Option<&str>) -> ApiResult<Vec<PostingStatus>> {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(SHOWN.to_vec()) };
    let read = |word: &str| match word.trim() {
        "open" => Ok(PostingStatus::Open),
        "closing" => Ok(PostingStatus::Closing),
        "upcoming" => Ok(PostingStatus::Upcoming),
        "closed" => Ok(PostingStatus::Closed),
        _ => Err(ApiProblem::bad_request("status is one of open, closing, upcoming, closed")),
    };
    asked.split(',').map(read).collect()
}

fn is_in_department(posting: &Posting, asked: Option<&str>) -> bool {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return true };
    posting.department == asked || posting.department_labels().any(|label| label.eq_ignore_ascii_case(asked))
}

fn is_at(posting: &Posting, asked: Option<&str>, lang: &str) -> bool {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return true };
    posting.texts(lang).locations.iter().any(|location| location.eq_ignore_ascii_case(asked))
}

/// Where the page after the posting named by the cursor starts. A posting that left the list meanwhile starts it anew.
fn read_cursor(cursor: Option<&str>, matching: &[&Posting]) -> ApiResult<usize> {
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Ok(0) };
    let id = cursor.strip_prefix("after.").ok_or_else(|| ApiProblem::bad_request("this is no cursor of ours"))?;
    Ok(matching.iter().position(|posting| posting.id == id).map_or(0, |at| at + 1))
}

fn next_link(query: &ListQuery, cursor: &str) -> String {
    let mut link = format!("<{}?cursor={cursor}", paths::JOB_POSTINGS);
    let limit = query.limit.map(|limit| limit.to_string());
    let kept = [
        ("status", &query.status),
        ("q", &query.q),
        ("department", &query.department),
        ("location", &query.location),
        ("lang", &query.lang),
        ("limit", &limit),
    ];
    for (name, value) in kept {
        if let Some(value) = value {
            link.push_str(&format!("&{name}={}", percent_encoded(value)));
        }
    }
    link + ">; rel=\"next\""
}

/// RFC 3986: everything but the unreserved characters.
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

fn distinct<'t>(texts: impl Iterator<Item = &'t String>) -> Vec<String> {
    let mut seen: Vec<String> = vec![];
    for text in texts {
        if !seen.contains(text) {
            seen.push(text.clone());
        }
    }
    seen
}

async fn detail(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<LangQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (posting, _) = load_detail(&state, &id, query.lang.as_deref()).await?;
    tagged_json(&headers, &posting, ASK_AGAIN)
}

/// A posting that the public may see, with all that is told of it, and whose it is.
pub async fn load_detail(state: &AppState, id: &str, lang: Option<&str>) -> ApiResult<(JobPosting, Organization)> {
    let settings = state.settings();
    let (lang, now) = (settings.lang(lang), state.clock.now());
    let mut posting = view::detail(&settings, find(&settings, id, lang, now)?, lang, now);
    let organization = load_organization(state, Some(lang)).await?;
    posting.structured_data = json_ld::json_ld(&posting, &organization);
    Ok((posting, organization))
}

/// A posting that the public may see; a closed one is gone, with others to offer.
pub fn find<'s>(
    settings: &'s Settings,
    id: &str,
    lang: &str,
    now: belofte_contract::Timestamp,
) -> ApiResult<&'s Posting> {
    let posting = settings.posting(id).ok_or_else(ApiProblem::not_found)?;
    match posting.status(now) {
        PostingStatus::Open | PostingStatus::Closing | PostingStatus::Upcoming => Ok(posting),
        PostingStatus::Closed => Err(ApiProblem::gone(view::related(settings, posting, lang, now))),
        PostingStatus::Draft | PostingStatus::Unknown => Err(ApiProblem::not_found()),
    }
}

async fn form(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<LangQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let settings = state.settings();
    let lang = settings.lang(query.lang.as_deref());
    let mut asking = settings.postings.iter().filter(|posting| posting.asks(&id)).peekable();
    // A form that only drafts ask is as little public as they are.
    if asking.peek().is_some() && asking.all(|posting| posting.stored_status() == PostingStatus::Draft) {
        return Err(ApiProblem::not_found());
    }
    let form = settings.form_at(&id, None, lang, state.clock.now()).ok_or_else(ApiProblem::not_found)?;
    tagged_json(&headers, &form, ASK_AGAIN)
}
