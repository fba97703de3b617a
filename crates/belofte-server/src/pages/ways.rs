//! What one can do, as pages without JavaScript: the widget's own small forms as real ones.
//!
//! `/careers/status/{reference}/{word}` with the visit's cookie; `/careers/{word}` and `/careers/{id}/{word}` for everybody.
//! A form is answered by a redirect to its page, which shows once what came of it; nothing that was written is lost
//! meanwhile. What another site's page posts here is not carried out.

mod body;
mod questions;

use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use belofte::api::ApiError;
use belofte::ask::state::Sent;
use belofte::ask::{About, Form};
use belofte::features::{follow as follow_view, news as news_view, share as share_view};
use belofte::i18n::Ctx;
use belofte::ssr::{self, PlainForm, WayPage};
use belofte_contract::apply::carried;
use belofte_contract::follow::{NewFollow, NewInTouch};
use belofte_contract::news::PreferencesChange;
use belofte_contract::problem::{FieldError, ProblemType};
use belofte_contract::timeline::Application;
use belofte_contract::told::Told;

use super::complaint;
use super::privacy;
use super::shell::{self, Page};
use super::status::{self, Visitor};
use super::{Parts, draw, talk};
use crate::features::apply::doubt::key_of_form;
use crate::features::lookup::AskedLang;
use crate::features::postings::{load_organization, percent_encoded};
use crate::features::timeline::store::ApplicationRow;
use crate::features::{follow, news, timeline};
use crate::http::limits::VisitorAddress;
use crate::http::{Path, Query, cookie, from_elsewhere};
use crate::locale;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::tokens::{keyed_hash, new_id, same};

/// What came of a form, until its page has shown it.
const COOKIE: &str = "belofte_told";
const SCOPE: &str = "Path=/careers; SameSite=Lax; Max-Age=600";
/// Browsers keep no longer ones.
const COOKIE_MAX_BYTES: usize = 3_800;

pub type Later<'a, T> = Pin<Box<dyn Future<Output = ApiResult<T>> + Send + 'a>>;

/// One line a way.
const WAYS: &[Way] = &[
    Way { word: "questions", show: questions::show, act: questions::ask },
    Way { word: "call_back", show: questions::show_call, act: questions::call },
    Way { word: "reason", show: questions::show_reason, act: questions::ask_why },
    Way { word: "review", show: questions::show_review, act: questions::ask_review },
    Way { word: "complaint", show: complaint::complain, act: complaint::file },
    Way { word: "feedback", show: complaint::opinion, act: complaint::give },
    Way { word: "improvements", show: complaint::changed, act: complaint::nothing },
    Way { word: "withdrawal", show: privacy::withdrawal, act: privacy::withdraw },
    Way { word: "held", show: privacy::held, act: privacy::nothing },
    Way { word: "answers", show: privacy::answers, act: privacy::correct },
    Way { word: "address", show: privacy::address_form, act: privacy::change_address },
    Way { word: "erasure", show: privacy::erasure, act: privacy::erase },
    Way { word: "appointment", show: talk::show, act: talk::act },
    Way { word: "evaluation", show: talk::show, act: talk::act },
    Way { word: "hand_over", show: talk::show, act: talk::act },
    Way {
        word: "in_touch",
        show: |asked| asked.form(follow_view::touch_form),
        act: |asked, deed| {
            Box::pin(async move {
                let new: NewInTouch = serde_json::from_value(deed.fields.clone())?;
                let lang = Some(asked.parts.lang.as_str());
                follow::stay_in_touch(&asked.state, asked.address, asked.row()?, &new, lang).await
            })
        },
    },
    Way {
        word: "preferences",
        show: |asked| {
            Box::pin(async move {
                let chosen = news::load_preferences(&asked.state, asked.row()?).await?;
                let form = news_view::form(&asked.parts.ctx(), &asked.about(), &chosen);
                Ok(Shown { form: Some(form), ..told_so_far(asked).await? })
            })
        },
        act: |asked, deed| {
            Box::pin(async move {
                let change: PreferencesChange = serde_json::from_value(deed.fields.clone())?;
                news::change(&asked.state, asked.row()?, &change, Some(&asked.parts.lang)).await
            })
        },
    },
    Way {
        word: "follow",
        show: |asked| asked.form(follow_view::form),
        act: |asked, deed| {
            Box::pin(async move {
                let new: NewFollow = serde_json::from_value(deed.fields.clone())?;
                follow::ask(&asked.state, asked.address, &new).await
            })
        },
    },
    Way {
        word: "share",
        show: |asked| {
            Box::pin(async move {
                let path = asked.posting.as_deref().map(|id| ["/", &percent_encoded(id)].concat()).unwrap_or_default();
                let url = format!("{}/careers{path}?lang={}", asked.state.config.public_url, asked.parts.lang);
                let before: DrawBefore = Box::new(move |ctx| share_view::share(ctx, &url, false, None));
                Ok(Shown { before: Some(before), ..Shown::default() })
            })
        },
        act: |_, _| Box::pin(async { Err(ApiProblem::method_not_allowed()) }),
    },
    Way {
        word: "news",
        show: |asked| Box::pin(told_so_far(asked)),
        act: |_, _| Box::pin(async { Err(ApiProblem::method_not_allowed()) }),
    },
];

