//! What was written, kept on this device for a day: only when the visitor asks for it, in sight, and gone by one tap.
//!
//! Behind a door. Answers alone: no file, no consent, and nothing at all where nobody asked. What was sent is forgotten.

use std::rc::Rc;

use belofte_contract::Timestamp;
use belofte_contract::apply::{Answer, FieldKind, values as given};
use belofte_contract::time::DAY_MS;
use belofte_html::html;
use js_sys::{Array, JSON};
use wasm_bindgen::JsCast;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::Page;
use super::state::{ApplyDraft, Edit};
use crate::api::device;
use crate::decimal;
use crate::hooks::{Kept, use_change, use_kept, use_start};
use crate::i18n::{DateStyle, Key};
use crate::named::list;
use crate::part::Part;
use crate::text::concat;
use crate::ui::button;

const STORED_AS: &str = "belofte-draft-";
const CONTROL: &str = "device-keep";

pub struct Device {
    pub page: Rc<Page>,
}

/// Drawn with every change of the form.
impl PartialEq for Device {
    fn eq(&self, _: &Device) -> bool {
        false
    }
}

impl Part for Device {
    fn name(&self) -> &'static str {
        "device"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_device(self).run(hooks)
    }
}

#[hook]
fn use_device(props: &Device) -> Html {
    let page = props.page.clone();
    let name = concat(&[STORED_AS, &page.begun.posting]);
    // Until when it is kept; nothing while it is not.
    let until = use_kept(|| None::<Timestamp>);
    {
        let (page, name, until) = (page.clone(), name.clone(), until.clone());
        use_start(move || {
            if let Some((at, answers)) = found(&name, page.core.clock.now()) {
                // What was typed before this was here stands; the rest comes back beside it, and all of it is kept.
                let is_typed = !page.begun.draft.borrow().answers.is_empty();
                restore(&page, answers);
                until.set(match is_typed {
                    true => kept(&page, &name, &written(&page.begun.draft.borrow())),
                    false => Some(at.plus_ms(DAY_MS)),
                });
            }
            Left { page, name }
        });
    }
    let text = written(&page.begun.draft.borrow());
    // At first nothing is written yet: what lies on the device must not be lost to that.
    let was_drawn = use_kept(|| false);
    {
        let (page, name, until, text) = (page.clone(), name.clone(), until.clone(), text.clone());
        use_change(text.clone(), move || {
            if was_drawn.swap(true) && until.get().is_some() {
                until.set(kept(&page, &name, &text));
            }
        });
    }
    let toggle = {
        let (page, until) = (page.clone(), until.clone());
        Callback::from(move |()| match until.get() {
            Some(_) => forget(&name, &until),
            None => until.set(kept(&page, &name, &text)),
        })
    };
    let ctx = &page.core.ctx(&page.zone);
    let is_on = until.get().is_some();
    // Filled once asked for: the region is there before, or its words would not be read out.
    let said = until.get().map(|at| {
        let (date, time) = (ctx.date(at, DateStyle::Long), ctx.date(at, DateStyle::Time));
        ctx.fill(Key::PrivacyDeviceUntil, &[("date", &date), ("time", &time)])
    });
    let said = said.unwrap_or_default();
    html! {
        <div class="device">
            <div class="choice">
                <input class="choice__input" type="checkbox" id={CONTROL} checked={is_on}
                    onchange={toggle.reform(|_: Event| ())} aria-describedby="device-hint" />
                <label class="choice__label" for={CONTROL}>{ ctx.t(Key::PrivacyDevice) }</label>
            </div>
            <p class="held__why" id="device-hint">{ ctx.t(Key::PrivacyDeviceHint) }</p>
            <p class="held__why" role="status">{ said }</p>
            if is_on {
                <div class="row">{ button::quiet(ctx.t(Key::PrivacyDeviceForget), button::pressed(&toggle)) }</div>
            }
        </div>
    }
}

fn forget(name: &str, until: &Kept<Option<Timestamp>>) {
    device::forget(name);
    until.set(None);
}

/// Keeps it from now on for a day; nothing where the device keeps nothing.
fn kept(page: &Page, name: &str, text: &str) -> Option<Timestamp> {
    let now = page.core.clock.now();
    device::keep(name, &concat(&[&decimal::write(now.as_ms()), " ", text])).then(|| now.plus_ms(DAY_MS))
}

/// Of a form that was sent nothing stays on the device.
struct Left {
    page: Rc<Page>,
    name: String,
}

impl Drop for Left {
    fn drop(&mut self) {
        if self.page.begun.has_ended() {
            device::forget(&self.name);
        }
    }
}

/// The answers as lists of the browser's JSON: the question first, then what was given.
fn written(draft: &ApplyDraft) -> String {
    let kept = draft.answers.iter().filter(|answer| is_kept(draft, &answer.field));
    let written =
        kept.map(|answer| list(std::iter::once(&answer.field).chain(&answer.values).map(|text| text.into())).into());
    JSON::stringify(&list(written)).map(String::from).unwrap_or_default()
}

fn is_kept(draft: &ApplyDraft, field: &str) -> bool {
    draft.form.field(field).is_some_and(|field| !matches!(field.kind, FieldKind::Consent | FieldKind::File))
}

/// When it was kept, and what. What is older than a day goes, of every posting.
fn found(name: &str, now: Timestamp) -> Option<(Timestamp, Vec<Answer>)> {
    let parts = |name: &str| {
        let text = device::read(name)?;
        let (at, answers) = text.split_once(' ')?;
        let at = Timestamp::from_ms(decimal::read(at)?);
        (now.ms_since(at) < DAY_MS).then(|| (at, answers.to_owned()))
    };
    for old in device::names(STORED_AS) {
        if parts(&old).is_none() {
            device::forget(&old);
        }
    }
    let (at, text) = parts(name)?;
    let list = JSON::parse(&text).ok()?.dyn_into::<Array>().ok()?;
    let answers = list.iter().filter_map(|answer| {
        let mut texts = answer.dyn_into::<Array>().ok()?.iter().filter_map(|text| text.as_string()).collect::<Vec<_>>();
        let field = if texts.is_empty() { return None } else { texts.remove(0) };
        Some(Answer { field, values: texts })
    });
    Some((at, answers.collect()))
}

fn restore(page: &Rc<Page>, answers: Vec<Answer>) {
    for Answer { field, values } in answers {
        let is_several = {
            let draft = page.begun.draft.borrow();
            if !is_kept(&draft, &field) || !given(&draft.answers, &field).is_empty() {
                continue;
            }
            draft.form.field(&field).is_some_and(|field| field.kind == FieldKind::MultiChoice)
        };
        for value in values {
            page.edit(match is_several {
                true => Edit::Tick(field.clone(), value, true),
                false => Edit::Write(field.clone(), value),
            });
        }
    }
}
