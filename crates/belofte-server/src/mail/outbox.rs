//! Delivery: a mail leaves after the act was committed, again and again until a mail system takes it.
//!
//! Each mail keeps one Message-ID over all tries, so that a mail system can tell a repeat: a server that dies between the
//! mail system's yes and its own note sends it once more. Never logs an address or a body.

use std::time::{Duration, UNIX_EPOCH};

use belofte_contract::Timestamp;
use belofte_contract::time::{HOUR_MS, SECOND_MS};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::store::{self, MailRow};
use crate::StartError;
use crate::problem::ApiResult;
use crate::state::{App, AppState};

pub type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A mail system that is away for a day loses nothing: mails are tried for two.
pub const GIVE_UP_MS: i64 = 48 * HOUR_MS;
const FIRST_RETRY_MS: i64 = 30 * SECOND_MS;
const LONGEST_RETRY_MS: i64 = HOUR_MS;
/// Each wait is up to so much shorter or longer, so that what failed together does not come back together.
const JITTER_PERCENT: i64 = 20;
const AT_A_TIME: i64 = 20;
/// Wakes the loop for retries and for mails that another process wrote.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
const SEND_MAX: Duration = Duration::from_secs(60);
/// Of what the mail system says, so much is kept.
const SAID_MAX_CHARS: usize = 200;

/// Why a mail did not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// No mail system answers, so the next mail need not try.
    Away,
    /// It is busy, or wants this mail later.
    Passing,
    /// It will say the same tomorrow.
    Refused,
    /// Nothing that can be sent.
    Unwritable,
}

/// What the mail system answered to a try that failed.
struct Refusal {
    failure: Failure,
    code: Option<u16>,
    said: String,
}

/// Delivers what waits, for as long as the process lives.
pub async fn deliver_forever(state: AppState) {
    let delivery = match Delivery::new(&state) {
        Ok(delivery) => delivery,
        Err(_) => {
            tracing::error!("BELOFTE_SMTP_URL cannot be read; mails wait in the outbox");
            return;
        }
    };
    loop {
        if let Err(error) = delivery.round(&state).await {
            tracing::error!(problem = ?error.problem().kind, "outbox");
        }
        let _ = tokio::time::timeout(LOOK_AGAIN, state.outbox.notified()).await;
    }
}

/// The way out: a mail system, or none.
pub struct Delivery {
    transport: Option<Transport>,
}

impl Delivery {
    pub fn new(app: &App) -> Result<Delivery, StartError> {
        let transport = app.config.smtp.as_deref().map(Transport::from_url).transpose()?;
        Ok(Delivery { transport: transport.map(|builder| builder.timeout(Some(SEND_MAX)).build()) })
    }

    /// Everything that is due now.
    pub async fn round(&self, app: &App) -> ApiResult<()> {
        if self.transport.is_none() && app.config.demo {
            return store::all_delivered(app, app.clock.now()).await;
        }
        let expired = store::drop_expired(app, app.clock.now()).await?;
        count("expired", expired);
        // A real server without a mail system keeps its mails waiting.
        let Some(transport) = &self.transport else { return Ok(()) };
        loop {
            let now = app.clock.now();
            let mails = store::waiting(app, now, AT_A_TIME).await?;
            if mails.is_empty() {
                return Ok(());
            }
            for mail in &mails {
                let retry_at = now.plus_ms(retry_after(mail.tries, getrandom::u32()?));
                if store::claim(app, mail, retry_at).await?
                    && deliver_one(app, transport, mail, now, retry_at).await? == Some(Failure::Away)
                {
                    // One mail a round asks whether it is back; the others keep their turn.
                    return Ok(());
                }
            }
        }
    }
}

/// Tries one mail, and notes what came of it; gives why it failed, if it did.
async fn deliver_one(
    app: &App,
    transport: &Transport,
    mail: &MailRow,
    now: Timestamp,
    retry_at: Timestamp,
) -> ApiResult<Option<Failure>> {
    let (id, kind, tries) = (mail.id.as_str(), mail.kind.as_str(), mail.tries);
    let Err(refusal) = send(app, transport, mail).await else {
        tracing::info!(mail = id, kind, tries, "mail delivered");
        count("delivered", 1);
        store::delivered(app, id, app.clock.now()).await?;
        return Ok(None);
    };
    let Refusal { failure, code, said } = refusal;
    tracing::warn!(mail = id, kind, tries, ?failure, code, "mail not delivered");
    let end = match failure {
        Failure::Refused => Some("refused"),
        Failure::Unwritable => Some("unwritable"),
        Failure::Away | Failure::Passing => (now > mail.give_up_at).then_some("gave_up"),
    };
    count(end.unwrap_or("put_off"), 1);
    let told = store::Told { code, said: &bounded(&said, &mail.to) };
    match end {
        Some(failure) => store::failed(app, id, failure, &told, app.clock.now()).await?,
        None => store::put_off(app, id, &told, retry_at).await?,
    }
    Ok(Some(failure))
}

async fn send(app: &App, transport: &Transport, mail: &MailRow) -> Result<(), Refusal> {
    let refusal = |failure, code, said: &str| Refusal { failure, code, said: said.to_owned() };
    let message = message(app, mail).ok_or_else(|| refusal(Failure::Unwritable, None, ""))?;
    match tokio::time::timeout(SEND_MAX, transport.send(message)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => {
            let code = error.status().map(u16::from);
            let failure = match code {
                // Answered at the door: closing or too busy, for whatever mail.
                Some(421) => Failure::Away,
                Some(code) if is_refusal(code) => Failure::Refused,
                Some(_) => Failure::Passing,
                None if error.is_response() || error.is_client() => Failure::Passing,
                None => Failure::Away,
            };
            let said = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            Err(refusal(failure, code, &said))
        }
        Err(_) => Err(refusal(Failure::Away, None, "")),
    }
}

