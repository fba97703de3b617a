//! Addresses that end a kind of mail: for the button of the mail program (RFC 8058) and the link in the footer.
//!
//! The address itself is the key, since a mail program sends nothing else along. It is made of an id and the server's secret,
//! stored nowhere, and opens nothing but the end of these mails. Our log names routes, never the address.

use super::compose::{Unsubscribe, Words};
use crate::state::App;
use crate::tokens::{Secret, is_id, keyed_hash, same};

const PURPOSE: &str = "unsubscribe";

/// Which mails end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From<'f> {
    /// The news of an application's procedure, by its id.
    News(&'f str),
    /// What a follow brings, by its id.
    Follow(&'f str),
}

impl<'f> From<'f> {
    fn parts(self) -> (&'static str, &'f str) {
        match self {
            From::News(id) => ("news", id),
            From::Follow(id) => ("follow", id),
        }
    }

    /// What stands in the address.
    pub fn token(self, secret: &Secret) -> String {
        let (word, id) = self.parts();
        let named = [word, ".", id].concat();
        let mac = keyed_hash(secret, PURPOSE, &named);
        [&named, ".", &mac].concat()
    }

    /// The inverse of [`From::token`]; None for what this server did not write.
    pub fn parse(secret: &Secret, token: &'f str) -> Option<From<'f>> {
        let (word, rest) = token.split_once('.')?;
        let (id, _) = rest.split_once('.')?;
        let from = match word {
            "news" => From::News(id),
            "follow" => From::Follow(id),
            _ => return None,
        };
        (is_id(id) && same(&from.token(secret), token)).then_some(from)
    }
}

/// Where `from` ends.
pub fn address(app: &App, from: From<'_>) -> String {
    [&app.config.public_url, "/unsubscribe/", &from.token(&app.secret)].concat()
}

/// The same as it stands in a mail.
pub fn way(words: &Words<'_>, name: &str, href: String) -> Option<Unsubscribe> {
    Some(Unsubscribe { text: words.say(name, &[]), href })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_ours_reads_as_it_was_written_and_no_other_does() {
        let (secret, id) = ([7; 32], crate::tokens::new_id());
        for from in [From::News(&id), From::Follow(&id)] {
            let token = from.token(&secret);
            assert_eq!(From::parse(&secret, &token), Some(from));
            assert_eq!(From::parse(&[8; 32], &token), None);
            assert_eq!(From::parse(&secret, &token[..token.len() - 1]), None);
        }
        let of_news = From::News(&id).token(&secret);
        assert_eq!(From::parse(&secret, &of_news.replacen("news", "follow", 1)), None);
        for nonsense in ["", ".", "..", "news", "news.x.y"] {
            assert_eq!(From::parse(&secret, nonsense), None, "{nonsense}");
        }
    }
}