/// News of the procedure at hand, or of all.
async fn told_so_far(asked: &Asked) -> ApiResult<Shown> {
    let own = asked.own.as_ref().map(|(row, _)| row.posting_id.as_str());
    let posting = own.or(asked.posting.as_deref()).unwrap_or_default();
    let told = news::load(&asked.state, posting, Some(&asked.parts.lang)).await?;
    let of_all = posting.is_empty();
    Ok(Shown { before: Some(Box::new(move |ctx| news_view::bulletins(ctx, &told, of_all))), ..Shown::default() })
}

/// A way as a page of its own.
struct Way {
    word: &'static str,
    /// What stands on the page.
    show: for<'a> fn(&'a Asked) -> Later<'a, Shown>,
    /// Carries out what the form asked for.
    act: for<'a> fn(&'a Asked, &'a Deed) -> Later<'a, Told>,
}

pub type DrawBefore = Box<dyn FnOnce(&Ctx) -> yew::Html + Send>;

/// What is on a page: something to read, a form, or both.
#[derive(Default)]
pub struct Shown {
    pub before: Option<DrawBefore>,
    pub form: Option<Form>,
}

/// Who asks for which page.
pub struct Asked {
    pub state: AppState,
    pub parts: Parts,
    pub address: IpAddr,
    pub own: Option<(ApplicationRow, Application)>,
    pub posting: Option<String>,
}

/// What the form holds.
pub struct Deed {
    /// The same for every try.
    pub key: String,
    /// As the widget sends it.
    pub fields: serde_json::Value,
}

impl Asked {
    pub fn about(&self) -> About<'_> {
        About { application: self.own.as_ref().map(|(_, application)| application), posting: self.posting.as_deref() }
    }

    /// For ways that only somebody with an application has.
    pub fn row(&self) -> ApiResult<&ApplicationRow> {
        self.own.as_ref().map(|(row, _)| row).ok_or_else(ApiProblem::not_found)
    }

    /// A page that is a form and nothing else.
    pub fn form(&self, make: fn(&Ctx, &About<'_>) -> Form) -> Later<'_, Shown> {
        let form = Some(make(&self.parts.ctx(), &self.about()));
        Box::pin(async move { Ok(Shown { form, ..Shown::default() }) })
    }
}

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/careers/status/{reference}/{word}", get(show).post(send))
        .route("/careers/{id}/{word}", get(show).post(send))
}

/// Whether `word` has a page here.
pub fn is_known(word: &str) -> bool {
    find(word).is_some()
}

fn find(word: &str) -> Option<&'static Way> {
    WAYS.iter().find(|way| way.word == word)
}

/// The page that an address names.
struct Target {
    way: &'static Way,
    path: String,
    reference: Option<String>,
    posting: Option<String>,
}

impl Target {
    fn of(mut named: HashMap<String, String>) -> ApiResult<Target> {
        let (reference, id) = (named.remove("reference"), named.remove("id"));
        // `/careers/{id}` leads here when its last part is a word.
        let (word, posting) = match named.remove("word") {
            Some(word) => (word, id),
            None => (id.unwrap_or_default(), None),
        };
        let way = find(&word).ok_or_else(ApiProblem::not_found)?;
        let path = match (&reference, &posting) {
            (Some(reference), _) => format!("/careers/status/{}/{word}", percent_encoded(reference)),
            (None, Some(posting)) => format!("/careers/{}/{word}", percent_encoded(posting)),
            (None, None) => format!("/careers/{word}"),
        };
        Ok(Target { way, path, reference, posting })
    }
}

