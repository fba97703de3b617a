//! The description as somebody types it, and as it is kept: paragraphs, `## headings`, `- lists`, `*emphasis*`, `[a link](https://…)`.
//!
//! A dialect of our own small enough to read back whatever was written, whatever stands beside a star. Never makes HTML.

use belofte_contract::rich_text::{Block, BlockKind, Inline, RichText};

/// What means something, and is written with a `\` where it does not.
const SIGNS: [char; 6] = ['\\', '*', '[', ']', '(', ')'];

/// As it is typed.
pub fn typed(text: &RichText) -> String {
    let block = |block: &Block| match block.kind {
        BlockKind::Heading => block.lines.iter().map(|line| ["## ", &line_typed(line)].concat()).collect::<Vec<_>>(),
        BlockKind::List => block.lines.iter().map(|line| ["- ", &line_typed(line)].concat()).collect(),
        BlockKind::Paragraph | BlockKind::Unknown => {
            block.lines.iter().map(|line| guarded(&line_typed(line))).collect()
        }
    };
    let parted = |kind: BlockKind| if kind == BlockKind::List { "\n" } else { "\n\n" };
    let blocks: Vec<String> = text.0.iter().map(|each| block(each).join(parted(each.kind))).collect();
    blocks.join("\n\n")
}

/// A paragraph that begins like a heading or a list.
fn guarded(line: &str) -> String {
    let plain = !line.starts_with(['#', '-', '•']);
    if plain { line.to_owned() } else { ["\\", line].concat() }
}

fn line_typed(line: &[Inline]) -> String {
    line.iter().map(inline_typed).collect()
}

fn inline_typed(inline: &Inline) -> String {
    let quote = |text: &str| -> String {
        text.chars().flat_map(|sign| SIGNS.contains(&sign).then_some('\\').into_iter().chain([sign])).collect()
    };
    let text = quote(&inline.text);
    let text = if inline.emphasis { ["*", &text, "*"].concat() } else { text };
    match &inline.href {
        Some(href) => ["[", &text, "](", &quote(href), ")"].concat(),
        None => text,
    }
}

/// What was typed, as a tree. Nothing is refused: a star without a partner is a star.
pub fn read(typed: &str) -> RichText {
    let mut blocks: Vec<Block> = vec![];
    let mut paragraph = vec![];
    let mut listing = false;
    for line in typed.lines().map(str::trim).chain([""]) {
        let (kind, text) = kind_of(line);
        if line.is_empty() || kind != BlockKind::Paragraph {
            add(&mut blocks, BlockKind::Paragraph, &paragraph.join(" "), false);
            paragraph.clear();
        }
        if kind == BlockKind::Paragraph && !line.is_empty() {
            paragraph.push(text);
        } else if !line.is_empty() {
            add(&mut blocks, kind, text, listing);
        }
        listing = kind == BlockKind::List && !line.is_empty();
    }
    RichText(blocks)
}

fn kind_of(line: &str) -> (BlockKind, &str) {
    if let Some(text) = line.strip_prefix('#') {
        return (BlockKind::Heading, text.trim_start_matches('#').trim());
    }
    match line.strip_prefix(['-', '•']) {
        Some(text) => (BlockKind::List, text.trim()),
        None => (BlockKind::Paragraph, line),
    }
}

/// Puts a line into the tree; `on` continues the list before it.
fn add(blocks: &mut Vec<Block>, kind: BlockKind, text: &str, on: bool) {
    let line = tidy(inlines(text));
    if line.is_empty() {
        return;
    }
    match blocks.last_mut() {
        Some(last) if on && last.kind == kind => last.lines.push(line),
        _ => blocks.push(Block { kind, lines: vec![line] }),
    }
}

fn inlines(text: &str) -> Vec<Inline> {
    let signs: Vec<char> = text.chars().collect();
    let (mut line, mut plain, mut at) = (vec![], String::new(), 0);
    while let Some(&sign) = signs.get(at) {
        let found = match sign {
            '*' => emphasised(&signs, at, None),
            '[' => link(&signs, at),
            _ => None,
        };
        if let Some((inline, after)) = found {
            line.push(plain_inline(std::mem::take(&mut plain)));
            line.push(inline);
            at = after;
        } else {
            let quoted = sign == '\\' && at + 1 < signs.len();
            plain.push(if quoted { signs[at + 1] } else { sign });
            at += if quoted { 2 } else { 1 };
        }
    }
    line.push(plain_inline(plain));
    line
}

fn plain_inline(text: String) -> Inline {
    Inline { text, ..Inline::default() }
}

