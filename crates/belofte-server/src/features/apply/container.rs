//! Documents that are zips inside (docx, odt), opened within bounds: what is in them decides, not what they say of it.
//!
//! Reads as a stream and keeps no part but the list of types. Nothing is ever written out of one.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::sniff::{DOCX, ODT};

/// A long thesis with a picture on each page has some hundreds.
const PARTS_MAX: usize = 1_000;
/// Names and places of all parts together.
const DIRECTORY_MAX: u32 = 1024 * 1024;
/// All parts unpacked, counted while unpacking.
const UNPACKED_MAX: u64 = 100 * 1024 * 1024;
/// Above this, so many bytes from one is no document.
const RATIO_FROM: u64 = 10 * 1024 * 1024;
const RATIO_MAX: u64 = 100;
/// The list of types of a docx, the kind of an odt.
const LIST_MAX: u64 = 256 * 1024;
const CHUNK: usize = 16 * 1024;
/// The record at a zip's end, without a comment: what writes documents writes none.
const END_BYTES: usize = 22;
const COMMENT_MAX: usize = 65_535;
const PART: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const ARCHIVES: [&[u8]; 3] = [b"PK\x03\x04", b"7z\xBC\xAF\x27\x1C", b"Rar!\x1A\x07"];

/// Why a container is not taken, for whoever reads the answer: says what to do instead.
pub type Refused = &'static str;

const BROKEN: Refused = "a zip that is broken, locked or no document: save it as pdf, docx or odt";
const TOO_MUCH: Refused = "a document that unpacks to too much: save it as pdf";
const ARCHIVE: Refused = "a document with an archive inside: save it as pdf, or send what is inside by itself";
const MACROS: Refused = "a document with macros: save it as pdf, docx or odt without them";

/// The media type of a zip of `bytes`, by what is in it.
pub fn media_type(file: &File, bytes: u64) -> Result<&'static str, Refused> {
    check_directory(file, bytes)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| BROKEN)?;
    if archive.len() > PARTS_MAX || archive.offset() != 0 || archive.has_duplicate_names() {
        return Err(BROKEN);
    }
    if archive.has_overlapping_entries().map_err(|_| BROKEN)? {
        return Err(TOO_MUCH);
    }
    let (mut names, mut unpacked) = (Vec::new(), 0);
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| BROKEN)?;
        names.push(part.name().map_err(|_| BROKEN)?.to_lowercase());
        unpacked = unpack(part, unpacked, bytes)?;
    }
    if names.iter().any(|name| has_macros(name)) {
        return Err(MACROS);
    }
    if names.first().is_some_and(|name| name == "mimetype") {
        let is_text = list(&mut archive, "mimetype")? == ODT && names.iter().any(|name| name == "content.xml");
        return if is_text { Ok(ODT) } else { Err(BROKEN) };
    }
    let types = list(&mut archive, "[Content_Types].xml")?.to_lowercase();
    let is_document = |name: &String| name.starts_with("word/document") && name.ends_with(".xml");
    if types.contains("macroenabled") || types.contains("vbaproject") {
        Err(MACROS)
    } else if types.contains("wordprocessingml.document.main+xml") && names.iter().any(is_document) {
        Ok(DOCX)
    } else {
        Err(BROKEN)
    }
}

/// Before the directory is read, as it is read whole: that it ends the file, and that it is not long.
fn check_directory(file: &File, bytes: u64) -> Result<(), Refused> {
    let tail = tail(file, bytes, END_BYTES).map_err(|_| BROKEN)?;
    if tail.len() < END_BYTES || !tail.starts_with(END) || tail[20..] != [0, 0] {
        return Err(BROKEN);
    }
    let size = tail[12..16].try_into().map(u32::from_le_bytes).unwrap_or(u32::MAX);
    if size > DIRECTORY_MAX || count(file, PART).map_err(|_| BROKEN)? > PARTS_MAX {
        return Err(TOO_MUCH);
    }
    Ok(())
}

/// Counts what really comes out; the sizes that are told play no part. Gives the sum with what came before.
fn unpack(mut part: impl Read, before: u64, bytes: u64) -> Result<u64, Refused> {
    let (mut buffer, mut sum, mut first) = ([0; CHUNK], before, true);
    loop {
        let read = part.read(&mut buffer).map_err(|_| BROKEN)?;
        if read == 0 {
            return Ok(sum);
        }
        if first && ARCHIVES.iter().any(|magic| buffer[..read].starts_with(magic)) {
            return Err(ARCHIVE);
        }
        first = false;
        sum += read as u64;
        if sum > UNPACKED_MAX || (sum > RATIO_FROM && sum > bytes.saturating_mul(RATIO_MAX)) {
            return Err(TOO_MUCH);
        }
    }
}

/// By the lower-case name of a part. LibreOffice lists an empty library in every document that ever saw one.
fn has_macros(name: &str) -> bool {
    let listing = name.ends_with("/script-lc.xml") || name.ends_with("/script-lb.xml") || name.ends_with('/');
    name.ends_with("vbaproject.bin")
        || name.ends_with("vbadata.xml")
        || name.contains("/activex/")
        || ((name.starts_with("basic/") || name.starts_with("scripts/")) && !listing)
}

fn list<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> Result<String, Refused> {
    let mut text = String::new();
    let part = archive.by_name(name).map_err(|_| BROKEN)?;
    part.take(LIST_MAX).read_to_string(&mut text).map_err(|_| BROKEN)?;
    Ok(text)
}

/// Whether a file that starts as something else ends as a zip: two files in one, and each reader sees its own.
pub fn ends_as_zip(file: &File, bytes: u64) -> std::io::Result<bool> {
    let tail = tail(file, bytes, END_BYTES + COMMENT_MAX)?;
    let ends = |at: usize| {
        let length = tail.get(at + 20..at + END_BYTES)?;
        Some(at + END_BYTES + usize::from(u16::from_le_bytes([length[0], length[1]])) == tail.len())
    };
    let mut places = tail.windows(END.len()).enumerate().filter(|(_, window)| *window == END);
    Ok(places.any(|(at, _)| ends(at) == Some(true)))
}

/// Whether an old Word file carries macros: they lie under a name that nothing else has.
pub fn has_old_macros(file: &File) -> std::io::Result<bool> {
    let name: Vec<u8> = "_VBA_PROJECT".bytes().flat_map(|letter| [letter, 0]).collect();
    Ok(count(file, &name)? > 0)
}

/// What a file that is more than one thing, or carries a program, is told.
pub const TWO_IN_ONE: Refused = "two files in one: save it again as pdf, or as a picture";
pub const OLD_MACROS: Refused = MACROS;

fn tail(mut file: &File, bytes: u64, most: usize) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(bytes.saturating_sub(most as u64)))?;
    let mut tail = Vec::with_capacity(most.min(usize::try_from(bytes).unwrap_or(most)));
    file.take(most as u64).read_to_end(&mut tail)?;
    Ok(tail)
}

/// How often `wanted` stands in the file.
fn count(mut file: &File, wanted: &[u8]) -> std::io::Result<usize> {
    file.seek(SeekFrom::Start(0))?;
    let (mut seen, mut found, mut chunk) = (Vec::new(), 0, [0; CHUNK]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(found);
        }
        seen.extend_from_slice(&chunk[..read]);
        found += seen.windows(wanted.len()).filter(|window| *window == wanted).count();
        // What may be the beginning of one that ends in the next chunk.
        seen.drain(..seen.len().saturating_sub(wanted.len() - 1));
    }
}
