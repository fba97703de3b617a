//! A brand's theme on pages, mails and desk; what cannot be read is refused and named.

use axum::http::StatusCode;
use belofte_server::doctor::Findings;
use belofte_server::mail::colours::{self, Sheet};
use belofte_theme::colour::{Colour, contrast};

use crate::support::TestApp;
use crate::timeline::applicant;

const BRAND: &str = r##"{
    "light": { "$type": "color", "accent": { "$value": "#8a1c4a" }, "page": { "$value": "#fff8f2" }, "text": { "$value": "#2b1420" } },
    "dark": { "$type": "color", "accent": { "$value": "#f0a5c4" }, "page": { "$value": "#1b0f15" }, "text": { "$value": "#fbeaf1" } },
    "font": { "$type": "fontFamily", "$value": ["Karla", "sans-serif"] }
}"##;
const PALE: &str =
    r##"{ "light": { "$type": "color", "page": { "$value": "#ffffff" }, "text": { "$value": "#949494" } } }"##;

async fn app_in(theme: &str) -> (TestApp, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("brand.tokens.json");
    std::fs::write(&path, theme).unwrap();
    (TestApp::with_config(|config| config.theme = Some(path)).await, folder)
}

#[tokio::test]
async fn pages_mails_and_desk_wear_the_theme() {
    let (app, _folder) = app_in(BRAND).await;
    for sheet in ["/careers/style.css", "/desk/desk.css"] {
        let css = app.get(sheet).await;
        assert_eq!(css.status, StatusCode::OK);
        let css = css.text().to_owned();
        assert!(css.contains("--belofte-accent:light-dark(#8a1c4a, #f0a5c4);"), "{sheet}");
        assert!(css.contains("background: var(--belofte-page, var(--_surface))"), "{sheet}");
    }
    let linked = app.get("/careers/theme.css").await;
    assert_eq!(linked.header("access-control-allow-origin"), "*");
    assert!(linked.text().starts_with("belofte-careers { "), "{}", linked.text());
    assert!(linked.text().contains("--belofte-accent:light-dark(#8a1c4a, #f0a5c4);"), "{}", linked.text());
    applicant(&app, "noor@example.com").await;
    let html = app.get("/demo/mail.json").await.json()[0]["html"].as_str().unwrap().to_owned();
    for part in [
        "background: #fff8f2",
        "color: #2b1420",
        r#"font: 17px/1.55 "Karla", sans-serif, Inter"#,
        "padding: 12px 20px; background: #8a1c4a; border-radius: 10px; color: #ffffff",
        ".sheet { background: #1b0f15; }",
        ".button a { background: #f0a5c4; color: #141414; }",
    ] {
        assert!(html.contains(part), "{part} is not in the mail");
    }
}

#[tokio::test]
async fn a_theme_that_cannot_be_read_leaves_the_default_and_is_named() {
    let (app, folder) = app_in(PALE).await;
    let css = app.get("/careers/style.css").await.text().to_owned();
    assert!(!css.contains("--belofte-text:#949494"));
    assert_eq!(app.get("/careers/theme.css").await.text(), "/* no theme */\n");
    applicant(&app, "noor@example.com").await;
    assert!(app.get("/demo/mail.json").await.json()[0]["html"].as_str().unwrap().contains("background: #f6f4ef"));
    let mut findings = Findings::default();
    findings.look_at_theme(&folder.path().join("brand.tokens.json"));
    findings.look_at_theme(&folder.path().join("none.tokens.json"));
    assert_eq!(findings.faults, 2);
    let told =
        "is not worn: text on page (light) has 3.03 : 1, it needs 4.5 : 1; the nearest text that passes is #414141";
    assert!(findings.lines[0].starts_with("! theme ") && findings.lines[0].ends_with(told), "{}", findings.lines[0]);
}

#[test]
fn mails_in_every_shipped_brand_can_be_read_in_light_and_dark() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/themes")).unwrap();
    let legible = |sheet: &Sheet| {
        let of = |text: &str| Colour::from_hex(text).unwrap();
        for (words, ground) in [
            (&sheet.ink, &sheet.sheet),
            (&sheet.ink, &sheet.ground),
            (&sheet.muted, &sheet.sheet),
            (&sheet.muted, &sheet.ground),
            (&sheet.accent, &sheet.sheet),
            (&sheet.on_accent, &sheet.accent),
        ] {
            assert!(contrast(of(words), of(ground)) >= 4.5, "{words} on {ground}: {sheet:?}");
        }
    };
    for file in folder {
        let theme = belofte_server::theme::read(&file.unwrap().path()).unwrap();
        let colours = colours::of_theme(&theme);
        legible(&colours.light);
        legible(&colours.dark);
    }
}