/// Everything about a request but its form.
pub struct Visit {
    state: AppState,
    headers: HeaderMap,
    parts: Parts,
    address: IpAddr,
    visitor: Visitor,
}

impl axum::extract::FromRequestParts<AppState> for Visit {
    type Rejection = ApiProblem;

    async fn from_request_parts(request: &mut axum::http::request::Parts, state: &AppState) -> ApiResult<Visit> {
        let Query(lang) = Query::<AskedLang>::from_request_parts(request, state).await?;
        let address = VisitorAddress::from_request_parts(request, state).await;
        let VisitorAddress(address) = address.map_err(ApiProblem::internal)?;
        let visitor = Visitor::from_request_parts(request, state).await?;
        let headers = request.headers.clone();
        let parts = Parts::of(state, lang.lang.as_deref(), &headers);
        Ok(Visit { state: state.clone(), headers, parts, address, visitor })
    }
}

async fn show(visit: Visit, Path(named): Path<HashMap<String, String>>) -> ApiResult<Response> {
    show_named(visit, named).await
}

/// A page, with what came of its form when that was just sent.
pub async fn show_named(visit: Visit, named: HashMap<String, String>) -> ApiResult<Response> {
    let target = Target::of(named)?;
    let told = told(&visit, &target);
    let asked = match asked(&visit, &target).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut shown = (target.way.show)(&asked).await?;
    let form = shown.form.take().filter(|_| told.is_none()).map(|form| PlainForm {
        form,
        // Tells a machine that sends it at once.
        key: key_of_form(asked.state.clock.now()),
        ..PlainForm::default()
    });
    let is_told = told.is_some();
    let mut response = page(&asked, &target, shown, form, told, StatusCode::OK).await?;
    if is_told {
        cookie::set(&visit.state, &mut response, COOKIE, None, SCOPE);
    }
    Ok(response)
}

async fn send(visit: Visit, Path(named): Path<HashMap<String, String>>, request: Request) -> ApiResult<Response> {
    send_named(visit, named, request).await
}

