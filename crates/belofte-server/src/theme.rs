//! The brand's theme for pages, mails and desk: read once at the start.
//!
//! Never stops the server: what cannot be read is named, and the default look stays.

use std::path::Path;
use std::sync::Arc;

use belofte_theme::{FILE_BYTES, Node, Theme};

/// The theme in this file, or why it is not worn.
pub fn read(path: &Path) -> Result<Theme, String> {
    let told = |why: &dyn std::fmt::Display| format!("theme {} is not worn: {why}", path.display());
    let size = std::fs::metadata(path).map_err(|error| told(&error))?.len();
    if size > FILE_BYTES as u64 {
        return Err(told(&format_args!("it is larger than {FILE_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| told(&error))?;
    let node = Node::from_json(&text).unwrap_or(Node::Nothing);
    belofte_theme::read(&node).map_err(|refusal| told(&refusal))
}

/// For the start: what is refused is told in the log.
pub fn load(path: Option<&Path>) -> Option<Arc<Theme>> {
    match read(path?) {
        Ok(theme) => Some(Arc::new(theme)),
        Err(told) => {
            tracing::warn!("{told}");
            None
        }
    }
}

/// The rule that a style sheet ends with; nothing without a theme.
pub fn rule(theme: Option<&Theme>) -> String {
    theme.map_or_else(String::new, |theme| format!("\n.belofte-page {{ {} }}\n", theme.css()))
}

/// The rule for pages of others that carry the widget; a comment without a theme.
pub fn for_widget(theme: Option<&Theme>) -> String {
    theme.map_or_else(|| "/* no theme */\n".to_owned(), |theme| format!("belofte-careers {{ {} }}\n", theme.css()))
}