/// A no to this mail. The 5xx that speak of the line or of our own sign-in are mended by the operator, and the mail waits.
fn is_refusal(code: u16) -> bool {
    (500..600).contains(&code) && !matches!(code, 500..=504 | 530 | 534 | 535 | 538)
}

/// 30 seconds, doubled with every try, an hour at most; `dice` makes it a little shorter or longer.
fn retry_after(tries: i64, dice: u32) -> i64 {
    let doublings = u32::try_from(tries.clamp(0, 20)).unwrap_or(20);
    let wait = FIRST_RETRY_MS.saturating_mul(1 << doublings).min(LONGEST_RETRY_MS);
    let percent = 100 - JITTER_PERCENT + i64::from(dice) % (2 * JITTER_PERCENT + 1);
    wait * percent / 100
}

/// The mail system's words without the reader's address, on one line and not too long: they are kept and shown.
fn bounded(said: &str, to: &str) -> String {
    let name = to.split('@').next().unwrap_or_default().to_lowercase();
    let tells = |word: &str| word.contains('@') || (name.chars().count() > 2 && word.to_lowercase().contains(&name));
    let words = said.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.map(|word| if tells(word) { "…" } else { word }).collect();
    words.join(" ").chars().take(SAID_MAX_CHARS).collect()
}

fn count(outcome: &'static str, mails: u64) {
    if mails > 0 {
        metrics::counter!("belofte_mails_total", "outcome" => outcome).increment(mails);
    }
}

fn message(app: &App, mail: &MailRow) -> Option<Message> {
    let created = UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.created_at.as_ms()).unwrap_or(0));
    let body = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    let mut parts = MultiPart::mixed().multipart(body);
    if let Some(calendar) = &mail.calendar {
        parts = parts.singlepart(attachment(calendar.clone())?);
    }
    let mut message = Message::builder()
        .message_id(Some(mail.message_id.clone()))
        .date(created)
        .from(sender(app)?)
        .to(mail.to.parse().ok()?)
        .header(AutoSubmitted)
        .subject(&mail.subject);
    if let Some(reply_to) = mail.reply_to.as_deref().and_then(|address| address.parse().ok()) {
        message = message.reply_to(reply_to);
    }
    if let Some(address) = &mail.unsubscribe {
        message = message.header(ListUnsubscribe(address.clone())).header(ListUnsubscribePost);
    }
    message.multipart(parts).ok()
}

/// Where the mail program's own button leads (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<ListUnsubscribe, Box<dyn std::error::Error + Send + Sync>> {
        Ok(ListUnsubscribe(text.trim_matches(['<', '>']).to_owned()))
    }

    fn display(&self) -> HeaderValue {
        // Folded or encoded it would be no address: it is plain ASCII of ours.
        let text = ["<", &self.0, ">"].concat();
        HeaderValue::dangerous_new_pre_encoded(ListUnsubscribe::name(), text.clone(), text)
    }
}

/// The button needs no page: one request ends it (RFC 8058).
#[derive(Clone)]
struct ListUnsubscribePost;

impl Header for ListUnsubscribePost {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<ListUnsubscribePost, Box<dyn std::error::Error + Send + Sync>> {
        Ok(ListUnsubscribePost)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(ListUnsubscribePost::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

/// Tells answering machines to stay silent.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<AutoSubmitted, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(AutoSubmitted::name(), "auto-generated".to_owned())
    }
}

fn attachment(calendar: String) -> Option<SinglePart> {
    let is = |method: &&str| calendar.contains(&["\r\nMETHOD:", method, "\r\n"].concat());
    let method = ["CANCEL", "REQUEST"].into_iter().find(is).unwrap_or("PUBLISH");
    let kind = ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}")).ok()?;
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
    fn the_wait_doubles_up_to_an_hour_give_or_take_a_fifth() {
        let seconds = |dice| [0, 1, 2, 6, 7, 500].map(|tries| retry_after(tries, dice) / SECOND_MS);
        assert_eq!(seconds(0), [24, 48, 96, 1_536, 2_880, 2_880]);
        assert_eq!(seconds(20), [30, 60, 120, 1_920, 3_600, 3_600]);
        assert_eq!(seconds(40), [36, 72, 144, 2_304, 4_320, 4_320]);
        assert_eq!(seconds(41), seconds(0));
        assert!(seconds(u32::MAX)[5] <= 4_320);
    }

    #[test]
    fn what_speaks_of_our_own_sign_in_is_no_refusal_of_the_mail() {
        for code in [550, 551, 552, 553, 554, 556, 521, 571] {
            assert!(is_refusal(code), "{code}");
        }
        for code in [450, 451, 452, 421, 500, 502, 503, 530, 535, 250] {
            assert!(!is_refusal(code), "{code}");
        }
    }

    #[test]
    fn words_that_are_kept_hold_no_address_and_no_new_line() {
        let said = "5.1.1 <Noor@example.com>:\r\nuser noor unknown,\tmailto:x@y.example";
        assert_eq!(bounded(said, "noor@example.com"), "5.1.1 … user … unknown, …");
        assert_eq!(bounded(&"é".repeat(900), "a@b.example").chars().count(), SAID_MAX_CHARS);
        assert_eq!(bounded("no such user", "no@example.com"), "no such user", "too short to be told from words");
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
