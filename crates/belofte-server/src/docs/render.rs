//! From Markdown of the `docs` folder to the inside of a page: headings with addresses, links between pages, examples
//! filled with what holds here.
//!
//! HTML in the source is shown as text, never passed on.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// What stands in the examples instead of the made-up address.
pub struct Here {
    /// `https://api.example.org`
    pub endpoint: String,
    pub version: &'static str,
    /// Hash of the loader, `sha384-…`; empty where no widget was built.
    pub integrity: String,
}

pub struct Drawn {
    pub title: String,
    pub html: String,
    /// Address within the page and words of each heading of the second level.
    pub sections: Vec<(String, String)>,
}

/// The first heading.
pub fn title(source: &str) -> &str {
    source.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().trim()
}

/// `Light and dark` -> `light-and-dark`, as code forges write it, so that links hold there, too.
pub fn address(words: &str) -> String {
    let kept = words.to_lowercase();
    let kept = kept.chars().filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
    kept.map(|it| if it == ' ' { '-' } else { it }).collect()
}

pub fn page(source: &str, here: &Here) -> Drawn {
    let mut sections = vec![];
    let mut events: Vec<Event<'_>> = Parser::new_ext(source, Options::ENABLE_TABLES).collect();
    let mut fenced = false;
    for at in 0..events.len() {
        match &mut events[at] {
            Event::Start(Tag::Heading { .. }) => head(&mut events, at, &mut sections),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => fenced = true,
            Event::End(TagEnd::CodeBlock) => fenced = false,
            Event::Text(text) if fenced => *text = CowStr::from(fill(text, here)),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                *dest_url = CowStr::from(target(dest_url));
            }
            // The marks around tables that are made by the program.
            Event::Html(given) if given.trim_start().starts_with("<!--") => events[at] = Event::Text("".into()),
            Event::Html(given) | Event::InlineHtml(given) => events[at] = Event::Text(given.clone()),
            _ => {}
        }
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    // A wide table or example scrolls by itself, and by the keyboard.
    let out = out
        .replace("<table>", "<div class=\"wide\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>")
        .replace("<pre>", "<pre tabindex=\"0\">");
    Drawn { title: title(source).to_owned(), html: out, sections }
}

/// Gives the heading that begins at `at` its address.
fn head(events: &mut [Event<'_>], at: usize, sections: &mut Vec<(String, String)>) {
    let mut words = String::new();
    for event in &events[at + 1..] {
        match event {
            Event::End(TagEnd::Heading(_)) => break,
            Event::Text(text) | Event::Code(text) => words.push_str(text),
            _ => {}
        }
    }
    let own = address(&words);
    if let Event::Start(Tag::Heading { level, id, .. }) = &mut events[at] {
        *id = Some(CowStr::from(own.clone()));
        if *level == HeadingLevel::H2 {
            sections.push((own, words));
        }
    }
}

/// `THEMING.md#tokens` -> `/docs/theming#tokens`; pictures and whole addresses stay; what lies outside the folder does not leave the page.
pub fn target(link: &str) -> String {
    let (file, place) = link.split_once('#').map_or((link, None), |(file, place)| (file, Some(place)));
    let Some(name) = file.strip_suffix(".md").filter(|name| !name.contains('/')) else {
        return if link.contains("://") || link.starts_with('#') { link.to_owned() } else { format!("/docs/{link}") };
    };
    let place = place.map(|place| format!("#{place}")).unwrap_or_default();
    format!("/docs/{}{place}", name.to_lowercase())
}

/// An example as one can copy it here.
fn fill(text: &str, here: &Here) -> String {
    let filled = text.replace("https://HOST", &here.endpoint).replace("https://api.example.nl", &here.endpoint);
    let filled = filled.replace("/embed/0.1.0/", &format!("/embed/{}/", here.version));
    if here.integrity.is_empty() { filled } else { filled.replace("sha384-…", &here.integrity) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::SOURCES;
    use super::*;

    fn here() -> Here {
        Here { endpoint: "https://jobs.example.org".into(), version: "9.9.9", integrity: "sha384-abc".into() }
    }

    #[test]
    fn an_example_names_this_endpoint_and_its_hash() {
        let source = "# Start\n```html\n<script src=\"https://HOST/embed/0.1.0/belofte.js\" integrity=\"sha384-…\" data-endpoint=\"https://api.example.nl\">\n```\n";
        let drawn = page(source, &here());
        for part in ["https://jobs.example.org/embed/", "sha384-abc", "data-endpoint=\"https://jobs.example.org\""] {
            let escaped = part.replace('"', "&quot;");
            assert!(drawn.html.contains(&escaped) || drawn.html.contains(part), "{part}: {}", drawn.html);
        }
    }

    #[test]
    fn html_in_the_source_is_shown_as_text() {
        let drawn = page("# A\n\nsee <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n", &here());
        assert!(!drawn.html.contains("<script") && !drawn.html.contains("<img"), "{}", drawn.html);
        assert!(drawn.html.contains("&lt;script&gt;"), "{}", drawn.html);
    }

    #[test]
    fn a_mark_around_a_table_is_not_shown() {
        let drawn =
            page("# A\n\n<!-- table: slots -->\n| a | b |\n|---|---|\n| c | d |\n\n<!-- end -->\n\nAfter\n", &here());
        assert!(drawn.html.contains("<td>d</td>") && drawn.html.contains("<p>After</p>"), "{}", drawn.html);
        assert!(!drawn.html.contains("table:") && !drawn.html.contains("--"), "{}", drawn.html);
    }

    /// Every link between our pages leads to a page and a heading that are there.
    #[test]
    fn links_lead_somewhere() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/");
        let mut places = BTreeSet::new();
        for source in &SOURCES {
            places.insert(format!("/docs/{}", source.slug));
            let parser = Parser::new_ext(source.text, Options::ENABLE_TABLES);
            let mut words: Option<String> = None;
            for event in parser {
                match event {
                    Event::Start(Tag::Heading { .. }) => words = Some(String::new()),
                    Event::Text(text) | Event::Code(text) => words.iter_mut().for_each(|words| words.push_str(&text)),
                    Event::End(TagEnd::Heading(_)) => {
                        places.insert(format!("/docs/{}#{}", source.slug, address(&words.take().unwrap())));
                    }
                    _ => {}
                }
            }
        }
        let mut lost = vec![];
        for source in &SOURCES {
            for event in Parser::new_ext(source.text, Options::ENABLE_TABLES) {
                let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event else { continue };
                let to = if dest_url.starts_with('#') {
                    format!("/docs/{}{dest_url}", source.slug)
                } else {
                    target(&dest_url)
                };
                let file =
                    to.strip_prefix("/docs/").is_some_and(|name| std::path::Path::new(folder).join(name).is_file());
                if to.starts_with("/docs/") && !file && !places.contains(&to) {
                    lost.push(format!("{}: {dest_url}", source.slug));
                }
            }
        }
        assert_eq!(lost, [""; 0]);
    }

    #[test]
    fn every_file_of_the_folder_is_a_page() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
        let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let files: BTreeSet<_> = names.filter_map(|name| name.strip_suffix(".md").map(str::to_lowercase)).collect();
        assert_eq!(files, SOURCES.iter().map(|source| source.slug.to_owned()).collect());
    }
}
