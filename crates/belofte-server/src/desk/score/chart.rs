//! The rate of each month as columns of an SVG: where everything stands, in its own units.
//!
//! The axis always goes from nothing to all, so that a bad month looks as bad as it was. A month with too little to tell has
//! no column.

use serde_json::{Value, json};

use super::{Figure, LATER};
use crate::desk::pages::Page;

const TOP: u32 = 24;
/// One unit for each per cent, and a half.
const PLOT: u32 = 150;
const BELOW: u32 = 28;
/// Room for the words of the axis.
const LEFT: u32 = 48;
/// From one column to the next, with few months and with many.
const STEPS: [u32; 2] = [64, 38];
const FEW_MONTHS: usize = 14;

pub fn of(page: &Page, months: &[Figure]) -> Value {
    let words = page.words();
    let months: Vec<&Figure> = months.iter().filter(|month| month.id != LATER).collect();
    let step = STEPS[usize::from(months.len() > FEW_MONTHS)];
    let wide = step * 5 / 8;
    let column = |(month, left): (&&Figure, u32)| {
        let percent = month.score.kept_percent();
        let tall = percent.unwrap_or_default() * PLOT / 100;
        let begins = page.settings.calendar.begin_of(format!("{}-01", month.id).parse().unwrap_or_default());
        json!({
            "left": left, "middle": left + wide / 2, "top": TOP + PLOT - tall, "tall": tall, "above": TOP + PLOT - tall - 6,
            "rate": percent.map(|percent| words.percent(percent)), "month": words.short_month(begins),
        })
    };
    let lefts = (0..).map(|index| LEFT + index * step);
    let lines =
        [0, 50, 100].map(|percent| json!({"y": TOP + PLOT - percent * PLOT / 100, "label": words.percent(percent)}));
    json!({
        "width": LEFT + u32::try_from(months.len()).unwrap_or_default() * step, "height": TOP + PLOT + BELOW, "wide": wide,
        "left": LEFT, "bottom": TOP + PLOT, "below": TOP + PLOT + 20, "lines": lines,
        "columns": months.iter().zip(lefts).map(column).collect::<Vec<_>>(),
    })
}
