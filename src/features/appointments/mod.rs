//! A talk that is planned together: free times by day, the one that was chosen, times of one's own; and the first day.
//!
//! Behind a door. Reads what is free by itself, and again after everything that was done. MUST: who wants a time that
//! somebody else just took sees those that are left, and has lost nothing.

pub mod view;

#[cfg(test)]
mod tests;

use belofte_contract::appointments::Slots;
use belofte_html::html;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::ask::{Form, Place};
use crate::decimal;
use crate::hooks::{Kept, use_change, use_kept};
use crate::part::{Part, part};
use crate::request::{Request, use_request};
use crate::ui::button;

#[derive(PartialEq)]
struct Talk {
    place: Place,
}

impl Part for Talk {
    fn name(&self) -> &'static str {
        "talk"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_talk(self).run(hooks)
    }
}

pub fn panel(place: &Place) -> Html {
    part("talk", Talk { place: place.clone() })
}

/// The forms on the screen.
#[derive(Default)]
struct Shown {
    /// How often each was begun anew: what one of them told is over once another one was sent.
    rounds: [u32; 3],
    /// The one that was sent last. It stays for what it tells, also when it cannot be sent again.
    last: Option<(usize, Form)>,
    /// How often somebody who had just chosen wanted another time: then the times take the focus.
    moves: u32,
}

#[hook]
fn use_talk(props: &Talk) -> Html {
    let place = &props.place;
    let path = place.about().path("/slots");
    let read = use_request::<Slots>(&place.core.api, &path, place.core.api.read(&path, place.token()));
    {
        // Whatever happens to the application may have changed what is free; what is in sight stays meanwhile.
        let version = place.about().application.map_or(0, |application| application.version);
        let (seen, again) = (use_kept(|| version), read.again.clone());
        use_change(version, move || {
            if seen.swap(version) != version {
                again.emit(());
            }
        });
    }
    let shown = use_kept(Shown::default);
    {
        let (moves, core) = (shown.look().moves, place.core.clone());
        use_change(moves, move || {
            if moves > 0 {
                core.focus_first("[id=\"ask-talk\"] input");
            }
        });
    }
    let slots = match &read.state {
        Request::Ready(slots) => slots.clone(),
        Request::Failed(error) => return place.core.failed(error, &read.again),
        Request::Idle | Request::Loading => return place.core.loading(),
    };
    let (ctx, about) = (place.ctx(), place.about());
    let forms =
        [view::choose(&ctx, &about, &slots), view::cancel(&ctx, &about, &slots), view::propose(&ctx, &about, &slots)];
    // What was just booked can be moved from where it stands.
    let told = matches!(shown.look().last, Some((0, _)));
    let moves = view::moves(&ctx, &slots).filter(|_| told && forms[0].is_some());
    let again = shown.clone();
    let anew = Callback::from(move |()| {
        again.change(|shown| {
            (shown.rounds[0], shown.last, shown.moves) = (shown.rounds[0] + 1, None, shown.moves + 1);
            true
        });
    });
    let drawn = forms.into_iter().enumerate().map(|(at, form)| own(place, (&shown, at), &read.again, form));
    html! {
        <>
            { view::summary(&ctx, &slots) }
            if let Some(text) = moves {
                <div class="row">{ button::quiet(text, button::pressed(&anew)) }</div>
            }
            { for drawn }
        </>
    }
}

/// A form that reads everything again when it was answered, and ends what the others said.
fn own(place: &Place, (shown, at): (&Kept<Shown>, usize), again: &Callback<()>, form: Option<Form>) -> Html {
    let last = || shown.look().last.clone().filter(|(last, _)| *last == at).map(|(_, form)| form);
    let Some(form) = form.or_else(last) else { return Html::default() };
    let key = decimal::write(i64::from(shown.look().rounds[at]));
    let (shown, again, page, sent) = (shown.clone(), again.clone(), place.again.clone(), form.clone());
    let again = Callback::from(move |()| {
        let sent = sent.clone();
        shown.change(|shown| {
            let others = shown.rounds.iter_mut().enumerate().filter(|(other, _)| *other != at);
            others.for_each(|(_, round)| *round += 1);
            shown.last = Some((at, sent));
            true
        });
        again.emit(());
        page.emit(());
    });
    let place = Place { again, ..place.clone() };
    html! { <div {key}>{ place.ask_form(form) }</div> }
}
