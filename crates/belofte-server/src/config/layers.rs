//! Where values stand: defaults, belofte.toml, the environment, options; each later one wins.
//!
//! Collects every problem before it gives up. Never prints; a secret is never shown, neither right nor wrong.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::settings::{SETTINGS, Setting, Shape, find};
use super::{Config, Flags};

/// Read when it is there and nothing else is named.
const FILE: &str = "belofte.toml";
const VARIABLE_OF_FILE: &str = "BELOFTE_CONFIG";
/// A file with one secret is not longer.
const SECRET_MAX_BYTES: u64 = 4_096;
const SECRET_TAKES: &str = "a file with the secret alone, closed to others";
/// From here on two words are taken for one with a slip.
const ALIKE: f64 = 0.8;

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `belofte.toml:3`, `BELOFTE_DATA`, `--data`.
    pub place: String,
    pub key: String,
    pub what: String,
}

/// Everything that is wrong: the server does not start.
#[derive(Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.key, self.what)?;
        let of_file = self.key.strip_suffix("_file").and_then(find).filter(|setting| setting.is_secret());
        match find(&self.key).map(|setting| setting.takes).or(of_file.map(|_| SECRET_TAKES)) {
            Some(takes) => write!(f, "; it takes {takes}"),
            None => Ok(()),
        }
    }
}

impl Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration cannot be used")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}

/// A setting as it stands, and where from.
#[derive(Debug)]
pub struct Value {
    pub setting: &'static Setting,
    /// Never a secret.
    pub shown: String,
    pub place: String,
}

/// What came of reading all places.
pub struct Read {
    pub config: Config,
    pub values: Vec<Value>,
    pub problems: Vec<Problem>,
    /// Variables that look like one of ours with a slip.
    pub doubts: Vec<String>,
}

/// A text and the place where it stood.
#[derive(Clone, Debug)]
struct Given {
    text: String,
    place: String,
}

/// By key, `smtp_file` among them.
type Layer = BTreeMap<String, Given>;

pub fn read(flags: &Flags, environment: &BTreeMap<String, String>) -> Read {
    let mut problems = vec![];
    let variable = |name: &str| environment.get(name).filter(|text| !text.is_empty());
    let file = match (&flags.config, variable(VARIABLE_OF_FILE)) {
        (Some(path), _) => of_file(path, "--config", &mut problems),
        (None, Some(path)) => of_file(Path::new(path), VARIABLE_OF_FILE, &mut problems),
        (None, None) if Path::new(FILE).exists() => of_file(Path::new(FILE), FILE, &mut problems),
        (None, None) => Layer::new(),
    };
    let layers = [file, of_variables(environment), of_flags(flags)];
    let (mut config, mut values) = (Config::blank(), vec![]);
    for setting in SETTINGS {
        let default = || setting.default.map(|text| Given { text: text.to_owned(), place: "default".to_owned() });
        let given = match chosen(setting, &layers) {
            Ok(given) => given.or_else(default),
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let (shown, place) = match &given {
            None => ("none".to_owned(), "default".to_owned()),
            Some(given) if setting.is_secret() => ("set".to_owned(), given.place.clone()),
            Some(given) => (given.text.clone(), given.place.clone()),
        };
        values.push(Value { setting, shown, place });
        let Some(Given { text, place }) = given else { continue };
        let put = match text.as_str() {
            "" => Err("it is empty".to_owned()),
            // What stands for bytes that are no letters.
            text if text.contains('\u{fffd}') => Err("it is no UTF-8 text".to_owned()),
            text => (setting.put)(&mut config, text),
        };
        problems.extend(put.err().map(|what| Problem { place, key: setting.key.to_owned(), what }));
    }
    config.finish();
    Read { config, values, problems, doubts: doubts(environment) }
}

/// The value that wins; a secret is read from its file.
fn chosen(setting: &Setting, layers: &[Layer]) -> Result<Option<Given>, Problem> {
    let file_key = [setting.key, "_file"].concat();
    for layer in layers.iter().rev() {
        match (layer.get(setting.key), layer.get(&file_key)) {
            (Some(_), Some(file)) => {
                let what = format!("{} is given beside it: give one of them", setting.key);
                return Err(Problem { place: file.place.clone(), key: file_key, what });
            }
            (Some(given), None) => return Ok(Some(given.clone())),
            (None, Some(file)) => {
                let read = secret(Path::new(&file.text));
                let place = format!("{} ({file_key}: {})", file.text, file.place);
                return match read {
                    Ok(text) => Ok(Some(Given { text, place })),
                    Err(what) => Err(Problem { place: file.place.clone(), key: file_key, what }),
                };
            }
            (None, None) => {}
        }
    }
    Ok(None)
}

/// What stands in a file of one secret.
fn secret(path: &Path) -> Result<String, String> {
    let told = |error: std::io::Error| format!("{} cannot be read ({})", path.display(), error.kind());
    let about = std::fs::metadata(path).map_err(told)?;
    if open_to_others(&about) {
        return Err(format!("{} may be read by everybody on this machine: chmod o= it", path.display()));
    }
    if about.len() > SECRET_MAX_BYTES {
        return Err(format!("{} is too long for one secret", path.display()));
    }
    let text = std::fs::read_to_string(path).map_err(told)?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err(format!("{} is empty", path.display())) } else { Ok(text.to_owned()) }
}

