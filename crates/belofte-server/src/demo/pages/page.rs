//! One page of the demo: language, words, dates, and the frame around every body.
//!
//! No inline script or style: the page is as strict as the pages it is shown beside.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use belofte_contract::Timestamp;
use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use serde::Serialize;
use serde_json::{Value, json};

use crate::locale;
use crate::localized::pick_lang;
use crate::mail::compose::Words;
use crate::settings::Settings;
use crate::state::AppState;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub struct Page {
    pub settings: Arc<Settings>,
    pub lang: String,
    pub now: Timestamp,
    host: String,
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().expect("the usual delimiters are valid"));
    for (name, source) in [
        ("page.html", include_str!("templates/page.html")),
        ("home.html", include_str!("templates/home.html")),
        ("mailbox.html", include_str!("templates/mailbox.html")),
        ("mail.html", include_str!("templates/mail.html")),
        ("missing.html", include_str!("templates/missing.html")),
    ] {
        environment.add_template(name, source).expect("the demo's templates are valid");
    }
    environment
});

impl Page {
    /// In the asked language, else the browser's, else the organisation's.
    pub fn new(state: &AppState, asked: Option<&str>, headers: &HeaderMap) -> Page {
        let settings = state.settings();
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let accepted = accepted.and_then(|value| value.split([',', ';']).next()).map(str::trim);
        let lang = pick_lang(asked.or(accepted), &locale::DESK_LANGUAGES).to_owned();
        let host = settings.careers_url(&lang);
        Page { lang, now: state.clock.now(), host, settings }
    }

    pub fn say(&self, name: &str, values: &[(&str, &str)]) -> String {
        self.words().say(name, values)
    }

    pub fn day(&self, at: Timestamp) -> String {
        self.words().day(at)
    }

    pub fn time(&self, at: Timestamp) -> String {
        self.words().time(at)
    }

    pub fn short_moment(&self, at: Timestamp) -> String {
        [self.words().short_day(at), self.words().time(at)].join(", ")
    }

    pub fn html(
        &self,
        status: StatusCode,
        section: &str,
        title: &str,
        template: &str,
        view: &impl Serialize,
    ) -> Response {
        let mut context = serde_json::to_value(view).unwrap_or_else(|_| json!({}));
        let words = locale::file(&self.lang).remove("demo").unwrap_or_default();
        self.add(&mut context, &words);
        let body = render(template, &context);
        let clock = self.say("clock", &[("date", &self.words().day(self.now)), ("time", &self.time(self.now))]);
        let mut frame = json!({
            "title": title, "section": section, "body": body, "clock": clock, "languages": self.settings.locales,
        });
        self.add(&mut frame, &words);
        let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")];
        (status, headers, Html(render("page.html", &frame))).into_response()
    }

    pub fn missing(&self, section: &str) -> Response {
        let title = self.say("not_found_title", &[]);
        self.html(StatusCode::NOT_FOUND, section, &title, "missing.html", &json!({}))
    }

    fn add(&self, context: &mut Value, words: &BTreeMap<String, String>) {
        context["t"] = json!(words);
        context["lang"] = json!(self.lang);
        context["host"] = json!(self.host);
    }

    fn words(&self) -> Words<'_> {
        Words::of("demo", &self.settings, &self.lang)
    }
}

fn render(name: &str, context: &Value) -> String {
    let drawn = TEMPLATES.get_template(name).and_then(|template| template.render(minijinja::value::Serde(context)));
    drawn.unwrap_or_else(|error| {
        tracing::error!(name, kind = ?error.kind(), "page cannot be drawn");
        String::new()
    })
}
