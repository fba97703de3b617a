//! What went wrong and what one can do about it, in the visitor's words. Never the backend's own text.

use belofte_html::html;
use yew::prelude::*;

use super::button;
use crate::api::ApiError;
use crate::i18n::{Ctx, Key};

/// How serious a notice is; also said in words.
#[derive(Clone, Copy, PartialEq)]
pub enum Tone {
    Calm,
    Warning,
}

/// A block of its own. `role="status"` for calm ones, `alert` for warnings.
pub fn notice(tone: Tone, text: Html, actions: Html) -> Html {
    let (class, role) = match tone {
        Tone::Calm => ("notice", "status"),
        Tone::Warning => ("notice notice--warning", "alert"),
    };
    html! {
        <div {class} {role}>
            <div class="notice__text">{ text }</div>
            { actions }
        </div>
    }
}

/// The style sheet shows the second sentence after three seconds.
pub fn loading(ctx: &Ctx) -> Html {
    html! {
        <p class="loading" role="status">{ ctx.t(Key::UiLoading) }{ " " }<span class="slow">{ ctx.t(Key::UiSlow) }</span></p>
    }
}

/// A read that failed, with a way on. `again` asks once more.
pub fn failed(ctx: &Ctx, error: &ApiError, again: &Callback<()>) -> Html {
    let actions = html! {
        <div class="row">{ button::quiet(ctx.t(Key::UiTryAgain), button::pressed(again)) }</div>
    };
    notice(Tone::Warning, html! { <p>{ ctx.t(words(error)) }</p> }, actions)
}

/// The sentence for an error, for reading and for sending alike.
pub fn words(error: &ApiError) -> Key {
    match error {
        ApiError::Offline => Key::UiOffline,
        ApiError::Busy { .. } => Key::UiBusy,
        ApiError::NotFound => Key::UiNotFound,
        ApiError::Gone { .. } => Key::UiGone,
        ApiError::Unauthorized => Key::FormSessionEnded,
        ApiError::Code => Key::FormWrongCode,
        ApiError::CodeLocked => Key::FormCodeLocked,
        ApiError::Fields(_) | ApiError::TooLarge { .. } | ApiError::MediaType => Key::FormRefused,
        ApiError::Conflict | ApiError::KeyReused | ApiError::ProofNeeded(_) | ApiError::Fault => Key::UiFault,
    }
}
