//! Builds Yew's nodes from what `belofte_html::html!` makes of a view. Never called by hand.
//!
//! The macro turns all that is fixed in a piece of markup into one string, the drawing, and each value into a call. The
//! pen reads the drawing up to the next gap, waits there for the value, and goes on. So a view costs a few bytes of code
//! for each value and none for its elements, and nodes are built in one place. They are those of `yew::html!`.

use std::cell::RefCell;
use std::rc::Rc;

use belofte_contract::Timestamp;
use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, Attributes, Listener, VList, VNode, VTag, VText};

use crate::i18n::{Ctx, DateStyle, Key};

#[path = "../../crates/belofte-html/src/marks.rs"]
mod marks;
#[cfg(all(test, feature = "ssr"))]
mod tests;

/// Where no mark is left.
const END: u8 = 0;

pub struct Pen {
    /// Marks with their words.
    drawing: &'static str,
    /// How far it is read.
    at: usize,
    /// The gap it waits at.
    gap: u8,
    /// What is drawn into, and what lies around it.
    open: Open,
    outer: Vec<Open>,
}

/// An element, a fragment or the whole, before it is closed.
#[derive(Default)]
struct Open {
    tag: Option<VTag>,
    names: Vec<&'static str>,
    values: Vec<Option<AttributeOrProperty>>,
    children: Vec<VNode>,
    /// One child or several is not known beforehand.
    is_list: bool,
    /// Where a loop starts.
    start: usize,
}

impl Pen {
    pub fn new(drawing: &'static str) -> Box<Pen> {
        let mut pen = Box::new(Pen { drawing, at: 0, gap: END, open: Open::default(), outer: Vec::new() });
        pen.advance();
        pen
    }

    #[allow(clippy::boxed_local, reason = "a view hands one address around, never the pen itself")]
    pub fn done(self: Box<Pen>) -> Html {
        debug_assert!(self.gap == END && self.outer.is_empty(), "the drawing is not done");
        self.open.inside()
    }

    /// An attribute, a value or a key.
    #[inline]
    pub fn word(&mut self, word: impl Word) {
        word.write(self);
    }

    #[inline]
    pub fn child(&mut self, child: impl Child) {
        child.draw(self);
    }

    /// Those of `Ctx` by the same name, straight into the gap.
    #[inline(never)]
    pub fn t(&mut self, ctx: &Ctx, key: Key) {
        self.put_str(ctx.messages.text(key));
    }

    #[inline(never)]
    pub fn fill(&mut self, ctx: &Ctx, key: Key, values: &[(&str, &str)]) {
        self.put_string(ctx.fill(key, values));
    }

    #[inline(never)]
    pub fn date(&mut self, ctx: &Ctx, at: Timestamp, style: DateStyle) {
        self.put_string(ctx.date(at, style));
    }

    #[inline]
    pub fn each<C: Child>(&mut self, children: impl IntoIterator<Item = C>) {
        for child in children {
            child.draw(self);
        }
        self.each_done();
    }

    fn each_done(&mut self) {
        self.open.is_list = true;
        self.advance();
    }

    /// An attribute that is there or not, or a tick.
    pub fn flag(&mut self, on: bool) {
        if self.gap == marks::CHECKED {
            self.tag().set_checked(on);
        } else {
            let name = self.open.names.last().copied().filter(|_| on);
            self.open.values.push(name.map(|name| AttributeOrProperty::Attribute(AttrValue::Static(name))));
        }
        self.advance();
    }

    /// Draws the branch with this number.
    pub fn choose(&mut self, branch: usize) {
        debug_assert_eq!(self.gap, marks::IF);
        for _ in 0..branch {
            self.read();
            self.skip();
        }
        self.read();
        self.enter(None);
        self.open.is_list = true;
        self.advance();
    }

    /// Draws the inside of a loop, from its start.
    pub fn again(&mut self) {
        if self.gap == marks::LOOP {
            self.open.start = self.at;
        }
        self.at = self.open.start;
        self.advance();
    }

    /// The loop has come to its end.
    pub fn over(&mut self) {
        if self.gap == marks::LOOP {
            self.skip();
        }
        self.advance();
    }

    pub fn onclick(&mut self, told: Callback<MouseEvent>) {
        self.listen(Rc::new(yew::html::onclick::Wrapper::new(told)));
    }

    pub fn oninput(&mut self, told: Callback<InputEvent>) {
        self.listen(Rc::new(yew::html::oninput::Wrapper::new(told)));
    }

    pub fn onchange(&mut self, told: Callback<Event>) {
        self.listen(Rc::new(yew::html::onchange::Wrapper::new(told)));
    }

    pub fn onsubmit(&mut self, told: Callback<SubmitEvent>) {
        self.listen(Rc::new(yew::html::onsubmit::Wrapper::new(told)));
    }

    fn listen(&mut self, listener: Rc<dyn Listener>) {
        debug_assert_eq!(self.gap, marks::LISTENER);
        self.tag().add_listener(listener);
        self.advance();
    }

    /// A value into the gap.
    #[inline(never)]
    fn put(&mut self, value: Option<AttrValue>) {
        match (self.gap, value) {
            (marks::ATTRIBUTE, value) => self.open.values.push(value.map(AttributeOrProperty::Attribute)),
            (marks::VALUE, value) => self.tag().set_value(value),
            (marks::KEY, value) => self.tag().key = value.map(|key| (&*key).into()),
            (_, Some(text)) => return self.put_node(VText::new(text).into()),
            (_, None) => {}
        }
        self.advance();
    }

