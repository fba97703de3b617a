//! What a file is, told by its content: the name and the browser's word for it are claims.

/// So many bytes from the start tell.
pub const SNIFF_BYTES: usize = 64 * 1024;

/// Taken where a field names no types of its own.
pub const DEFAULT_ACCEPT: [&str; 10] = [
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.oasis.opendocument.text",
    "application/rtf",
    "text/plain",
    "image/jpeg",
    "image/png",
    "image/heic",
    "image/webp",
];

const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// The media type of a file that starts with `head`; `name` only tells apart what the content cannot.
pub fn media_type(head: &[u8], name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if head.starts_with(b"{\\rtf") {
        return "application/rtf";
    }
    match infer::get(head).map(|kind| kind.mime_type()) {
        Some("image/heif") => "image/heic",
        Some("application/x-ole-storage") if ending == "doc" => "application/msword",
        // Word writes its parts in any order; the matcher looks at the first ones only.
        Some("application/zip") if contains(head, b"word/document.xml") => DEFAULT_ACCEPT[2],
        Some(known) => known,
        None if head.starts_with(OLE) && ending == "doc" => "application/msword",
        None if is_text(head) => "text/plain",
        None => "application/octet-stream",
    }
}

fn contains(head: &[u8], wanted: &[u8]) -> bool {
    head.windows(wanted.len()).any(|window| window == wanted)
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
    fn word_files_old_and_new_are_known() {
        let mut old = OLE.to_vec();
        old.resize(600, 0);
        check(&old, "cv.doc", "application/msword");
        let new = b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0[Content_Types].xml....word/document.xml";
        check(new, "cv.docx", DEFAULT_ACCEPT[2]);
    }
}