/// Carries out what the form says, then leads back to its page.
pub async fn send_named(visit: Visit, named: HashMap<String, String>, request: Request) -> ApiResult<Response> {
    let target = Target::of(named)?;
    if from_elsewhere(&visit.headers) {
        return Ok(to(&target.path, &visit.parts));
    }
    let asked = match asked(&visit, &target).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut shown = (target.way.show)(&asked).await?;
    let Some(form) = shown.form.take() else { return Ok(to(&target.path, &visit.parts)) };
    let came = match body::read(&asked, &form, request).await {
        Ok(Some(came)) => came,
        Ok(None) => return Ok(to(&target.path, &visit.parts)),
        Err(problem) => return super::refused(&visit.state, &visit.headers, problem).await,
    };
    let key = came.written.iter().find(|(name, _)| name == carried::KEY).map(|(_, key)| key.clone());
    let key = key.filter(|key| (8..=128).contains(&key.len())).unwrap_or_else(new_id);
    let mut plain = PlainForm { form, written: came.written, files: came.files, key, ..PlainForm::default() };
    plain.errors = plain.problems();
    plain.errors.extend(came.refused);
    if !plain.errors.is_empty() {
        return page(&asked, &target, shown, Some(plain), None, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let deed = Deed { key: plain.key.clone(), fields: json(plain.values()) };
    let problem = match (target.way.act)(&asked, &deed).await {
        Ok(told) => {
            let mut response = to(&target.path, &visit.parts);
            remember(&visit, &target, &mut response, &told);
            return Ok(response);
        }
        Err(problem) => problem,
    };
    let (status, problem) = (problem.status(), problem.problem());
    // A final no: what is sent next is another one.
    if matches!(problem.kind, ProblemType::Fields | ProblemType::KeyReused) {
        plain.key = new_id();
    }
    let is_asked = |error: &FieldError| plain.form.asked(&error.field).is_some();
    match problem.kind {
        ProblemType::Fields if problem.errors.iter().all(is_asked) => plain.errors.clone_from(&problem.errors),
        _ => plain.failed = Some(ApiError::from_answer(problem.status, Some(problem.clone()), problem.retry_after)),
    }
    let retry_after = problem.retry_after;
    let mut response = page(&asked, &target, shown, Some(plain), None, status).await?;
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

fn json(values: Vec<(String, Sent)>) -> serde_json::Value {
    let value = |sent| match sent {
        Sent::Text(text) => text.into(),
        Sent::Number(number) => number.into(),
        Sent::Yes => true.into(),
        Sent::Several(texts) => texts.into(),
    };
    serde_json::Value::Object(values.into_iter().map(|(name, sent)| (name, value(sent))).collect())
}

/// Who asks for what; or where one without the right to it is led.
async fn asked(visit: &Visit, target: &Target) -> ApiResult<Result<Asked, Response>> {
    let Visit { state, parts, address, visitor, .. } = visit;
    let mut asked = Asked {
        state: state.clone(),
        parts: parts.clone(),
        address: *address,
        own: None,
        posting: target.posting.clone(),
    };
    if let Some(reference) = &target.reference {
        let Some(session) = &visitor.session else { return Ok(Err(to(status::PATH, parts))) };
        let row = match timeline::own(state, session, reference).await {
            Ok(row) => row,
            // Its page says what became of it.
            Err(problem) if matches!(problem.problem().kind, ProblemType::NotFound | ProblemType::Gone) => {
                return Ok(Err(to(&format!("{}/{}", status::PATH, percent_encoded(reference)), parts)));
            }
            Err(problem) => return Err(problem),
        };
        let lang = AskedLang { lang: Some(parts.lang.clone()) };
        let application = timeline::read(state, &row.id, &lang).await?;
        asked.own = Some((row, application));
    }
    Ok(Ok(asked))
}

async fn page(
    asked: &Asked,
    target: &Target,
    shown: Shown,
    form: Option<PlainForm>,
    told: Option<Told>,
    status: StatusCode,
) -> ApiResult<Response> {
    let Asked { state, parts, .. } = asked;
    // A file that is gone is chosen anew.
    let form = form.map(|mut plain| {
        plain.files.retain(|file| !file.name.is_empty());
        privacy::say_anew(&mut plain);
        plain
    });
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let ways = asked.about().application.map_or(&organization.ways, |application| &application.ways);
    let label = ways.iter().find(|way| way.word == target.way.word).map(|way| way.label.clone());
    let key = ["pages.way_", target.way.word].concat();
    let title = label.unwrap_or_else(|| locale::text(&parts.lang, &key).to_owned());
    let page = Page {
        title: format!("{title} · {}", organization.name),
        path: target.path.clone(),
        status,
        ..Page::default()
    };
    let application = asked.own.as_ref().map(|(_, application)| application.clone());
    let posting = target.posting.clone();
    let body = draw(parts, async move |ctx| {
        let about = About { application: application.as_ref(), posting: posting.as_deref() };
        let before = shown.before.map(|draw| draw(&ctx)).unwrap_or_default();
        let page = WayPage { title: &title, about, before, form, told: told.as_ref() };
        ssr::render_way(&ctx, page).await
    });
    let mut response = shell::whole(state, &organization, parts, page, &body.await?)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// Seals what came of a form into a cookie for its own page: only we can have written what is shown.
fn remember(visit: &Visit, target: &Target, response: &mut Response, told: &Told) {
    for told in [told.clone(), Told { promise: None, ..told.clone() }] {
        let Ok(json) = serde_json::to_vec(&told) else { return };
        let text = URL_SAFE_NO_PAD.encode(json);
        let value = format!("{}.{text}", seal(visit, target, &text));
        if value.len() <= COOKIE_MAX_BYTES {
            return cookie::set(&visit.state, response, COOKIE, Some(&value), SCOPE);
        }
    }
}

fn told(visit: &Visit, target: &Target) -> Option<Told> {
    let (sealed, text) = cookie::read(&visit.headers, COOKIE)?.split_once('.')?;
    let is_ours = same(sealed, &seal(visit, target, text));
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok().filter(|_| is_ours)?).ok()
}

fn seal(visit: &Visit, target: &Target, text: &str) -> String {
    keyed_hash(&visit.state.secret, "told", &format!("{} {text}", target.path))
}

fn to(path: &str, parts: &Parts) -> Response {
    Redirect::to(&format!("{path}?lang={}", parts.lang)).into_response()
}
