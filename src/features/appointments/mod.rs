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
use crate::hooks::{Kept, use_kept};
use crate::part::{Part, part};
use crate::request::{Request, use_request};
use crate::text::concat;

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

/// How often each form was begun anew: what one of them told is over once another one was sent.
type Rounds = [u32; 3];

#[hook]
fn use_talk(props: &Talk) -> Html {
    let place = &props.place;
    let version = place.about().application.map_or(0, |application| application.version);
    let path = place.about().path("/slots");
    // Whatever happens to the application may have changed what is free.
    let about = concat(&[&path, &decimal::write(version)]);
    let read = use_request::<Slots>(&place.core.api, &about, place.core.api.read(&path, place.token()));
    let rounds = use_kept(Rounds::default);
    let slots = match &read.state {
        Request::Ready(slots) => slots.clone(),
        Request::Failed(error) => return place.core.failed(error, &read.again),
        Request::Idle | Request::Loading => return place.core.loading(),
    };
    let ctx = place.ctx();
    let about = place.about();
    let forms =
        [view::choose(&ctx, &about, &slots), view::cancel(&ctx, &about, &slots), view::propose(&ctx, &about, &slots)];
    let drawn = forms.into_iter().enumerate().map(|(at, form)| own(place, (&rounds, at), &read.again, form));
    html! {
        <>
            { view::summary(&ctx, &slots) }
            { for drawn }
        </>
    }
}

/// A form that reads everything again when it was answered, and ends what the others said.
fn own(place: &Place, (rounds, at): (&Kept<Rounds>, usize), again: &Callback<()>, form: Option<Form>) -> Html {
    let Some(form) = form else { return Html::default() };
    let key = decimal::write(i64::from(rounds.get()[at]));
    let (rounds, again, page) = (rounds.clone(), again.clone(), place.again.clone());
    let again = Callback::from(move |()| {
        rounds.change(|rounds| {
            let others = rounds.iter_mut().enumerate().filter(|(other, _)| *other != at);
            others.for_each(|(_, round)| *round += 1);
            true
        });
        again.emit(());
        page.emit(());
    });
    let place = Place { again, ..place.clone() };
    html! { <div {key}>{ place.ask_form(form) }</div> }
}
