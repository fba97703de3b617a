//! A small form while it is filled in: its questions, what was written, and what keeps it from being sent.
//!
//! Pure. The rules are those of the application form (`FormField::problem`), so that widget and server ask the same.

use std::rc::Rc;

use belofte_contract::apply::{FieldKind, FieldOption, FormField};
use belofte_contract::problem::FieldError;

use crate::api::ApiError;
use crate::decimal;
use crate::submission::Draft;

/// What is asked, where it goes, and the words around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The feature's: tells this form from others on the page.
    pub word: &'static str,
    pub method: &'static str,
    /// Below the endpoint.
    pub path: String,
    /// A sentence before the questions; may be empty.
    pub lead: String,
    pub questions: Vec<Question>,
    /// On the button.
    pub send: String,
}

impl Form {
    pub fn of(word: &'static str) -> Form {
        Form {
            word,
            method: "POST",
            path: String::new(),
            lead: String::new(),
            questions: Vec::new(),
            send: String::new(),
        }
    }

    pub fn asked(&self, name: &str) -> Option<&FormField> {
        self.questions.iter().map(|question| &question.asked).find(|asked| asked.name == name)
    }
}

/// How a question is drawn where its kind does not say.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    Usual,
    /// 0 to 10 in a row, with what its ends mean.
    Scale {
        low: String,
        high: String,
    },
    /// Options under headings, each with how many of them stand under it: times by day.
    Days(Vec<(String, usize)>),
    /// A day and an hour on the clocks of a place: `2027-04-06T10:00`.
    Moment,
    Hidden,
    /// No person sees it; machines fill it.
    Trap,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub asked: FormField,
    pub look: Look,
    /// What stands there at first.
    pub given: String,
}

impl Question {
    fn of(kind: FieldKind, name: &str, label: String) -> Question {
        let asked = FormField { name: name.to_owned(), kind, label, ..FormField::default() };
        Question { asked, look: Look::Usual, given: String::new() }
    }

    pub fn text(name: &str, label: String) -> Question {
        Question::of(FieldKind::Text, name, label)
    }

    pub fn long_text(name: &str, label: String) -> Question {
        Question::of(FieldKind::LongText, name, label)
    }

    pub fn mail(name: &str, label: String) -> Question {
        Question::of(FieldKind::Mail, name, label).autocomplete("email")
    }

    pub fn phone(name: &str, label: String) -> Question {
        Question::of(FieldKind::Phone, name, label).autocomplete("tel")
    }

    /// A day, `YYYY-MM-DD`.
    pub fn date(name: &str, label: String) -> Question {
        Question::of(FieldKind::Date, name, label)
    }

    /// One of several: value and label.
    pub fn choice(name: &str, label: String, options: Vec<(String, String)>) -> Question {
        let mut question = Question::of(FieldKind::Choice, name, label);
        question.asked.options = options.into_iter().map(|(value, label)| FieldOption { value, label }).collect();
        question
    }

    /// 0 to 10; sent as a number.
    pub fn scale(name: &str, label: String, low: String, high: String) -> Question {
        let options = (0..=10).map(|number| (decimal::write(number), decimal::write(number))).collect();
        Question { look: Look::Scale { low, high }, ..Question::choice(name, label, options) }
    }

    /// A box to tick; sent as `true`, or not at all.
    pub fn tick(name: &str, label: String) -> Question {
        Question::of(FieldKind::Consent, name, label)
    }

    pub fn hidden(name: &str, value: String) -> Question {
        Question { look: Look::Hidden, given: value, ..Question::of(FieldKind::Text, name, String::new()) }
    }

    /// For forms that everybody may send.
    pub fn trap() -> Question {
        Question { look: Look::Trap, ..Question::text("website", String::new()) }
    }

    pub fn required(mut self) -> Question {
        self.asked.required = true;
        self
    }

    /// At most so many characters.
    pub fn most(mut self, characters: u32) -> Question {
        self.asked.max_length = Some(characters);
        self
    }

    pub fn hint(mut self, hint: String) -> Question {
        self.asked.hint = Some(hint);
        self
    }

    pub fn given(mut self, value: String) -> Question {
        self.given = value;
        self
    }

    /// The token by which browsers fill it in.
    pub fn autocomplete(mut self, token: &str) -> Question {
        self.asked.autocomplete = Some(token.to_owned());
        self
    }
}

/// A value as it is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    Text(String),
    Number(u32),
    Yes,
}

/// What was written, and for which questions.
#[derive(Debug)]
pub struct AskDraft {
    pub form: Rc<Form>,
    written: Vec<(String, String)>,
    /// Changed last: what the backend said about the others still stands.
    touched: String,
}

impl AskDraft {
    pub fn new(form: Rc<Form>) -> AskDraft {
        AskDraft { form, written: Vec::new(), touched: String::new() }
    }

    pub fn write(&mut self, name: String, value: String) {
        self.written.retain(|(known, _)| *known != name);
        self.touched.clone_from(&name);
        self.written.push((name, value));
    }

    /// What was written, else what stood there at first.
    pub fn value<'a>(&'a self, question: &'a Question) -> &'a str {
        let mut written = self.written.iter();
        written.find(|(name, _)| *name == question.asked.name).map_or(&question.given, |(_, value)| value)
    }

    /// What is sent: nothing for what was left empty.
    pub fn values(&self) -> Vec<(String, Sent)> {
        let mut sent = Vec::new();
        for question in &self.form.questions {
            let value = self.value(question).trim();
            let value = match (&question.look, question.asked.kind) {
                _ if value.is_empty() => continue,
                (Look::Scale { .. }, _) => Sent::Number(decimal::read(value).unwrap_or_default() as u32),
                (_, FieldKind::Consent) => Sent::Yes,
                _ => Sent::Text(value.to_owned()),
            };
            sent.push((question.asked.name.clone(), value));
        }
        sent
    }

    fn problem(&self, question: &Question) -> Option<FieldError> {
        question.asked.problem(&[self.value(question).to_owned()])
    }
}

impl Draft for AskDraft {
    type Edit = (String, String);
    type Problem = FieldError;

    fn edit(&mut self, (name, value): (String, String)) {
        self.write(name, value);
    }

    fn problems(&self) -> Vec<FieldError> {
        self.form.questions.iter().filter_map(|question| self.problem(question)).collect()
    }

    fn still(&self, error: &FieldError) -> bool {
        let mut questions = self.form.questions.iter();
        match questions.find(|question| question.asked.name == error.field).and_then(|found| self.problem(found)) {
            Some(now) => now == *error,
            // Only the backend saw it: it stands until the answer is another one.
            None => self.touched != error.field,
        }
    }

    /// A problem with something that is not asked here cannot be mended here.
    fn refused(&self, error: ApiError) -> Result<Vec<FieldError>, ApiError> {
        match error {
            ApiError::Fields(errors)
                if !errors.is_empty() && errors.iter().all(|error| self.form.asked(&error.field).is_some()) =>
            {
                Ok(errors.to_vec())
            }
            error => Err(error),
        }
    }
}
