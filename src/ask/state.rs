//! A small form while it is filled in: its questions, what was written, and what keeps it from being sent.
//!
//! Pure. The rules are those of the application form (`FormField::problem`), so that widget and server ask the same.

use std::rc::Rc;

use belofte_contract::apply::{ApplicationForm, FieldKind, FieldOption, FormField, file_types};
use belofte_contract::problem::FieldError;

use crate::api::ApiError;
use crate::decimal;
use crate::features::apply::state::{self as files, ApplyDraft, Trouble};
use crate::submission::Draft;

/// What is asked, where it goes, and the words around it.
#[derive(Clone, Debug, Default, PartialEq)]
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

    pub fn has_files(&self) -> bool {
        self.questions.iter().any(Question::is_files)
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

    /// Up to so many files, of the size and the kinds that an application takes; sent as a list.
    pub fn files(name: &str, label: String, most: usize) -> Question {
        let mut question = Question::of(FieldKind::File, name, label);
        // A name that browsers have for the one before it, and people see the ending alone.
        let known = |media_type: &String| media_type != "text/rtf";
        question.asked.accept = file_types().into_iter().filter(known).collect();
        question.asked.max_files = Some(most as u32);
        question
    }

    pub fn is_files(&self) -> bool {
        self.asked.kind == FieldKind::File
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
    /// Files that have arrived.
    Several(Vec<String>),
}

/// One change of a draft.
#[derive(Debug)]
pub enum Edit {
    /// Of the question with this name.
    Write(String, String),
    File(files::Edit),
}

/// What was written, and for which questions.
#[derive(Debug)]
pub struct AskDraft {
    pub form: Rc<Form>,
    written: Vec<(String, String)>,
    /// What was chosen, as an application of these questions alone holds it.
    pub files: ApplyDraft,
    /// Changed last: what the backend said about the others still stands.
    touched: String,
}

impl AskDraft {
    pub fn new(form: Rc<Form>) -> AskDraft {
        let files = ApplyDraft::new(Rc::new(questions_for_files(&form)));
        AskDraft { form, written: Vec::new(), files, touched: String::new() }
    }

    /// The same questions, maybe in other words.
    pub fn renew(&mut self, form: Rc<Form>) {
        if *self.form != *form {
            self.files.form = Rc::new(questions_for_files(&form));
            self.form = form;
        }
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
            if question.is_files() {
                let uploads = self.files.uploads(&question.asked.name);
                if !uploads.is_empty() {
                    sent.push((question.asked.name.clone(), Sent::Several(uploads)));
                }
                continue;
            }
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

    fn problem(&self, question: &Question) -> Option<Trouble> {
        if question.is_files() {
            return self.files.trouble(&question.asked);
        }
        question.asked.problem(&[self.value(question).to_owned()]).map(Trouble::Answer)
    }
}

fn questions_for_files(form: &Form) -> ApplicationForm {
    let asked = form.questions.iter().filter(|question| question.is_files()).map(|question| question.asked.clone());
    ApplicationForm { id: String::new(), version: 0, fields: asked.collect() }
}

impl Draft for AskDraft {
    type Edit = Edit;
    type Problem = Trouble;

    fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Write(name, value) => self.write(name, value),
            Edit::File(edit) => self.files.edit(edit),
        }
    }

    fn problems(&self) -> Vec<Trouble> {
        self.form.questions.iter().filter_map(|question| self.problem(question)).collect()
    }

    fn still(&self, problem: &Trouble) -> bool {
        let mut questions = self.form.questions.iter();
        let Some(question) = questions.find(|question| question.asked.name == problem.field()) else { return false };
        if question.is_files() {
            return self.files.still(problem);
        }
        match self.problem(question) {
            Some(now) => now == *problem,
            // Only the backend saw it: it stands until the answer is another one.
            None => self.touched != question.asked.name,
        }
    }

    /// A problem with something that is not asked here cannot be mended here.
    fn refused(&self, error: ApiError) -> Result<Vec<Trouble>, ApiError> {
        let is_asked = |error: &FieldError| self.form.asked(&error.field).is_some();
        match &error {
            ApiError::Fields(errors) if errors.iter().all(is_asked) => self.files.refused(error),
            _ => Err(error),
        }
    }
}
