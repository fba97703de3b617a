//! The one component that Yew sees: whatever the widget draws is drawn by it.
//!
//! Yew compiles the whole life of a component once a type, 4 kB each; here it is compiled once. Each kind of part keeps
//! its own hooks, because the key of a part begins with its name.

use std::rc::Rc;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::hooks::Same;
use crate::text::concat;

/// What one would give a component of its own: the properties, and how it is drawn from them.
pub trait Part: Same {
    /// One word, different from every other part's.
    fn name(&self) -> &'static str;

    /// Calls the hook that draws it.
    fn draw(&self, hooks: &mut HookContext) -> Html;
}

#[derive(Clone, Properties)]
pub struct HostProps {
    pub part: Rc<dyn Part>,
}

/// An equal part is not drawn again.
impl PartialEq for HostProps {
    fn eq(&self, other: &HostProps) -> bool {
        self.part.same(&*other.part)
    }
}

#[component]
pub fn Host(props: &HostProps) -> Html {
    use_part(&*props.part)
}

fn use_part(part: &dyn Part) -> impl Hook<Output = Html> + '_ {
    struct UsePart<'a>(&'a dyn Part);

    impl Hook for UsePart<'_> {
        type Output = Html;

        fn run(self, hooks: &mut HookContext) -> Html {
            self.0.draw(hooks)
        }
    }

    UsePart(part)
}

/// `part` as it stands in a page. Another `key` begins it anew.
pub fn part(key: &str, part: impl Part) -> Html {
    host(key, Rc::new(part))
}

#[inline(never)]
fn host(key: &str, part: Rc<dyn Part>) -> Html {
    let key = concat(&[part.name(), " ", key]);
    html! { <Host {key} {part} /> }
}
