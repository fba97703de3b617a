//! The wasm boundary: what the loader calls. Nothing here throws into the host page.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, HtmlElement};
use yew::AppHandle;

use crate::app::{App, AppProps, announce};
use crate::config::{self, Config};

/// One element that is alive. `update` takes new settings, `destroy` ends it.
#[wasm_bindgen]
pub struct Mounted {
    running: Option<(AppHandle<App>, AppProps)>,
}

/// Draws the widget inside `root`. Without a host or texts nothing is drawn and `belofte-error` tells why.
#[wasm_bindgen]
pub fn mount(root: Element, config: &JsValue) -> Mounted {
    let Some(read) = Config::read(config) else { return Mounted { running: None } };
    watch_for_panics(&read.host);
    let Some(messages) = config::messages(config) else {
        announce(&read.host, "belofte-error", &[("code", "texts".into())]);
        return Mounted { running: None };
    };
    speak(&root, &read);
    let props = AppProps {
        shown: (0, read.view.clone()),
        config: Rc::new(read),
        messages: Rc::new(messages),
        root: root.clone(),
        refreshed: 0,
        whole: false,
    };
    let handle = yew::Renderer::<App>::with_root_and_props(root, props.clone()).render();
    Mounted { running: Some((handle, props)) }
}

#[wasm_bindgen]
impl Mounted {
    /// New settings: an attribute of the element changed.
    pub fn update(&mut self, config: &JsValue) {
        let (Some(read), messages) = (Config::read(config), config::messages(config)) else { return };
        self.change(|props| {
            if read.view != props.config.view {
                props.shown = (props.shown.0 + 1, read.view.clone());
            }
            speak(&props.root, &read);
            props.config = Rc::new(read);
            if let Some(messages) = messages {
                props.messages = Rc::new(messages);
            }
        });
    }

    /// The texts of the views behind the first one have arrived.
    pub fn later(&mut self, texts: JsValue) {
        let Some(texts) = config::texts(texts) else { return };
        self.change(|props| {
            props.messages.add_later(texts);
            props.whole = true;
        });
    }

    /// Goes to a view, as the visitor would.
    pub fn show(&mut self, view: &str, posting: Option<String>) {
        let to = config::view(Some(view), posting, None);
        self.change(|props| props.shown = (props.shown.0 + 1, to));
    }

    /// Reads everything anew.
    pub fn refresh(&mut self) {
        self.change(|props| props.refreshed += 1);
    }

    pub fn destroy(&mut self) {
        if let Some((handle, _)) = self.running.take() {
            handle.destroy();
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut AppProps)) {
        if let Some((handle, props)) = &mut self.running {
            change(props);
            handle.update(props.clone());
        }
    }
}

/// Screen readers choose their voice by the language of the widget, which the page's may differ from.
fn speak(root: &Element, config: &Config) {
    let _ = root.set_attribute("lang", &config.lang);
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
