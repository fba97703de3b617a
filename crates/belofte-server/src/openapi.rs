//! The OpenAPI 3.1 document: schemas from the contract's types, operations from one list.
//!
//! `docs/openapi.json` is this document; tests hold the two, and the list and the router, against each other.

mod of_complaints;
mod of_desk;
mod of_questions;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use belofte_contract::{
    apply, appointments, complaint, contacts, decision, desk, feedback, follow, lookup, news, organization, paths,
    postings, privacy, problem, proof, questions, score, timeline, told,
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
        complaint::NewComplaint,
        complaint::ComplaintTaken,
        complaint::Complaint,
        feedback::NewFeedback,
        feedback::Feedback,
        feedback::Improvements,
        lookup::StatusRequest,
        lookup::StatusRequestAccepted,
        lookup::NewStatusSession,
        lookup::StatusSession,
        lookup::MyApplications,
        timeline::Application,
        timeline::ApplicationExport,
        timeline::ChangedEvent,
        appointments::Slots,
        appointments::ChosenSlot,
        appointments::NewProposal,
        appointments::NewSlots,
        appointments::SlotsPublished,
        appointments::SlotCancelled,
        told::Told,
        contacts::Contact,
        follow::NewFollow,
        follow::FollowToken,
        follow::NewInTouch,
        news::Bulletins,
        news::Preferences,
        news::PreferencesChange,
        score::KindScore,
        score::PromiseScore,
        score::PublicScore,
        privacy::NewWithdrawal,
        privacy::Held,
        privacy::Correction,
        privacy::NewAddress,
        problem::Problem,
        proof::Proof,
        questions::NewQuestion,
        questions::NewReview,
        questions::NewCallBack,
        questions::CallBack,
        questions::NewPostingQuestion,
        questions::PublishedQuestions,
        questions::DeskQuestion,
        questions::NewAnswer,
        questions::NewCallNote,
        questions::NewPublication,
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
    let subjects = [
        public_reads(),
        writes(),
        follows(),
        status_page(),
        of_questions::operations(),
        of_complaints::operations(),
        talks(),
        of_privacy(),
        of_desk::operations(),
    ];
    subjects.into_iter().flatten().collect()
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
        Operation {
            query: &["posting", "lang"],
            headers: &["If-None-Match"],
            answers: &[("200", "Bulletins", JSON), ("304", "", "")],
            problems: &["404"],
            ..Operation::new(Get, paths::BULLETINS, "listBulletins", "News of procedures, in figures of whole fives")
        },
        Operation {
            query: &["lang"],
            headers: &["If-None-Match"],
            answers: &[("200", "Bulletins", JSON), ("304", "", "")],
            problems: &["404"],
            ..Operation::new(Get, "/v1/job-postings/{id}/bulletins", "listBulletinsOfPosting", "News of one procedure")
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

/// Hearing of what comes, without an application.
fn follows() -> Vec<Operation> {
    use HttpMethod::Post;
    let of_token = |path, id, summary| Operation {
        query: &["lang"],
        body: &[(JSON, "FollowToken")],
        answers: &[("200", "Told", JSON)],
        problems: &["400", "404", "429"],
        ..Operation::new(Post, path, id, summary)
    };
    vec![
        Operation {
            body: &[(JSON, "NewFollow")],
            answers: &[("202", "Told", JSON)],
            problems: &["400", "422", "429"],
            ..Operation::new(
                Post,
                paths::FOLLOWS,
                "follow",
                "Follow a department or an upcoming posting; asked back by mail",
            )
        },
        of_token("/v1/follows/confirm", "confirmFollow", "Yes, it was me: the token of the mail, in the body"),
        of_token("/v1/follows/end", "endFollow", "No more mails, and everything of it deleted"),
        Operation {
            query: &["lang"],
            body: &[(JSON, "NewInTouch")],
            answers: &[("201", "Told", JSON)],
            problems: &["400", "401", "404", "409", "410", "422", "429"],
            security: Some("session"),
            ..Operation::new(
                Post,
                "/v1/applications/{reference}/in-touch",
                "stayInTouch",
                "After the end: be told of openings until a day; asked back by mail",
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
        Operation {
            answers: &[("200", "Preferences", JSON)],
            problems: &["401", "404", "410"],
            ..of_session("/v1/applications/{reference}/preferences", "getPreferences", "What the applicant chose")
        },
        Operation {
            method: HttpMethod::Patch,
            query: &["lang"],
            body: &[(JSON, "PreferencesChange")],
            answers: &[("200", "Told", JSON)],
            problems: &["400", "401", "404", "410", "422"],
            ..of_session(
                "/v1/applications/{reference}/preferences",
                "setPreferences",
                "Rhythm of news, language of mails, kept until; what is left out stays",
            )
        },
    ]
}

fn talks() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Post, Put};
    let of_session = |method, path, id, summary| Operation {
        query: &["lang"],
        security: Some("session"),
        problems: &["401", "404", "409", "410", "422", "429"],
        ..Operation::new(method, path, id, summary)
    };
    let appointment = "/v1/applications/{reference}/appointment";
    vec![
        Operation {
            answers: &[("200", "Slots", JSON)],
            problems: &["401", "404", "410"],
            ..of_session(Get, "/v1/applications/{reference}/slots", "slots", "Free times, and the talk that is agreed")
        },
        Operation {
            body: &[(JSON, "ChosenSlot")],
            answers: &[("201", "Told", JSON), ("200", "Told", JSON)],
            ..of_session(Put, appointment, "chooseSlot", "Choose a time or move to it; taken is 409 with fresh `slots`")
        },
        Operation {
            answers: &[("200", "Told", JSON)],
            problems: &["401", "404", "409", "410", "429"],
            ..of_session(Delete, appointment, "cancelAppointment", "Call the talk off, until the stated hour")
        },
        Operation {
            body: &[(JSON, "NewProposal")],
            answers: &[("201", "Told", JSON)],
            ..of_session(
                Post,
                "/v1/applications/{reference}/appointment/proposals",
                "proposeTimes",
                "One to three times of one's own; promises an answer",
            )
        },
        Operation {
            answers: &[("200", "", "text/calendar")],
            problems: &["401", "404", "410"],
            ..of_session(
                Get,
                "/v1/applications/{reference}/appointment.ics",
                "appointmentFile",
                "The talk as a calendar file, in its own zone",
            )
        },
    ]
}

/// What applicants do with what is kept about them.
fn of_privacy() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Patch, Post};
    const DONE: &[(&str, &str, &str)] = &[("200", "Told", JSON)];
    const TOLD: &[(&str, &str, &str)] = &[("201", "Told", JSON)];
    const WITHDRAWAL: &str = "/v1/applications/{reference}/withdrawal";
    const ERASURE: &str = "/v1/applications/{reference}/erasure";
    let of_session = |method, path, id, summary| Operation {
        query: &["lang"],
        problems: &["401", "404", "409", "410", "429"],
        security: Some("session"),
        ..Operation::new(method, path, id, summary)
    };
    vec![
        Operation {
            body: &[(JSON, "NewWithdrawal")],
            answers: TOLD,
            problems: &["400", "401", "404", "409", "410", "422", "429"],
            ..of_session(Post, WITHDRAWAL, "withdraw", "Withdraw; it can be taken back for 24 hours")
        },
        Operation {
            answers: DONE,
            ..of_session(Delete, WITHDRAWAL, "takeWithdrawalBack", "Take a withdrawal back: everything is as it was")
        },
        Operation {
            answers: TOLD,
            ..of_session(Post, ERASURE, "askErasure", "Have everything erased, in 24 hours; withdraws what still runs")
        },
        Operation {
            answers: DONE,
            ..of_session(Delete, ERASURE, "stopErasure", "Have it kept after all, until the date that was told before")
        },
        Operation {
            answers: &[("200", "Held", JSON)],
            problems: &["401", "404", "410"],
            ..of_session(Get, "/v1/applications/{reference}/held", "held", "What is kept, what for and until when")
        },
        Operation {
            body: &[(JSON, "Correction")],
            answers: DONE,
            problems: &["400", "401", "404", "409", "410", "422", "429"],
            ..of_session(
                Patch,
                "/v1/applications/{reference}/answers",
                "correct",
                "Put answers in the place of old ones",
            )
        },
        Operation {
            body: &[(JSON, "NewAddress")],
            answers: TOLD,
            problems: &["400", "401", "404", "410", "422", "429"],
            ..of_session(
                Post,
                "/v1/applications/{reference}/address",
                "changeAddress",
                "Give a new mail address; with the code that was mailed to it, it takes the old one's place",
            )
        },
        Operation {
            answers: &[("200", "", "application/zip")],
            problems: &["401", "404", "410", "429"],
            ..of_session(
                Get,
                "/v1/applications/{reference}/export.zip",
                "download",
                "Everything about the application, as a page and as JSON, with files and mails",
            )
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
