//! What the status page needs of a posting, in one language. From the settings in memory: it is read on every page.

use belofte_contract::Timestamp;
use belofte_contract::postings::PostingLink;
use belofte_contract::promise::{Promise, PromiseKind};

use crate::locale;
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::Stage;
use crate::promises::store::kind_word;
use crate::settings::Settings;

/// Other postings shown on a status page.
const RELATED_MAX: usize = 3;

#[derive(Clone, Debug)]
pub struct Posting {
    lang: String,
    pub link: PostingLink,
    pub stages: Vec<Stage>,
    pub contact_ids: Vec<String>,
    pub colleague_ids: Vec<String>,
    pub closes_at: Option<Timestamp>,
    related_ids: Vec<String>,
}

impl Posting {
    pub fn of(settings: &Settings, id: &str, lang: &str) -> ApiResult<Posting> {
        let posting = settings.posting(id).ok_or_else(ApiProblem::not_found)?;
        let texts = posting.texts(lang);
        Ok(Posting {
            lang: lang.to_owned(),
            link: posting.link(lang),
            stages: texts.process.clone(),
            contact_ids: texts.contacts.clone(),
            colleague_ids: texts.colleagues.clone(),
            closes_at: texts.valid_through,
            related_ids: texts.related.clone(),
        })
    }

    pub fn stage(&self, id: Option<&str>) -> Option<&Stage> {
        self.stages.iter().find(|stage| Some(stage.id.as_str()) == id)
    }

    /// What is promised, as the applicant reads it: by the step, or by what they asked for.
    pub fn promise_label(&self, promise: &Promise) -> String {
        match &promise.stage_id {
            Some(id) => self.stage(Some(id)).map(|stage| stage.promised().to_owned()).unwrap_or_default(),
            None => asked_label(&self.lang, "pages", promise.kind),
        }
    }

    /// The same as colleagues read it.
    pub fn desk_label(&self, promise: &Promise) -> String {
        match &promise.stage_id {
            Some(id) => self.stage(Some(id)).map(|stage| stage.promised_at_desk().to_owned()).unwrap_or_default(),
            None => asked_label(&self.lang, "desk", promise.kind),
        }
    }

    /// The steps after `id`, in order.
    pub fn stages_after(&self, id: &str) -> &[Stage] {
        let at = self.stages.iter().position(|stage| stage.id == id);
        at.map_or(&[], |at| &self.stages[at + 1..])
    }

    /// Other postings one can apply for at `now`.
    pub fn related(&self, settings: &Settings, lang: &str, now: Timestamp) -> Vec<PostingLink> {
        let known = self.related_ids.iter().filter_map(|id| settings.posting(id));
        let open = known.filter(|posting| posting.status(now).takes_applications());
        open.take(RELATED_MAX).map(|posting| posting.link(lang)).collect()
    }
}

/// What somebody asked for and was promised: "An answer to your question" on `pages`, "An answer to a question" at the `desk`.
pub fn asked_label(lang: &str, place: &str, kind: PromiseKind) -> String {
    locale::text(lang, &[place, ".promise_", kind_word(kind)].concat()).to_owned()
}
