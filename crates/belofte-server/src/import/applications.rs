//! Applications from another system: the columns below, and one for each question of the forms, by its name.
//!
//! What is given follows the form's rules; what is missing is no fault, because it was asked elsewhere. Files do not come.

use belofte_contract::Timestamp;
use belofte_contract::apply::{Answer, FieldKind};
use belofte_contract::problem::Problem;

use super::{Fault, Line, Sheet, key, store, unknown_columns};
use crate::features::apply::{intake, store as applications};
use crate::features::lookup::store::create_link;
use crate::features::timeline::store::word;
use crate::mail;
use crate::problem::ApiResult;
use crate::settings::{Posting, Settings};
use crate::state::App;

const OWN: [&str; 4] = ["external_id", "posting", "submitted_at", "lang"];
/// Parts several choices in one cell.
const BETWEEN: char = '|';

/// A line that can be stored.
pub struct Planned {
    key: String,
    accepted: intake::Accepted,
    submitted_at: Timestamp,
}

/// Every line that is not here yet, and what is wrong with the others.
pub async fn plan(app: &App, sheet: &Sheet) -> ApiResult<(Vec<Planned>, Vec<Fault>)> {
    let settings = app.settings();
    let mut known: Vec<String> = OWN.map(str::to_owned).to_vec();
    let forms = settings.postings.iter().filter_map(|posting| settings.form(posting.form_id()?, None, ""));
    for field in forms.flat_map(|form| form.fields) {
        if !matches!(field.kind, FieldKind::File | FieldKind::Info) && !known.contains(&field.name) {
            known.push(field.name);
        }
    }
    let mut faults = unknown_columns(sheet, &known);
    let (mut planned, now) = (vec![], app.clock.now());
    let mut connection = app.store.read().acquire().await?;
    for line in &sheet.lines {
        let external_id = line.get("external_id").unwrap_or_default();
        let key = key(app, "application", external_id);
        if store::find(&mut connection, &key).await?.is_some() {
            continue;
        }
        let posting = line.get("posting").unwrap_or_default();
        let imported = store::find(&mut connection, &super::key(app, "posting", posting)).await?;
        let posting = settings.posting(imported.as_deref().unwrap_or(posting));
        match posting
            .ok_or_else(|| vec!["posting: there is none with this id".to_owned()])
            .and_then(|posting| judge(&settings, posting, line, now))
        {
            Ok((accepted, submitted_at)) => planned.push(Planned { key, accepted, submitted_at }),
            Err(problems) => faults.extend(problems.into_iter().map(|what| Fault::new(line.number, what))),
        }
    }
    Ok((planned, faults))
}

/// One line against posting and form.
fn judge(
    settings: &Settings,
    posting: &Posting,
    line: &Line,
    now: Timestamp,
) -> Result<(intake::Accepted, Timestamp), Vec<String>> {
    let lang = settings.lang(line.get("lang"));
    let form = posting.form_id().and_then(|id| settings.form(id, None, lang));
    let form = form.ok_or_else(|| vec!["posting: it has no form".to_owned()])?;
    let (mut answers, mut problems) = (vec![], vec![]);
    for (column, cell) in line.cells.iter().filter(|(column, _)| !OWN.contains(&column.as_str())) {
        match form.field(column).map(|field| field.kind) {
            Some(FieldKind::MultiChoice) => {
                let values = cell.split(BETWEEN).map(|value| value.trim().to_owned()).collect();
                answers.push(Answer { field: column.clone(), values });
            }
            Some(_) => answers.push(Answer { field: column.clone(), values: vec![cell.clone()] }),
            None => problems.push(format!("{column}: the form of this posting does not ask it")),
        }
    }
    let submitted_at = match line.get("submitted_at") {
        None => Some(now),
        Some(text) => moment(text, settings.time_zone()).filter(|at| *at <= now),
    };
    if submitted_at.is_none() {
        problems.push(
            "submitted_at: a day or moment that has passed, as 2027-03-23 or 2027-03-23T10:00:00+01:00".to_owned(),
        );
    }
    match (intake::check_elsewhere(settings, posting, &answers, lang, now), submitted_at) {
        (Ok(accepted), _) if accepted.name.is_empty() => Err(vec!["name: required".to_owned()]),
        (Ok(accepted), Some(at)) if problems.is_empty() => Ok((accepted, at)),
        (Ok(_), _) => Err(problems),
        (Err(problem), _) => {
            problems.extend(words(problem.problem()));
            Err(problems)
        }
    }
}

fn words(problem: &Problem) -> Vec<String> {
    if problem.errors.is_empty() {
        return vec![problem.detail.clone().unwrap_or_else(|| problem.title.clone())];
    }
    problem.errors.iter().map(|error| format!("{}: {}", error.field, word(error.code))).collect()
}

/// A moment, or noon of a day.
fn moment(text: &str, zone: &str) -> Option<Timestamp> {
    let of_day = || {
        let noon = text.parse::<jiff::civil::Date>().ok()?.at(12, 0, 0, 0).in_tz(zone).ok()?;
        Some(Timestamp::from_ms(noon.timestamp().as_millisecond()))
    };
    Timestamp::parse(text).ok().or_else(of_day)
}

/// Stores one; false when another import was faster. With `tell`, the person gets the receipt by mail.
pub async fn store(app: &App, planned: &Planned, tell: bool) -> ApiResult<bool> {
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let recorded = applications::record(&mut transaction, (&app.secret, &settings), &planned.accepted, "", now).await?;
    if !store::note(&mut transaction, &planned.key, &recorded.application_id).await? {
        return Ok(false);
    }
    store::set_submitted(&mut transaction, &recorded.application_id, planned.submitted_at).await?;
    if tell {
        let link = create_link(&mut transaction, &app.secret, &recorded.application_id, now).await?;
        mail::queue_receipt(&mut transaction, app, &recorded.application_id, &link, now).await?;
    }
    transaction.commit().await?;
    Ok(true)
}
