//! A posting's own link, to send on: nothing in it tells who opened it or who sent it.
//!
//! Behind a door. What the device offers for sharing, else the clipboard; the link stands there in any case.

use std::rc::Rc;

use belofte_html::html;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::app::{View, address, use_arrival};
use crate::ask::Place;
use crate::hooks::{Kept, callback, spawn, use_kept};
use crate::i18n::{Ctx, Key};
use crate::named::Given::Value;
use crate::named::{call, get, global, object};
use crate::part::{Part, part};
use crate::ui::button;

pub fn panel(place: &Place) -> Html {
    part("", Share { place: place.clone() })
}

#[derive(PartialEq)]
struct Share {
    place: Place,
}

impl Part for Share {
    fn name(&self) -> &'static str {
        "share"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_share(&self.place).run(hooks)
    }
}

struct Page {
    url: String,
    is_copied: Kept<bool>,
}

#[hook]
fn use_share(place: &Place) -> Html {
    let ctx = place.ctx();
    let view = place.posting.clone().map_or(View::Board, View::Posting);
    let page = Rc::new(Page { url: address(&ctx, &view), is_copied: use_kept(|| false) });
    use_arrival(&place.core, Some(Ok(())));
    let send = callback(&page, |page, ()| send(page));
    share(&ctx, &page.url, page.is_copied.get(), Some(&send))
}

fn send(page: &Page) {
    let (url, is_copied) = (page.url.clone(), page.is_copied.clone());
    let given = object(&[("url", url.as_str().into())]);
    let Some(shared) = asked(&navigator(), "share", &given) else { return copy(&url, is_copied) };
    spawn(async move {
        // Whoever closes what the device offers wants neither; a device that refuses leaves the clipboard.
        if let Err(why) = JsFuture::from(shared).await
            && get(&why, "name") != "AbortError"
        {
            copy(&url, is_copied);
        }
    });
}

fn copy(url: &str, is_copied: Kept<bool>) {
    let Some(copying) = asked(&get(&navigator(), "clipboard"), "writeText", &url.into()) else { return };
    spawn(async move { is_copied.set(JsFuture::from(copying).await.is_ok()) });
}

fn navigator() -> JsValue {
    global("navigator")
}

/// What `of` promises when it is called by `name`; None where it has no such thing.
fn asked(of: &JsValue, name: &str, given: &JsValue) -> Option<Promise> {
    get(of, name).is_function().then(|| call(of, name, &[Value(given)])).flatten().map(JsCast::unchecked_into)
}

/// Without `send` the link stands alone, to be copied by hand.
pub fn share(ctx: &Ctx, url: &str, is_copied: bool, send: Option<&Callback<()>>) -> Html {
    html! {
        <>
            <p class="ask__lead">{ ctx.t(Key::ShareLead) }</p>
            <p class="share__link"><a href={url}>{ url }</a></p>
            if let Some(send) = send {
                <p class="row">{ button::primary(ctx.t(Key::ShareSend), button::pressed(send)) }</p>
            }
            <p role="status">if is_copied { { ctx.t(Key::ShareCopied) } }</p>
        </>
    }
}
