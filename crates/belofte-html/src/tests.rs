//! What the macro gives and what it refuses. How a drawing looks in the page is tested beside the pen.

use proc_macro2::TokenStream;

use crate::draw::expand;

fn expanded(markup: &str) -> String {
    let markup: TokenStream = markup.parse().expect("tokens");
    match expand(markup) {
        Ok(code) => code.to_string(),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn what_is_fixed_costs_no_call() {
    let code = expanded(r#"<p class="back"><b>{ "x" }</b></p>"#);
    assert!(code.contains(r#"("\u{1}p\u{15}back\u{1}b\u{3}x\u{6}\u{6}")"#), "{code}");
    assert_eq!(code.matches("pen .").count(), 1, "{code}");
}

#[test]
fn every_value_is_one_call() {
    let code = expanded(r#"<a class={class} href={href} {onclick}>{ text }{ for more }</a>"#);
    for call in ["pen . word (href)", "pen . word (class)", "pen . onclick (onclick)", "pen . child (text)"] {
        assert_eq!(code.matches(call).count(), 1, "{code}");
    }
    assert!(code.contains("pen . each (more)"), "{code}");
    assert!(code.contains(r"\u{14}href\u{7}\u{14}class\u{7}"), "class is set last: {code}");
}

#[test]
fn a_condition_without_else_still_has_its_place() {
    let code = expanded("<p>if yes { <b/> }</p>");
    assert!(code.contains("if yes { pen . choose (0usize) ; } else { pen . choose (1usize) ; }"), "{code}");
    assert!(code.contains(r"\u{11}\u{5}\u{1}b\u{6}\u{6}\u{5}\u{6}"), "{code}");
}

#[test]
fn a_loop_calls_for_each_and_once_when_it_is_over() {
    let code = expanded("<p>for (one, _) in all { <b>{ one }</b> }</p>");
    assert!(code.contains("for (one , _) in all { pen . again () ; pen . child (one) ; } pen . over ()"), "{code}");
    assert!(code.contains(r"\u{4}\u{12}\u{1}b\u{f}\u{6}\u{13}\u{6}"), "{code}");
}

#[test]
fn a_component_goes_to_yew_with_all_its_inside() {
    let code = expanded("<Foo<T> a={b}><p class={c} /></Foo<T>>");
    assert!(code.starts_with(":: yew :: html ! {") && code.contains("c }") && !code.contains("pen"), "{code}");
    assert!(expanded("<foo::Bar {key} />").starts_with(":: yew :: html !"));
}

#[test]
fn what_it_does_not_know_it_refuses_with_a_reason() {
    for (markup, reason) in [
        (r#"<p style = "color: red" />"#, "Content-Security-Policy"),
        (r#"<p id="a" id="b" />"#, "`id` is given twice"),
        ("<p {id} id={other} />", "`id` is given twice"),
        ("<input>{ text }</input>", "`<input>` has no inside"),
        ("<textarea>{ text }</textarea>", "`<textarea>` has no inside"),
        ("<p>{ text }</b>", "`<p>` is open here, not `<b>`"),
        ("<p>{ text }", "`<p>` is never closed"),
        ("</p>", "nothing is open here"),
        ("<p/><p/>", "one node only"),
        ("<p><Foo /></p>", "a component stands by itself"),
        ("<><foo::Bar /></>", "a component stands by itself"),
        ("<@{name} />", "the name of an element is fixed"),
        ("<p onwheel={f} />", "does not listen to `onwheel`"),
        ("<p checked={on} />", "only an `<input>` can be checked"),
        ("<p ref={node} />", "a view is pure"),
        ("<p {..rest} />", "one by one"),
        ("<p hidden />", "`hidden` has no value"),
        (r#"<p hidden="yes" />"#, "`hidden` takes no such value"),
        ("<p title=7 />", "`title` takes no such value"),
        ("<p>for one of all { <b/> }</p>", "expected `in`"),
        ("<p>{ for }</p>", "after `for`"),
        ("<p>text</p>", "texts stand in braces"),
        (r#"<p>{ "a\nb" }</p>"#, "one line"),
    ] {
        let told = expanded(markup);
        assert!(told.starts_with("error: ") && told.contains(reason), "{markup} gives {told}");
    }
}
