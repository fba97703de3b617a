//! The configuration: whose word counts, and what is said of each way in which it can be broken.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use belofte_server::config::Flags;
use belofte_server::config::layers::{Read, read};
use expect_test::{Expect, expect};

/// belofte.toml, variables as `NAME=value`, options as `key=value`; `FOLDER` in them is a folder with the files below.
struct Given<'g>(&'g str, &'g [&'g str], &'g [&'g str]);

fn ask(folder: &Path, given: &Given<'_>) -> Read {
    let inside = |text: &str| text.replace("FOLDER", &folder.display().to_string());
    let pair = |text: &&str| {
        let (name, value) = text.split_once('=').unwrap();
        (name.to_owned(), inside(value))
    };
    let path = folder.join("belofte.toml");
    std::fs::write(&path, inside(given.0)).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    let flags = Flags { config: Some(path), values: given.2.iter().map(pair).collect() };
    read(&flags, &given.1.iter().map(pair).collect::<BTreeMap<_, _>>())
}

/// A folder with secrets of all kinds.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("relay", "smtps://noor:geheim-woord@mail.example.nl\n", 0o600),
        ("open", "smtps://noor:geheim-woord@mail.example.nl\n", 0o644),
        ("nothing", "\n", 0o600),
        ("long", &"a".repeat(5_000), 0o600),
        ("key", "een-sleutel-van-goede-lengte\n", 0o400),
    ];
    for (name, text, mode) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::set_permissions(folder.path().join(name), PermissionsExt::from_mode(mode)).unwrap();
    }
    folder
}

const BROKEN: &[Given<'_>] = &[
    Given("lisen = \"0.0.0.0:80\"", &[], &[]),
    Given("colour = \"blue\"", &[], &[]),
    Given("[mail]\nsmtp = \"smtp://relay\"", &[], &[]),
    Given("# first\n\ndata = 5", &[], &[]),
    Given("data = \"\"", &[], &[]),
    Given("data = \"a\"\nlisten = \"::\nembed = \"b\"", &[], &[]),
    Given("data = \"a\"\ndata = \"b\"", &[], &[]),
    Given("trusted_proxies = \"one\"", &[], &[]),
    Given("trusted_proxies = 11", &[], &[]),
    Given("trusted_proxies = -1", &[], &[]),
    Given("trusted_proxies = 1.5", &[], &[]),
    Given("", &["BELOFTE_TRUSTED_PROXIES=many"], &[]),
    Given("listen = \"localhost:8788\"", &[], &[]),
    Given("", &["BELOFTE_LISTEN=0.0.0.0"], &[]),
    Given("", &[], &["listen=127.0.0.1:88888"]),
    Given("origins = [\"*\"]", &[], &[]),
    Given("origins = [\"https://www.example.nl\", 5]", &[], &[]),
    Given("origins = true", &[], &[]),
    Given("", &["BELOFTE_ORIGINS=https://www.example.nl,www.example.nl"], &[]),
    Given("", &[], &["origins=https://www.example.nl/jobs"]),
    Given("", &[], &["origins=https://*.example.nl"]),
    Given("public_url = \"http://api.example.nl\"", &[], &[]),
    Given("", &["BELOFTE_PUBLIC_URL=api.example.nl"], &[]),
    Given("", &["BELOFTE_PUBLIC_URL=ftp://api.example.nl"], &[]),
    Given("", &[], &["public_url=https://api.example.nl/?x=1"]),
    Given("careers_url = \"/jobs\"", &[], &[]),
    Given("", &["BELOFTE_CAREERS_URL=https://noor:geheim-woord@www.example.nl/"], &[]),
    Given("database = \"mysql://noor:geheim-woord@db/belofte\"", &[], &[]),
    Given("database = \"sqlite::memory:\"", &[], &[]),
    Given("", &["DATABASE_URL=sqlite:"], &[]),
    Given("", &["DATABASE_URL=postgres://noor:geheim-woord@db:port/belofte"], &[]),
    Given("smtp = \"mail.example.nl\"", &[], &[]),
    Given("", &["BELOFTE_SMTP_URL=https://noor:geheim-woord@mail.example.nl"], &[]),
    Given("smtp_file = \"FOLDER/open\"", &[], &[]),
    Given("smtp_file = \"FOLDER/nothing\"", &[], &[]),
    Given("smtp_file = \"FOLDER/long\"", &[], &[]),
    Given("", &["BELOFTE_SMTP_URL_FILE=FOLDER/missing"], &[]),
    Given("smtp = \"smtp://relay\"\nsmtp_file = \"FOLDER/relay\"", &[], &[]),
    Given("listen_file = \"FOLDER/relay\"", &[], &[]),
    Given("", &["BELOFTE_DESK_KEY_FILE=FOLDER/relay", "BELOFTE_DESK_KEY=een-sleutel-van-goede-lengte"], &[]),
    Given("desk_key = \"geheim-woord\"", &[], &[]),
    Given("", &["BELOFTE_DESK_KEY=een geheim-woord met spaties"], &[]),
    Given("", &["BELOFTE_DATA=/srv/\u{fffd}"], &[]),
];

