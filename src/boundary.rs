//! The wasm boundary: what the loader calls. Nothing here throws into the host page.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, HtmlElement};
use yew::AppHandle;

use crate::app::{App, announce};
use crate::config::{self, Config};
use crate::i18n::messages::{LATER, SECOND};
use crate::i18n::{Key, Messages};
use crate::part::{Host, HostProps};
use crate::second::{self, Second, doors};

/// One element that is alive. `update` takes new settings, `destroy` ends it.
#[wasm_bindgen]
#[derive(Default)]
pub struct Mounted {
    running: Option<(AppHandle<Host>, App)>,
    /// Where it is drawn. Yew never lets go of that, so it is taken out in the end, and nothing else stays with it.
    place: Option<Element>,
}

/// Draws the widget inside `root`. Without a host or texts nothing is drawn and `belofte-error` tells why.
#[wasm_bindgen]
pub fn mount(root: Element, config: &JsValue) -> Mounted {
    let Some(read) = Config::read(config) else { return Mounted::default() };
    watch_for_panics(&read.host);
    let (Some(mut messages), Ok(place)) = (config::messages(config), gloo::utils::document().create_element("div"))
    else {
        announce(&read.host, "belofte-error", &[("code", "texts".into())]);
        return Mounted::default();
    };
    // Only where the page has words of its own, or one file in the place of an endpoint, the second file is here already.
    let second = if messages.has(SECOND) { Second::here() } else { Second::Awaited };
    reword(&read, &mut messages);
    speak(&root, &read, &messages);
    let app = App {
        shown: (0, read.view.clone()),
        config: Rc::new(read),
        messages: Rc::new(messages),
        root: root.clone(),
        refreshed: 0,
        whole: false,
        second,
    };
    let part = HostProps { part: Rc::new(app.clone()) };
    let _ = root.append_child(&place);
    let handle = yew::Renderer::<Host>::with_root_and_props(place.clone(), part).render();
    Mounted { running: Some((handle, app)), place: Some(place) }
}

#[wasm_bindgen]
impl Mounted {
    /// New settings: an attribute of the element changed.
    pub fn update(&mut self, config: &JsValue) {
        let (Some(read), messages) = (Config::read(config), config::messages(config)) else { return };
        self.change(|app| {
            if read.view != app.config.view {
                app.shown = (app.shown.0 + 1, read.view.clone());
            }
            if let Some(mut messages) = messages {
                // Its texts come with the file or not at all.
                if messages.has(SECOND) {
                    app.second = Second::here();
                }
                reword(&read, &mut messages);
                app.messages = Rc::new(messages);
            }
            speak(&app.root, &read, &app.messages);
            app.config = Rc::new(read);
        });
    }

    /// The texts of the views behind the first one have arrived.
    pub fn later(&mut self, texts: JsValue) {
        let Some(texts) = config::texts(texts) else { return };
        self.change(|app| {
            app.messages.add(LATER, texts);
            app.whole = true;
        });
    }

    /// The program's second file arrived, with these texts; or could not be fetched, without any.
    pub fn second(&mut self, texts: JsValue) {
        let texts = config::texts(texts);
        self.change(|app| {
            app.second = Second::Failed;
            if let Some(texts) = texts {
                app.messages.add(SECOND, texts);
                app.second = Second::here();
            }
        });
    }

    /// Goes to a view, as the visitor would.
    pub fn show(&mut self, view: &JsValue, posting: &JsValue) {
        self.change(|app| {
            let to = config::view(&app.config.endpoint, view.as_string().as_deref(), posting.as_string(), None);
            app.shown = (app.shown.0 + 1, to);
        });
    }

    /// Reads everything anew.
    pub fn refresh(&mut self) {
        self.change(|app| app.refreshed += 1);
    }

    pub fn destroy(&mut self) {
        if let Some((handle, _)) = self.running.take() {
            handle.destroy();
            self.place.take().iter().for_each(Element::remove);
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut App)) {
        if let Some((handle, app)) = &mut self.running {
            change(app);
            redraw(handle, app);
        }
    }
}

#[inline(never)]
fn redraw(handle: &mut AppHandle<Host>, app: &App) {
    handle.update(HostProps { part: Rc::new(app.clone()) });
}

/// What holds of the texts where the page has words of its own, and without a backend.
fn reword(config: &Config, messages: &mut Messages) {
    if let (false, Some(key)) = (config.own.is_undefined(), second::key()) {
        second::open(key, doors::wear, (config, messages));
    }
    if let Some(key) = second::sourced(&config.endpoint) {
        second::open(key, doors::reword, messages);
    }
}

/// The widget's language and the direction of its writing, which the page's may differ from: screen readers choose their
/// voice by it.
fn speak(root: &Element, config: &Config, messages: &Messages) {
    let _ = root.set_attribute("lang", &config.lang);
    let _ = root.set_attribute("dir", messages.text(Key::UiDir));
}

/// A defect of ours ends the widget, not the page: every element says so, and the loader brings its fallback back.
fn watch_for_panics(host: &HtmlElement) {
    thread_local!(static HOSTS: std::cell::RefCell<Vec<HtmlElement>> = const { std::cell::RefCell::new(Vec::new()) });
    HOSTS.with(|hosts| {
        let mut hosts = hosts.borrow_mut();
        hosts.retain(|known| known.is_connected() && known != host);
        hosts.push(host.clone());
    });
    yew::set_custom_panic_hook(Box::new(|_| {
        HOSTS.with(|hosts| {
            if let Ok(hosts) = hosts.try_borrow() {
                hosts.iter().for_each(|host| announce(host, "belofte-error", &[("code", "defect".into())]));
            }
        });
    }));
}

/// Half the code of the standard allocator, and quick enough for what a page holds.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
