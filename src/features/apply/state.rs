//! An application while it is written: answers, files on their way, and what keeps it from being sent.
//!
//! Pure: files are known by number here; the component holds the real ones.

use std::rc::Rc;

use belofte_contract::apply::{
    Answer, ApplicationForm, FILE_ENDINGS, FILE_MAX_BYTES, FieldKind, FormField, accepts, values,
};
use belofte_contract::problem::{FieldError, FieldErrorCode};

use crate::api::ApiError;
use crate::submission::Draft;
use crate::text::{concat, join};

#[derive(Debug)]
pub struct ApplyDraft {
    pub form: Rc<ApplicationForm>,
    /// Without those to file fields.
    pub answers: Vec<Answer>,
    pub files: Vec<ChosenFile>,
    /// What a machine wrote into the field that no person sees.
    pub trap: String,
    /// The field changed last: what the backend said about the others still stands.
    touched: String,
}

#[derive(Debug)]
pub struct ChosenFile {
    pub number: u32,
    pub field: String,
    pub name: String,
    pub bytes: u64,
    pub state: FileState,
}

#[derive(Debug)]
pub enum FileState {
    Sending {
        percent: u32,
    },
    Ready {
        upload_id: String,
    },
    /// Worth another try.
    Failed,
    /// This file will never do.
    Refused {
        code: FieldErrorCode,
        limit: Option<u64>,
    },
}

#[derive(Debug)]
pub enum Edit {
    /// The one value of a field.
    Write(String, String),
    /// One of several values of a field, on or off.
    Tick(String, String, bool),
    Trap(String),
    FileChosen(ChosenFile),
    FileSent(u32, u32),
    /// The upload's id, or why not.
    FileDone(u32, Result<String, ApiError>),
    FileAgain(u32),
    FileRemoved(u32),
}

/// One line of the error summary.
#[derive(Debug, PartialEq)]
pub enum Trouble {
    Answer(FieldError),
    /// The file is still on its way or did not arrive.
    FileBusy {
        field: String,
        name: String,
    },
    FileRefused {
        field: String,
        name: String,
        code: FieldErrorCode,
        limit: Option<u64>,
    },
}

impl Trouble {
    pub fn field(&self) -> &str {
        match self {
            Trouble::Answer(error) => &error.field,
            Trouble::FileBusy { field, .. } | Trouble::FileRefused { field, .. } => field,
        }
    }
}

impl ApplyDraft {
    pub fn new(form: Rc<ApplicationForm>) -> ApplyDraft {
        ApplyDraft { form, answers: Vec::new(), files: Vec::new(), trap: String::new(), touched: String::new() }
    }

    pub fn value(&self, field: &str) -> &str {
        values(&self.answers, field).first().map_or("", String::as_str)
    }

    pub fn has(&self, field: &str, value: &str) -> bool {
        values(&self.answers, field).iter().any(|given| given == value)
    }

    pub fn files_of<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a ChosenFile> {
        self.files.iter().filter(move |file| file.field == field)
    }

    /// The field that a file answers.
    pub fn field_of(&self, number: u32) -> Option<&str> {
        self.files.iter().find(|file| file.number == number).map(|file| file.field.as_str())
    }

    pub fn files_on_their_way(&self) -> Vec<u32> {
        let on_its_way = |file: &&ChosenFile| matches!(file.state, FileState::Sending { .. });
        self.files.iter().filter(on_its_way).map(|file| file.number).collect()
    }

    /// The files of `field` that have arrived.
    pub fn uploads(&self, field: &str) -> Vec<String> {
        let mut uploads = Vec::new();
        for file in self.files_of(field) {
            if let FileState::Ready { upload_id } = &file.state {
                uploads.push(upload_id.clone());
            }
        }
        uploads
    }

    /// What is sent: the answers, and the files that have arrived.
    pub fn sent_answers(&self) -> Vec<Answer> {
        let mut sent = self.answers.clone();
        for field in &self.form.fields {
            let values = self.uploads(&field.name);
            if !values.is_empty() {
                sent.push(Answer { field: field.name.clone(), values });
            }
        }
        self.form.given(&sent)
    }

