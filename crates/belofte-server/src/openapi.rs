//! The OpenAPI 3.1 document: schemas from the contract's types, operations from one list.
//!
//! `docs/openapi.json` is this document; tests hold the two, and the list and the router, against each other.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use belofte_contract::{
    apply, contacts, decision, desk, lookup, organization, paths, postings, problem, proof, score, timeline,
};
use utoipa::OpenApi;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, Ref, Required, ResponseBuilder};

use crate::StartError;
use crate::state::AppState;
use crate::webhooks;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Belofte",
        description = "Job postings with promised dates, applying, and the page that shows every applicant the dates they were promised.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact()
    ),
    components(schemas(
        organization::Organization,
        postings::JobPostingList,
        postings::JobPosting,
        apply::ApplicationForm,
        apply::Upload,
        apply::NewApplication,
        apply::ApplicationReceipt,
        lookup::StatusRequest,
        lookup::StatusRequestAccepted,
        lookup::NewStatusSession,
        lookup::StatusSession,
        lookup::MyApplications,
        timeline::Application,
        timeline::ApplicationExport,
        timeline::ChangedEvent,
        contacts::Contact,
        score::KindScore,
        score::PromiseScore,
        score::PublicScore,
        problem::Problem,
        proof::Proof,
        desk::Transition,
        desk::PromiseKept,
        desk::NewPromiseMove,
        desk::DecisionBatch,
        desk::DecisionBatchTaken,
        desk::UndoDecisions,
        desk::DecisionsUndone,
        desk::PostingStatusChange,
        desk::NewMailText,
        desk::NewPromiseOwner,
        desk::NewNote,
        desk::Absence,
        decision::NewDecision,
        crate::desk::score::Figures,
        webhooks::acts::NewWebhook,
        webhooks::acts::WebhookChange,
        webhooks::acts::Webhook,
        webhooks::acts::WebhookDelivery,
        webhooks::event::WebhookPayload
    ))
)]
struct Contract;

pub fn router() -> Router<AppState> {
    Router::new().route(
        "/openapi.json",
        get(|| async { ([(header::CONTENT_TYPE, "application/json")], text()).into_response() }),
    )
}

/// `belofte-server openapi`.
pub fn print() -> Result<(), StartError> {
    print!("{}", text());
    Ok(())
}

/// The document as checked in.
pub fn text() -> String {
    let mut document = Contract::openapi();
    for operation in operations() {
        let built = operation.build();
        document.paths.add_path_operation(operation.path, vec![operation.method], built);
    }
    let components = document.components.get_or_insert_default();
    for (name, description) in [("session", "Token of a status session"), ("desk", "Key of the desk")] {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// One line of the list below.
struct Operation {
    method: HttpMethod,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    query: &'static [&'static str],
    headers: &'static [&'static str],
    /// Media type and schema.
    body: &'static [(&'static str, &'static str)],
    /// Status, schema, and in which media type.
    answers: &'static [(&'static str, &'static str, &'static str)],
    /// Statuses that come as a `Problem`.
    problems: &'static [&'static str],
    security: Option<&'static str>,
}

const JSON: &str = "application/json";

impl Operation {
    const fn new(method: HttpMethod, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
        Operation {
            method,
            path,
            id,
            summary,
            query: &[],
            headers: &[],
            body: &[],
            answers: &[],
            problems: &[],
            security: None,
        }
    }

