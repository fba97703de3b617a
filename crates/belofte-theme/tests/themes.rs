//! Themes as brands write them, and as nobody should: what is worn, what is refused and why.

use belofte_theme::colour::{Colour, contrast};
use belofte_theme::{Draft, Mode, Node, Refusal, Theme, Why, read};
use proptest::prelude::*;

fn theme(text: &str) -> Result<Theme, Refusal> {
    read(&Node::from_json(text).unwrap_or(Node::Nothing))
}

fn css(text: &str) -> String {
    theme(text).unwrap_or_else(|refusal| panic!("{refusal}")).css()
}

fn refusal(text: &str) -> String {
    theme(text).unwrap_err().to_string()
}

#[test]
fn the_shipped_brands_are_worn() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/themes");
    let mut worn = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(css(&text).contains("--belofte-accent:"));
        worn += 1;
    }
    assert!(worn >= 2);
}

#[test]
fn light_and_dark_become_one_declaration() {
    let text = r##"{ "light": { "$type": "color", "accent": { "$value": "#0b5c52" } },
        "dark": { "$type": "color", "accent": { "$value": { "colorSpace": "srgb", "components": [0.498, 0.8196, 0.7647] } } } }"##;
    assert_eq!(
        css(text),
        "--belofte-accent:light-dark(#0b5c52, #7fd1c3);--belofte-on-accent:light-dark(#ffffff, #141414);"
    );
}

#[test]
fn names_are_known_by_meaning_and_aliases_are_followed() {
    let text = r##"{ "palette": { "$type": "color", "sea": { "$value": "#123a5a" } },
        "theme": { "Brand": { "$type": "color", "Primary": { "$value": "{palette.sea}" } } },
        "borderRadius": { "$type": "dimension", "$value": { "value": 0.5, "unit": "rem" } },
        "font": { "heading": { "$type": "fontFamily", "$value": ["Bricolage Grotesque", "sans-serif"] } },
        "heading-weight": { "$type": "fontWeight", "$value": "semi-bold" } }"##;
    let css = css(text);
    for part in [
        "--belofte-accent:#123a5a;",
        "--belofte-radius:8px;",
        "--belofte-heading-font:\"Bricolage Grotesque\", sans-serif;",
        "--belofte-heading-weight:600;",
        "color-scheme:light;",
    ] {
        assert!(css.contains(part), "{part} is not in {css}");
    }
}

#[test]
fn an_own_name_goes_before_another_word_for_it() {
    let text = r##"{ "$type": "color", "primary": { "$value": "#800000" }, "accent": { "$value": "#123a5a" },
        "text": { "error": { "$value": "#900000" } } }"##;
    let css = css(text);
    assert!(css.contains("--belofte-accent:#123a5a;") && css.contains("--belofte-late:#900000;"), "{css}");
}

#[test]
fn a_theme_of_one_mode_brings_its_ground() {
    let text =
        r##"{ "dark": { "$type": "color", "surface": { "$value": "#151d24" }, "accent": { "$value": "#e8ab6f" } } }"##;
    let css = css(text);
    for part in [
        "--belofte-page:#151d24;",
        "--belofte-text:#ffffff;",
        "color-scheme:dark;",
        "background-color:var(--belofte-page)",
    ] {
        assert!(css.contains(part), "{part} is not in {css}");
    }
}

#[test]
fn a_shadow_takes_its_colour_by_mode() {
    let layer = |colour: &str| {
        format!(
            r#"{{ "$type": "shadow", "$value": {{ "color": "{colour}", "offsetX": {{ "value": 0, "unit": "px" }},
            "offsetY": {{ "value": 2, "unit": "px" }}, "blur": {{ "value": 8, "unit": "px" }}, "spread": {{ "value": 0, "unit": "px" }} }} }}"#
        )
    };
    let text =
        format!(r#"{{ "light": {{ "shadow": {} }}, "dark": {{ "shadow": {} }} }}"#, layer("#0003"), layer("#000a"));
    assert_eq!(css(&text), "--belofte-shadow:0px 2px 8px 0px light-dark(#00000033, #000000aa);");
}

#[test]
fn what_cannot_be_read_is_refused_with_token_ratio_and_the_nearest_colour() {
    let text =
        r##"{ "light": { "$type": "color", "page": { "$value": "#ffffff" }, "text": { "$value": "#949494" } } }"##;
    assert_eq!(
        refusal(text),
        "text on page (light) has 3.03 : 1, it needs 4.5 : 1; the nearest text that passes is #414141"
    );
    let shapes =
        r##"{ "light": { "$type": "color", "page": { "$value": "#fff" }, "focus": { "$value": "#dddddd" } } }"##;
    assert!(refusal(shapes).starts_with("focus on page (light) has 1.35 : 1, it needs 3 : 1; the nearest focus"));
}

