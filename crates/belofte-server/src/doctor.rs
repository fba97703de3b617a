//! `belofte-server doctor`: whether the database still says what the server wrote.
//!
//! Reads only. Ends with 0 when all is well, 1 when it could not look, 2 when it found something.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use crate::StartError;
use crate::config::{self, DoctorOptions};
use crate::desk::audit;
use crate::features::complaint;
use crate::features::questions::store as questions;
use crate::locale::{self, LocaleFile};
use crate::problem::ApiProblem;
use crate::store::Store;
use crate::tokens::Secret;
use crate::{promises, state, theme, words};

/// What was looked at, in lines; those that tell of a fault begin with `!`.
#[derive(Debug, Default)]
pub struct Findings {
    pub lines: Vec<String>,
    pub faults: usize,
}

impl Findings {
    /// What the server would say of the brand's theme when it starts.
    pub fn look_at_theme(&mut self, path: &Path) {
        match theme::read(path) {
            Ok(theme) => self.lines.push(format!("theme: {} pairs of colours can be read", theme.pairs().len())),
            Err(told) => self.fault(told),
        }
    }

    /// What the server would say of the operator's own words when it starts.
    pub fn look_at_texts(&mut self, path: &Path) {
        match words::read(path) {
            Ok(read) => {
                let (own, refused) = locale::judged(&read);
                let count = |file: &LocaleFile| file.values().map(BTreeMap::len).sum::<usize>();
                let worn: Vec<_> = own.iter().map(|(lang, file)| format!("{} {lang}", count(file))).collect();
                self.lines.push(format!(
                    "texts: {} are worn",
                    if worn.is_empty() { "none".to_owned() } else { worn.join(", ") }
                ));
                words::told(&refused).for_each(|line| self.fault(line));
            }
            Err(told) => self.fault(told),
        }
    }

    fn fault(&mut self, line: String) {
        self.faults += 1;
        self.lines.push(format!("! {line}"));
    }
}

pub async fn run(options: DoctorOptions) -> Result<ExitCode, StartError> {
    let config = config::load(&options.flags)?;
    let url = config.database_url;
    if let Some(path) = url.strip_prefix("sqlite:").map(|path| path.split('?').next().unwrap_or_default())
        && !Path::new(path.trim_start_matches("//")).exists()
    {
        return Err(format!("there is no database at {path}").into());
    }
    let secret = state::known_secret(&config.data.join("secret"))?;
    let store = Store::open(&url).await?;
    let mut findings = examine(&store, &secret).await.map_err(|problem| problem.problem().title.clone())?;
    if let Some(path) = &config.theme {
        findings.look_at_theme(path);
    }
    if let Some(path) = &config.texts {
        findings.look_at_texts(path);
    }
    store.close().await;
    for line in &findings.lines {
        println!("{line}");
    }
    Ok(if findings.faults == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Looks at the audit log, at the dates of complaints and at every promise.
pub async fn examine(store: &Store, secret: &Secret) -> Result<Findings, ApiProblem> {
    let mut findings = Findings::default();
    let mut connection = store.read().acquire().await?;
    let chain = audit::store::walk(&mut connection, secret).await?;
    let head: String = chain.head.chars().take(12).collect();
    findings.lines.push(format!("audit log: {} rows, the last is {head}", chain.rows));
    for position in chain.broken {
        findings
            .fault(format!("audit log: row {position} is missing, was changed or does not follow from the one before"));
    }
    if !audit::store::has(&mut connection, audit::Act::PromisesSealed).await? {
        findings.lines.push("promises: not sealed yet; start the server once".to_owned());
        return Ok(findings);
    }
    let (count, broken) = complaint::store::broken_seals(&mut connection, secret).await?;
    findings.lines.push(format!("complaints: {count}"));
    for id in broken {
        findings.fault(format!("a date of complaint {id} was changed past the server"));
    }
    let (count, broken) = promises::store::broken_seals(&mut connection, secret).await?;
    findings.lines.push(format!("promises: {count}"));
    for id in broken {
        findings.fault(format!("promise {id} was changed past the server"));
    }
    let (count, broken) = questions::broken_seals(&mut connection, secret).await?;
    findings.lines.push(format!("questions of people who have not applied: {count}"));
    for id in broken {
        findings.fault(format!("question {id} was changed past the server"));
    }
    Ok(findings)
}