    fn build(&self) -> utoipa::openapi::path::Operation {
        let text = || ObjectBuilder::new().schema_type(Type::String).build();
        let parameter = |name: &str, place: ParameterIn, required: Required| {
            ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(text())).build()
        };
        let named = self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let mut operation = OperationBuilder::new().operation_id(Some(self.id)).summary(Some(self.summary));
        for name in named {
            operation = operation.parameter(parameter(name, ParameterIn::Path, Required::True));
        }
        for name in self.query {
            operation = operation.parameter(parameter(name, ParameterIn::Query, Required::False));
        }
        for name in self.headers {
            operation = operation.parameter(parameter(name, ParameterIn::Header, Required::False));
        }
        if !self.body.is_empty() {
            let mut body = RequestBodyBuilder::new().required(Some(Required::True));
            for (media, schema) in self.body {
                body = body.content(*media, content(schema));
            }
            operation = operation.request_body(Some(body.build()));
        }
        for (status, schema, media) in self.answers {
            let mut answer = ResponseBuilder::new().description(self.summary);
            if !media.is_empty() {
                answer = answer.content(*media, content(schema));
            }
            operation = operation.response(*status, answer.build());
        }
        for status in self.problems {
            let problem =
                ResponseBuilder::new().description("Problem").content(problem::MEDIA_TYPE, content("Problem"));
            operation = operation.response(*status, problem.build());
        }
        if let Some(security) = self.security {
            operation = operation.security(SecurityRequirement::new::<_, [&str; 0], &str>(security, []));
        }
        operation.build()
    }
}

/// A schema by name; without one, text.
fn content(schema: &str) -> Content {
    if schema.is_empty() {
        return Content::new(Some(ObjectBuilder::new().schema_type(Type::String).build()));
    }
    Content::new(Some(Ref::from_schema_name(schema)))
}

fn operations() -> Vec<Operation> {
    let desk = [desk_acts(), desk_decisions(), desk_mails(), desk_webhooks(), desk_webhook_deliveries()];
    [public_reads(), writes(), status_page()].into_iter().chain(desk).flatten().collect()
}

fn public_reads() -> Vec<Operation> {
    use HttpMethod::Get;
    vec![
        Operation {
            query: &["lang"],
            headers: &["If-None-Match"],
            answers: &[("200", "Organization", JSON), ("304", "", "")],
            ..Operation::new(Get, paths::ORGANIZATION, "getOrganization", "The employer: calendar, norms, score")
        },
        Operation {
            query: &["status", "q", "department", "location", "lang", "cursor", "limit"],
            headers: &["If-None-Match"],
            answers: &[("200", "JobPostingList", JSON), ("304", "", "")],
            problems: &["400"],
            ..Operation::new(Get, paths::JOB_POSTINGS, "listJobPostings", "Postings; the next page is in Link rel=next")
        },
        Operation {
            query: &["lang"],
            headers: &["If-None-Match"],
            answers: &[("200", "JobPosting", JSON), ("304", "", "")],
            problems: &["404", "410"],
            ..Operation::new(
                Get,
                "/v1/job-postings/{id}",
                "getJobPosting",
                "A posting with the dates if one applies now",
            )
        },
        Operation {
            query: &["lang"],
            headers: &["If-None-Match"],
            answers: &[("200", "ApplicationForm", JSON), ("304", "", "")],
            problems: &["404"],
            ..Operation::new(Get, "/v1/forms/{id}", "getForm", "The newest version of a form")
        },
        Operation {
            answers: &[("200", "PublicScore", JSON)],
            problems: &["400", "422"],
            query: &["posting", "period"],
            ..Operation::new(Get, paths::PROMISE_SCORE, "getPromiseScore", "How promises were kept")
        },
    ]
}

fn writes() -> Vec<Operation> {
    use HttpMethod::{Delete, Post};
    vec![
        Operation {
            body: &[("multipart/form-data", "")],
            answers: &[("201", "Upload", JSON)],
            problems: &["400", "413", "415", "422", "429"],
            ..Operation::new(
                Post,
                paths::UPLOADS,
                "upload",
                "One file in a part `file`; `form_id` and `field` before it",
            )
        },
        Operation {
            headers: &[paths::IDEMPOTENCY_KEY_HEADER, paths::PROOF_HEADER],
            body: &[(JSON, "NewApplication"), ("multipart/form-data", "")],
            answers: &[("201", "ApplicationReceipt", JSON)],
            problems: &["400", "404", "409", "410", "413", "415", "422", "428", "429"],
            ..Operation::new(Post, paths::APPLICATIONS, "apply", "Apply, once per idempotency key")
        },
        Operation {
            body: &[(JSON, "StatusRequest")],
            answers: &[("202", "StatusRequestAccepted", JSON)],
            problems: &["400", "422", "429"],
            ..Operation::new(Post, paths::STATUS_REQUESTS, "requestCode", "Mail a code; one answer for everyone")
        },
        Operation {
            body: &[(JSON, "NewStatusSession")],
            answers: &[("201", "StatusSession", JSON)],
            problems: &["400", "422", "429"],
            ..Operation::new(Post, paths::STATUS_SESSIONS, "openSession", "Open a session with a code or a link")
        },
        Operation {
            query: &["everywhere"],
            answers: &[("204", "", "")],
            problems: &["400", "401"],
            security: Some("session"),
            ..Operation::new(
                Delete,
                paths::STATUS_SESSIONS,
                "closeSession",
                "End the session; with everywhere=true all sessions and mailed links of its address",
            )
        },
    ]
}

