//! The same markup through `yew::html!` and through ours: what reaches the page must not differ.

use belofte_html::html;
use yew::prelude::*;
use yew::virtual_dom::VNode;

use crate::ssr::render;

fn written(body: Html) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(render(body))
}

/// Draws the markup with both and hands back what both write.
macro_rules! same {
    ($($markup:tt)*) => {{
        let (theirs, ours) = (written(yew::html! { $($markup)* }), written(html! { $($markup)* }));
        assert_eq!(ours, theirs);
        ours
    }};
}

#[test]
fn elements_texts_and_fixed_attributes() {
    assert_eq!(
        same! { <p class="a" id="b" title="">{ "x" }<b/>{ "y" }</p> },
        r#"<p id="b" title="" class="a">x<b></b>y</p>"#
    );
    same! { <ul><li>{ "1" }</li><li><em>{ "2" }</em></li></ul> };
    same! { <a href="/"><b>{ "é · ü" }</b></a> };
    same! { <img alt="" src="/a.svg" /> };
    same! { <br/> };
}

#[test]
fn fragments_and_bare_values() {
    same! { <><b/>{ "x" }</> };
    same! { <></> };
    same! {};
    same! { "text" };
    same! { String::from("text") };
    same! { { "text" } };
    same! { <p><><i/><b/></><u/></p> };
}

#[test]
fn attributes_that_are_told() {
    let (class, href) = ("link", String::from("/a?b=\"c\"&d"));
    let label = Some(String::from("here"));
    let nothing: Option<&'static str> = None;
    let drawn = same! { <a {class} href={href.clone()} aria-label={label.clone()} aria-current={nothing} rel="next">{ &href }</a> };
    assert!(drawn.contains("aria-label=\"here\" rel=\"next\" class=\"link\"") && !drawn.contains("current"), "{drawn}");
}

#[test]
fn attributes_that_are_there_or_not() {
    for on in [true, false] {
        same! { <form novalidate={on} hidden=true inert=false method="get"><div inert={on} id="a" class="b" /></form> };
        same! { <select><option value="1" selected={on}>{ "one" }</option></select> };
        same! { <input type="file" multiple={on} /> };
    }
}

#[test]
fn values_and_ticks() {
    let text = String::from("<written> & \"kept\"");
    same! { <input class="a" type="text" value={text.clone()} name="n" /> };
    same! { <input type="hidden" value="yes" /> };
    same! { <textarea name="t" rows="6" value={text.clone()} /> };
    same! { <progress max="100" value={text.clone()} class="p" /> };
    for on in [true, false] {
        same! { <input type="checkbox" value="yes" checked={on} /> };
    }
}

#[test]
fn keys_and_listeners_leave_no_trace() {
    let onclick = Callback::from(|_: MouseEvent| ());
    let (oninput, onchange) = (Callback::from(|_: InputEvent| ()), Callback::from(|_: Event| ()));
    let onsubmit = Callback::from(|_: SubmitEvent| ());
    let drawn = same! {
        <form key={String::from("k")} onsubmit={onsubmit.clone()}>
            <input oninput={oninput.clone()} onchange={onchange.clone()} />
            <button onclick={onclick.clone()}>{ "go" }</button>
        </form>
    };
    assert_eq!(drawn, "<form><input><button>go</button></form>");
    assert_eq!(html! { <li key="one" {onclick} /> }.key().map(|key| &**key), Some("one"));
}

#[test]
fn branches() {
    for count in 0..4 {
        let some = (count == 2).then_some("two");
        same! {
            <p>
                if count == 0 {
                    <b title="n">{ "none" }</b>
                } else if let Some(word) = some {
                    <i class={word}>{ word }</i>{ "!" }
                } else if count == 3 {
                    if true { <s/> }
                }
                if count > 0 { { "some" } }
                <u class="last">{ count.to_string() }</u>
            </p>
        };
        same! { if count == 1 { <b/> } else { <i id="x" /> } };
    }
}

#[test]
fn any_number_of_children() {
    for count in 0..3 {
        let all = || (0..count).map(|one| html! { <li>{ one.to_string() }</li> });
        same! { <ul class="all">{ for all() }</ul> };
        same! { <ul>{ "a" }{ for all() }{ for all() }<li/></ul> };
        same! { { for all() } };
    }
    same! { <p>{ for Some("one") }{ for None::<Html> }</p> };
}

#[test]
fn loops() {
    for count in 0..3_usize {
        same! { <ul class="all">for one in 0..count { <li id={one.to_string()} class="one">{ one.to_string() }</li> }</ul> };
        same! {
            <p>
                <b/>
                for one in 0..count {
                    { "-" }
                    for (at, two) in ["a", "b"].into_iter().enumerate().take(one) {
                        if at == 0 { <i>{ two }</i> } else { { two } }
                    }
                    <u class={one.to_string()} />
                }
                if count > 1 { <s/> }
            </p>
        };
    }
}

#[test]
fn markup_within_values() {
    let item = |text: &str| html! { <li class="item">{ text.to_owned() }</li> };
    same! { <ul id="a">{ item("x") }{ html! { <b class="c">{ item("y") }</b> } }<li class="z" /></ul> };
}

/// Yew throws away a node that turns from an element into a list; what stands in it would lose the focus.
#[test]
fn the_kind_of_children_does_not_hang_on_their_number() {
    let is_list = |drawn: Html| match drawn {
        VNode::VTag(tag) => matches!(tag.children(), Some(VNode::VList(_))),
        _ => false,
    };
    for count in 0..3 {
        assert!(is_list(html! { <ul>{ for (0..count).map(|_| html! { <li/> }) }</ul> }));
        assert!(is_list(html! { <p>if count > 0 { <b/> }</p> }));
        assert!(is_list(html! { <ul>for _ in 0..count { <li/> }</ul> }));
    }
}
