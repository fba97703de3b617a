//! The operations of what people ask, and of the desk that answers.

use belofte_contract::paths;
use utoipa::openapi::path::HttpMethod;

use super::{JSON, Operation};

pub fn operations() -> Vec<Operation> {
    [asking(), of_postings(), answering()].into_iter().flatten().collect()
}

/// What an applicant asks; taken once for each key.
fn wish(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        query: &["lang"],
        headers: &[paths::IDEMPOTENCY_KEY_HEADER],
        answers: &[("201", "Told", JSON)],
        problems: &["400", "401", "404", "409", "410", "413", "422", "429"],
        security: Some("session"),
        ..Operation::new(HttpMethod::Post, path, id, summary)
    }
}

fn asking() -> Vec<Operation> {
    const CALL_BACK: &str = "/v1/applications/{reference}/call-back";
    vec![
        Operation {
            body: &[(JSON, "NewQuestion")],
            ..wish("/v1/applications/{reference}/questions", "ask", "Ask a question; the answer is promised by a date")
        },
        wish("/v1/applications/{reference}/reason-request", "askWhy", "Ask for the reason that a rejection lacks"),
        Operation {
            body: &[(JSON, "NewReview")],
            ..wish(
                "/v1/applications/{reference}/review-request",
                "askReview",
                "Let a person look again at what a machine had a hand in",
            )
        },
        Operation {
            query: &["lang"],
            answers: &[("200", "CallBack", JSON)],
            problems: &["401", "404", "410"],
            security: Some("session"),
            ..Operation::new(HttpMethod::Get, CALL_BACK, "callWindows", "When somebody can call")
        },
        Operation { body: &[(JSON, "NewCallBack")], ..wish(CALL_BACK, "askCall", "Pick a window to be called in") },
    ]
}

fn of_postings() -> Vec<Operation> {
    const QUESTIONS: &str = "/v1/job-postings/{id}/questions";
    vec![
        Operation {
            query: &["lang"],
            answers: &[("200", "PublishedQuestions", JSON)],
            problems: &["404", "410"],
            ..Operation::new(HttpMethod::Get, QUESTIONS, "publishedQuestions", "What others asked, with the answers")
        },
        Operation {
            query: &["lang"],
            headers: &[paths::IDEMPOTENCY_KEY_HEADER],
            body: &[(JSON, "NewPostingQuestion")],
            answers: &[("201", "Told", JSON)],
            problems: &["400", "404", "409", "410", "413", "422", "429"],
            ..Operation::new(HttpMethod::Post, QUESTIONS, "askBefore", "Ask without having applied; answered by mail")
        },
    ]
}

fn of_desk(method: HttpMethod, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        security: Some("desk"),
        answers: &[("200", "DeskQuestion", JSON)],
        problems: &["400", "401", "403", "404", "409", "422"],
        ..Operation::new(method, path, id, summary)
    }
}

fn answering() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Post, Put};
    const PUBLICATION: &str = "/v1/desk/questions/{id}/publication";
    vec![
        Operation {
            query: &["answered"],
            answers: &[("200", "", JSON)],
            problems: &["400", "401", "403"],
            ..of_desk(Get, "/v1/desk/questions", "deskQuestions", "What waits for an answer, the oldest date first")
        },
        Operation {
            body: &[(JSON, "NewAnswer")],
            ..of_desk(Post, "/v1/desk/questions/{id}/answer", "deskAnswer", "Answer, which keeps the promise")
        },
        Operation {
            body: &[(JSON, "NewCallNote")],
            ..of_desk(
                Post,
                "/v1/desk/questions/{id}/call",
                "deskCall",
                "A call was made; not reached, a second is promised",
            )
        },
        Operation {
            body: &[(JSON, "NewPublication")],
            ..of_desk(Put, PUBLICATION, "publishQuestion", "Both stand with the posting, without names")
        },
        Operation {
            answers: &[("204", "", "")],
            problems: &["401", "403", "404"],
            ..of_desk(Delete, PUBLICATION, "unpublishQuestion", "They stand there no more")
        },
    ]
}