fn open_to_others(about: &std::fs::Metadata) -> bool {
    about.permissions().mode() & 0o007 != 0
}

fn of_flags(flags: &Flags) -> Layer {
    let given = |(key, text): &(String, String)| {
        let place = format!("--{}", key.replace('_', "-"));
        (key.clone(), Given { text: text.clone(), place })
    };
    flags.values.iter().map(given).collect()
}

/// A variable without text counts as not set: many tools cannot take one away.
fn of_variables(environment: &BTreeMap<String, String>) -> Layer {
    let mut layer = Layer::new();
    for setting in SETTINGS {
        for ending in if setting.is_secret() { &["", "_file"][..] } else { &[""] } {
            let name = [setting.variable, &ending.to_uppercase()].concat();
            let text = environment.get(&name).filter(|text| !text.is_empty());
            let given = text.map(|text| Given { text: text.clone(), place: name });
            layer.extend(given.map(|given| ([setting.key, ending].concat(), given)));
        }
    }
    layer
}

/// Not refused: other programs may set variables that begin like ours.
fn doubts(environment: &BTreeMap<String, String>) -> Vec<String> {
    let known: Vec<String> = SETTINGS.iter().flat_map(|setting| names(setting, setting.variable, "_FILE")).collect();
    let strange = |name: &&String| name.starts_with("BELOFTE_") && !known.contains(name) && *name != VARIABLE_OF_FILE;
    // What all begin with makes none of them alike.
    let ending = |name: &String| name.trim_start_matches("BELOFTE_").to_owned();
    let endings: Vec<String> = known.iter().map(ending).collect();
    let near = |name: &String| {
        nearest(&ending(name), &endings).and_then(|near| known.iter().find(|name| ending(name) == *near))
    };
    let say = |name: &String| near(name).map(|near| format!("{name} is no setting; did you mean {near}?"));
    environment.keys().filter(strange).filter_map(say).collect()
}

fn names(setting: &Setting, name: &str, ending: &str) -> Vec<String> {
    let endings: &[&str] = if setting.is_secret() { &["", ending] } else { &[""] };
    endings.iter().map(|ending| [name, ending].concat()).collect()
}

fn nearest<'k>(word: &str, known: &'k [String]) -> Option<&'k String> {
    let likeness = |known: &&String| strsim::jaro_winkler(word, known);
    let near = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&near) >= ALIKE).then_some(near)
}

fn of_file(path: &Path, named_by: &str, problems: &mut Vec<Problem>) -> Layer {
    let mut layer = Layer::new();
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let what = format!("{shown} cannot be read ({})", error.kind());
            problems.push(Problem { place: named_by.to_owned(), key: "config".to_owned(), what });
            return layer;
        }
    };
    let place = |at: usize| format!("{shown}:{}", 1 + text.get(..at).map_or(0, |before| before.matches('\n').count()));
    let (table, errors) = DeTable::parse_recoverable(&text);
    for error in errors {
        let what = error.message().replace('\n', ", ");
        let at = error.span().map_or(0, |span| span.start);
        problems.push(Problem { place: place(at), key: "TOML".to_owned(), what });
    }
    let known: Vec<String> = SETTINGS.iter().flat_map(|setting| names(setting, setting.key, "_file")).collect();
    let others_read = std::fs::metadata(path).is_ok_and(|about| open_to_others(&about));
    for (key, value) in table.get_ref() {
        let (key, place) = (key.get_ref().to_string(), place(key.span().start));
        let mut refuse = |what| problems.push(Problem { place: place.clone(), key: key.clone(), what });
        if !known.contains(&key) {
            let near = nearest(&key, &known).map(|near| format!("did you mean {near}?"));
            refuse(format!(
                "there is no such setting; {}",
                near.unwrap_or_else(|| format!("there are {}", known.join(", ")))
            ));
            continue;
        }
        let shape = find(&key).map_or(Shape::Text, |setting| setting.shape);
        match text_of(value.get_ref(), shape) {
            Some(_) if others_read && shape == Shape::Secret => {
                refuse(format!("{shown} may be read by everybody on this machine: chmod o= it, or use {key}_file"));
            }
            Some(text) => drop(layer.insert(key, Given { text, place })),
            None => refuse(format!("it is written as {}", value.get_ref().type_str())),
        }
    }
    layer
}

/// A value of the right shape as text.
fn text_of(value: &DeValue<'_>, shape: Shape) -> Option<String> {
    match (value, shape) {
        (DeValue::String(text), Shape::Text | Shape::Secret | Shape::List) => Some(text.to_string()),
        (DeValue::Integer(number), Shape::Number) => Some(number.to_string()),
        (DeValue::Boolean(on), Shape::Switch) => Some(on.to_string()),
        (DeValue::Array(items), Shape::List) => {
            let items: Option<Vec<&str>> = items.iter().map(|item| item.get_ref().as_str()).collect();
            items.map(|items| items.join(","))
        }
        _ => None,
    }
}
