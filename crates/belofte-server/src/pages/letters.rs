//! Where mails lead that somebody chose to get: `/follow/{token}` says yes, goes on or ends, `/unsubscribe/{token}` ends.
//!
//! To open either changes nothing: mail programs and their scanners follow links. Only the button on it does, and the one
//! request of a mail program's own button (RFC 8058). Both work without a sign-in, a cookie or a script.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use belofte::ssr;
use belofte_contract::problem::ProblemType;
use belofte_contract::told::Told;
use serde::Deserialize;

use super::shell::{self, Page};
use super::{Parts, draw};
use crate::features::follow::{self, store::Kind};
use crate::features::lookup::AskedLang;
use crate::features::news;
use crate::features::postings::load_organization;
use crate::features::timeline::store::find;
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query};
use crate::locale;
use crate::mail::unsubscribe::From;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/follow/{token}", get(question).post(answer))
        .route("/unsubscribe/{token}", get(leave).post(left))
}

#[derive(Debug, Default, Deserialize)]
struct Answer {
    #[serde(default)]
    r#do: String,
}

/// What a page asks: a title, a sentence, and the buttons with what each sends.
struct Asked {
    title: String,
    text: String,
    buttons: Vec<(&'static str, String)>,
}

async fn question(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let mut connection = state.store.read().acquire().await?;
    let row = match follow::of_token(&mut connection, &state, &token).await {
        Ok(row) => row,
        Err(problem) => return over(&state, &parts, problem).await,
    };
    drop(connection);
    let settings = state.settings();
    let say = |name: &str| locale::text(&parts.lang, &["pages.", name].concat()).to_owned();
    let touch = row.kind == Kind::InTouch;
    let (done, mut buttons) = match (row.confirmed_at, row.renewal_asked_at) {
        (None, _) => ("offered", vec![("confirm", say(if touch { "touch_yes" } else { "follow_yes" }))]),
        (Some(_), Some(_)) if touch => ("renewing", vec![("renew", say("touch_renew"))]),
        (Some(_), _) => ("confirmed", vec![]),
    };
    buttons.push(("end", say(if row.confirmed_at.is_some() { "follow_end" } else { "follow_no" })));
    let Told { title, text, .. } = follow::told(&settings, &parts.lang, &row, done);
    page(&state, &parts, Asked { title, text, buttons }, StatusCode::OK).await
}

async fn answer(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(token): Path<String>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
    axum::Form(answer): axum::Form<Answer>,
) -> ApiResult<Response> {
    state.limits.check(Limited::StatusSessions, address)?;
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let lang = Some(parts.lang.as_str());
    let told = match answer.r#do.as_str() {
        "confirm" => follow::confirm(&state, &token, lang).await,
        "renew" => follow::renew(&state, &token, lang).await,
        "end" => follow::end(&state, &token, lang).await,
        _ => Err(ApiProblem::bad_request("do is confirm, renew or end")),
    };
    match told {
        Ok(Told { title, text, .. }) => {
            page(&state, &parts, Asked { title, text, buttons: vec![] }, StatusCode::OK).await
        }
        Err(problem) => over(&state, &parts, problem).await,
    }
}

async fn leave(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    if From::parse(&state.secret, &token).is_none() {
        return over(&state, &parts, ApiProblem::not_found()).await;
    }
    let say = |name: &str| locale::text(&parts.lang, &["pages.", name].concat()).to_owned();
    let buttons = vec![("end", say("unsubscribe_button"))];
    let asked = Asked { title: say("unsubscribe_title"), text: say("unsubscribe_text"), buttons };
    page(&state, &parts, asked, StatusCode::OK).await
}

/// What the body says does not matter: mail programs send `List-Unsubscribe=One-Click`, the page's button its own word.
/// What has ended already is answered as if it ended now.
async fn left(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let mut transaction = state.store.write().begin().await?;
    let name = match From::parse(&state.secret, &token) {
        Some(From::Follow(id)) => {
            follow::store::end(&mut transaction, id).await?;
            "unsubscribed_follow"
        }
        Some(From::News(id)) => {
            if find(&mut transaction, id).await?.is_some() {
                news::stop(&mut transaction, id, parts.now).await?;
            }
            "unsubscribed_news"
        }
        None => return over(&state, &parts, ApiProblem::not_found()).await,
    };
    transaction.commit().await?;
    let say = |name: &str| locale::text(&parts.lang, &["pages.", name].concat()).to_owned();
    let told = Asked { title: say("unsubscribed_title"), text: say(name), buttons: vec![] };
    page(&state, &parts, told, StatusCode::OK).await
}

/// The link is not ours, or what it led to has ended.
async fn over(state: &AppState, parts: &Parts, problem: ApiProblem) -> ApiResult<Response> {
    if !matches!(problem.problem().kind, ProblemType::NotFound | ProblemType::Conflict) {
        return Err(problem);
    }
    let say = |name: &str| locale::text(&parts.lang, &["pages.", name].concat()).to_owned();
    let asked = Asked { title: say("follow_over_title"), text: say("follow_over_text"), buttons: vec![] };
    page(state, parts, asked, problem.status()).await
}

async fn page(state: &AppState, parts: &Parts, asked: Asked, status: StatusCode) -> ApiResult<Response> {
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let title = format!("{} · {}", asked.title, organization.name);
    // The address holds the key to this page: the language switch leads to the board instead of repeating it.
    let page = Page { title, path: "/careers".to_owned(), status, ..Page::default() };
    let action = format!("?lang={}", parts.lang);
    let all = locale::text(&parts.lang, "pages.to_board").to_owned();
    let board = format!("/careers?lang={}", parts.lang);
    let body = draw(parts, async move |_| {
        let buttons = asked.buttons.into_iter().enumerate().map(|(at, (word, label))| {
            let class = if at == 0 { "button" } else { "button button--quiet" };
            yew::html! { <button class={class} name="do" value={word}>{ label }</button> }
        });
        ssr::render(yew::html! {
            <section>
                <h1>{ asked.title }</h1>
                <p>{ asked.text }</p>
                <form method="post" action={action}><p class="row">{ for buttons }</p></form>
                <p><a href={board}>{ all }</a></p>
            </section>
        })
        .await
    });
    let mut response = shell::whole(state, &organization, parts, page, &body.await?)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}
