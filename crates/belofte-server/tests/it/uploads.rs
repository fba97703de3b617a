//! Files of every kind at the door: what is taken, what is told, what it costs, what is left behind.
//!
//! The corpus is made here, byte by byte; nothing in it is anybody's.

use std::io::{Cursor, Write};
use std::sync::OnceLock;
use std::time::Duration;

use axum::http::StatusCode;
use belofte_server::features::apply::sniff;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::crash::Server;
use crate::support::{TestApp, rounds};

const MB: usize = 1024 * 1024;
const MAX: usize = 10 * MB;
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82";
const JPG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9";
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const ODT: &str = "application/vnd.oasis.opendocument.text";

/// One file, and what becomes of it: its media type, or a problem whose detail has these words.
pub struct Case {
    pub name: String,
    pub bytes: Vec<u8>,
    pub verdict: Result<&'static str, (&'static str, &'static str)>,
}

const TYPE: &str = "/problems/media-type file:file_type";
const TOO_LARGE: &str = "/problems/too-large file:too_large";
const EMPTY: &str = "/problems/fields file:file_empty";

type Parts<'p> = &'p [(&'p str, &'p [u8])];

fn zipped(parts: Parts<'_>) -> Vec<u8> {
    zipped_as(parts, CompressionMethod::Deflated)
}

fn zipped_as(parts: Parts<'_>, method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn types(main: &str) -> Vec<u8> {
    format!("<Types><Override PartName=\"/word/document.xml\" ContentType=\"{main}\"/></Types>").into_bytes()
}

/// A document of Word's kind with these parts besides what each has.
fn docx(more: Parts<'_>) -> Vec<u8> {
    let types = types(MAIN);
    let own: [(&str, &[u8]); 3] = [
        ("[Content_Types].xml", &types),
        ("_rels/.rels", b"<Relationships/>"),
        ("word/document.xml", b"<w:document/>"),
    ];
    zipped(&[&own, more].concat())
}

fn odt(kind: &str, more: Parts<'_>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("mimetype", stored).unwrap();
    zip.write_all(kind.as_bytes()).unwrap();
    for (name, bytes) in more {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same zip, telling of each part that it unpacks to `told` bytes.
fn lying(mut zip: Vec<u8>, told: u32) -> Vec<u8> {
    for (magic, at) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
        let places: Vec<usize> = (0..zip.len() - 4).filter(|place| zip[*place..*place + 4] == magic[..]).collect();
        for place in places {
            zip[place + at..place + at + 4].copy_from_slice(&told.to_le_bytes());
        }
    }
    zip
}

/// Each part's place in the directory replaced by the first one's: many names, one content.
fn overlapping(mut zip: Vec<u8>) -> Vec<u8> {
    let places: Vec<usize> = (0..zip.len() - 4).filter(|place| zip[*place..*place + 4] == *b"PK\x01\x02").collect();
    for place in places {
        zip[place + 42..place + 46].copy_from_slice(&0_u32.to_le_bytes());
    }
    zip
}

fn padded(start: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = start.to_vec();
    bytes.resize(length, b' ');
    bytes
}

/// Not to be packed any smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let draw = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(draw).collect()
}

/// Made once for all tests: packing takes its time.
pub fn corpus() -> &'static [Case] {
    static CORPUS: OnceLock<Vec<Case>> = OnceLock::new();
    CORPUS.get_or_init(make)
}

fn make() -> Vec<Case> {
    let mut cases = vec![];
    taken(&mut |name, bytes, kind| cases.push(Case { name: name.to_owned(), bytes, verdict: Ok(kind) }));
    let mut refuse = |name: &str, bytes: Vec<u8>, problem, detail| {
        cases.push(Case { name: name.to_owned(), bytes, verdict: Err((problem, detail)) });
    };
    other_kinds(&mut refuse);
    no_documents(&mut refuse);
    bombs(&mut refuse);
    cases
}

