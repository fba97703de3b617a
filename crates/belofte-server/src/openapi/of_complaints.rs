//! The operations of complaints and feedback: what applicants say of us.

use belofte_contract::paths::{self, IDEMPOTENCY_KEY_HEADER};
use utoipa::openapi::path::HttpMethod;

use super::{JSON, Operation};

pub fn operations() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Post};
    const ONE: &str = "/v1/complaints/{number}";
    const FEEDBACK: &str = "/v1/applications/{reference}/feedback";
    let of_session = |method, path, id, summary| Operation {
        security: Some("session"),
        ..Operation::new(method, path, id, summary)
    };
    vec![
        Operation {
            headers: &[IDEMPOTENCY_KEY_HEADER],
            body: &[(JSON, "NewComplaint")],
            answers: &[("201", "ComplaintTaken", JSON)],
            problems: &["400", "409", "413", "415", "422", "429"],
            ..Operation::new(Post, paths::COMPLAINTS, "fileComplaint", "Make a complaint; no account is needed")
        },
        Operation {
            query: &["lang"],
            answers: &[("200", "Complaint", JSON)],
            problems: &["401", "404"],
            ..of_session(Get, ONE, "getComplaint", "How a complaint stands, and its answer")
        },
        Operation {
            answers: &[("204", "", "")],
            problems: &["401", "404"],
            ..of_session(Delete, ONE, "eraseComplaint", "Erase a complaint with everything that belongs to it")
        },
        Operation {
            query: &["lang"],
            answers: &[("200", "Feedback", JSON)],
            problems: &["401", "404", "410"],
            ..of_session(Get, FEEDBACK, "getFeedback", "The moments that have come, with what was answered")
        },
        Operation {
            query: &["lang"],
            body: &[(JSON, "NewFeedback")],
            answers: &[("201", "Told", JSON)],
            problems: &["400", "401", "404", "409", "410", "413", "415", "422", "429"],
            ..of_session(Post, FEEDBACK, "giveFeedback", "Answer for one moment; can be changed for seven days")
        },
        Operation {
            query: &["lang"],
            headers: &["If-None-Match"],
            answers: &[("200", "Improvements", JSON), ("304", "", "")],
            ..Operation::new(Get, paths::IMPROVEMENTS, "listImprovements", "You said, we did: newest first")
        },
        Operation {
            query: &["posting", "lang"],
            answers: &[("200", "", JSON)],
            problems: &["401", "403", "404"],
            security: Some("desk"),
            ..Operation::new(
                Get,
                "/v1/desk/feedback",
                "deskFeedback",
                "What applicants thought, in whole groups of five: by month, moment and posting",
            )
        },
    ]
}
