//! The number of each month as columns of an SVG, up and down from nothing, where everything stands, in its own units.
//!
//! The axis always goes from the worst to the best, so that a bad month looks as bad as it was.

use serde_json::{Value, json};

use super::{Nps, signed_number};
use crate::desk::pages::Page;

const TOP: i64 = 24;
/// Three quarters of a unit for each point: a hundred up, a hundred down.
const HALF: i64 = 75;
const BELOW: i64 = 28;
/// Room for the words of the axis.
const LEFT: i64 = 56;
const STEP: i64 = 56;
const WIDE: i64 = 34;

pub fn of(page: &Page, months: &[(String, String, Nps)]) -> Value {
    let zero = TOP + HALF;
    let column = |((id, _, nps), number): (&(String, String, Nps), i64)| {
        let value = nps.value().unwrap_or_default();
        let tall = value.abs() * HALF / 100;
        let left = LEFT + number * STEP;
        let begins = page.settings.calendar.begin_of(format!("{id}-01").parse().unwrap_or_default());
        let top = if value > 0 { zero - tall } else { zero };
        json!({
            "left": left, "middle": left + WIDE / 2, "top": top, "tall": tall.max(1),
            "above": if value > 0 { top - 6 } else { zero - 6 },
            "value": signed_number(value), "month": page.words().short_month(begins),
        })
    };
    let lines = [100, 0, -100].map(|value| json!({"y": zero - value * HALF / 100, "label": signed_number(value)}));
    let count = i64::try_from(months.len()).unwrap_or_default();
    json!({
        "width": LEFT + count * STEP, "height": zero + HALF + BELOW, "wide": WIDE, "left": LEFT,
        "below": zero + HALF + 20, "lines": lines,
        "columns": months.iter().zip(0..).map(column).collect::<Vec<_>>(),
    })
}