fn status_page() -> Vec<Operation> {
    use HttpMethod::Get;
    let of_session =
        |path, id, summary| Operation { security: Some("session"), ..Operation::new(Get, path, id, summary) };
    vec![
        Operation {
            query: &["lang"],
            answers: &[("200", "MyApplications", JSON)],
            problems: &["401"],
            ..of_session(paths::MY_APPLICATIONS, "myApplications", "Everything under the session's address")
        },
        Operation {
            query: &["lang"],
            headers: &["If-None-Match"],
            answers: &[("200", "Application", JSON), ("304", "", "")],
            problems: &["401", "404", "410"],
            ..of_session("/v1/applications/{reference}", "getApplication", "The status page; its ETag is the version")
        },
        Operation {
            headers: &["Last-Event-ID"],
            answers: &[("200", "ChangedEvent", "text/event-stream")],
            problems: &["401", "404", "410", "429"],
            ..of_session(
                "/v1/applications/{reference}/events",
                "liveEvents",
                "Events `changed`, each with its version as id",
            )
        },
        Operation {
            query: &["lang"],
            answers: &[("200", "", "text/calendar")],
            problems: &["401", "404", "410"],
            ..of_session(
                "/v1/applications/{reference}/calendar.ics",
                "calendarFile",
                "The next date as a calendar file",
            )
        },
        Operation {
            answers: &[("200", "ApplicationExport", JSON)],
            problems: &["401", "404", "410"],
            ..of_session("/v1/applications/{reference}/export", "export", "Everything kept about the application")
        },
    ]
}

fn of_desk(method: HttpMethod, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        security: Some("desk"),
        problems: &["400", "401", "403", "404", "409", "422"],
        answers: &[("200", "Application", JSON)],
        ..Operation::new(method, path, id, summary)
    }
}

fn desk_acts() -> Vec<Operation> {
    [desk_deeds(), desk_daily()].into_iter().flatten().collect()
}

fn desk_deeds() -> Vec<Operation> {
    use HttpMethod::{Get, Post};
    vec![
        Operation {
            query: &["posting", "status", "check", "lang"],
            answers: &[("200", "", JSON)],
            problems: &["400", "401", "403"],
            ..of_desk(Get, "/v1/desk/applications", "deskList", "Applications, newest first")
        },
        Operation {
            problems: &["400", "401", "403", "404", "410"],
            ..of_desk(
                Get,
                "/v1/desk/applications/{reference}",
                "deskShow",
                "One application, by its reference or its id",
            )
        },
        Operation {
            body: &[(JSON, "Transition")],
            ..of_desk(Post, "/v1/desk/applications/{reference}/transitions", "deskTransition", "Move to a step")
        },
        Operation {
            body: &[(JSON, "NewDecision")],
            ..of_desk(Post, "/v1/desk/applications/{reference}/decisions", "deskDecide", "Decide, with reasons")
        },
        Operation {
            body: &[(JSON, "PromiseKept")],
            ..of_desk(
                Post,
                "/v1/desk/applications/{reference}/promises/{id}/kept",
                "deskKeep",
                "A promised act was done",
            )
        },
        Operation {
            body: &[(JSON, "NewPromiseMove")],
            ..of_desk(
                Post,
                "/v1/desk/applications/{reference}/promises/{id}/moves",
                "deskMove",
                "A new date, with the reason",
            )
        },
    ]
}

