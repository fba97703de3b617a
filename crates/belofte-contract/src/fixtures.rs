//! Named examples of the wire's objects, used alike by the tests of contract, server, widget and demo.
//!
//! Plain JSON texts; nothing here is linked into a program that does not name it.

macro_rules! fixtures {
    ($($name:ident $file:literal),* $(,)?) => {
        $(pub const $name: &str = include_str!(concat!("../fixtures/", $file, ".json"));)*
        /// Every fixture with its name, `<word>/<case>`.
        pub const ALL: &[(&str, &str)] = &[$(($file, $name)),*];
    };
}

fixtures! {
    ORGANIZATION "organization/havenzicht",
    POSTING_LIST "postings/list",
    POSTING "postings/detail",
    FORM "apply/form",
    RECEIPT "apply/receipt",
    SESSION "lookup/session",
    WAITING "timeline/waiting",
    DUE_TODAY "timeline/due_today",
    LATE "timeline/late",
    MOVED "timeline/moved",
    INTERVIEW_YOURS "timeline/interview_yours",
    REJECTED "timeline/rejected",
    REJECTED_WITHOUT_REASON "timeline/rejected_without_reason",
    HIRED "timeline/hired",
    WITHDRAWN "timeline/withdrawn",
    SCORE_GOOD "score/good",
    SCORE_BAD "score/bad",
    SCORE_BY_KIND "score/by_kind",
    SCORE_TOO_FEW "score/too_few",
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, from_str, to_value};

    use super::ALL;

    /// Reads the text as a `T` and holds that nothing in it was lost.
    fn check<T: DeserializeOwned + Serialize>(name: &str, text: &str) {
        let read: T = from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let written = to_value(read).unwrap();
        assert!(holds(&written, &from_str(text).unwrap()), "{name}: a field is not in the contract");
    }

    /// Whether everything in `part` is also in `whole`; `null` may be left out.
    fn holds(whole: &Value, part: &Value) -> bool {
        match (whole, part) {
            (Value::Object(whole), Value::Object(part)) => {
                part.iter().all(|(key, value)| value.is_null() || whole.get(key).is_some_and(|has| holds(has, value)))
            }
            (Value::Array(whole), Value::Array(part)) => {
                whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
            }
            (whole, part) => whole == part,
        }
    }

    #[test]
    fn every_example_speaks_the_contract() {
        for (name, text) in ALL {
            match name.split('/').next().unwrap() {
                "organization" => check::<crate::organization::Organization>(name, text),
                "postings" if *name == "postings/list" => check::<crate::postings::JobPostingList>(name, text),
                "postings" => check::<crate::postings::JobPosting>(name, text),
                "apply" if *name == "apply/form" => check::<crate::apply::ApplicationForm>(name, text),
                "apply" => check::<crate::apply::ApplicationReceipt>(name, text),
                "lookup" => check::<crate::lookup::StatusSession>(name, text),
                "timeline" => check::<crate::timeline::Application>(name, text),
                "score" => check::<crate::score::PublicScore>(name, text),
                other => panic!("nobody reads {other}"),
            }
        }
    }
}
