//! What webhooks tell: one payload an event, of ids, words of the procedure and dates.
//!
//! Nothing of a person stands in it, and not the reference, which is a half of what opens an application: a receiver
//! that needs more asks the desk.

use belofte_contract::Timestamp;
use belofte_contract::timeline::{ApplicationStatus, EntryEvent};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum WebhookEvent {
    #[serde(rename = "application.created")]
    ApplicationCreated,
    /// Every change that has no event of its own: a step, a promise kept or moved, a withdrawal.
    #[serde(rename = "application.updated")]
    ApplicationUpdated,
    /// From the beginning of the working day before the due day.
    #[serde(rename = "promise.due_soon")]
    PromiseDueSoon,
    #[serde(rename = "promise.late")]
    PromiseLate,
    #[serde(rename = "decision.recorded")]
    DecisionRecorded,
}

/// Sent when somebody asks for it, to see that it arrives.
pub const TEST: &str = "webhook.test";

impl WebhookEvent {
    pub const ALL: [WebhookEvent; 5] = [
        WebhookEvent::ApplicationCreated,
        WebhookEvent::ApplicationUpdated,
        WebhookEvent::PromiseDueSoon,
        WebhookEvent::PromiseLate,
        WebhookEvent::DecisionRecorded,
    ];

    /// Every version of an application is told by one event.
    pub fn of(event: EntryEvent) -> WebhookEvent {
        match event {
            EntryEvent::Submitted => WebhookEvent::ApplicationCreated,
            EntryEvent::PromiseLate => WebhookEvent::PromiseLate,
            EntryEvent::Decided => WebhookEvent::DecisionRecorded,
            EntryEvent::Stage
            | EntryEvent::PromiseKept
            | EntryEvent::PromiseMoved
            | EntryEvent::Withdrawn
            | EntryEvent::Restored
            | EntryEvent::Asked
            | EntryEvent::Appointment
            | EntryEvent::Note
            | EntryEvent::Unknown => WebhookEvent::ApplicationUpdated,
        }
    }
}

/// The body of a webhook.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WebhookPayload {
    #[serde(rename = "type")]
    pub kind: WebhookEvent,
    /// When it happened.
    pub timestamp: Timestamp,
    pub data: WebhookData,
}

/// The application right after the event.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WebhookData {
    /// For `GET /v1/desk/applications/{id}`.
    pub application_id: String,
    pub posting_id: String,
    pub status: ApplicationStatus,
    /// The current step; none once decided or withdrawn.
    pub stage_id: Option<String>,
    /// Grows with every change; a receiver that has a higher one has seen newer.
    pub version: i64,
    /// What happened, as in the timeline; absent for `promise.due_soon`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EntryEvent>,
    /// The promise that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<WebhookPromise>,
}

#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WebhookPromise {
    pub id: String,
    pub kind: belofte_contract::promise::PromiseKind,
    pub stage_id: Option<String>,
    pub first_due_at: Timestamp,
    pub due_at: Timestamp,
}
