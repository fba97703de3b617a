//! A brand's theme, read in the browser: by the loader for a page with `theme`, and by the studio.
//!
//! The same reading and judging as on the server, so that a file is worn by both or by none. Knows no page, no network and
//! no clock; never gives declarations of a theme that cannot be read.

pub mod door;

use belofte_theme::tokens::TOKENS;
use belofte_theme::{Draft, FILE_BYTES, Mode, Node, Pair, Refusal, Why};
use serde_json::{Value, json};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Declarations for one rule, or why the theme is not worn.
pub fn dress(file: &[u8]) -> Result<String, String> {
    let theme = belofte_theme::read(&node(file)).map_err(|refusal| refusal.told())?;
    Ok(theme.css())
}

/// All that the studio shows of a file, as JSON: what its tokens are, which pairs can be read, what would be right.
pub fn judge(file: &[u8]) -> String {
    let judged = match Draft::read(&node(file)) {
        Ok(draft) => report(draft),
        Err(refusal) => json!({ "told": refusal.told(), "pairs": [], "tokens": {} }),
    };
    judged.to_string()
}

fn node(file: &[u8]) -> Node {
    let text = (file.len() <= FILE_BYTES).then(|| std::str::from_utf8(file).ok()).flatten();
    text.and_then(Node::from_json).unwrap_or(Node::Nothing)
}

fn report(draft: Draft) -> Value {
    let refusals = draft.refusals();
    let pairs: Vec<_> = draft.pairs().iter().map(|pair| of_pair(pair, &refusals)).collect();
    let tokens =
        TOKENS.iter().map(|token| (token.name.to_owned(), Mode::BOTH.map(|mode| draft.written(token.name, mode))));
    let tokens: serde_json::Map<_, _> = tokens.map(|(name, [light, dark])| (name, json!([light, dark]))).collect();
    let seen = TOKENS.iter().filter(|token| token.kind == belofte_theme::tokens::Kind::Colour);
    let seen: serde_json::Map<_, _> = seen
        .map(|token| (token.name.to_owned(), json!(Mode::BOTH.map(|mode| draft.seen(token.name, mode).hex()))))
        .collect();
    let modes: Vec<_> = draft.modes().into_iter().map(Mode::word).collect();
    let told = refusals.first().map(Refusal::told);
    let css = draft.checked().ok().map(|theme| theme.css());
    json!({ "told": told, "css": css, "modes": modes, "pairs": pairs, "tokens": tokens, "seen": seen })
}

/// A pair, and where it is too little: the token to be changed and the nearest colour for it.
fn of_pair(pair: &Pair, refusals: &[Refusal]) -> Value {
    let of = |refusal: &&Refusal| matches!(&refusal.why, Why::Contrast(of) if of.is_of(pair));
    let refusal = refusals.iter().find(of);
    let nearest = refusal.and_then(|refusal| match &refusal.why {
        Why::Contrast(pair) => pair.nearest.map(|colour| colour.hex()),
        _ => None,
    });
    json!({
        "words": pair.words, "ground": pair.ground, "mode": pair.mode.word(), "ratio": pair.ratio_told(), "least": pair.least,
        "passes": pair.passes(), "token": refusal.map(|refusal| &refusal.token), "nearest": nearest,
    })
}
