//! A recruiter's text as a small tree: drawn as nodes, never as an HTML string.

use serde::{Deserialize, Serialize};

use crate::read::{Node, Read, Reader, readable, words};

/// Blocks in reading order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct RichText(pub Vec<Block>);

impl Read for RichText {
    fn read(from: &Reader<'_>, node: Node) -> RichText {
        RichText(Vec::read(from, node))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Block {
    pub kind: BlockKind,
    /// One line for a paragraph or heading, one per item for a list.
    pub lines: Vec<Vec<Inline>>,
}

readable!(Block { kind, lines });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    Paragraph,
    Heading,
    List,
    #[serde(other)]
    Unknown,
}

words!(BlockKind { Paragraph "paragraph", Heading "heading", List "list" } else Unknown);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Inline {
    pub text: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emphasis: bool,
    /// Only `https:`, `mailto:` and `tel:` are drawn as links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

readable!(Inline { text, emphasis: default, href });

impl Inline {
    /// The address, when it is of a kind that is safe to follow.
    pub fn safe_href(&self) -> Option<&str> {
        let href = self.href.as_deref()?;
        ["https://", "mailto:", "tel:"].iter().any(|scheme| href.starts_with(scheme)).then_some(href)
    }
}

impl RichText {
    /// The words alone, blocks parted by a blank line.
    pub fn plain(&self) -> String {
        let mut text = String::new();
        for line in self.0.iter().flat_map(|block| &block.lines) {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            line.iter().for_each(|inline| text.push_str(&inline.text));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_address_is_never_a_link() {
        for (href, safe) in [
            ("https://example.nl", true),
            ("mailto:a@example.nl", true),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("//example.nl", false),
            (" javascript:x", false),
        ] {
            let inline = Inline { text: "x".into(), emphasis: false, href: Some(href.into()) };
            assert_eq!(inline.safe_href().is_some(), safe, "{href}");
        }
    }
}