/// A route of webhooks; most answer these problems.
fn of_webhooks(method: HttpMethod, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    let problems = &["401", "403", "404", "409"];
    Operation { security: Some("desk"), problems, ..Operation::new(method, path, id, summary) }
}

fn desk_webhooks() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Patch, Post};
    let (all, one) = ("/v1/desk/webhooks", "/v1/desk/webhooks/{id}");
    let webhook: &[_] = &[("200", "Webhook", JSON)];
    vec![
        Operation {
            answers: &[("200", "", JSON)],
            problems: &["401", "403"],
            ..of_webhooks(Get, all, "listWebhooks", "Webhooks, oldest first")
        },
        Operation {
            body: &[(JSON, "NewWebhook")],
            answers: &[("201", "Webhook", JSON)],
            problems: &["400", "401", "403", "422"],
            ..of_webhooks(Post, all, "createWebhook", "A new webhook; the answer tells its secret, once")
        },
        Operation {
            answers: webhook,
            problems: &["401", "403", "404"],
            ..of_webhooks(Get, one, "getWebhook", "One webhook")
        },
        Operation {
            body: &[(JSON, "WebhookChange")],
            answers: webhook,
            problems: &["400", "401", "403", "404", "422"],
            ..of_webhooks(Patch, one, "changeWebhook", "Change it, switch it off or on")
        },
        Operation {
            answers: &[("204", "", "")],
            problems: &["401", "403", "404"],
            ..of_webhooks(Delete, one, "deleteWebhook", "Delete it and drop what waits")
        },
        Operation {
            answers: webhook,
            problems: &["401", "403", "404"],
            ..of_webhooks(
                Post,
                "/v1/desk/webhooks/{id}/rotate",
                "rotateWebhook",
                "A new secret; the old one signs too for a day",
            )
        },
        Operation {
            answers: &[("202", "WebhookDelivery", JSON)],
            ..of_webhooks(Post, "/v1/desk/webhooks/{id}/test", "testWebhook", "Send `webhook.test`")
        },
    ]
}

fn desk_webhook_deliveries() -> Vec<Operation> {
    use HttpMethod::{Get, Post};
    vec![
        Operation {
            query: &["before"],
            answers: &[("200", "", JSON)],
            problems: &["400", "401", "403", "404"],
            ..of_webhooks(
                Get,
                "/v1/desk/webhooks/{id}/deliveries",
                "listWebhookDeliveries",
                "What was or will be sent, newest first, 100 at a time; `before` is the id of the last one seen",
            )
        },
        Operation {
            answers: &[("202", "WebhookDelivery", JSON)],
            ..of_webhooks(
                Post,
                "/v1/desk/webhooks/{id}/deliveries/{delivery_id}/replay",
                "replayWebhookDelivery",
                "Send it again under the same id",
            )
        },
    ]
}

fn desk_decisions() -> Vec<Operation> {
    use HttpMethod::{Get, Post};
    let of_desk = |method, path, id, summary| Operation {
        security: Some("desk"),
        problems: &["400", "401", "403", "404", "409", "422"],
        ..Operation::new(method, path, id, summary)
    };
    vec![
        Operation {
            answers: &[("200", "", JSON)],
            problems: &["401", "403", "404"],
            ..of_desk(
                Get,
                "/v1/desk/postings/{posting}/undecided",
                "deskUndecided",
                "Who has no answer yet, the longest waiting first, with what was written so far",
            )
        },
        Operation {
            body: &[(JSON, "NewDecision")],
            answers: &[("204", "", "")],
            ..of_desk(
                Post,
                "/v1/desk/postings/{posting}/drafts/{reference}",
                "deskDraft",
                "Keep a decision that is being written",
            )
        },
        Operation {
            body: &[(JSON, "DecisionBatch")],
            answers: &[("200", "DecisionBatchTaken", JSON)],
            ..of_desk(
                Post,
                "/v1/desk/postings/{posting}/decisions",
                "deskDecideMany",
                "Send decisions; each leaves after ten minutes, or a minute before a date that it keeps",
            )
        },
        Operation {
            body: &[(JSON, "UndoDecisions")],
            answers: &[("200", "DecisionsUndone", JSON)],
            ..of_desk(
                Post,
                "/v1/desk/postings/{posting}/decisions/undo",
                "deskUndoDecisions",
                "Take back what has not left",
            )
        },
        Operation {
            body: &[(JSON, "PostingStatusChange")],
            answers: &[("200", "DecisionBatchTaken", JSON)],
            ..of_desk(
                Post,
                "/v1/desk/postings/{posting}/status",
                "deskPostingStatus",
                "Another status; closing takes a decision or a dated promise for everybody without an answer, else 409 with the list",
            )
        },
    ]
}

