//! The frame around every page of the desk: language, words, dates, navigation, and what a problem looks like to people.
//!
//! Pages work without a script; where one helps, it comes from the same place. A template lies in `templates/` and is named in the list below; texts come from
//! `desk.*` of the locales as `t.<name>`, everything else from the view that the handler gives. All of it is escaped.

mod form;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use belofte_contract::Timestamp;
use belofte_contract::promise::{Promise, PromiseState};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use serde_json::{Value, json};

pub use self::form::{Errors, Fault, Typed};
use super::access::{Need, Signed};
use super::route::{HOME, Route, SIGN_IN};
use crate::http::cookie;
use crate::locale;
use crate::localized::pick_lang;
use crate::mail::compose::Words;
use crate::problem::ApiProblem;
use crate::settings::Settings;
use crate::state::AppState;
use crate::theme;

const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
     frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Remembers the language that somebody chose, and nothing else.
const LANG_COOKIE: &str = "belofte_lang";
const LANG_SECONDS: u32 = 365 * 24 * 3_600;

/// What is done daily, in the navigation's order: name of the section, where it is, who sees it. `desk.nav_<name>` is what
/// it is called.
const DAILY: &[(&str, &str, Need)] = &[
    ("home", HOME, Need::SignIn),
    ("applications", "/desk/applications", Need::ReadApplications),
    ("decisions", "/desk/decisions", Need::Decide),
    ("complaints", "/desk/complaints", Need::AnswerComplaints),
    ("appointments", "/desk/appointments", Need::ActOnApplications),
    ("questions", "/desk/questions", Need::ReadApplications),
    ("news", "/desk/news", Need::ActOnApplications),
    ("score", "/desk/score", Need::ReadFigures),
    ("feedback", "/desk/feedback", Need::ReadFigures),
];
/// What is set once and looked at now and then, on a page of its own; `desk.setup_<name>` says what for.
const SETUP: &[(&str, &str, Need)] = &[
    ("policy", "/desk/policy", Need::ReadPolicy),
    ("contacts", "/desk/contacts", Need::EditPolicy),
    ("people", "/desk/people", Need::ManageUsers),
    ("in_touch", "/desk/in-touch", Need::ReadApplications),
    ("mails", "/desk/mails", Need::ReadApplications),
    ("webhooks", "/desk/webhooks", Need::EditPolicy),
    ("audit", "/desk/audit", Need::ReadAudit),
    ("sessions", "/desk/sessions", Need::SignIn),
];
const SETUP_PATH: &str = "/desk/setup";

