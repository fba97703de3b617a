//! `html!` with Yew's syntax, expanded to a fraction of the code. Knows elements; a component is handed on to Yew's own.
//!
//! Yew's own macro builds every element where it is written: some 180 bytes of wasm each, over a third of the widget.
//! Here all that is fixed (names, attributes, texts, nesting) becomes one string, a drawing, and the code keeps a call for
//! each value that is not. The widget's pen (`src/ui/pen.rs`) reads the drawing and builds the same nodes. By
//! `cargo xtask dist`, views unchanged: 656,130 → 595,487 bytes of wasm, 170,202 → 158,791 compressed.

mod draw;
mod marks;
mod parse;
#[cfg(test)]
mod tests;

/// Draws markup with the widget's pen; gives `yew::Html`.
///
/// Understands elements, `<>…</>`, `{ value }`, `{ for values }`, `if … else …`, `for … in …` and `"text"` in braces. A
/// component can stand only by itself: it goes to `yew::html!` with all that is inside.
#[proc_macro]
pub fn html(markup: proc_macro::TokenStream) -> proc_macro::TokenStream {
    draw::expand(markup.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