#[test]
fn a_broken_configuration_is_told_with_place_key_and_what_it_takes() {
    let folder = folder();
    let mut told = String::new();
    for given in BROKEN {
        let read = ask(folder.path(), given);
        assert!(!read.problems.is_empty(), "{} {:?} {:?} passes", given.0, given.1, given.2);
        for problem in &read.problems {
            told.push_str(&format!("{problem}\n").replace(&format!("{}/", folder.path().display()), ""));
        }
    }
    assert!(!told.contains("geheim"), "a secret is told: {told}");
    assert!(BROKEN.len() >= 30);
    expect![[r#"
        belofte.toml:1: lisen: there is no such setting; did you mean listen?
        belofte.toml:1: colour: there is no such setting; there are data, database, database_file, listen, embed, origins, public_url, careers_url, smtp, smtp_file, desk_key, desk_key_file, content, theme, texts, trusted_proxies, connections, webhooks_to_private
        belofte.toml:1: mail: there is no such setting; there are data, database, database_file, listen, embed, origins, public_url, careers_url, smtp, smtp_file, desk_key, desk_key_file, content, theme, texts, trusted_proxies, connections, webhooks_to_private
        belofte.toml:3: data: it is written as integer; it takes a folder
        belofte.toml:1: data: it is empty; it takes a folder
        belofte.toml:2: TOML: invalid basic string, expected `"`
        belofte.toml:2: listen: "::" is no IP address and port; it takes an IP address and a port, like 127.0.0.1:8788
        belofte.toml:2: TOML: duplicate key
        belofte.toml:1: trusted_proxies: it is written as string; it takes a whole number from 0 to 10
        belofte.toml:1: trusted_proxies: "11" is out of range; it takes a whole number from 0 to 10
        belofte.toml:1: trusted_proxies: "-1" is out of range; it takes a whole number from 0 to 10
        belofte.toml:1: trusted_proxies: it is written as float; it takes a whole number from 0 to 10
        BELOFTE_TRUSTED_PROXIES: trusted_proxies: "many" is no whole number; it takes a whole number from 0 to 10
        belofte.toml:1: listen: "localhost:8788" is no IP address and port; it takes an IP address and a port, like 127.0.0.1:8788
        BELOFTE_LISTEN: listen: "0.0.0.0" is no IP address and port; it takes an IP address and a port, like 127.0.0.1:8788
        --listen: listen: "127.0.0.1:88888" is no IP address and port; it takes an IP address and a port, like 127.0.0.1:8788
        belofte.toml:1: origins: "*" is no origin; it takes scheme, host and port of each page, like https://www.example.nl
        belofte.toml:1: origins: it is written as array; it takes scheme, host and port of each page, like https://www.example.nl
        belofte.toml:1: origins: it is written as boolean; it takes scheme, host and port of each page, like https://www.example.nl
        BELOFTE_ORIGINS: origins: "www.example.nl" is no origin; it takes scheme, host and port of each page, like https://www.example.nl
        --origins: origins: "https://www.example.nl/jobs" is no origin; it takes scheme, host and port of each page, like https://www.example.nl
        --origins: origins: "https://*.example.nl" is no origin; it takes scheme, host and port of each page, like https://www.example.nl
        belofte.toml:1: public_url: http would send codes and files in the clear; it takes an https address like https://api.example.nl
        BELOFTE_PUBLIC_URL: public_url: "api.example.nl" is no address; it takes an https address like https://api.example.nl
        BELOFTE_PUBLIC_URL: public_url: "ftp" is no scheme of a web page; it takes an https address like https://api.example.nl
        --public-url: public_url: it says more than scheme, host and path; it takes an https address like https://api.example.nl
        belofte.toml:1: careers_url: "/jobs" is no address; it takes an address like https://www.example.nl/jobs
        BELOFTE_CAREERS_URL: careers_url: it says more than scheme, host and path; it takes an address like https://www.example.nl/jobs
        belofte.toml:1: database: it is an address of neither engine; it takes postgres://user@host/name, or sqlite: and a path
        belofte.toml:1: database: a database that is not a file is gone with the server; it takes postgres://user@host/name, or sqlite: and a path
        DATABASE_URL: database: it names no file; it takes postgres://user@host/name, or sqlite: and a path
        DATABASE_URL: database: it cannot be read as an address of PostgreSQL; it takes postgres://user@host/name, or sqlite: and a path
        belofte.toml:1: smtp: it cannot be read as an address of a mail relay; it takes smtps://user:password@host, or smtp://host:port
        BELOFTE_SMTP_URL: smtp: it cannot be read as an address of a mail relay; it takes smtps://user:password@host, or smtp://host:port
        belofte.toml:1: smtp_file: open may be read by everybody on this machine: chmod o= it; it takes a file with the secret alone, closed to others
        belofte.toml:1: smtp_file: nothing is empty; it takes a file with the secret alone, closed to others
        belofte.toml:1: smtp_file: long is too long for one secret; it takes a file with the secret alone, closed to others
        BELOFTE_SMTP_URL_FILE: smtp_file: missing cannot be read (entity not found); it takes a file with the secret alone, closed to others
        belofte.toml:2: smtp_file: smtp is given beside it: give one of them; it takes a file with the secret alone, closed to others
        belofte.toml:1: listen_file: there is no such setting; did you mean listen?
        BELOFTE_DESK_KEY_FILE: desk_key_file: desk_key is given beside it: give one of them; it takes a file with the secret alone, closed to others
        belofte.toml:1: desk_key: it has 12 characters; it takes 20 or more letters, digits and signs
        BELOFTE_DESK_KEY: desk_key: it has spaces or letters that no header takes; it takes 20 or more letters, digits and signs
        BELOFTE_DATA: data: it is no UTF-8 text; it takes a folder
    "#]].assert_eq(&told);
}

#[track_caller]
fn check(given: &Given<'_>, expected: Expect) {
    let folder = folder();
    let read = ask(folder.path(), given);
    assert_eq!(read.problems, [], "{} {:?} {:?}", given.0, given.1, given.2);
    let changed = read.values.iter().filter(|value| value.place != "default");
    let lines: Vec<String> =
        changed.map(|value| format!("{} = {} by {}", value.setting.key, value.shown, value.place)).collect();
    expected.assert_eq(&lines.join("\n").replace(&format!("{}/", folder.path().display()), ""));
}

#[test]
fn an_option_beats_a_variable_and_a_variable_beats_the_file() {
    let file = "data = \"of-file\"\nembed = \"of-file\"\nlisten = \"127.0.0.1:1\"\ntrusted_proxies = 1\norigins = [\"https://a.nl\"]";
    let variables = ["BELOFTE_EMBED=of-variable", "BELOFTE_LISTEN=127.0.0.1:2", "BELOFTE_DATA="];
    check(
        &Given(file, &variables, &["listen=127.0.0.1:3"]),
        expect![[r#"
        data = of-file by belofte.toml:1
        listen = 127.0.0.1:3 by --listen
        embed = of-variable by BELOFTE_EMBED
        origins = https://a.nl by belofte.toml:5
        trusted_proxies = 1 by belofte.toml:4"#]],
    );
}

#[test]
fn a_secret_comes_from_a_file_too_and_is_never_shown() {
    check(
        &Given("desk_key_file = \"FOLDER/key\"\nsmtp = \"smtp://relay\"", &["BELOFTE_SMTP_URL_FILE=FOLDER/relay"], &[]),
        expect![[r#"
            smtp = set by relay (smtp_file: BELOFTE_SMTP_URL_FILE)
            desk_key = set by key (desk_key_file: belofte.toml:1)"#]],
    );
    let folder = folder();
    let read = ask(folder.path(), &Given("desk_key_file = \"FOLDER/key\"", &[], &[]));
    assert_eq!(read.config.desk_key.as_deref(), Some("een-sleutel-van-goede-lengte"));
}

#[test]
fn a_file_with_a_secret_is_closed_to_others() {
    let folder = folder();
    let given = Given("smtp = \"smtp://relay\"", &[], &[]);
    assert_eq!(ask(folder.path(), &given).problems, []);
    let path = folder.path().join("belofte.toml");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let flags = Flags { config: Some(path), values: vec![] };
    let told = read(&flags, &BTreeMap::new()).problems[0].to_string();
    assert!(told.contains("belofte.toml:1: smtp:") && told.contains("chmod o="), "{told}");
}

#[test]
fn a_variable_with_a_slip_is_doubted_and_a_strange_one_is_not() {
    let variables = ["BELOFTE_ORIGIN=https://a.nl", "BELOFTE_PORT_8788_TCP=tcp://10.0.0.1:8788", "BELOFTE_DATA=a"];
    let read = ask(folder().path(), &Given("", &variables, &[]));
    assert_eq!(read.doubts, ["BELOFTE_ORIGIN is no setting; did you mean BELOFTE_ORIGINS?"]);
    assert_eq!(read.problems, []);
}

/// The program itself, with nothing of our own environment.
pub fn program(arguments: &[&str], folder: &Path) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_belofte-server"));
    let output = command.args(arguments).current_dir(folder).env_clear().output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_check_names_each_value_with_its_place_and_ends_with_its_verdict() {
    let folder = folder();
    let inside = folder.path();
    std::fs::create_dir(inside.join("embed")).unwrap();
    let file = "embed = \"embed\"\nsmtp_file = \"relay\"\n";
    std::fs::write(inside.join("belofte.toml"), file).unwrap();
    let (code, out, err) = program(&["config", "check", "--origins", "https://a.nl"], inside);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    expect![[r#"
        data                 belofte-data           default
        database             none                   default
        listen               127.0.0.1:8788         default
        embed                embed                  belofte.toml:1
        origins              https://a.nl           --origins
        public_url           http://127.0.0.1:8788  default
        careers_url          none                   default
        smtp                 set                    relay (smtp_file: belofte.toml:2)
        desk_key             none                   default
        content              none                   default
        theme                none                   default
        texts                none                   default
        trusted_proxies      0                      default
        connections          800                    default
        webhooks_to_private  false                  default
    "#]]
    .assert_eq(&out);
    let files = std::fs::read_dir(inside).unwrap().count();
    assert_eq!(files, 7, "the check made something");
    for command in [&["serve"][..], &["config", "check"]] {
        std::fs::write(inside.join("belofte.toml"), "embed = \"none\"\nlisten = \"here\"\ndata = \"key/sub\"\n")
            .unwrap();
        let (code, _, err) = program(&[command, &["--trusted-proxies", "x"]].concat(), inside);
        assert_eq!(code, Some(2), "{err}");
        assert!(
            err.contains("belofte.toml:2: listen:") && err.contains("--trusted-proxies: trusted_proxies:"),
            "{err}"
        );
        assert_eq!(err.contains("there is no folder none"), command.len() == 2, "{err}");
        assert_eq!(err.contains("data: key is no folder"), command.len() == 2, "{err}");
    }
    assert_eq!(program(&["serve", "--color", "blue"], inside).0, Some(2));
    let (code, _, err) = program(&["config", "check", "--config", "elsewhere.toml"], inside);
    assert!(code == Some(2) && err.contains("--config: config: elsewhere.toml cannot be read"), "{err}");
}