fn desk_mails() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Post, Put};
    let of_desk = |method, path, id, summary| Operation {
        security: Some("desk"),
        problems: &["401", "422"],
        answers: &[("200", "", JSON)],
        ..Operation::new(method, path, id, summary)
    };
    const SENTENCE: &str = "/v1/desk/mail-texts/{lang}/{key}";
    vec![
        Operation {
            query: &["state"],
            problems: &["400", "401"],
            ..of_desk(Get, "/v1/desk/mails", "deskMails", "What became of each mail, newest first")
        },
        Operation {
            problems: &["401", "404", "409"],
            ..of_desk(Post, "/v1/desk/mails/{id}/retry", "deskRetryMail", "Send a failed mail again")
        },
        of_desk(Get, "/v1/desk/mail-texts/{lang}", "deskMailTexts", "Every sentence of the mails"),
        of_desk(Get, SENTENCE, "deskMailText", "One sentence: shipped, own, placeholders"),
        Operation {
            body: &[(JSON, "NewMailText")],
            problems: &["400", "401", "422"],
            ..of_desk(Put, SENTENCE, "deskPutMailText", "Word a sentence anew")
        },
        Operation {
            answers: &[("204", "", "")],
            ..of_desk(Delete, SENTENCE, "deskDeleteMailText", "The shipped sentence again")
        },
        Operation {
            query: &["lang"],
            problems: &["401"],
            ..of_desk(Get, "/v1/desk/mail-previews", "deskMailPreviews", "Every kind of mail about made-up applicants")
        },
    ]
}

fn desk_daily() -> Vec<Operation> {
    use HttpMethod::{Get, Post};
    vec![
        Operation {
            body: &[(JSON, "NewPromiseOwner")],
            ..of_desk(
                Post,
                "/v1/desk/applications/{reference}/promises/{id}/owner",
                "deskHandOver",
                "Another person keeps a promise",
            )
        },
        Operation {
            query: &["posting", "period", "lang"],
            answers: &[("200", "Figures", JSON)],
            problems: &["401", "403", "404", "422"],
            ..of_desk(
                Get,
                "/v1/desk/promise-score",
                "deskPromiseScore",
                "The score of what the caller may see: whole, by kind, owner, posting and month",
            )
        },
        Operation {
            answers: &[("200", "", JSON)],
            ..of_desk(
                Get,
                "/v1/desk/applications/{reference}/notes",
                "deskNotes",
                "Notes among colleagues, newest first",
            )
        },
        Operation {
            body: &[(JSON, "NewNote")],
            answers: &[("201", "", "")],
            ..of_desk(Post, "/v1/desk/applications/{reference}/notes", "deskNote", "Write a note")
        },
        Operation {
            answers: &[("204", "", "")],
            ..of_desk(
                Post,
                "/v1/desk/applications/{reference}/checked",
                "deskChecked",
                "What was to be looked at first is fine",
            )
        },
        Operation {
            answers: &[("200", "", "application/octet-stream")],
            ..of_desk(Get, "/v1/desk/applications/{reference}/files/{file}", "deskFile", "A file, to be saved")
        },
        Operation {
            body: &[(JSON, "Absence")],
            answers: &[("204", "", "")],
            ..of_desk(Post, "/v1/desk/away", "deskAway", "Somebody is away, or back again")
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_document_is_the_generated_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, text()).unwrap();
        }
        let checked_in = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            checked_in == text(),
            "docs/openapi.json is old: run `cargo run -p belofte-server -- openapi > docs/openapi.json`"
        );
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        let document: serde_json::Value = serde_json::from_str(&text()).unwrap();
        let text = document.to_string();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
        }
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    }
}
