//! Delivery: a mail leaves after the act was committed, again and again until a mail system takes it.
//!
//! Each mail keeps one Message-ID over all tries, so that a mail system can tell a repeat. Never logs an address or a body.

use std::time::{Duration, UNIX_EPOCH};

use belofte_contract::Timestamp;
use belofte_contract::time::{DAY_MS, HOUR_MS, SECOND_MS};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::store::{self, MailRow};
use crate::problem::ApiResult;
use crate::state::{App, AppState};

pub type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Mails that were not taken for this long are given up.
const GIVE_UP_MS: i64 = DAY_MS;
const FIRST_RETRY_MS: i64 = 30 * SECOND_MS;
const LONGEST_RETRY_MS: i64 = HOUR_MS;
const AT_A_TIME: i64 = 20;
/// Wakes the loop for retries and for mails that another process wrote.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
const SEND_MAX: Duration = Duration::from_secs(60);

/// Why a mail did not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// The mail system is away or busy.
    Passing(&'static str),
    /// It will say the same tomorrow.
    Lasting(&'static str),
}

/// Delivers what waits, for as long as the process lives.
pub async fn deliver_forever(state: AppState) {
    let transport = match state.config.smtp.as_deref().map(Transport::from_url).transpose() {
        Ok(builder) => builder.map(|builder| builder.build()),
        Err(_) => {
            tracing::error!("BELOFTE_SMTP_URL cannot be read; mails wait in the outbox");
            return;
        }
    };
    loop {
        if let Err(error) = deliver(&state, transport.as_ref()).await {
            tracing::error!(problem = ?error.problem().kind, "outbox");
        }
        let _ = tokio::time::timeout(LOOK_AGAIN, state.outbox.notified()).await;
    }
}

/// One round: everything that is due now.
async fn deliver(app: &App, transport: Option<&Transport>) -> ApiResult<()> {
    let Some(transport) = transport else {
        // A real server without a mail system keeps its mails waiting.
        return if app.config.demo { store::all_delivered(app, app.clock.now()).await } else { Ok(()) };
    };
    loop {
        let now = app.clock.now();
        let mails = store::waiting(app, now, AT_A_TIME).await?;
        if mails.is_empty() {
            return Ok(());
        }
        for mail in &mails {
            let retry_at = now.plus_ms(retry_after(mail.tries));
            if store::claim(app, mail, retry_at).await? {
                deliver_one(app, transport, mail, now, retry_at).await?;
            }
        }
    }
}

async fn deliver_one(
    app: &App,
    transport: &Transport,
    mail: &MailRow,
    now: Timestamp,
    retry_at: Timestamp,
) -> ApiResult<()> {
    let (id, kind, tries) = (mail.id.as_str(), mail.kind.as_str(), mail.tries);
    match send(app, transport, mail).await {
        Ok(()) => {
            tracing::info!(mail = id, kind, tries, "mail delivered");
            store::delivered(app, id, app.clock.now()).await
        }
        Err(failure) => {
            tracing::warn!(mail = id, kind, tries, ?failure, "mail not delivered");
            let (cause, again) = match failure {
                Failure::Passing(cause) => (cause, now.ms_since(mail.created_at) <= GIVE_UP_MS),
                Failure::Lasting(cause) => (cause, false),
            };
            store::failed(app, id, cause, again.then_some(retry_at)).await
        }
    }
}

async fn send(app: &App, transport: &Transport, mail: &MailRow) -> Result<(), Failure> {
    let message = message(app, mail).ok_or(Failure::Lasting("cannot be written"))?;
    match tokio::time::timeout(SEND_MAX, transport.send(message)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.is_permanent() => Err(Failure::Lasting("refused")),
        Ok(Err(_)) => Err(Failure::Passing("not taken")),
        Err(_) => Err(Failure::Passing("timed out")),
    }
}

/// 30 seconds, doubled with every try, an hour at most.
fn retry_after(tries: i64) -> i64 {
    let doublings = u32::try_from(tries.clamp(0, 20)).unwrap_or(20);
    FIRST_RETRY_MS.saturating_mul(1 << doublings).min(LONGEST_RETRY_MS)
}

fn message(app: &App, mail: &MailRow) -> Option<Message> {
    let created = UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.created_at.as_ms()).unwrap_or(0));
    let body = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    let mut parts = MultiPart::mixed().multipart(body);
    if let Some(calendar) = &mail.calendar {
        parts = parts.singlepart(attachment(calendar.clone())?);
    }
    let message = Message::builder()
        .message_id(Some(mail.message_id.clone()))
        .date(created)
        .from(sender(app)?)
        .to(mail.to.parse().ok()?)
        .subject(&mail.subject);
    message.multipart(parts).ok()
}

fn attachment(calendar: String) -> Option<SinglePart> {
    let kind = ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH").ok()?;
    Some(Attachment::new("belofte.ics".to_owned()).body(calendar, kind))
}

/// `mail_from` of the organisation, else an address at the endpoint's own host.
fn sender(app: &App) -> Option<Mailbox> {
    let settings = app.settings();
    let address = match settings.organization["mail_from"].as_str() {
        Some(address) => address.to_owned(),
        None => format!("jobs@{}", host_of(&app.config.public_url)),
    };
    Some(Mailbox::new(Some(settings.name(settings.lang(None))), address.parse().ok()?))
}

/// The host of an address, without scheme, port and path.
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
    if host.is_empty() { "localhost" } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        let seconds = [0, 1, 2, 6, 7, 500].map(|tries| retry_after(tries) / SECOND_MS);
        assert_eq!(seconds, [30, 60, 120, 1_920, 3_600, 3_600]);
    }

    #[test]
    fn the_host_stands_alone() {
        for (url, host) in [
            ("https://jobs.example:8443/x?y", "jobs.example"),
            ("http://127.0.0.1:8788", "127.0.0.1"),
            ("", "localhost"),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }
}
