//! The sentence for what is wrong with an answer, the same in the summary and at the field.
//!
//! Pure. The texts are those of the application form.

use belofte_contract::apply::{FieldKind, FormField, day};
use belofte_contract::problem::{FieldError, FieldErrorCode};

use crate::i18n::{Ctx, DateStyle, Key};

pub fn words(ctx: &Ctx, asked: Option<&FormField>, error: &FieldError) -> String {
    let bound = asked.and_then(|asked| match error.code {
        FieldErrorCode::TooEarly => asked.min.as_deref(),
        FieldErrorCode::TooLate => asked.max.as_deref(),
        _ => None,
    });
    let limit = match (bound.and_then(day), error.limit) {
        (Some(day), _) => ctx.format.date(day, "UTC", DateStyle::DayMonthYear),
        (None, limit) => limit.map(|limit| ctx.format.number(limit as f64, 0)).unwrap_or_default(),
    };
    let label = asked.map_or(error.field.as_str(), |asked| &asked.label);
    // It is quoted, with its question mark.
    let label = label.trim_end_matches([':', '.', ' ']);
    let key = match (error.code, asked.map(|asked| asked.kind)) {
        (FieldErrorCode::Required, Some(FieldKind::Choice | FieldKind::MultiChoice)) => Key::ApplyNotAChoice,
        (FieldErrorCode::Required, Some(FieldKind::File)) => Key::ApplyRequiredFile,
        (code, _) => key(code),
    };
    ctx.fill(key, &[("label", label), ("limit", &limit), ("name", label)])
}

pub fn key(code: FieldErrorCode) -> Key {
    match code {
        FieldErrorCode::Required => Key::ApplyRequired,
        FieldErrorCode::TooShort => Key::ApplyTooShort,
        FieldErrorCode::TooLong => Key::ApplyTooLong,
        FieldErrorCode::TooMany => Key::ApplyTooMany,
        FieldErrorCode::TooLarge => Key::ApplyTooLarge,
        FieldErrorCode::NotAnEmail => Key::ApplyNotAnEmail,
        FieldErrorCode::NotAPhone => Key::ApplyNotAPhone,
        FieldErrorCode::NotAUrl => Key::ApplyNotAUrl,
        FieldErrorCode::NotADate => Key::ApplyNotADate,
        FieldErrorCode::NotAChoice => Key::ApplyNotAChoice,
        FieldErrorCode::FileType => Key::ApplyFileType,
        FieldErrorCode::FileEmpty => Key::ApplyFileEmpty,
        FieldErrorCode::FileGone => Key::ApplyFileGone,
        FieldErrorCode::ConsentNeeded => Key::ApplyConsentNeeded,
        FieldErrorCode::TooEarly => Key::ApplyTooEarly,
        FieldErrorCode::TooLate => Key::ApplyTooLate,
        FieldErrorCode::NotDigits => Key::ApplyNotDigits,
        // The first two are said to recruiters only.
        FieldErrorCode::InThePast | FieldErrorCode::OutsideHours | FieldErrorCode::Unknown => Key::ApplyWrong,
    }
}