fn taken(take: &mut impl FnMut(&str, Vec<u8>, &'static str)) {
    take("cv.pdf", PDF.to_vec(), "application/pdf");
    take("cv.docx", docx(&[]), DOCX);
    take("cv.odt", odt(ODT, &[("content.xml", b"<c/>")]), ODT);
    take("foto.jpg", JPG.to_vec(), "image/jpeg");
    take("foto.png", PNG.to_vec(), "image/png");
    take("brief.txt", b"Best people, I would like to work here.\n".to_vec(), "text/plain");
    take("brief.rtf", b"{\\rtf1\\ansi Hello}".to_vec(), "application/rtf");
    take("cv.doc", padded(OLE, 2_048), "application/msword");
    // The content decides, whatever the name says.
    take("cv.exe", PDF.to_vec(), "application/pdf");
    take("foto.pdf", PNG.to_vec(), "image/png");
    take("cv.zip", docx(&[]), DOCX);
    take("zonder-punt", PDF.to_vec(), "application/pdf");
    // At the limit and one below.
    take("groot.pdf", padded(PDF, MAX), "application/pdf");
    take("bijna.pdf", padded(PDF, MAX - 1), "application/pdf");
    take("grote foto.docx", docx(&[("word/media/image1.jpg", &noise(9 * MB))]), DOCX);
    take("proefschrift.docx", docx(&[("word/media/image1.bmp", &vec![0; 9 * MB])]), DOCX);
    // Names that are paths, or read otherwise than they are.
    take("../../../etc/passwd", PDF.to_vec(), "application/pdf");
    take("..\\..\\windows\\system.ini", PDF.to_vec(), "application/pdf");
    take("/absolute/cv.pdf", PDF.to_vec(), "application/pdf");
    take("cv\u{202e}fdp.exe", PDF.to_vec(), "application/pdf");
    take("\u{2066}cv\u{2069}\u{200f}.pdf", PDF.to_vec(), "application/pdf");
    take("cv\u{feff}\u{200b}.pdf", PDF.to_vec(), "application/pdf");
    take("..", PDF.to_vec(), "application/pdf");
    take(&format!("{}.pdf", "lang".repeat(100)), PDF.to_vec(), "application/pdf");
    take("نامه\u{200c}ها.pdf", PDF.to_vec(), "application/pdf");
    // What real programs write.
    let online = types(MAIN);
    let parts: [(&str, &[u8]); 2] = [("[Content_Types].xml", &online), ("word/document2.xml", b"<w:document/>")];
    take("online.docx", zipped(&parts), DOCX);
    let stored = types(MAIN);
    let parts: [(&str, &[u8]); 2] = [("word/document.xml", b"<w:document/>"), ("[Content_Types].xml", &stored)];
    take("opgeslagen.docx", zipped_as(&parts, CompressionMethod::Stored), DOCX);
    let empty_library =
        [("content.xml", &b"<c/>"[..]), ("Basic/script-lc.xml", b"<l/>"), ("Basic/Standard/script-lb.xml", b"<l/>")];
    take("leeg.odt", odt(ODT, &empty_library), ODT);
}

type Refuse<'r> = &'r mut dyn FnMut(&str, Vec<u8>, &'static str, &'static str);

fn other_kinds(refuse: Refuse<'_>) {
    refuse("leeg.pdf", vec![], EMPTY, "");
    refuse("leeg.docx", vec![], EMPTY, "");
    refuse("te groot.pdf", padded(PDF, MAX + 1), TOO_LARGE, "");
    refuse("te groot.docx", padded(b"PK\x03\x04", MAX + 1), TOO_LARGE, "");
    refuse("veel te groot.jpg", padded(JPG, MAX + 60_000), TOO_LARGE, "");
    let kinds: [(&str, &[u8], &str); 14] = [
        ("cv.pdf", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", "executable"),
        ("cv.docx", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "executable"),
        ("cv.pdf", b"<html><script>alert(1)</script>", "text/html"),
        ("cv.png", b"<!DOCTYPE html><script>alert(1)</script>", "text/html"),
        ("foto.svg", b"<?xml version=\"1.0\"?><svg onload=\"alert(1)\"/>", "xml"),
        ("foto.gif", b"GIF89a\x01\0\x01\0\0\0\0;", "image/gif"),
        ("cv.sh", b"#!/bin/sh\nrm -rf /\n", "shellscript"),
        ("film.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4"),
        ("lied.mp3", b"ID3\x03\0\0\0\0\0\0", "audio/mpeg"),
        ("cv.7z", b"7z\xBC\xAF\x27\x1C\0\x04", "7z"),
        ("cv.rar", b"Rar!\x1A\x07\0", "rar"),
        ("cv.gz", b"\x1F\x8B\x08\0\0\0\0\0", "gzip"),
        ("cv.pdf", b"\0\x01\x02\x03\x04", "octet-stream"),
        ("cv.txt", b"caf\xe9\0", "octet-stream"),
    ];
    for (name, bytes, detail) in kinds {
        refuse(name, bytes.to_vec(), TYPE, detail);
    }
    refuse("cijfers.xls", padded(OLE, 2_048), TYPE, "ole-storage");
    let name: Vec<u8> = "_VBA_PROJECT".bytes().flat_map(|letter| [letter, 0]).collect();
    refuse("macro.doc", [padded(OLE, 40_000), name, vec![0; 2_000]].concat(), TYPE, "macros");
    // Two in one: a picture or a page at the start, a zip at the end.
    for (name, start) in [("cv.pdf", PDF), ("foto.jpg", JPG), ("foto.png", PNG), ("cv.rtf", b"{\\rtf1}")] {
        refuse(name, [start, &zipped(&[("evil.class", b"...")])].concat(), TYPE, "two files in one");
    }
    refuse(
        "cv.docx",
        [&b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"[..], &docx(&[])].concat(),
        TYPE,
        "two files in one",
    );
}

fn no_documents(refuse: Refuse<'_>) {
    refuse("cv.docx", zipped(&[("a.txt", b"words")]), TYPE, "no document");
    refuse("cv.docx", zipped(&[("word/document.xml", b"<w:document/>")]), TYPE, "no document");
    let sheet = types("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml");
    refuse("cv.docx", zipped(&[("[Content_Types].xml", &sheet), ("xl/workbook.xml", b"<w/>")]), TYPE, "no document");
    refuse(
        "cv.odt",
        odt("application/vnd.oasis.opendocument.spreadsheet", &[("content.xml", b"<c/>")]),
        TYPE,
        "no document",
    );
    refuse("cv.odt", odt(ODT, &[]), TYPE, "no document");
    refuse("cv.epub", odt("application/epub+zip", &[("content.xml", b"<c/>")]), TYPE, "no document");
    refuse("cv.docx", docx(&[])[..200].to_vec(), TYPE, "broken");
    refuse("cv.docx", [docx(&[]), vec![0; 100]].concat(), TYPE, "broken");
    refuse("cv.docx", b"PK\x03\x04".to_vec(), TYPE, "broken");
    let mut flipped = docx(&[("word/media/image1.jpg", &noise(5_000))]);
    flipped[2_000] ^= 1;
    refuse("cv.docx", flipped, TYPE, "broken");
    let mut locked = docx(&[]);
    locked[6] |= 1;
    let directory = locked.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    locked[directory + 8] |= 1;
    refuse("cv.docx", locked, TYPE, "broken, locked");
    // Macros, under any name.
    let macros = types("application/vnd.ms-word.document.macroEnabled.main+xml");
    let docm: [(&str, &[u8]); 2] = [("[Content_Types].xml", &macros), ("word/document.xml", b"<w:document/>")];
    refuse("cv.docm", zipped(&docm), TYPE, "macros");
    refuse("cv.docx", zipped(&docm), TYPE, "macros");
    refuse("cv.docx", docx(&[("word/vbaProject.bin", b"x")]), TYPE, "macros");
    refuse("cv.docx", docx(&[("word/VBAPROJECT.BIN", b"x")]), TYPE, "macros");
    refuse("cv.docx", docx(&[("word/activeX/activeX1.bin", b"x")]), TYPE, "macros");
    refuse("cv.odt", odt(ODT, &[("content.xml", b"<c/>"), ("Basic/Standard/Module1.xml", b"x")]), TYPE, "macros");
    refuse("cv.odt", odt(ODT, &[("content.xml", b"<c/>"), ("Scripts/python/a.py", b"x")]), TYPE, "macros");
    refuse("cv.docx", docx(&[("word/embeddings/a.docx", &docx(&[]))]), TYPE, "archive inside");
    refuse("cv.docx", docx(&[("word/media/a.jpg", b"7z\xBC\xAF\x27\x1C")]), TYPE, "archive inside");
}

fn bombs(refuse: Refuse<'_>) {
    let zeros = vec![0; 101 * MB];
    let bomb = docx(&[("word/media/image1.bmp", &zeros)]);
    refuse("bom.docx", bomb.clone(), TYPE, "unpacks to too much");
    refuse("bom.docx", docx(&[("word/media/image1.bmp", &zeros[..11 * MB])]), TYPE, "unpacks to too much");
    let many: Vec<String> = (0..6).map(|at| format!("word/media/image{at}.bmp")).collect();
    let parts: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &zeros[..MB * 18])).collect();
    refuse("bom.docx", docx(&parts), TYPE, "unpacks to too much");
    refuse("leugen.docx", lying(bomb.clone(), 100), TYPE, "");
    refuse("leugen.docx", lying(bomb, u32::MAX - 1), TYPE, "");
    let one = noise(200_000);
    let parts: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &one[..])).collect();
    refuse("stapel.docx", overlapping(docx(&parts)), TYPE, "unpacks to too much");
    let names: Vec<String> = (0..1_100).map(|at| format!("word/{at}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    refuse("veel.docx", docx(&parts), TYPE, "unpacks to too much");
    let names: Vec<String> = (0..40).map(|at| format!("word/{at}{}", "x".repeat(60_000))).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    refuse("lange namen.docx", docx(&parts), TYPE, "unpacks to too much");
    let mut huge = docx(&[]);
    let end = huge.len() - 22;
    huge[end + 8..end + 12].copy_from_slice(&[0xff; 4]);
    refuse("telt verkeerd.docx", huge, TYPE, "");
}

on_both!(each_file_of_the_corpus_gets_the_right_verdict, verdicts);

async fn verdicts(database: Option<String>) {
    let app = TestApp::on(database, |config| {
        config.limits.uploads_per_minute = 1_000;
    })
    .await;
    let corpus = corpus();
    assert!(corpus.len() >= 60, "{}", corpus.len());
    let mut kept = 0;
    let mut wrong = vec![];
    for case in corpus {
        let reply = app.upload(&case.name, &case.bytes).await;
        let told = match &case.verdict {
            Ok(kind) if reply.status == StatusCode::CREATED => {
                kept += 1;
                let answer = reply.json();
                let stored: String = sqlx::query_scalar("SELECT media_type FROM uploads WHERE id = $1")
                    .bind(answer["upload_id"].as_str().unwrap())
                    .fetch_one(app.state.store.read())
                    .await
                    .unwrap();
                let name = answer["name"].as_str().unwrap();
                let tame = !name.contains(['/', '\\', '\u{202e}', '\u{2066}', '\u{200f}', '\u{feff}', '\u{200b}']);
                stored == *kind && tame && name.chars().count() <= 120
            }
            Err((problem, detail)) if reply.status != StatusCode::CREATED => {
                let said = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
                let limited = *problem != TOO_LARGE || reply.json()["errors"][0]["limit"] == MAX;
                reply.problem() == *problem && said.contains(detail) && limited
            }
            _ => false,
        };
        if !told {
            wrong.push(format!("{} ({} bytes): {}", case.name, case.bytes.len(), reply.text()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // What was refused left nothing; what was taken lies under a name of our own.
    let files: Vec<String> = std::fs::read_dir(app.folder.path().join("uploads"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files.len(), kept);
    assert!(files.iter().all(|name| name.len() == 36 && !name.contains('.')), "{files:?}");
    println!("{} files: {kept} taken, {} refused, each with its reason", corpus.len(), corpus.len() - kept);
}

/// The program itself, in a process of its own: what it holds at most while the whole corpus comes in.
#[tokio::test]
async fn the_corpus_costs_at_most_32_mb_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("belofte.db").display());
    let mut server = Server::new(folder, database);
    server.start().await;
    // What is opened once stays open.
    for (at, case) in corpus().iter().take(12).enumerate() {
        send(&server, at, case).await;
    }
    let process = format!("/proc/{}", server.process());
    // Forgets the peak until now.
    std::fs::write(format!("{process}/clear_refs"), "5").unwrap();
    let kb = |name: &str| -> usize {
        let status = std::fs::read_to_string(format!("{process}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    let before = kb("VmRSS:");
    for (at, case) in corpus().iter().enumerate() {
        send(&server, 1_000 + at, case).await;
    }
    let more = kb("VmHWM:").saturating_sub(before) / 1024;
    println!("{} MB before, {more} MB more at the peak", before / 1024);
    assert!(more <= 32, "{more} MB more than the {} MB before", before / 1024);
}

/// Sends one file as a browser would, from an address of its own. A server that has heard enough hangs up early.
async fn send(server: &Server, number: usize, case: &Case) {
    let ending = case.name.rsplit('.').next().unwrap_or_default();
    let part = format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"cv.{ending}\"\r\n\r\n");
    let body = [part.as_bytes(), &case.bytes, b"\r\n--x--\r\n"].concat();
    let head = format!(
        "POST /v1/uploads HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nx-forwarded-for: 10.0.{}.{}\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: {}\r\n\r\n",
        server.address,
        number >> 8,
        number & 255,
        body.len()
    );
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let _ = stream.write_all(&body).await;
    let mut answer = vec![];
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    let taken = answer.starts_with("HTTP/1.1 201");
    assert_eq!(taken, case.verdict.is_ok(), "{}: {answer}", case.name);
}

#[test]
fn no_change_of_a_byte_makes_a_document_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let seeds =
        [docx(&[("word/media/image1.jpg", &noise(600))]), odt(ODT, &[("content.xml", b"<c/>")]), padded(OLE, 2_048)];
    let (mut state, mut taken, tries) = (1_u64, 0, rounds(1_000, 20_000));
    let mut draw = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % end
    };
    for _ in 0..tries {
        let mut bytes = seeds[draw(seeds.len())].clone();
        for _ in 0..=draw(4) {
            let at = draw(bytes.len());
            bytes[at] = u8::try_from([draw(256), 0, 255, 80][draw(4)]).unwrap();
        }
        std::fs::write(&path, &bytes).unwrap();
        let head = &bytes[..bytes.len().min(sniff::SNIFF_BYTES)];
        // A panic would be one here too.
        taken += usize::from(sniff::judge(&path, bytes.len() as u64, head, "cv.doc").unwrap().is_ok());
    }
    assert!((1..tries).contains(&taken), "{taken} of {tries}");
    println!("{tries} documents with other bytes: {taken} taken, no fault");
}

both!(no_address_gives_a_file_away, app, {
    let id = app.upload("cv.pdf", PDF).await.json()["upload_id"].as_str().unwrap().to_owned();
    for path in [
        "/uploads/",
        "/v1/uploads/",
        "/embed/uploads/",
        "/embed/../uploads/",
        "/embed/%2e%2e/uploads/",
        "/careers/uploads/",
    ] {
        let reply = app.get(&format!("{path}{id}")).await;
        assert!([404, 405].contains(&reply.status.as_u16()), "{path}: {}", reply.status);
        assert!(!reply.text().contains("%PDF"), "{path}");
    }
});

both!(what_a_crash_left_is_deleted_after_a_day, app, {
    let folder = app.folder.path().join("uploads");
    let id = app.upload("cv.pdf", PDF).await.json()["upload_id"].as_str().unwrap().to_owned();
    let aged = |name: &str, hours: u64| {
        let path = folder.join(name);
        let file = std::fs::OpenOptions::new().append(true).create(true).open(&path).unwrap();
        let now = std::fs::metadata(app.folder.path().join("secret")).unwrap().modified().unwrap();
        file.set_modified(now - Duration::from_secs(hours * 3_600)).unwrap();
    };
    aged(&id, 48);
    aged("0192f3c4-half.part", 25);
    aged("0192f3c4-whole", 25);
    aged("0192f3c4-young.part", 23);
    aged("0192f3c4-young", 23);
    belofte_server::features::apply::tidy(&app.state).await.unwrap();
    let mut left: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    let mut expected = vec!["0192f3c4-young".to_owned(), "0192f3c4-young.part".to_owned(), id];
    expected.sort();
    assert_eq!(left, expected);
});
