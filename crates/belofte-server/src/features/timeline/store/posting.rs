//! What the status page needs of a posting, in one language.

use belofte_contract::Timestamp;
use belofte_contract::postings::PostingLink;
use serde_json::Value;
use sqlx::{AnyConnection, Row};

use super::posting_link;
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::Stage;
use crate::settings::Settings;

#[derive(Clone, Debug)]
pub struct Posting {
    pub link: PostingLink,
    pub stages: Vec<Stage>,
    pub contact_ids: Vec<String>,
    pub colleague_ids: Vec<String>,
    pub closes_at: Option<Timestamp>,
    related_ids: Vec<String>,
}

impl Posting {
    pub async fn load(connection: &mut AnyConnection, settings: &Settings, id: &str, lang: &str) -> ApiResult<Posting> {
        let row = sqlx::query("SELECT doc FROM postings WHERE id = $1").bind(id).fetch_optional(connection).await?;
        let row = row.ok_or_else(ApiProblem::not_found)?;
        let doc: Value = serde_json::from_str(row.try_get("doc")?)?;
        let ids = |field: &str| serde_json::from_value(doc[field].clone()).unwrap_or_default();
        Ok(Posting {
            link: posting_link(settings, id, &doc, lang),
            stages: settings.read(&doc["process"], lang)?,
            contact_ids: ids("contacts"),
            colleague_ids: ids("colleagues"),
            closes_at: doc["valid_through"].as_str().and_then(|text| Timestamp::parse(text).ok()),
            related_ids: ids("related"),
        })
    }

    pub fn stage(&self, id: Option<&str>) -> Option<&Stage> {
        self.stages.iter().find(|stage| Some(stage.id.as_str()) == id)
    }

    /// The steps after `id`, in order.
    pub fn stages_after(&self, id: &str) -> &[Stage] {
        let at = self.stages.iter().position(|stage| stage.id == id);
        at.map_or(&[], |at| &self.stages[at + 1..])
    }

    /// Other postings one can apply for now.
    pub async fn related(
        &self,
        connection: &mut AnyConnection,
        settings: &Settings,
        lang: &str,
    ) -> ApiResult<Vec<PostingLink>> {
        let mut links = Vec::new();
        for id in self.related_ids.iter().take(3) {
            let row = sqlx::query("SELECT doc FROM postings WHERE id = $1 AND status IN ('open', 'closing')")
                .bind(id)
                .fetch_optional(&mut *connection)
                .await?;
            if let Some(row) = row {
                let doc: Value = serde_json::from_str(row.try_get("doc")?)?;
                links.push(posting_link(settings, id, &doc, lang));
            }
        }
        Ok(links)
    }
}
