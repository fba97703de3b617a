//! Who wants to be told when something fits: people who stay in touch after an application, until the date they picked.
//!
//! Only reads. Nobody can be kept longer from here.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::access::{Need, Signed};
use super::pages::Page;
use super::route::Route;
use crate::features::follow::{self, store};
use crate::problem::ApiResult;
use crate::state::AppState;

const SHOWN_MAX: i64 = 500;

pub fn routes() -> Vec<Route> {
    vec![Route::get("/desk/in-touch", Need::ReadApplications, list)]
}

async fn list(State(state): State<AppState>, page: Page, signed: Signed) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let people = store::in_touch(&mut connection, signed.scope.narrowed_user(), page.now, SHOWN_MAX).await?;
    let (settings, lang) = (&page.settings, &page.lang);
    let row = |row: &store::FollowRow| {
        let posting = row.posting_id.as_deref().and_then(|id| settings.posting(id));
        let in_lang = store::FollowRow { lang: lang.clone(), ..row.clone() };
        let what = follow::follower(settings, &in_lang).what;
        let until = page.words().day_with_year(row.until.plus_ms(-1));
        json!({
            "name": page.name_of(&row.name), "email": row.email, "what": what,
            "posting": posting.map(|posting| posting.texts(lang).title.clone()),
            "until": page.say("in_touch_until", &[("date", &until)]),
        })
    };
    let people: Vec<Value> = people.iter().map(row).collect();
    let title = page.say("in_touch_title", &[]);
    Ok(page.html(StatusCode::OK, "in_touch", &title, "in_touch.html", &json!({"people": people})))
}
