//! Every text the widget can show, by name. The locale test holds each `locales/*.json` against this list.
//!
//! A plural is listed once, as `….other`; its other classes stand only in the files.

macro_rules! keys {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// One text of the widget.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Key { $($variant),* }

        impl Key {
            /// Full names in the order of the variants.
            pub const ALL: &'static [&'static str] = &[$($name),*];
        }
    };
}

keys! {
    // ui
    UiLoading = "ui.loading",
    UiTryAgain = "ui.try_again",
    UiOptional = "ui.optional",
    UiProblems = "ui.problems.other",
    UiOffline = "ui.offline",
    UiBusy = "ui.busy",
    UiNotFound = "ui.not_found",
    UiGone = "ui.gone",
    UiSessionEnded = "ui.session_ended",
    UiWrongCode = "ui.wrong_code",
    UiCodeLocked = "ui.code_locked",
    UiRefused = "ui.refused",
    UiFault = "ui.fault",
}
