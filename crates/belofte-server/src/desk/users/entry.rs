//! The ways in and out: password, code, invitation, signing out.
//!
//! Says the same of a wrong password and of an address that nobody has.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::problem::ProblemType;
use serde::Deserialize;
use serde_json::json;

use super::store::User;
use super::{Acceptance, Entered, session};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Errors, Page, Typed};
use crate::desk::route::{HOME, Route, SIGN_IN};
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

const CODE: &str = "/desk/sign-in/code";

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(SIGN_IN, Need::Nothing, ask),
        Route::post(SIGN_IN, Need::Nothing, enter),
        Route::get(CODE, Need::Nothing, ask_code),
        Route::post(CODE, Need::Nothing, enter_code),
        Route::post("/desk/sign-out", Need::SignIn, leave),
        Route::get("/desk/invitation/{token}", Need::Nothing, open),
        Route::post("/desk/invitation/{token}", Need::Nothing, accept),
    ]
}

/// Where somebody wanted to go when they were asked who they are.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    to: Option<String>,
}

impl Wanted {
    /// A page of the desk and nothing else: a link could name any place.
    fn place(to: Option<&str>) -> &str {
        let plain =
            |to: &&str| to.chars().all(|c| c.is_ascii_alphanumeric() || "/-_".contains(c)) && !to.contains("//");
        to.filter(|to| to.starts_with("/desk/") && !to.starts_with(SIGN_IN)).filter(plain).unwrap_or(HOME)
    }
}

async fn ask(page: Page, Query(wanted): Query<Wanted>) -> Response {
    sign_in_page(&page, StatusCode::OK, Wanted::place(wanted.to.as_deref()), "", &Errors::default())
}

fn sign_in_page(page: &Page, status: StatusCode, to: &str, email: &str, errors: &Errors) -> Response {
    let view = json!({"to": to, "email": email, "errors": errors.view()});
    page.html(status, "", &page.say("sign_in_title", &[]), "sign_in.html", &view)
}

async fn enter(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    page: Page,
    headers: HeaderMap,
    typed: Typed,
) -> ApiResult<Response> {
    state.limits.check(Limited::SignIns, address)?;
    let (email, to) = (typed.get("email"), typed.get("to"));
    let to = Wanted::place(Some(&to));
    let entered = super::sign_in(&state, &email, typed.raw("password"), &session::agent(&headers)).await?;
    let (status, wrong) = match entered {
        Entered::Open(token) => return Ok(going(&state, to, &token)),
        Entered::Halfway(token) => return Ok(going(&state, &format!("{CODE}?to={to}"), &token)),
        Entered::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, "sign_in_wrong"),
        Entered::Resting => (StatusCode::TOO_MANY_REQUESTS, "sign_in_resting"),
    };
    Ok(sign_in_page(&page, status, to, &email, &Errors::whole(page.say(wrong, &[]))))
}

async fn ask_code(page: Page, Query(wanted): Query<Wanted>) -> Response {
    code_page(&page, StatusCode::OK, Wanted::place(wanted.to.as_deref()), &Errors::default())
}

fn code_page(page: &Page, status: StatusCode, to: &str, errors: &Errors) -> Response {
    let view = json!({"to": to, "errors": errors.view()});
    page.html(status, "", &page.say("code_title", &[]), "code.html", &view)
}

async fn enter_code(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    page: Page,
    headers: HeaderMap,
    typed: Typed,
) -> ApiResult<Response> {
    state.limits.check(Limited::SignIns, address)?;
    let to = typed.get("to");
    let to = Wanted::place(Some(&to));
    let halfway = session::token(&state, &headers).unwrap_or_default();
    let entered = super::second_step(&state, halfway, &typed.get("code"), &session::agent(&headers)).await?;
    let (status, wrong) = match entered {
        Some(Entered::Open(token)) => return Ok(going(&state, to, &token)),
        Some(Entered::Resting) => (StatusCode::TOO_MANY_REQUESTS, "sign_in_resting"),
        Some(Entered::Wrong | Entered::Halfway(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "code_wrong"),
        None => return Ok(Redirect::to(&format!("{SIGN_IN}?to={to}")).into_response()),
    };
    Ok(code_page(&page, status, to, &Errors::whole(page.say(wrong, &[]))))
}

async fn leave(State(state): State<AppState>, signed: Signed) -> ApiResult<Response> {
    super::sign_out(&state, &signed).await?;
    let mut response = Redirect::to(SIGN_IN).into_response();
    session::forget(&state, &mut response);
    Ok(response)
}

async fn open(State(state): State<AppState>, Path(token): Path<String>, page: Page) -> ApiResult<Response> {
    match super::invited(&state, &token).await? {
        Some(user) => invitation_page(&state, &page, (&user, &token), StatusCode::OK, &Errors::default()),
        None => Ok(over(&page)),
    }
}

async fn accept(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(token): Path<String>,
    page: Page,
    headers: HeaderMap,
    typed: Typed,
) -> ApiResult<Response> {
    state.limits.check(Limited::SignIns, address)?;
    let given = Acceptance { password: typed.raw("password"), again: typed.raw("again"), code: typed.get("code") };
    let problem = match super::accept(&state, &token, given, &session::agent(&headers)).await {
        Ok(Some(session)) => return Ok(going(&state, HOME, &session)),
        Ok(None) => return Ok(over(&page)),
        Err(problem) if problem.problem().kind == ProblemType::Fields => problem,
        Err(problem) => return Err(problem),
    };
    let user = super::invited(&state, &token).await?.ok_or_else(ApiProblem::not_found)?;
    let errors = Errors::of(&page, problem)?;
    invitation_page(&state, &page, (&user, &token), StatusCode::UNPROCESSABLE_ENTITY, &errors)
}

fn invitation_page(
    state: &AppState,
    page: &Page,
    (user, token): (&User, &str),
    status: StatusCode,
    errors: &Errors,
) -> ApiResult<Response> {
    let issuer = page.settings.name(&page.lang);
    let enrolment = super::enrolment(state, user, token, &issuer)?;
    let enrolment = enrolment.map(|it| json!({"url": it.url, "typed": it.typed, "side": it.side, "path": it.path}));
    let view = json!({
        "email": user.email,
        "welcome": page.say("invitation_welcome", &[("name", &user.name), ("organization", &issuer)]),
        "role": page.say(&["role_", user.role.word()].concat(), &[]),
        "enrolment": enrolment,
        "errors": errors.view(),
    });
    Ok(page.html(status, "", &page.say("invitation_title", &[]), "invitation.html", &view))
}

/// The same for a link that was used, one that is too old, and one that never was.
fn over(page: &Page) -> Response {
    page.html(StatusCode::NOT_FOUND, "", &page.say("invitation_over_title", &[]), "invitation_over.html", &json!({}))
}

/// On to a page with a new session.
fn going(state: &AppState, to: &str, token: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    session::remember(state, &mut response, token);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_the_desk_only() {
        let places = [
            (Some("/desk/people"), "/desk/people"),
            (Some("//evil.example"), HOME),
            (Some("/desk/../careers"), HOME),
            (Some("/desk//evil.example"), HOME),
            (Some("https://evil.example/desk/"), HOME),
            (Some("/desk/\\evil.example"), HOME),
            (Some(SIGN_IN), HOME),
            (None, HOME),
        ];
        for (to, place) in places {
            assert_eq!(Wanted::place(to), place, "{to:?}");
        }
    }
}