const TEMPLATES: &[(&str, &str)] = &[
    ("page.html", include_str!("templates/page.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("home.html", include_str!("templates/home.html")),
    ("setup.html", include_str!("templates/setup.html")),
    ("today.html", include_str!("templates/today.html")),
    ("away.html", include_str!("templates/away.html")),
    ("act.html", include_str!("templates/act.html")),
    ("preview.html", include_str!("templates/preview.html")),
    ("application.html", include_str!("templates/application.html")),
    ("appointments.html", include_str!("templates/appointments.html")),
    ("slots_new.html", include_str!("templates/slots_new.html")),
    ("slot_cancel.html", include_str!("templates/slot_cancel.html")),
    ("proposal.html", include_str!("templates/proposal.html")),
    ("hand_over.html", include_str!("templates/hand_over.html")),
    ("postings.html", include_str!("templates/postings.html")),
    ("list.html", include_str!("templates/list.html")),
    ("problem.html", include_str!("templates/problem.html")),
    ("onward.html", include_str!("templates/onward.html")),
    ("again.html", include_str!("templates/again.html")),
    ("sign_in.html", include_str!("templates/sign_in.html")),
    ("code.html", include_str!("templates/code.html")),
    ("invitation.html", include_str!("templates/invitation.html")),
    ("invitation_over.html", include_str!("templates/invitation_over.html")),
    ("sessions.html", include_str!("templates/sessions.html")),
    ("people.html", include_str!("templates/people.html")),
    ("user.html", include_str!("templates/user.html")),
    ("invited.html", include_str!("templates/invited.html")),
    ("decide_parts.html", include_str!("templates/decide_parts.html")),
    ("decide_postings.html", include_str!("templates/decide_postings.html")),
    ("decide_letter.html", include_str!("templates/decide_letter.html")),
    ("decide_list.html", include_str!("templates/decide_list.html")),
    ("decide_write.html", include_str!("templates/decide_write.html")),
    ("decide_over.html", include_str!("templates/decide_over.html")),
    ("close.html", include_str!("templates/close.html")),
    ("decide_review.html", include_str!("templates/decide_review.html")),
    ("score.html", include_str!("templates/score.html")),
    ("webhooks.html", include_str!("templates/webhooks.html")),
    ("webhook_form.html", include_str!("templates/webhook_form.html")),
    ("webhook_new.html", include_str!("templates/webhook_new.html")),
    ("webhook_secret.html", include_str!("templates/webhook_secret.html")),
    ("webhook.html", include_str!("templates/webhook.html")),
    ("letter.html", include_str!("templates/letter.html")),
    ("mails.html", include_str!("templates/mails.html")),
    ("mail_previews.html", include_str!("templates/mail_previews.html")),
    ("mail_texts.html", include_str!("templates/mail_texts.html")),
    ("mail_text.html", include_str!("templates/mail_text.html")),
    ("news.html", include_str!("templates/news.html")),
    ("news_write.html", include_str!("templates/news_write.html")),
    ("in_touch.html", include_str!("templates/in_touch.html")),
    ("contacts.html", include_str!("templates/contacts.html")),
    ("contact.html", include_str!("templates/contact.html")),
    ("questions.html", include_str!("templates/questions.html")),
    ("question.html", include_str!("templates/question.html")),
    ("question_publish.html", include_str!("templates/question_publish.html")),
    ("policy.html", include_str!("templates/policy.html")),
    ("policy_parts.html", include_str!("templates/policy_parts.html")),
    ("policy_preview.html", include_str!("templates/policy_preview.html")),
    ("policy_holidays.html", include_str!("templates/policy_holidays.html")),
    ("audit.html", include_str!("templates/audit.html")),
    ("feedback.html", include_str!("templates/feedback.html")),
    ("improvements.html", include_str!("templates/improvements.html")),
    ("complaints.html", include_str!("templates/complaints.html")),
    ("complaint.html", include_str!("templates/complaint.html")),
    ("complaint_look.html", include_str!("templates/complaint_look.html")),
    ("sheet.html", include_str!("templates/sheet.html")),
    ("posting_new.html", include_str!("templates/posting_new.html")),
    ("posting_edit.html", include_str!("templates/posting_edit.html")),
    ("posting_publish.html", include_str!("templates/posting_publish.html")),
];

static DRAWN: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().expect("the usual delimiters are valid"));
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).expect("the desk's templates are valid");
    }
    environment
});

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(SETUP_PATH, Need::SignIn, setup),
        Route::get("/desk/desk.css", Need::Nothing, style),
        Route::get("/desk/desk.js", Need::Nothing, script),
        Route::get("/desk/{*rest}", Need::SignIn, async || Err::<(), _>(ApiProblem::not_found())),
    ]
}

async fn setup(page: Page) -> Response {
    let row = |(name, href, _): &(&str, &str, Need)| {
        let (label, text) = (page.say(&["nav_", name].concat(), &[]), page.say(&["setup_", name].concat(), &[]));
        json!({"href": href, "label": label, "text": text})
    };
    let rows: Vec<Value> = page.seen(SETUP).map(row).collect();
    page.html(StatusCode::OK, "setup", &page.say("nav_setup", &[]), "setup.html", &json!({"rows": rows}))
}

async fn style(State(state): State<AppState>) -> Response {
    let css = concat!(
        include_str!("../../../../../src/ui/tokens.css"),
        include_str!("../../../../../src/ui/states.css"),
        include_str!("templates/desk.css"),
        include_str!("templates/edit.css")
    );
    let css = [css, &theme::rule(state.theme.as_deref())].concat();
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], css).into_response()
}

async fn script() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, include_str!("templates/desk.js")).into_response()
}

/// One page for one reader. A handler takes it as an argument.
pub struct Page {
    pub settings: Arc<Settings>,
    pub lang: String,
    pub now: Timestamp,
    /// Where the page is, for the language switch.
    path: String,
    /// Whether the reader has just chosen the language.
    chosen: bool,
    signed: Option<Signed>,
}

impl FromRequestParts<AppState> for Page {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Page, Self::Rejection> {
        Ok(Page::of(state, parts, parts.extensions.get::<Signed>().cloned()))
    }
}

