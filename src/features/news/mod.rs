//! News of procedures: what a person at the employer told, in figures that give nobody away; and how often it comes by mail.
//!
//! Behind a door. MUST: the figures are the backend's own sentences; nothing is counted or worked out here.

use belofte_contract::Timestamp;
use belofte_contract::news::{Bulletin, Bulletins, Preferences, Rhythm};
use belofte_contract::paths::{BULLETINS, JOB_POSTINGS};
use belofte_html::html;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::app::use_arrival;
use crate::ask::{About, Form, Place, Question};
use crate::i18n::{Ctx, DateStyle, Key};
use crate::part::{Part, part};
use crate::request::{Request, use_request};
use crate::text::concat;

/// Without an application: what everybody may read, of all procedures or of one.
pub fn panel(place: &Place) -> Html {
    part("", News { place: place.clone() })
}

/// From one's own page: the same of one's own procedure, and the choice of the mails.
pub fn preferences(place: &Place) -> Html {
    html! { <>{ part("news", News { place: place.clone() }) }{ part("rhythm", Chosen { place: place.clone() }) }</> }
}

/// Where the news of `about` is.
pub fn path(about: &About<'_>) -> String {
    let posting = about.application.map(|application| application.posting.id.as_str()).or(about.posting);
    posting.map_or_else(|| BULLETINS.to_owned(), |id| concat(&[JOB_POSTINGS, "/", id, "/bulletins"]))
}

#[derive(PartialEq)]
struct News {
    place: Place,
}

impl Part for News {
    fn name(&self) -> &'static str {
        "news"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_news(&self.place).run(hooks)
    }
}

#[hook]
fn use_news(place: &Place) -> Html {
    let (core, path) = (&place.core, path(&place.about()));
    let news = use_request(&core.api, &path, core.api.read::<Bulletins>(&path, None));
    use_arrival(core, news.state.outcome());
    match &news.state {
        Request::Idle | Request::Loading => core.loading(),
        Request::Failed(error) => core.failed(error, &news.again),
        Request::Ready(news) => bulletins(&place.ctx(), news, place.own.is_none() && place.posting.is_none()),
    }
}

/// Newest first. `of_all`: each says which job it is about.
pub fn bulletins(ctx: &Ctx, news: &Bulletins, of_all: bool) -> Html {
    if news.bulletins.is_empty() {
        return html! { <p class="ask__lead">{ ctx.t(Key::NewsNone) }</p> };
    }
    let one = |bulletin: &Bulletin| {
        let by = [("person", bulletin.by.name.as_str()), ("date", &ctx.date(bulletin.at, DateStyle::Long))];
        html! {
            <li class="news__one" key={&bulletin.id}>
                if of_all {
                    <p class="eyebrow">{ &bulletin.posting.title }</p>
                }
                <blockquote class="news__words">{ &bulletin.text }</blockquote>
                <p class="news__by">{ ctx.fill(Key::NewsBy, &by) }</p>
                <ul>
                    for fact in bulletin.facts.iter() {
                        <li>{ fact }</li>
                    }
                </ul>
            </li>
        }
    };
    html! {
        <>
            <ul class="news">{ for news.bulletins.iter().map(one) }</ul>
            <p class="news__how">{ ctx.t(Key::NewsFives) }</p>
        </>
    }
}

#[derive(PartialEq)]
struct Chosen {
    place: Place,
}

impl Part for Chosen {
    fn name(&self) -> &'static str {
        "preferences"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_chosen(&self.place).run(hooks)
    }
}

#[hook]
fn use_chosen(place: &Place) -> Html {
    let (core, path) = (&place.core, place.about().path("/preferences"));
    let chosen = use_request(&core.api, &path, core.api.read::<Preferences>(&path, place.token()));
    match &chosen.state {
        Request::Idle | Request::Loading => core.loading(),
        Request::Failed(error) => core.failed(error, &chosen.again),
        Request::Ready(chosen) => place.ask_form(form(&place.ctx(), &place.about(), chosen)),
    }
}

/// How often; and after the end, until when everything is kept.
pub fn form(ctx: &Ctx, about: &About<'_>, chosen: &Preferences) -> Form {
    let option = |rhythm, word: &str, key| (rhythm, (word.to_owned(), ctx.t(key)));
    let options = [
        option(Rhythm::None, "none", Key::NewsRhythmNone),
        option(Rhythm::Daily, "daily", Key::NewsRhythmDaily),
        option(Rhythm::Weekly, "weekly", Key::NewsRhythmWeekly),
        option(Rhythm::OnChange, "on_change", Key::NewsRhythmOnChange),
    ];
    let now = options.iter().find(|(rhythm, _)| *rhythm == chosen.rhythm).map(|(_, (word, _))| word.clone());
    let options = options.map(|(_, option)| option).into();
    let rhythm = Question::choice("rhythm", ctx.t(Key::NewsRhythm), options).required();
    let mut questions = vec![rhythm.given(now.unwrap_or_default())];
    if let Some(last) = &chosen.keep_until_max {
        let date = Timestamp::parse(&concat(&[last, "T12:00:00Z"])).unwrap_or_default();
        let hint = ctx.fill(Key::NewsKeepHint, &[("date", &ctx.date(date, DateStyle::DayMonthYear))]);
        let mut keep = Question::date("keep_until", ctx.t(Key::NewsKeep)).hint(hint);
        keep.asked.max = Some(last.clone());
        questions.push(keep);
    }
    let send = ctx.t(Key::NewsSend);
    Form { method: "PATCH", path: about.path("/preferences"), questions, send, ..Form::of("preferences") }
}
