//! A posting as the public will see it, drawn by the public's own views, before anybody outside can.
//!
//! With the dates as if it were open now; every link of the page leads to a preview again. Nothing is sent from here.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::path;
use crate::desk::access::Need;
use crate::desk::route::Route;
use crate::features::postings::LangQuery;
use crate::http::{Path, Query};
use crate::pages::preview::{self, Bar};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

/// Stands before the address of each public page.
const BASE: &str = "/desk/preview";
pub const PATH: &str = "/desk/preview/careers";
const APPLY: &str = "/desk/preview/careers/{posting}/apply";

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Need::EditPostings, async || Redirect::to("/desk/applications")),
        Route::get("/desk/preview/careers/{posting}", Need::EditPostings, posting),
        Route::get(APPLY, Need::EditPostings, form),
        // Whoever tries the form finds it again: nothing was sent.
        Route::post(APPLY, Need::EditPostings, tried),
        Route::get("/desk/preview/media/{*path}", Need::EditPostings, media),
    ]
}

fn bar(posting: &str) -> Bar {
    Bar { base: BASE, posting: posting.to_owned(), back: path(posting, "edit"), onward: path(posting, "publish") }
}

async fn posting(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<LangQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let shown = state.settings().posting(&id).ok_or_else(ApiProblem::not_found)?.opened();
    preview::posting(&state, &headers, query.lang.as_deref(), &shown, &bar(&id)).await
}

async fn form(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<LangQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let shown = state.settings().posting(&id).ok_or_else(ApiProblem::not_found)?.opened();
    preview::form(&state, &headers, query.lang.as_deref(), &shown, &bar(&id)).await
}

async fn tried(Path(id): Path<String>) -> Redirect {
    Redirect::to(&[PATH, "/", &id, "/apply"].concat())
}

async fn media(Path(path): Path<String>) -> Response {
    Redirect::to(&["/media/", &path].concat()).into_response()
}
