//! `/silence`: what it costs to leave applicants without an answer, for web teams and HR. A form without a script: what is
//! typed stands in the address, so that the result can be shared, and the sum is shown, not only its end.
//!
//! The rates are an article's, said so and editable; nothing here is measured.

use std::ops::RangeInclusive;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::shell::{self, Page};
use super::{Parts, draw};
use crate::features::postings::load_organization;
use crate::http::Query;
use crate::locale;
use crate::mail::compose::{Words, fill};
use crate::problem::ApiResult;
use crate::state::AppState;

const MANY: RangeInclusive<u64> = 0..=1_000_000;
const PARTS: RangeInclusive<u64> = 1..=1_000;

/// What is asked, as numbers. A rate is "so many of so many", as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub postings: u64,
    pub applicants: u64,
    /// Of a hundred applicants, so many hear nothing.
    pub unanswered: u64,
    pub lost: (u64, u64),
    pub tell: (u64, u64),
}

impl Default for Asked {
    /// The article's own case: 50 postings, 100 applicants each, nobody answered well; 2 of 3 never buy again, 4 of 5 tell.
    fn default() -> Asked {
        Asked { postings: 50, applicants: 100, unanswered: 100, lost: (2, 3), tell: (4, 5) }
    }
}

/// What comes of it, in whole people, rounded to the nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub applied: u64,
    pub silent: u64,
    pub lost: u64,
    pub tell: u64,
}

impl Asked {
    pub fn cost(self) -> Cost {
        let applied = self.postings * self.applicants;
        let silent = share(applied, (self.unanswered, 100));
        Cost { applied, silent, lost: share(silent, self.lost), tell: share(silent, self.tell) }
    }
}

/// `part` of `of` of `whole`, to the nearest whole one; halves go up.
fn share(whole: u64, (part, of): (u64, u64)) -> u64 {
    let (whole, part, of) = (u128::from(whole), u128::from(part), u128::from(of.max(1)));
    u64::try_from((whole * part * 2 + of) / (of * 2)).unwrap_or(u64::MAX)
}

/// As it stands in the address; what is no number is as if it was not given.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Typed {
    lang: Option<String>,
    postings: Option<String>,
    applicants: Option<String>,
    unanswered: Option<String>,
    lost_part: Option<String>,
    lost_of: Option<String>,
    tell_part: Option<String>,
    tell_of: Option<String>,
}

impl Typed {
    /// Within what the page takes; a part is never more than its whole.
    pub fn read(&self) -> Asked {
        let usual = Asked::default();
        let number = |typed: &Option<String>, usual: u64, range: RangeInclusive<u64>| {
            let digits = typed.as_deref().map(|text| text.trim().replace(['.', ',', ' '], ""));
            let given = digits.and_then(|text| text.parse::<u64>().ok());
            given.map_or(usual, |given| given.clamp(*range.start(), *range.end()))
        };
        let rate = |part: &Option<String>, of: &Option<String>, usual: (u64, u64)| {
            let of = number(of, usual.1, PARTS);
            (number(part, usual.0, 0..=of).min(of), of)
        };
        Asked {
            postings: number(&self.postings, usual.postings, MANY),
            applicants: number(&self.applicants, usual.applicants, MANY),
            unanswered: number(&self.unanswered, usual.unanswered, 0..=100),
            lost: rate(&self.lost_part, &self.lost_of, usual.lost),
            tell: rate(&self.tell_part, &self.tell_of, usual.tell),
        }
    }
}

/// One line of the sum: what it says, how it comes about, how long its bar is.
struct Line {
    name: &'static str,
    label: String,
    sum: String,
    count: u64,
}

fn lines(asked: Asked, say: &dyn Fn(&str) -> String, number: &dyn Fn(u64) -> String) -> Vec<Line> {
    let cost = asked.cost();
    let of = |whole: u64, (part, of): (u64, u64), result: u64| {
        let values = [number(part), number(of), number(whole), number(result)];
        let names = ["part", "of", "whole", "result"];
        let values: Vec<_> = names.into_iter().zip(values.iter().map(String::as_str)).collect();
        fill(&say("sum_of"), &values)
    };
    let applied = format!("{} × {} = {}", number(asked.postings), number(asked.applicants), number(cost.applied));
    let silent = of(cost.applied, (asked.unanswered, 100), cost.silent);
    let rows = [
        ("applied", applied, cost.applied),
        ("silent", silent, cost.silent),
        ("lost", of(cost.silent, asked.lost, cost.lost), cost.lost),
        ("tell", of(cost.silent, asked.tell, cost.tell), cost.tell),
    ];
    rows.into_iter().map(|(name, sum, count)| Line { name, label: say(name), sum, count }).collect()
}

pub async fn page(
    State(state): State<AppState>,
    Query(typed): Query<Typed>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, typed.lang.as_deref(), &headers);
    let organization = load_organization(&state, Some(&parts.lang)).await?;
    let settings = state.settings();
    let asked = typed.read();
    let search = address(asked);
    let say = |name: &str| locale::text(&parts.lang, &["pages.silence_", name].concat()).to_owned();
    let words = Words::of("pages", &settings, &parts.lang);
    let number = |count: u64| words.large_number(count);
    let title = format!("{} · {}", say("title"), organization.name);
    let shared = format!("{}/silence?lang={}{search}", state.config.public_url, parts.lang);
    let (lines, lang) = (lines(asked, &say, &number), parts.lang.clone());
    let texts = Texts { say: TEXTS.map(say), shared };
    let body = draw(&parts, async move |_| belofte::ssr::render(view(asked, &lines, &texts, &lang)).await);
    let page = Page { title, path: "/silence".to_owned(), search, status: StatusCode::OK, ..Page::default() };
    shell::whole(&state, &organization, &parts, page, &body.await?)
}