impl Page {
    /// In the asked language, else the one chosen before, else the browser's, else the organisation's.
    fn of(state: &AppState, parts: &Parts, signed: Option<Signed>) -> Page {
        let settings = state.settings();
        let known = |lang: &&str| locale::DESK_LANGUAGES.iter().any(|known| known == lang);
        let query = parts.uri.query().unwrap_or_default();
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang=")).filter(known);
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let mut accepted = accepted
            .unwrap_or_default()
            .split(',')
            .map(|part| part.split(['-', ';']).next().unwrap_or_default().trim());
        let kept = kept_lang(&parts.headers).filter(known);
        let lang = asked.or(kept).or_else(|| accepted.find(known)).unwrap_or_else(|| settings.lang(None));
        let lang = pick_lang(Some(lang), &locale::DESK_LANGUAGES).to_owned();
        Page {
            lang,
            now: state.clock.now(),
            path: parts.uri.path().to_owned(),
            chosen: asked.is_some(),
            signed,
            settings,
        }
    }

    /// For a page that only answers a form: where the language switch leads instead.
    pub fn at(self, path: &str) -> Page {
        Page { path: path.to_owned(), ..self }
    }

    pub fn can(&self, need: Need) -> bool {
        self.signed.as_ref().is_some_and(|signed| signed.can(need))
    }

    pub fn words(&self) -> Words<'_> {
        Words::of("desk", &self.settings, &self.lang)
    }

    /// The text `desk.<name>` with its `{placeholders}` filled.
    pub fn say(&self, name: &str, values: &[(&str, &str)]) -> String {
        self.words().say(name, values)
    }

    /// As [`Page::say`], or `other` in the place of a text that is not there: for words that came from elsewhere.
    pub fn say_or(&self, name: &str, other: &str) -> String {
        let there = locale::text(&self.lang, &["desk.", name].concat()).to_owned();
        if there == ["desk.", name].concat() { other.replace('_', " ") } else { there }
    }

    /// A language by its own name, to choose it for what is shown.
    pub fn language_of(&self, lang: &str, on: bool) -> Value {
        json!({"lang": lang, "name": locale::text(lang, "pages.language"), "on": on})
    }

    /// "Wed 31 Mar, 17:00".
    pub fn moment(&self, at: Timestamp) -> String {
        let words = self.words();
        [words.short_day(at), words.time(at)].join(", ")
    }

    /// The state of a promise as a word for style sheets and as a text.
    pub fn state_of(&self, promise: &Promise) -> (&'static str, String) {
        let state = match promise.state(self.now) {
            PromiseState::OnTrack => "on_track",
            PromiseState::DueToday => "due_today",
            PromiseState::Late => "late",
            PromiseState::Kept => "kept",
            PromiseState::Moved => "moved",
            PromiseState::Void => "void",
        };
        (state, self.say(&["state_", state].concat(), &[]))
    }

    /// An applicant's name, or what stands for it where the form asks none.
    pub fn name_of(&self, name: &str) -> String {
        if name.trim().is_empty() { self.say("nameless", &[]) } else { name.trim().to_owned() }
    }

    /// The page with `template` drawn over `view`, in the section of the navigation that it belongs to.
    pub fn html(
        &self,
        status: StatusCode,
        section: &str,
        title: &str,
        template: &str,
        view: &impl Serialize,
    ) -> Response {
        let t = locale::file(&self.lang).remove("desk").unwrap_or_default();
        let mut context = serde_json::to_value(view).unwrap_or_else(|_| json!({}));
        self.add(&mut context, &t);
        let body = draw(template, &context);
        let mut frame = json!({
            "title": title,
            "organization": self.settings.name(&self.lang),
            "sections": self.sections(section),
            "signed": self.signed.as_ref().map(|signed| json!({"name": signed.name})),
            "languages": locale::DESK_LANGUAGES.iter().map(|lang| self.language(lang)).collect::<Vec<_>>(),
            "body": body,
        });
        self.add(&mut frame, &t);
        let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "private, no-store")];
        let mut response = (status, headers, Html(draw("page.html", &frame))).into_response();
        if self.chosen {
            let cookie =
                format!("{LANG_COOKIE}={}; Path=/desk; Max-Age={LANG_SECONDS}; HttpOnly; SameSite=Lax", self.lang);
            if let Ok(cookie) = HeaderValue::try_from(cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
        response
    }

    fn add(&self, context: &mut Value, t: &BTreeMap<String, String>) {
        context["t"] = json!(t);
        context["lang"] = json!(self.lang);
        context["path"] = json!(self.path);
    }

    fn sections(&self, current: &str) -> Vec<Value> {
        let in_setup = SETUP.iter().any(|(name, ..)| *name == current);
        let current = if in_setup { "setup" } else { current };
        let setup = self.signed.is_some().then_some(&("setup", SETUP_PATH, Need::SignIn));
        let section = |(name, href, _): &(&str, &str, Need)| json!({"label": self.say(&["nav_", name].concat(), &[]), "href": href, "current": *name == current});
        self.seen(DAILY).chain(setup).map(section).collect()
    }

    /// Those of `sections` that the reader may see.
    fn seen<'s>(
        &'s self,
        sections: &'s [(&'s str, &'s str, Need)],
    ) -> impl Iterator<Item = &'s (&'s str, &'s str, Need)> {
        sections.iter().filter(|(.., need)| self.can(*need))
    }

    fn language(&self, lang: &str) -> Value {
        json!({
            "lang": lang, "name": locale::text(lang, "pages.language"), "current": lang == self.lang,
            "href": format!("{}?lang={lang}", self.path),
        })
    }
}