/// The words between the sign at `at` and the next `end`, and where it goes on.
fn until(signs: &[char], at: usize, end: char) -> Option<(String, usize)> {
    let mut words = String::new();
    let mut next = at;
    while let Some(&sign) = signs.get(next) {
        match sign {
            sign if sign == end => return Some((words, next + 1)),
            '\\' if next + 1 < signs.len() => {
                words.push(signs[next + 1]);
                next += 2;
            }
            '*' | '[' | ']' => return None,
            sign => {
                words.push(sign);
                next += 1;
            }
        }
    }
    None
}

fn emphasised(signs: &[char], at: usize, href: Option<String>) -> Option<(Inline, usize)> {
    // Two stars are how others write it.
    let double = signs.get(at + 1) == Some(&'*');
    let begin = if double { at + 2 } else { at + 1 };
    let (text, after) = until(signs, begin, '*')?;
    let after = if double { (signs.get(after) == Some(&'*')).then_some(after + 1)? } else { after };
    (!text.trim().is_empty()).then_some((Inline { text, emphasis: true, href }, after))
}

fn link(signs: &[char], at: usize) -> Option<(Inline, usize)> {
    let (inline, after) = match signs.get(at + 1)? {
        '*' => {
            let (inline, after) = emphasised(signs, at + 1, None)?;
            (inline, (signs.get(after) == Some(&']')).then_some(after + 1)?)
        }
        _ => {
            let (text, after) = until(signs, at + 1, ']')?;
            (plain_inline(text), after)
        }
    };
    let (href, after) = until(signs, (signs.get(after) == Some(&'(')).then_some(after + 1)?, ')')?;
    (!inline.text.trim().is_empty()).then_some((Inline { href: Some(href.trim().to_owned()), ..inline }, after))
}

/// Neighbours of one kind are one; no empty ones, no space at the ends.
fn tidy(line: Vec<Inline>) -> Vec<Inline> {
    let mut tidied: Vec<Inline> = vec![];
    for inline in line.into_iter().filter(|inline| !inline.text.is_empty()) {
        match tidied.last_mut() {
            Some(last) if (last.emphasis, &last.href) == (inline.emphasis, &inline.href) => {
                last.text.push_str(&inline.text)
            }
            _ => tidied.push(inline),
        }
    }
    if let Some(first) = tidied.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    if let Some(last) = tidied.last_mut() {
        last.text = last.text.trim_end().to_owned();
    }
    tidied.retain(|inline| !inline.text.is_empty());
    tidied
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inline() -> impl Strategy<Value = Inline> {
        let text = r"[a-z*\[\]()\\#•. éß-]{0,8}[a-z*\[\]()\\#-]";
        let href = proptest::option::of(r"https://[a-z()*\\]{1,8}");
        (text, any::<bool>(), href).prop_map(|(text, emphasis, href)| Inline { text, emphasis, href })
    }

    fn block() -> impl Strategy<Value = Block> {
        let line = || proptest::collection::vec(inline(), 1..4).prop_map(tidy);
        let lines = proptest::collection::vec(line(), 1..4);
        let one = (prop_oneof![Just(BlockKind::Paragraph), Just(BlockKind::Heading)], line());
        prop_oneof![
            lines.prop_map(|lines| Block { kind: BlockKind::List, lines }),
            one.prop_map(|(kind, line)| Block { kind, lines: vec![line] }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_kept_comes_back_as_it_was(blocks in proptest::collection::vec(block(), 0..6)) {
            let text = RichText(blocks);
            prop_assert_eq!(read(&typed(&text)), text);
        }

        #[test]
        fn anything_typed_is_kept_the_same_the_second_time(words in "(\\PC|\n){0,60}") {
            let once = read(&words);
            prop_assert_eq!(read(&typed(&once)), once);
        }
    }

    #[test]
    fn what_others_write_is_understood() {
        let text = read("# You\n* no list\n- one\n• **two** [site](https://example.nl)\n\nLine\nand line");
        let plain: Vec<String> = text.0.iter().map(|block| format!("{:?} {}", block.kind, block.lines.len())).collect();
        assert_eq!(plain, ["Heading 1", "Paragraph 1", "List 2", "Paragraph 1"]);
        assert_eq!(text.0[2].lines[1][2].href.as_deref(), Some("https://example.nl"));
        assert!(text.0[2].lines[1][0].emphasis);
        assert_eq!(text.0[3].lines[0][0].text, "Line and line");
    }

    #[test]
    fn the_demos_descriptions_come_back() {
        let postings: serde_json::Value = serde_json::from_str(include_str!("../../../demo/postings.json")).unwrap();
        for text in
            postings.as_array().unwrap().iter().flat_map(|posting| posting["description"].as_object().unwrap().values())
        {
            let text: RichText = serde_json::from_value(text.clone()).unwrap();
            assert_eq!(read(&typed(&text)), text);
        }
    }
}
