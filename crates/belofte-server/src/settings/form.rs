//! What a form of the employer's must be before anybody is asked to fill it in.
//!
//! Told to the operator at the start, by form and question. Never looks at an answer: those rules are the contract's.

use std::collections::BTreeSet;

use belofte_contract::apply::{ApplicationForm, FormField, MAX_FIELDS};

use crate::StartError;

const NAME_MAX_CHARS: usize = 64;

/// The first fault of a form.
pub fn check(form: &ApplicationForm) -> Result<(), StartError> {
    let fault = |fault: &str| Err(format!("form {}: {fault}", form.id).into());
    if form.fields.len() > MAX_FIELDS {
        return fault(&format!("more than {MAX_FIELDS} fields"));
    }
    if form.email_field().is_none() {
        return fault("it needs a field of type mail, or nobody can be answered");
    }
    let mut names = BTreeSet::new();
    for field in &form.fields {
        if !names.insert(&field.name) {
            return fault(&format!("two fields are named {}", field.name));
        }
        if let Some(problem) = problem(form, field) {
            return fault(&format!("field {}: {problem}", field.name));
        }
    }
    Ok(())
}

fn problem(form: &ApplicationForm, field: &FormField) -> Option<&'static str> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if field.name.is_empty() || field.name.len() > NAME_MAX_CHARS || !field.name.chars().all(plain) {
        // Names with a `-` are the plain form's own.
        return Some("a name has 1 to 64 letters, digits and _");
    }
    let asked_for = field.show_if.as_ref().map(|show_if| &show_if.field);
    if asked_for.is_some_and(|other| form.field(other).is_none()) {
        return Some("show_if names a field that is not there");
    }
    None
}