/// A problem as people read it: the way in for who is not signed in, else a page that says what to do.
pub fn problem(state: &AppState, parts: &Parts, signed: Option<Signed>, problem: &Response) -> Response {
    let page = Page::of(state, parts, signed);
    if problem.status() == StatusCode::UNAUTHORIZED {
        return way_in(&page, parts);
    }
    // Another language is asked for at a page that is there, and nothing of the address is repeated.
    let page = Page { path: HOME.to_owned(), ..page };
    let name = match problem.status() {
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "missing",
        StatusCode::CONFLICT => "conflict",
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => "busy",
        status if status.is_client_error() => "unread",
        _ => "fault",
    };
    let say = |part: &str| page.say(&["problem_", name, "_", part].concat(), &[]);
    let mut response = page.html(
        problem.status(),
        "",
        &say("title"),
        "problem.html",
        &json!({"heading": say("title"), "text": say("text")}),
    );
    if let Some(wait) = problem.headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    response
}

/// For who is signed out by now: what they typed, to be sent again once they are signed in.
pub fn again(state: &AppState, parts: &Parts, typed: &Typed) -> Response {
    let page = Page::of(state, parts, None).at(HOME);
    let fields: Vec<_> = typed.fields().collect();
    let view = json!({"to": parts.uri.path(), "fields": fields, "sign_in": SIGN_IN});
    page.html(StatusCode::UNAUTHORIZED, "", &page.say("again_title", &[]), "again.html", &view)
}

fn way_in(page: &Page, parts: &Parts) -> Response {
    // A link on another site's page, in a web mail for one, brings no strict cookie: asking again from here does.
    if parts.method.is_safe() && parts.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return page.html(StatusCode::OK, "", &page.say("onward_title", &[]), "onward.html", &json!({}));
    }
    let wanted = if parts.method.is_safe() { parts.uri.path() } else { HOME };
    let to = if wanted == HOME { SIGN_IN.to_owned() } else { format!("{SIGN_IN}?to={wanted}") };
    Redirect::to(&to).into_response()
}

fn kept_lang(headers: &HeaderMap) -> Option<&str> {
    cookie::read(headers, LANG_COOKIE)
}

fn draw(name: &str, context: &Value) -> String {
    let drawn = DRAWN.get_template(name).and_then(|template| template.render(minijinja::value::Serde(context)));
    drawn.unwrap_or_else(|error| {
        tracing::error!(name, kind = ?error.kind(), line = error.line(), "page cannot be drawn");
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::access::Role;
    use crate::desk::audit::Act;
    use crate::features::timeline::store::word;

    /// The names after `t.` in every template.
    fn used() -> Vec<String> {
        let word = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
        let words = TEMPLATES.iter().flat_map(|(_, source)| source.split(move |c| !word(c)));
        words.filter_map(|path| path.strip_prefix("t.")).map(str::to_owned).collect()
    }

    #[test]
    fn every_text_that_a_page_names_is_there() {
        let texts = locale::file("en").remove("desk").unwrap();
        let roles = Role::ALL.map(|role| format!("role_{}", role.word()));
        let acts = Act::ALL.map(|act| format!("audit_{}", word(act)));
        let sections = DAILY.iter().chain(SETUP).map(|(name, ..)| format!("nav_{name}"));
        let sections = sections.chain(SETUP.iter().map(|(name, ..)| format!("setup_{name}")));
        let named: Vec<String> = used().into_iter().chain(roles).chain(acts).chain(sections).collect();
        let missing: Vec<&String> = named.iter().filter(|name| !texts.contains_key(*name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(named.len() > 80, "{} texts are named", named.len());
    }
}