#[test]
fn what_is_no_theme_is_refused() {
    let deep = format!("{}{}", r#"{"a":"#.repeat(60), "}".repeat(60));
    for (text, why) in [
        ("", "no design tokens"),
        ("[]", "no design tokens"),
        (r#"{ "a": { "$type": "color", "$value": "red" } }"#, "no design tokens"),
        (deep.as_str(), "no design tokens"),
        (r##"{ "ac{cent": { "$type": "color", "$value": "#000" } }"##, "ac{cent: a name"),
        (r#"{ "accent": { "$type": "color", "$value": "{b}" } }"#, "accent: an alias that leads nowhere"),
        (
            r#"{ "accent": { "$type": "color", "$value": "{b}" }, "b": { "$value": "{accent}" } }"#,
            "accent: aliases that lead",
        ),
        (r#"{ "accent": { "$type": "color", "$value": "url(x)" } }"#, "accent: a value"),
        (r#"{ "radius": { "$type": "dimension", "$value": { "value": 900, "unit": "px" } } }"#, "radius: a value"),
        (r#"{ "font": { "$type": "fontFamily", "$value": "x; } * { display: none" } }"#, "font: a value"),
    ] {
        let said = refusal(text);
        assert!(said.starts_with(why), "{said} is not {why}");
    }
}

/// Pairs by hand, from what is written alone: not by the table that refused.
fn legible(theme: &Theme) {
    for mode in theme.modes() {
        let of = |name: &str| theme.colour(name, mode);
        let page = of("page").over(Colour::grey(if mode == Mode::Light { 1.0 } else { 0.08 }));
        for (words, ground, least) in [
            ("text", "page", 4.5),
            ("on-accent", "accent", 4.5),
            ("on-surface", "surface", 4.5),
            ("late", "late-surface", 4.5),
        ] {
            let ratio = contrast(of(words), of(ground).over(page));
            assert!(ratio >= least - 0.02, "{words} on {ground}: {ratio} in {}", theme.css());
        }
        for (words, least) in [("focus", 3.0), ("accent", 4.5), ("muted", 4.5), ("edge", 3.0)] {
            if let Some(own) = theme.own(words, mode) {
                assert!(contrast(own, page) >= least - 0.02, "{words} in {}", theme.css());
            }
        }
    }
}

fn colours() -> impl Strategy<Value = String> {
    let names =
        ["accent", "on-accent", "text", "muted", "page", "surface", "on-surface", "raised", "late", "focus", "edge"];
    let token = (prop::sample::select(names.to_vec()), any::<[u8; 3]>(), prop::bool::weighted(0.1));
    let group = prop::collection::vec(token, 0..6).prop_map(|tokens| {
        let tokens = tokens.into_iter().map(|(name, [r, g, b], thin)| {
            let alpha = if thin { "80" } else { "" };
            format!(r##""{name}": {{ "$value": "#{r:02x}{g:02x}{b:02x}{alpha}" }}"##)
        });
        format!(r#"{{ "$type": "color", {} }}"#, tokens.chain(["\"z\": {}".to_owned()]).collect::<Vec<_>>().join(","))
    });
    (group.clone(), group).prop_map(|(light, dark)| format!(r#"{{ "light": {light}, "dark": {dark} }}"#))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_bytes_come_nothing_panics(text in ".{0,200}") {
        let _ = theme(&text);
    }

    #[test]
    fn whatever_words_come_as_values_nothing_panics(value in r#"[-#{}a-z0-9.,%" ]{0,24}"#, kind in "color|dimension|shadow|fontFamily|number") {
        for name in ["accent", "radius", "shadow", "font", "line-height"] {
            let value = value.replace('"', "");
            let text = format!(r#"{{ "{name}": {{ "$type": "{kind}", "$value": "{value}" }} }}"#);
            if let Ok(theme) = theme(&text) {
                let css = theme.css();
                prop_assert!(!css.contains(['{', '}', '<', '\\']), "{css}");
            }
        }
    }

    #[test]
    fn whatever_is_worn_can_be_read(text in colours()) {
        if let Ok(theme) = theme(&text) {
            legible(&theme);
        }
    }

    #[test]
    fn the_nearest_colour_passes(text in colours()) {
        let Ok(draft) = Draft::read(&Node::from_json(&text).unwrap()) else { return Ok(()) };
        for refusal in draft.refusals().into_iter().take(2) {
            let Why::Contrast(pair) = &refusal.why else { continue };
            prop_assert!(pair.ratio < pair.least);
            let Some(nearest) = pair.nearest else { continue };
            let mended = draft.changed(&refusal.token, pair.mode, nearest);
            let still = mended.pairs().into_iter().find(|now| (now.words, now.ground, now.mode) == (pair.words, pair.ground, pair.mode));
            prop_assert!(still.is_some_and(|pair| pair.passes()), "{refusal}");
        }
    }
}