/// What is asked, as it stands in an address that can be shared: `&postings=50&…`.
fn address(asked: Asked) -> String {
    let Asked { postings, applicants, unanswered, lost, tell } = asked;
    format!(
        "&postings={postings}&applicants={applicants}&unanswered={unanswered}&lost_part={}&lost_of={}&tell_part={}&tell_of={}",
        lost.0, lost.1, tell.0, tell.1
    )
}

/// Texts of the page in the order in which `view` takes them.
const TEXTS: [&str; 13] = [
    "title",
    "lead",
    "postings",
    "applicants",
    "unanswered",
    "rate_lost",
    "rate_tell",
    "of_so_many",
    "count",
    "sum",
    "share",
    "source",
    "chart",
];

struct Texts {
    say: [String; 13],
    shared: String,
}

/// Widths are attributes of a picture, which a strict page allows; the numbers stand beside each bar as text.
fn view(asked: Asked, lines: &[Line], texts: &Texts, lang: &str) -> yew::Html {
    let [
        title,
        lead,
        postings,
        applicants,
        unanswered,
        rate_lost,
        rate_tell,
        of_so_many,
        count,
        sum,
        share,
        source,
        chart,
    ] = texts.say.clone();
    let field = |name: &'static str, label: &str, value: u64, max: u64| {
        yew::html! {
            <p class="silence__field">
                <label for={name}>{ label.to_owned() }</label>
                <input id={name} name={name} type="number" inputmode="numeric" min="0" max={max.to_string()} value={value.to_string()} required=true />
            </p>
        }
    };
    let rate = |part: &'static str, of: &'static str, label: &str, value: (u64, u64)| {
        yew::html! {
            <fieldset class="silence__rate">
                <legend>{ label.to_owned() }</legend>
                <input id={part} name={part} type="number" inputmode="numeric" min="0" max="1000" value={value.0.to_string()} aria-label={label.to_owned()} />
                <label for={of}>{ of_so_many.clone() }</label>
                <input id={of} name={of} type="number" inputmode="numeric" min="1" max="1000" value={value.1.to_string()} />
            </fieldset>
        }
    };
    let most = lines.iter().map(|line| line.count).max().unwrap_or(0).max(1);
    let row = |line: &Line| {
        let width = (line.count * 100).div_ceil(most).to_string();
        yew::html! {
            <li class="silence__line" data-line={line.name}>
                <p><strong>{ line.label.clone() }</strong></p>
                <svg class="silence__bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width={width} height="6" rx="1" /></svg>
                <p class="silence__sum"><span class="visually-hidden">{ sum.clone() }</span>{ line.sum.clone() }</p>
            </li>
        }
    };
    yew::html! {
        <section class="silence">
            <h1>{ title }</h1>
            <p>{ lead }</p>
            <form method="get" action="/silence">
                <input type="hidden" name="lang" value={lang.to_owned()} />
                { field("postings", &postings, asked.postings, *MANY.end()) }
                { field("applicants", &applicants, asked.applicants, *MANY.end()) }
                { field("unanswered", &unanswered, asked.unanswered, 100) }
                { rate("lost_part", "lost_of", &rate_lost, asked.lost) }
                { rate("tell_part", "tell_of", &rate_tell, asked.tell) }
                <p class="row"><button class="button">{ count }</button></p>
            </form>
            <h2 id="result">{ chart }</h2>
            <ul class="silence__lines" aria-labelledby="result">{ for lines.iter().map(row) }</ul>
            <p><a href={texts.shared.clone()}>{ share }</a></p>
            <p class="quiet">{ source }</p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed(lost: &str, postings: &str) -> Asked {
        Typed { lost_part: Some(lost.to_owned()), postings: Some(postings.to_owned()), ..Typed::default() }.read()
    }

    #[test]
    fn two_of_three_of_five_thousand_are_3333_and_four_of_five_are_4000() {
        let cost = Asked::default().cost();
        assert_eq!(cost, Cost { applied: 5_000, silent: 5_000, lost: 3_333, tell: 4_000 });
    }

    #[test]
    fn half_a_person_counts_as_one() {
        assert_eq!(
            [share(5, (1, 2)), share(1, (1, 3)), share(2, (1, 3)), share(0, (2, 3)), share(7, (0, 0))],
            [3, 0, 1, 0, 0]
        );
    }

    #[test]
    fn what_is_no_number_is_the_usual_one_and_what_is_too_large_the_largest() {
        assert_eq!(typed("", "5.000"), Asked { postings: 5_000, ..Asked::default() });
        assert_eq!(typed("7", "-1"), Asked { lost: (3, 3), ..Asked::default() });
        assert_eq!(typed("x", "99999999999"), Asked { postings: 1_000_000, ..Asked::default() });
        assert_eq!(address(Asked::default()).matches('&').count(), 7);
    }

    proptest! {
        #[test]
        fn a_part_is_never_more_than_its_whole_and_off_by_half_a_person_at_most(
            whole in 0_u64..1_000_000_000_000, part in 0_u64..=1_000, more in 0_u64..1_000,
        ) {
            let of = (part + more).max(1);
            let result = share(whole, (part, of));
            prop_assert!(result <= whole);
            let (exact, result) = (u128::from(whole) * u128::from(part) * 2, u128::from(result) * u128::from(of) * 2);
            prop_assert!(exact.abs_diff(result) <= u128::from(of));
        }
    }
}
