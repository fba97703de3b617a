//! State and effects for every component, each compiled once instead of once a type.
//!
//! Yew's own hooks are generic to the bottom: `use_effect_with`, `use_state` and their like brought 86 kB of copies
//! into the program. These keep the same order and the same promises (effects run after drawing, equal state draws
//! nothing, nothing happens after the end), but hand Yew one type each: whatever is kept is an `Rc<dyn Any>` to it.

use std::any::Any;
use std::cell::{OnceCell, Ref, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use web_sys::EventTarget;
use yew::Callback;
use yew::functional::{Hook, HookContext, UseForceUpdateHandle, hook, use_effect_with, use_force_update, use_ref};

/// Anything that can be compared with anything: for `PartialEq` values whose type Yew need not know.
pub trait Same: Any {
    fn same(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + 'static> Same for T {
    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>().is_some_and(|other| self == other)
    }
}

/// A value known only by whether it changed.
#[derive(Clone)]
pub struct Compared(Rc<dyn Same>);

impl Compared {
    pub fn new(value: impl PartialEq + 'static) -> Compared {
        Compared(Rc::new(value))
    }
}

impl PartialEq for Compared {
    fn eq(&self, other: &Compared) -> bool {
        self.0.same(&*other.0)
    }
}

/// Runs `run` after the first drawing and after each one with another `on`. What it gives is held until the next run
/// or the component's end, and dropped then: a timer, a listener, a stream stops by that.
pub fn use_change<T: 'static>(
    on: impl PartialEq + 'static,
    run: impl FnOnce() -> T + 'static,
) -> impl Hook<Output = ()> {
    use_held(Compared::new(on), Box::new(move || Box::new(run())))
}

/// Runs `run` once, after the first drawing; what it gives is held until the component's end.
pub fn use_start<T: 'static>(run: impl FnOnce() -> T + 'static) -> impl Hook<Output = ()> {
    // Not `()`, which would be a type more.
    use_change(0_u32, run)
}

#[hook]
fn use_held(on: Compared, run: Box<dyn FnOnce() -> Box<dyn Any>>) {
    use_effect_with(on, move |_| {
        let held = run();
        move || drop(held)
    });
}

/// State of a component: read as it is now, never as it was when a callback was made.
pub struct Kept<T>(Rc<Place<T>>);

struct Place<T> {
    value: RefCell<T>,
    draw: UseForceUpdateHandle,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Kept(self.0.clone())
    }
}

/// The same state, whatever it holds.
impl<T> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: Clone> Kept<T> {
    pub fn get(&self) -> T {
        self.0.value.borrow().clone()
    }
}

impl<T> Kept<T> {
    /// What it is now. Not to be held on to: nothing can be set meanwhile.
    pub fn look(&self) -> Ref<'_, T> {
        self.0.value.borrow()
    }

    /// Changes the value where it stands, and draws the component again if `change` says that it did.
    pub fn change(&self, change: impl FnOnce(&mut T) -> bool) -> bool {
        let changed = change(&mut self.0.value.borrow_mut());
        if changed {
            self.0.draw.force_update();
        }
        changed
    }

    /// Takes `value` without drawing.
    pub fn swap(&self, value: T) -> T {
        self.0.value.replace(value)
    }
}

impl<T: PartialEq> Kept<T> {
    /// Takes `value`, and draws the component again if it is another one.
    pub fn set(&self, value: T) {
        let before = self.0.value.replace(value);
        if before != *self.0.value.borrow() {
            self.0.draw.force_update();
        }
    }
}

/// What `first` made when the component began, and whatever it was set to since.
#[hook]
pub fn use_kept<T, F>(first: F) -> Kept<T>
where
    T: 'static,
    F: FnOnce() -> T,
{
    let mut first = Some(first);
    let place = use_place(&mut |draw| {
        let value = first.take().expect("a place is made once")();
        Rc::new(Place { value: RefCell::new(value), draw })
    });
    Kept(place.downcast().expect("a hook keeps its place"))
}

/// What is the same for every type.
fn use_place(make: &mut dyn FnMut(UseForceUpdateHandle) -> Rc<dyn Any>) -> impl Hook<Output = Rc<dyn Any>> {
    struct UsePlace<'a>(&'a mut dyn FnMut(UseForceUpdateHandle) -> Rc<dyn Any>);

    impl Hook for UsePlace<'_> {
        type Output = Rc<dyn Any>;

        #[inline(never)]
        fn run(self, hooks: &mut HookContext) -> Rc<dyn Any> {
            let place = use_ref(OnceCell::<Rc<dyn Any>>::new).run(hooks);
            let draw = use_force_update().run(hooks);
            place.get_or_init(|| (self.0)(draw)).clone()
        }
    }

    UsePlace(make)
}

/// What `make` gave, made anew when `from` changed.
#[hook]
pub fn use_made<T, F>(from: Compared, make: F) -> T
where
    T: Clone + 'static,
    F: FnOnce() -> T,
{
    let kept = use_kept(|| None::<(Compared, T)>);
    match kept.get() {
        Some((made_from, made)) if made_from == from => made,
        _ => {
            let made = make();
            kept.swap(Some((from, made.clone())));
            made
        }
    }
}

/// Calls `act` with what is told. `page` is all it may need, so that a callback costs one count.
pub fn callback<P: 'static, T: 'static>(page: &Rc<P>, act: fn(&P, T)) -> Callback<T> {
    let page = page.clone();
    Callback::from(move |told| act(&page, told))
}

/// Sets off `task`.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    wasm_bindgen_futures::spawn_local(task);
}

/// Calls `ring` once, unless the timer is dropped before.
pub fn after(wait_ms: u32, ring: impl FnOnce() + 'static) -> Timeout {
    let ring: Box<dyn FnOnce()> = Box::new(ring);
    Timeout::new(wait_ms, ring)
}

/// Emits at every event, until the listener is dropped.
pub fn listen(target: &EventTarget, event: &'static str, heard: Callback<()>) -> EventListener {
    EventListener::new(target, event, move |_| heard.emit(()))
}