    fn put_str(&mut self, text: &str) {
        self.put(Some(AttrValue::Rc(text.into())));
    }

    fn put_string(&mut self, text: String) {
        self.put_str(&text);
    }

    #[inline(never)]
    fn put_node(&mut self, node: VNode) {
        debug_assert!(matches!(self.gap, marks::CHILD | marks::EACH));
        self.open.children.push(node);
        // More may follow at the gap for any number of them.
        if self.gap != marks::EACH {
            self.advance();
        }
    }

    /// Draws what is fixed, up to the next gap.
    #[inline(never)]
    fn advance(&mut self) {
        loop {
            let (mark, words) = self.read();
            match mark {
                marks::TAG => self.enter(Some(VTag::new(AttrValue::Static(words)))),
                marks::LIST => {
                    self.enter(None);
                    self.open.is_list = true;
                }
                marks::NAME => self.open.names.push(words),
                marks::FIXED | marks::CLASS => {
                    if mark == marks::CLASS {
                        self.open.names.push("class");
                    }
                    self.open.values.push(Some(AttributeOrProperty::Attribute(AttrValue::Static(words))));
                }
                marks::TEXT => self.open.children.push(VText::new(words).into()),
                marks::CLOSE => self.close(),
                // One before it was chosen.
                marks::BRANCH => self.skip(),
                gap => {
                    self.gap = gap;
                    return;
                }
            }
        }
    }

    /// The next mark and its words.
    fn read(&mut self) -> (u8, &'static str) {
        let rest = &self.drawing.as_bytes()[self.at..];
        let Some(mark) = rest.first() else { return (END, "") };
        let length = rest[1..].iter().position(|byte| *byte < b' ').unwrap_or(rest.len() - 1);
        let start = self.at + 1;
        self.at = start + length;
        (*mark, &self.drawing[start..self.at])
    }

    /// Past the branch or the loop that was just opened.
    fn skip(&mut self) {
        let mut depth = 1;
        while depth > 0 {
            match self.read().0 {
                marks::TAG | marks::LIST | marks::BRANCH | marks::LOOP => depth += 1,
                marks::CLOSE | marks::AGAIN => depth -= 1,
                _ => {}
            }
        }
    }

    fn enter(&mut self, tag: Option<VTag>) {
        let inner = Open { tag, ..Open::default() };
        self.outer.push(std::mem::replace(&mut self.open, inner));
    }

    fn close(&mut self) {
        let Some(outer) = self.outer.pop() else { return };
        let mut open = std::mem::replace(&mut self.open, outer);
        let node = match open.tag.take() {
            Some(tag) => open.element(tag),
            None => open.inside(),
        };
        self.open.children.push(node);
    }

    fn tag(&mut self) -> &mut VTag {
        self.open.tag.as_mut().expect("attributes stand in an element")
    }
}

impl Open {
    fn element(mut self, mut tag: VTag) -> VNode {
        if !self.names.is_empty() {
            let (names, values) = (std::mem::take(&mut self.names), std::mem::take(&mut self.values));
            tag.attributes = Attributes::Dynamic { keys: lasting(names), values: values.into() };
        }
        if let Some(children) = tag.children_mut() {
            *children = self.inside();
        }
        tag.into()
    }

    /// A single child is itself, unless it might have been several: then one more or less must not change its kind.
    fn inside(mut self) -> VNode {
        match self.children.pop() {
            Some(only) if self.children.is_empty() && !self.is_list => only,
            last => {
                self.children.extend(last);
                VList::with_children(self.children, None).into()
            }
        }
    }
}

/// The same names as long as the program runs, as Yew wants them. Elements of one kind share theirs, so a few dozen are
/// kept; as constants of every element they would weigh 1 kB of the download.
fn lasting(names: Vec<&'static str>) -> &'static [&'static str] {
    thread_local! {
        static KNOWN: RefCell<Vec<&'static [&'static str]>> = const { RefCell::new(Vec::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(same) = known.iter().find(|one| **one == names) {
            return *same;
        }
        let new: &'static [&'static str] = names.leak();
        known.push(new);
        new
    })
}

/// What an attribute can be.
pub trait Word {
    fn write(self, pen: &mut Pen);
}

impl Word for &str {
    fn write(self, pen: &mut Pen) {
        pen.put_str(self);
    }
}

impl Word for &String {
    fn write(self, pen: &mut Pen) {
        pen.put_str(self);
    }
}

impl Word for String {
    fn write(self, pen: &mut Pen) {
        pen.put_string(self);
    }
}

/// None leaves the attribute out.
impl Word for Option<&str> {
    fn write(self, pen: &mut Pen) {
        pen.put(self.map(|text| AttrValue::Rc(text.into())));
    }
}

impl Word for Option<String> {
    fn write(self, pen: &mut Pen) {
        self.as_deref().write(pen);
    }
}

/// What can stand inside an element.
pub trait Child {
    fn draw(self, pen: &mut Pen);
}

impl Child for Html {
    fn draw(self, pen: &mut Pen) {
        pen.put_node(self);
    }
}

impl Child for &str {
    fn draw(self, pen: &mut Pen) {
        pen.put_str(self);
    }
}

impl Child for &String {
    fn draw(self, pen: &mut Pen) {
        pen.put_str(self);
    }
}

impl Child for String {
    fn draw(self, pen: &mut Pen) {
        pen.put_string(self);
    }
}
