//! The operations of the desk, for programs with its key or a session.

use utoipa::openapi::path::HttpMethod;

use super::{JSON, Operation};

pub fn operations() -> Vec<Operation> {
    let subjects = [deeds(), daily(), decisions(), mails(), webhooks(), webhook_deliveries(), talks()];
    subjects.into_iter().flatten().collect()
}

fn of_desk(method: HttpMethod, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        security: Some("desk"),
        problems: &["400", "401", "403", "404", "409", "422"],
        answers: &[("200", "Application", JSON)],
        ..Operation::new(method, path, id, summary)
    }
}

fn deeds() -> Vec<Operation> {
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

fn talks() -> Vec<Operation> {
    use HttpMethod::Post;
    vec![
        Operation {
            body: &[(JSON, "NewSlots")],
            answers: &[("201", "SlotsPublished", JSON)],
            ..of_desk(
                Post,
                "/v1/desk/postings/{posting}/slots",
                "deskPublishSlots",
                "Publish times: every given one on every given day",
            )
        },
        Operation {
            body: &[(JSON, "SlotCancelled")],
            answers: &[("200", "", JSON)],
            ..of_desk(Post, "/v1/desk/slots/{slot}/cancel", "deskCancelSlot", "Call a time off; who chose it reads why")
        },
    ]
}

/// A route of webhooks; most answer these problems.
fn of_webhooks(method: HttpMethod, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    let problems = &["401", "403", "404", "409"];
    Operation { security: Some("desk"), problems, ..Operation::new(method, path, id, summary) }
}

fn webhooks() -> Vec<Operation> {
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

fn webhook_deliveries() -> Vec<Operation> {
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

fn decisions() -> Vec<Operation> {
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

fn mails() -> Vec<Operation> {
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

fn daily() -> Vec<Operation> {
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
