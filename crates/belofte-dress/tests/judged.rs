//! What the studio is told about a file.

use serde_json::Value;

fn judged(file: &str) -> Value {
    serde_json::from_str(&belofte_dress::judge(file.as_bytes())).unwrap()
}

const PALE: &str =
    r##"{ "light": { "$type": "color", "page": { "$value": "#ffffff" }, "text": { "$value": "#949494" } } }"##;

#[test]
fn words_of_three_to_one_are_refused_with_the_token_and_the_nearest_colour() {
    let told = "text on page (light) has 3.03 : 1, it needs 4.5 : 1; the nearest text that passes is #";
    assert!(belofte_dress::dress(PALE.as_bytes()).unwrap_err().starts_with(told));
    let judged = judged(PALE);
    assert!(judged["told"].as_str().unwrap().starts_with(told));
    assert_eq!(judged["css"], Value::Null);
    let pair = &judged["pairs"][0];
    assert_eq!((pair["words"].as_str(), pair["ratio"].as_str()), (Some("text"), Some("3.03")));
    assert_eq!((pair["passes"].as_bool(), pair["token"].as_str()), (Some(false), Some("text")));
}

#[test]
fn quiet_words_that_are_too_pale_are_mended_by_what_they_are_made_of() {
    let judged = judged(PALE);
    let failing: Vec<_> = judged["pairs"].as_array().unwrap().iter().filter(|pair| pair["passes"] == false).collect();
    assert!(failing.iter().any(|pair| pair["words"] == "muted"), "{failing:?}");
    for pair in failing {
        assert_eq!((pair["token"].as_str(), pair["nearest"].as_str()), (Some("text"), Some("#414141")), "{pair}");
    }
}

#[test]
fn the_colour_that_is_called_nearest_is_worn() {
    let nearest = judged(PALE)["pairs"][0]["nearest"].as_str().unwrap().to_owned();
    let mended = PALE.replace("#949494", &nearest);
    assert!(belofte_dress::dress(mended.as_bytes()).unwrap().contains(&nearest));
    let judged = judged(&mended);
    assert_eq!(judged["told"], Value::Null);
    assert!(judged["pairs"].as_array().unwrap().iter().all(|pair| pair["passes"] == true));
}

#[test]
fn a_file_in_other_words_is_told_in_ours() {
    let file = r##"{ "palette": { "$type": "color", "sea": { "$value": "#123a5a" } },
        "dark": { "$type": "color", "primary": { "$value": "#e8ab6f" } }, "light": { "$type": "color", "primary": { "$value": "{palette.sea}" } },
        "borderRadius": { "$type": "dimension", "$value": "6px" } }"##;
    let judged = judged(file);
    assert_eq!(judged["tokens"]["accent"], serde_json::json!(["#123a5a", "#e8ab6f"]));
    assert_eq!(judged["tokens"]["radius"], serde_json::json!(["6px", "6px"]));
    assert_eq!(judged["tokens"]["page"], serde_json::json!([null, null]));
    // What nobody set is what the widget takes.
    assert_eq!(judged["seen"]["surface"], serde_json::json!(["#ffffff", "#161513"]));
    assert_eq!(judged["modes"], serde_json::json!(["light", "dark"]));
}

#[test]
fn what_is_no_theme_is_told_in_a_line() {
    for file in ["", "[]", "{", "\u{feff}{}", r##"{ "a.b": { "$value": 1 } }"##] {
        let judged = judged(file);
        assert!(judged["told"].as_str().is_some_and(|told| !told.is_empty()), "{file}");
    }
    assert!(belofte_dress::dress(&[0xff, 0xfe]).is_err());
}
