//! The figures as rows: for the page, where each number is written as people read it, and for a table to save.
//!
//! A rate stands only where enough was counted, however good or bad it is.

use belofte_contract::score::PromiseScore;
use serde_json::{Value, json};

use super::{Figure, Figures};
use crate::desk::pages::Page;
use crate::problem::{ApiProblem, ApiResult};

/// From so many hours on, days say more.
const HOURS_MAX: f64 = 48.0;
/// What spreadsheets would take for a formula begins with one of these; the wide ones in some languages.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
/// Tells spreadsheets that UTF-8 follows.
const BOM: &str = "\u{feff}";

pub fn row(page: &Page, name: &str, score: &PromiseScore) -> Value {
    let words = page.words();
    let percent = score.kept_percent();
    // Rounded up: it never flatters.
    let delay = score.median_hours.map(|hours| {
        let (name, count) = if hours < HOURS_MAX { ("score_hours", hours) } else { ("score_days", hours / 24.0) };
        words.count(name, count.ceil() as usize)
    });
    json!({
        "name": name, "percent": percent, "rate": percent.map(|percent| words.percent(percent)), "delay": delay,
        "made": words.number(score.made), "kept": words.number(score.kept), "moved": words.number(score.moved),
        "late": words.number(score.late), "open": words.number(score.open),
        "few": page.say("score_few", &[("made", &words.number(score.made)), ("minimum", &words.number(score.minimum))]),
    })
}

/// Everything that the page shows, one line each.
pub fn csv(page: &Page, figures: &Figures) -> ApiResult<String> {
    let heads = ["by", "name", "made", "kept", "moved", "late", "open", "csv_rate", "csv_delay"];
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(heads.map(|head| page.say(&["score_", head].concat(), &[]))).map_err(ApiProblem::internal)?;
    let whole = page.say("score_whole", &[]);
    writer.write_record(cells(&whole, "", &figures.whole)).map_err(ApiProblem::internal)?;
    for (by, part) in figures.parts() {
        let by = page.say(by, &[]);
        for Figure { name, score, .. } in part {
            writer.write_record(cells(&by, name, score)).map_err(ApiProblem::internal)?;
        }
    }
    let bytes = writer.into_inner().map_err(ApiProblem::internal)?;
    Ok([BOM, &String::from_utf8(bytes).map_err(ApiProblem::internal)?].concat())
}

fn cells(by: &str, name: &str, score: &PromiseScore) -> [String; 9] {
    let name = if name.starts_with(FORMULA) { ["'", name].concat() } else { name.to_owned() };
    let counts = [score.made, score.kept, score.moved, score.late, score.open].map(|count| count.to_string());
    let [made, kept, moved, late, open] = counts;
    let rate = score.kept_percent().map(|percent| percent.to_string()).unwrap_or_default();
    let delay = score.median_hours.map(|hours| format!("{hours:.1}")).unwrap_or_default();
    [by.to_owned(), name, made, kept, moved, late, open, rate, delay]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_is_one_cell_and_never_a_formula(begins in "[=+@\\-\t\r\n＝＠a ]?", rest in any::<String>()) {
            let name = [begins, rest].concat();
            let mut writer = csv::Writer::from_writer(vec![]);
            writer.write_record(cells("people", &name, &PromiseScore::default())).unwrap();
            let bytes = writer.into_inner().unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), 1);
            prop_assert_eq!(rows[0].len(), 9);
            prop_assert_eq!(rows[0][1].strip_prefix('\'').unwrap_or(&rows[0][1]), name.strip_prefix('\'').unwrap_or(&name));
            prop_assert!(!rows[0][1].starts_with(FORMULA));
        }
    }
}