    /// Why `field` takes no further file. One that takes a single file takes the new one in place of the old.
    pub fn surplus(&self, field: &FormField) -> Option<FileState> {
        let most = field.most_files();
        let taken = |file: &&ChosenFile| !matches!(file.state, FileState::Refused { .. });
        let full = most > 1 && self.files_of(&field.name).filter(taken).count() >= most as usize;
        full.then_some(FileState::Refused { code: FieldErrorCode::TooMany, limit: Some(u64::from(most)) })
    }

    /// What keeps the answer to `field` from being sent.
    pub fn trouble(&self, field: &FormField) -> Option<Trouble> {
        if field.kind != FieldKind::File {
            return field.problem(values(&self.answers, &field.name)).map(Trouble::Answer);
        }
        let mut ids = Vec::new();
        for file in self.files_of(&field.name) {
            let (field, name) = (field.name.clone(), file.name.clone());
            match &file.state {
                FileState::Ready { upload_id } => ids.push(upload_id.clone()),
                FileState::Sending { .. } | FileState::Failed => return Some(Trouble::FileBusy { field, name }),
                FileState::Refused { code, limit } => {
                    return Some(Trouble::FileRefused { field, name, code: *code, limit: *limit });
                }
            }
        }
        field.problem(&ids).map(Trouble::Answer)
    }

    /// Takes `value` if it is `on`; of the values given before, those that it `keeps`.
    fn answer(&mut self, field: String, value: String, on: bool, keeps: fn(&str, &str) -> bool) {
        let at = self.answers.iter().position(|answer| answer.field == field).unwrap_or_else(|| {
            self.answers.push(Answer { field: field.clone(), values: Vec::new() });
            self.answers.len() - 1
        });
        let given = &mut self.answers[at].values;
        given.retain(|known| keeps(known, &value));
        if on {
            given.push(value);
        }
        self.touched = field;
    }

    /// What became of a file, if it was not removed meanwhile.
    fn mark(&mut self, number: u32, state: FileState) {
        if let Some(file) = self.files.iter_mut().find(|file| file.number == number) {
            file.state = state;
        }
    }

    fn add_file(&mut self, file: ChosenFile) {
        if self.form.field(&file.field).is_none_or(|field| field.most_files() == 1) {
            self.files.retain(|known| known.field != file.field);
        }
        self.touched.clone_from(&file.field);
        self.files.push(file);
    }
}

impl Draft for ApplyDraft {
    type Edit = Edit;
    type Problem = Trouble;

    fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Write(field, value) => {
                let on = !value.is_empty();
                self.answer(field, value, on, |_, _| false);
            }
            Edit::Tick(field, value, on) => self.answer(field, value, on, |known, value| known != value),
            Edit::Trap(value) => self.trap = value,
            Edit::FileChosen(file) => self.add_file(file),
            Edit::FileSent(number, percent) => self.mark(number, FileState::Sending { percent }),
            Edit::FileDone(number, Ok(upload_id)) => self.mark(number, FileState::Ready { upload_id }),
            Edit::FileDone(number, Err(error)) => self.mark(number, file_state(&error)),
            Edit::FileAgain(number) => self.mark(number, FileState::Sending { percent: 0 }),
            Edit::FileRemoved(number) => self.files.retain(|file| file.number != number),
        }
    }

    fn problems(&self) -> Vec<Trouble> {
        let mut problems = Vec::new();
        for field in self.form.shown(&self.answers) {
            problems.extend(self.trouble(field));
        }
        problems
    }

    fn still(&self, problem: &Trouble) -> bool {
        let Some(field) = self.form.field(problem.field()) else { return false };
        self.form.is_shown(field, &self.answers)
            && match self.trouble(field) {
                Some(now) => now == *problem,
                // Only the backend saw it: it stands until the field is changed.
                None => self.touched != field.name && matches!(problem, Trouble::Answer(_)),
            }
    }

    fn refused(&self, error: ApiError) -> Result<Vec<Trouble>, ApiError> {
        match error {
            ApiError::Fields(errors) if !errors.is_empty() => Ok(errors.iter().cloned().map(Trouble::Answer).collect()),
            error => Err(error),
        }
    }
}

