//! What people type, as it is kept.

/// Without signs that nobody sees and that come along when text is copied: a NUL cannot even be stored everywhere. Lines and
/// tabs stay.
pub fn seen(text: &str) -> String {
    text.replace(|sign: char| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t'), "")
}

/// The same, without room around it.
pub fn readable(text: &str) -> String {
    seen(text).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_goes_and_lines_stay() {
        assert_eq!(readable(" a\u{0}b\u{1b}\r\n\tc\u{85} \n"), "ab\r\n\tc");
    }
}
