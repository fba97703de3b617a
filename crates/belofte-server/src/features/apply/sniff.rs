//! What a file is, told by its content: the name and the browser's word for it are claims.

use std::fs::File;
use std::path::Path;

use super::container::{self, Refused};

/// So many bytes from the start tell.
pub const SNIFF_BYTES: usize = 64 * 1024;

pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
pub const ODT: &str = "application/vnd.oasis.opendocument.text";

const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// The media type of a stored file of `bytes` that starts with `head`, or why it is not taken whatever a field accepts.
/// Reads the file: not for a thread that others wait for.
pub fn judge(path: &Path, bytes: u64, head: &[u8], name: &str) -> std::io::Result<Result<&'static str, Refused>> {
    let file = File::open(path)?;
    if head.starts_with(b"PK\x03\x04") {
        return Ok(container::media_type(&file, bytes));
    }
    if container::ends_as_zip(&file, bytes)? {
        return Ok(Err(container::TWO_IN_ONE));
    }
    if head.starts_with(OLE) && container::has_old_macros(&file)? {
        return Ok(Err(container::OLD_MACROS));
    }
    Ok(Ok(media_type(head, name)))
}

/// The media type of a file that starts with `head` and is no zip; `name` only tells apart what the content cannot.
fn media_type(head: &[u8], name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if head.starts_with(b"{\\rtf") {
        return "application/rtf";
    }
    match infer::get(head).map(|kind| kind.mime_type()) {
        Some("image/heif") => "image/heic",
        Some("application/x-ole-storage") if ending == "doc" => "application/msword",
        Some(known) => known,
        None if head.starts_with(OLE) && ending == "doc" => "application/msword",
        None if is_text(head) => "text/plain",
        None => "application/octet-stream",
    }
}

/// UTF-8 without control characters but line ends and tabs. A letter cut at the end of the head is no fault.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or("\0"),
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !"\n\r\t\u{c}".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &[u8], name: &str, expected: &str) {
        assert_eq!(media_type(head, name), expected, "{name}");
    }

    #[test]
    fn the_content_decides_not_the_name() {
        check(b"%PDF-1.7\n...", "cv.pdf", "application/pdf");
        check(b"%PDF-1.7\n...", "photo.png", "application/pdf");
        check(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", "cv.pdf", "application/vnd.microsoft.portable-executable");
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "cv.pdf", "image/png");
        check(b"{\\rtf1\\ansi Hello}", "brief.rtf", "application/rtf");
        check("Café, ünïcode\n".as_bytes(), "brief.txt", "text/plain");
        check(b"\0\x01\x02\x03", "brief.txt", "application/octet-stream");
        check(b"<html><script>alert(1)</script>", "cv.pdf", "text/html");
    }

    #[test]
    fn old_word_files_are_known() {
        let mut old = OLE.to_vec();
        old.resize(600, 0);
        check(&old, "cv.doc", "application/msword");
    }
}