fn file_state(error: &ApiError) -> FileState {
    let refused = |code, limit| FileState::Refused { code, limit };
    match error {
        ApiError::TooLarge { limit } => refused(FieldErrorCode::TooLarge, *limit),
        ApiError::MediaType => refused(FieldErrorCode::FileType, None),
        ApiError::Fields(errors) => match errors.first() {
            Some(error) => refused(error.code, error.limit),
            None => FileState::Failed,
        },
        ApiError::Offline
        | ApiError::Busy { .. }
        | ApiError::NotFound
        | ApiError::Gone { .. }
        | ApiError::Unauthorized
        | ApiError::Code
        | ApiError::CodeLocked
        | ApiError::Conflict
        | ApiError::KeyReused
        | ApiError::ProofNeeded(_)
        | ApiError::Fault => FileState::Failed,
    }
}

/// What can be told about a file before it is sent; the content itself is the server's to check.
pub fn refusal(field: &FormField, name: &str, media_type: &str, bytes: u64) -> Option<FileState> {
    let limit = field.max_bytes.unwrap_or(FILE_MAX_BYTES);
    if bytes == 0 {
        return Some(FileState::Refused { code: FieldErrorCode::FileEmpty, limit: None });
    }
    if bytes > limit {
        return Some(FileState::Refused { code: FieldErrorCode::TooLarge, limit: Some(limit) });
    }
    // Some systems do not know the type of a file; then its ending tells.
    let ending = name.split('.').skip(1).last().unwrap_or_default();
    let takes = |accepted: &String| {
        accepts(accepted, media_type) || endings(accepted).any(|known| known.eq_ignore_ascii_case(ending))
    };
    let fits = field.accept.is_empty() || field.accept.iter().any(takes);
    (!fits).then_some(FileState::Refused { code: FieldErrorCode::FileType, limit: None })
}

/// A name that stays within a line: its beginning and its end, where the ending tells what it is.
pub fn shortened(name: &str) -> String {
    const BEGINNING: usize = 16;
    const END: usize = 10;
    let starts = |(at, _)| at;
    let cut = name.char_indices().map(starts).nth(BEGINNING);
    let on = name.char_indices().map(starts).rev().nth(END - 1);
    match (cut, on) {
        (Some(cut), Some(on)) if cut < on => concat(&[&name[..cut], "…", &name[on..]]),
        _ => name.to_owned(),
    }
}

fn endings(media_type: &str) -> impl Iterator<Item = &'static str> {
    FILE_ENDINGS.iter().filter(move |(known, _)| accepts(media_type, known)).map(|(_, ending)| *ending)
}

/// "PDF, DOC, DOCX, JPG": what can be told without a word of any language.
pub fn type_names(accept: &[String]) -> String {
    let mut names = Vec::new();
    for media_type in accept {
        let mut last = "";
        for (known, ending) in FILE_ENDINGS {
            if known != last && accepts(media_type, known) {
                names.push(ending.to_owned());
                last = known;
            }
        }
        if last.is_empty() {
            names.push(media_type.split_once('/').map_or(media_type.as_str(), |(_, kind)| kind).to_owned());
        }
    }
    let mut names = join(&names, ", ");
    names.make_ascii_uppercase();
    names
}

/// For the `accept` attribute: types, and endings for systems that do not know the types.
pub fn accept_list(accept: &[String]) -> String {
    let mut list = join(accept, ",");
    for media_type in accept {
        for ending in endings(media_type) {
            list.push_str(",.");
            list.push_str(ending);
        }
    }
    list
}

const FIRST_WAIT_S: u32 = 2;
const LONGEST_WAIT_S: u32 = 60;
/// A backend that asks for more patience than this is asked again anyway.
const LONGEST_RETRY_AFTER_S: u32 = 600;

/// How long to wait before the next try: twice as long each time, and never shorter than the backend asks.
pub fn retry_wait_s(error: &ApiError, attempt: u32) -> u32 {
    let wait = FIRST_WAIT_S << attempt.saturating_sub(1).min(5);
    let asked = match error {
        ApiError::Busy { retry_after_s } => retry_after_s.unwrap_or(0).min(LONGEST_RETRY_AFTER_S),
        _ => 0,
    };
    wait.min(LONGEST_WAIT_S).max(asked)
}
