//! The score by itself: the sentence, every count, and what was promised of each kind.
//!
//! Pure. MUST: one `h1`; below the least number there is no figure and no count;
//! what is not due yet is told of all postings together; a bad figure is drawn as a
//! good one is; the kinds are a table with named rows and columns.

use belofte_contract::organization::Organization;
use belofte_contract::promise::PromiseKind;
use belofte_contract::score::{KindScore, PromiseScore, PublicScore};
use belofte_html::html;
use yew::prelude::*;

use crate::i18n::{Ctx, Key};

pub struct BadgeParts<'a> {
    pub organization: &'a Organization,
    pub score: &'a PublicScore,
    /// Of one posting.
    pub of_one: bool,
    /// The score in one sentence, as other pages have it.
    pub sentence: fn(&Ctx, &PromiseScore) -> Html,
}

pub fn badge(ctx: &Ctx, parts: &BadgeParts<'_>) -> Html {
    let one = &parts.score.score;
    let (kept, moved) = (count(ctx, one.kept), count(ctx, one.moved));
    let (late, open) = (count(ctx, one.late), count(ctx, one.open));
    let counts = [("kept", kept.as_str()), ("moved", &moved), ("late", &late), ("open", &open)];
    html! {
        <section class="badge">
            <p class="eyebrow">{ &parts.organization.name }</p>
            <h1 class="badge__title" tabindex="-1">{ ctx.t(Key::BadgeTitle) }</h1>
            { (parts.sentence)(ctx, one) }
            if one.kept_rate.is_some() {
                <p class="badge__counts">
                    { ctx.fill(Key::BadgeCounts, &counts) }
                    if !parts.of_one {
                        { " " }{ ctx.fill(Key::BadgeOpen, &counts) }
                    }
                </p>
            }
            <p class="badge__how">
                if parts.of_one {
                    { ctx.t(Key::BadgeOfOne) }{ " " }
                }
                { ctx.t(Key::BadgeHow) }
            </p>
            { kinds(ctx, &parts.score.by_kind) }
        </section>
    }
}

fn kinds(ctx: &Ctx, kinds: &[KindScore]) -> Html {
    if kinds.is_empty() {
        return Html::default();
    }
    html! {
        <details class="badge__kinds">
            <summary>{ ctx.t(Key::BadgeByKind) }</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ ctx.t(Key::BadgeKind) }</th>
                        <th scope="col">{ ctx.t(Key::BadgeMade) }</th>
                        <th scope="col">{ ctx.t(Key::BadgeKept) }</th>
                    </tr>
                </thead>
                <tbody>{ for kinds.iter().map(|kind| row(ctx, kind)) }</tbody>
            </table>
        </details>
    }
}

fn row(ctx: &Ctx, KindScore { kind, score }: &KindScore) -> Html {
    let name = match kind {
        PromiseKind::Answer => Key::BadgeKindAnswer,
        PromiseKind::Interview => Key::BadgeKindInterview,
        PromiseKind::Decision => Key::BadgeKindDecision,
        PromiseKind::Call => Key::BadgeKindCall,
        PromiseKind::Question => Key::BadgeKindQuestion,
        PromiseKind::Reason => Key::BadgeKindReason,
        PromiseKind::Review => Key::BadgeKindReview,
        PromiseKind::Complaint => Key::BadgeKindComplaint,
        PromiseKind::Erasure => Key::BadgeKindErasure,
        PromiseKind::Unknown => Key::BadgeKindOther,
    };
    let kept = score.kept_percent().map_or_else(|| ctx.t(Key::BadgeTooFew), |percent| ctx.format.percent(percent));
    html! {
        <tr>
            <th scope="row">{ ctx.t(name) }</th>
            <td>{ count(ctx, score.made) }</td>
            <td>{ kept }</td>
        </tr>
    }
}

fn count(ctx: &Ctx, value: u32) -> String {
    ctx.format.number(f64::from(value), 0)
}
