//! Mails that somebody chose to get: news of a procedure, what opens in a department, staying in touch.
//!
//! Pure. Each can be ended from its footer; none of them is about an outcome.

use belofte_contract::Timestamp;
use belofte_contract::news::Bulletin;
use belofte_contract::postings::PostingLink;
use belofte_contract::timeline::Application;

use super::compose::{Letter, MailKind, Part, Row, Words};
use super::unsubscribe;
use crate::settings::Settings;

/// What was told of the procedure since the last mail, newest first. Closed like every mail to an applicant.
pub fn news(
    settings: &Settings,
    lang: &str,
    application: &Application,
    bulletins: &[Bulletin],
    stop: String,
) -> Letter {
    let words = Words::new(settings, lang);
    let signer = bulletins.first().map(|bulletin| &bulletin.by);
    let mut letter = words.letter(MailKind::News, &application.applicant_name, signer);
    letter.subject = words.say("news_subject", &[("posting", &application.posting.title)]);
    letter.heading = words.say("news_heading", &[]);
    for bulletin in bulletins {
        let label = words.say("news_on", &[("date", &words.day(bulletin.at)), ("person", &bulletin.by.name)]);
        let lines = std::iter::once(&bulletin.text).chain(&bulletin.facts).cloned().collect();
        letter.parts.push(Part::Words { label, lines });
    }
    letter.parts.push(Part::Quiet { text: words.say("news_fives", &[]) });
    letter.unsubscribe = unsubscribe::way(&words, "news_stop", stop);
    letter
}

/// Whom a letter about following goes to, and about what.
#[derive(Clone, Copy, Debug)]
pub struct Follower<'f> {
    pub name: &'f str,
    /// Title of the posting or label of the department.
    pub what: &'f str,
    pub until: Timestamp,
    /// In touch after an application, not following from the board.
    pub in_touch: bool,
}

impl Follower<'_> {
    /// The sentence for who follows, or for who stays in touch.
    fn say(&self, words: &Words<'_>, name: &str) -> String {
        let group = if self.in_touch { "touch_" } else { "follow_" };
        let until = words.day_with_year(self.until);
        let values = [("what", self.what), ("date", until.as_str()), ("organization", &words.organization())];
        words.say(&[group, name].concat(), &values)
    }

    fn letter(&self, words: &Words<'_>, kind: MailKind, name: &str) -> Letter {
        let mut letter = words.letter(kind, self.name, None);
        letter.subject = self.say(words, &[name, "_subject"].concat());
        letter.heading = self.say(words, &[name, "_heading"].concat());
        letter.footer = self.say(words, "footer");
        letter
    }
}

/// Was it you? Only the button on the page behind the link says yes: opening it does nothing.
pub fn confirm(settings: &Settings, lang: &str, to: Follower<'_>, link: &str) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = to.letter(&words, MailKind::FollowConfirm, "confirm");
    letter.parts = vec![
        Part::Text { text: to.say(&words, "confirm_text") },
        Part::Button { text: to.say(&words, "confirm_link"), href: link.to_owned() },
        Part::Quiet { text: words.say("follow_not_you", &[]) },
    ];
    letter
}

/// It has opened: each posting with its page.
pub fn opened(
    settings: &Settings,
    lang: &str,
    to: Follower<'_>,
    opened: &[(PostingLink, String)],
    stop: String,
) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = to.letter(&words, MailKind::FollowOpened, "opened");
    letter.parts.push(Part::Text { text: to.say(&words, "opened_text") });
    let row = |(posting, href): &(PostingLink, String)| Row {
        text: posting.title.clone(),
        note: [std::slice::from_ref(&posting.department), posting.locations.as_slice()].concat().join(" · "),
        href: Some(href.clone()),
    };
    letter.parts.push(Part::List { label: None, rows: opened.iter().map(row).collect(), more: None });
    letter.parts.push(Part::Quiet { text: to.say(&words, "until") });
    letter.unsubscribe = unsubscribe::way(&words, "follow_stop", stop);
    letter
}

/// Shall we keep in touch? No answer is a no.
pub fn renew(settings: &Settings, lang: &str, to: Follower<'_>, link: &str, stop: String) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = to.letter(&words, MailKind::InTouchRenew, "renew");
    letter.parts = vec![
        Part::Text { text: to.say(&words, "renew_text") },
        Part::Button { text: to.say(&words, "renew_link"), href: link.to_owned() },
        Part::Quiet { text: to.say(&words, "renew_else") },
    ];
    letter.unsubscribe = unsubscribe::way(&words, "follow_stop", stop);
    letter
}
