//! A route of the desk names what it needs; from the list of them the router is made, and the test of every role on every route.
//!
//! The guard before each handler finds out who asks, checks right and posting, and refuses what another site's page sends.
//! No handler runs without it: there is no other way into the router.

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use belofte_contract::problem::MEDIA_TYPE;

use super::access::{Need, Scope, Signed};
use super::pages::Typed;
use super::users::session;
use super::{pages, store};
use crate::features::lookup::session::bearer;
use crate::http::from_elsewhere;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::tokens::{keyed_hash, same};

/// Where programs ask; everything else of the desk is pages for people.
const API: &str = "/v1/desk/";
pub const HOME: &str = "/desk";
pub const SIGN_IN: &str = "/desk/sign-in";

/// One line of a list of routes. `{reference}` in a path is an application, by reference or id, and `{posting}` a posting: the
/// guard answers for one that the caller's postings do not cover as for one that is not there.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub need: Need,
    call: MethodRouter<AppState>,
}

impl Route {
    pub fn get<H: Handler<T, AppState>, T: 'static>(path: &'static str, need: Need, handler: H) -> Route {
        Route { method: Method::GET, path, need, call: routing::get(handler) }
    }

    pub fn post<H: Handler<T, AppState>, T: 'static>(path: &'static str, need: Need, handler: H) -> Route {
        Route { method: Method::POST, path, need, call: routing::post(handler) }
    }

    pub fn put<H: Handler<T, AppState>, T: 'static>(path: &'static str, need: Need, handler: H) -> Route {
        Route { method: Method::PUT, path, need, call: routing::put(handler) }
    }

    pub fn patch<H: Handler<T, AppState>, T: 'static>(path: &'static str, need: Need, handler: H) -> Route {
        Route { method: Method::PATCH, path, need, call: routing::patch(handler) }
    }

    pub fn delete<H: Handler<T, AppState>, T: 'static>(path: &'static str, need: Need, handler: H) -> Route {
        Route { method: Method::DELETE, path, need, call: routing::delete(handler) }
    }

    pub fn is_page(&self) -> bool {
        !self.path.starts_with(API)
    }
}

pub fn router(routes: Vec<Route>, state: &AppState) -> Router<AppState> {
    routes.into_iter().fold(Router::new(), |router, route| {
        let guarded = middleware::from_fn_with_state((state.clone(), route.need), guard);
        router.route(route.path, route.call.route_layer(guarded))
    })
}

async fn guard(State((state, need)): State<(AppState, Need)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_page = !parts.uri.path().starts_with(API);
    let (signed, response, unread) = match who_asks(&state, need, &parts).await {
        Ok(signed) => match admit(&state, need, signed.as_ref(), &mut parts).await {
            Ok(()) => (signed, next.run(Request::from_parts(parts.clone(), body)).await, Body::empty()),
            Err(problem) => (signed, problem.into_response(), body),
        },
        Err(problem) => (None, problem.into_response(), body),
    };
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE);
    if !is_page || !is_problem {
        return response;
    }
    if response.status() == StatusCode::UNAUTHORIZED && parts.method == Method::POST {
        // Where the session ended while somebody wrote, nothing of it is lost.
        let request = Request::from_parts(parts.clone(), unread);
        let typed = Typed::from_request(request, &state).await.ok().filter(Typed::may_be_kept);
        if let Some(typed) = typed {
            return pages::again(&state, &parts, &typed);
        }
    }
    pages::problem(&state, &parts, signed, &response)
}

/// A key is no cookie: no other site's page can send it along.
fn with_key(parts: &Parts) -> bool {
    parts.uri.path().starts_with(API) && bearer(parts).is_some()
}

async fn who_asks(state: &AppState, need: Need, parts: &Parts) -> ApiResult<Option<Signed>> {
    match need {
        Need::Nothing => Ok(None),
        _ if with_key(parts) => Ok(by_key(state, parts)),
        _ => session::of_cookie(state, &parts.headers).await,
    }
}

/// Whether they may; from here on handlers get them as [`Signed`].
async fn admit(state: &AppState, need: Need, signed: Option<&Signed>, parts: &mut Parts) -> ApiResult<()> {
    if !with_key(parts) && !parts.method.is_safe() && from_elsewhere(&parts.headers) {
        return Err(ApiProblem::forbidden());
    }
    if need == Need::Nothing {
        return Ok(());
    }
    let signed = signed.ok_or_else(ApiProblem::unauthorized)?;
    if !signed.can(need) {
        return Err(ApiProblem::forbidden());
    }
    in_scope(state, signed, parts).await?;
    parts.extensions.insert(signed.clone());
    Ok(())
}

fn by_key(state: &AppState, parts: &Parts) -> Option<Signed> {
    let given = bearer(parts).unwrap_or_default();
    let key = state.config.desk_key.as_deref().filter(|key| !key.is_empty())?;
    // Hashes are of one length, so the comparison does not tell the key's.
    let hash = |text: &str| keyed_hash(&state.secret, "desk", text);
    same(&hash(given), &hash(key)).then(Signed::key)
}

async fn in_scope(state: &AppState, signed: &Signed, parts: &mut Parts) -> ApiResult<()> {
    if signed.scope == Scope::All {
        return Ok(());
    }
    let named = RawPathParams::from_request_parts(parts, state).await.map_err(|_| ApiProblem::not_found())?;
    for (name, value) in &named {
        let posting = match name {
            "posting" => Some(value.to_owned()),
            "reference" => store::posting_of(&mut *state.store.read().acquire().await?, value).await?,
            _ => continue,
        };
        if !posting.is_some_and(|posting| signed.scope.covers(&posting)) {
            return Err(ApiProblem::not_found());
        }
    }
    Ok(())
}
