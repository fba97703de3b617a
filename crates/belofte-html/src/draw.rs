//! A tree of markup as a drawing and the calls that fill it. Never looks at what a value is: the pen's traits do.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Error, Expr, ExprLit, ExprMethodCall, Ident, Lit, LitStr, Result};

use crate::marks;
use crate::parse::{Attribute, Element, For, If, Node, Root};

/// Attributes that are there or not.
const FLAGS: [&str; 10] =
    ["autofocus", "disabled", "hidden", "inert", "multiple", "novalidate", "open", "readonly", "required", "selected"];
/// What the pen asks the `ctx` of a view for.
const WORDS: [&str; 3] = ["date", "fill", "t"];
/// What the pen listens to.
const LISTENERS: [&str; 4] = ["onchange", "onclick", "oninput", "onsubmit"];

pub fn expand(markup: TokenStream) -> Result<TokenStream> {
    let root = match syn::parse2(markup.clone())? {
        Root::Node(root) => root,
        Root::Component => return Ok(quote! { ::yew::html! { #markup } }),
    };
    let mut drawing = Drawing::default();
    let calls = drawing.node(&root)?;
    let (text, pen) = (&drawing.text, pen());
    Ok(quote! {{
        let mut #pen = crate::ui::pen::Pen::new(#text);
        #calls
        #pen.done()
    }})
}

/// `ctx.t(…)` and its like are written by the pen itself, without a copy in between.
fn words(value: &Expr) -> Option<TokenStream> {
    let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = value else { return None };
    let is_ctx = matches!(&**receiver, Expr::Path(path) if path.path.is_ident("ctx"));
    let pen = pen();
    (is_ctx && WORDS.contains(&method.to_string().as_str())).then(|| quote! { #pen.#method(#receiver, #args); })
}

/// No name of the caller's can be taken for it.
fn pen() -> Ident {
    Ident::new("pen", Span::mixed_site())
}

/// What is fixed; grows while the calls for the rest are handed back.
#[derive(Default)]
struct Drawing {
    text: String,
}

impl Drawing {
    fn mark(&mut self, mark: u8, words: &str) {
        self.text.push(char::from(mark));
        self.text.push_str(words);
    }

    fn node(&mut self, node: &Node) -> Result<TokenStream> {
        let pen = pen();
        Ok(match node {
            Node::Element(element) => self.element(element)?,
            Node::Fragment(children) => self.group(marks::LIST, children)?,
            Node::Text(text) => {
                self.mark(marks::TEXT, &text.value());
                TokenStream::new()
            }
            Node::Value(value) => {
                self.mark(marks::CHILD, "");
                words(value).unwrap_or_else(|| quote! { #pen.child(#value); })
            }
            Node::Each(values) => {
                self.mark(marks::EACH, "");
                quote! { #pen.each(#values); }
            }
            Node::If(choice) => self.choice(choice)?,
            Node::For(repeated) => self.repeated(repeated)?,
        })
    }

    fn group(&mut self, mark: u8, children: &[Node]) -> Result<TokenStream> {
        self.mark(mark, "");
        let calls = self.nodes(children)?;
        self.mark(marks::CLOSE, "");
        Ok(calls)
    }

    fn nodes(&mut self, nodes: &[Node]) -> Result<TokenStream> {
        nodes.iter().map(|node| self.node(node)).collect()
    }

    fn choice(&mut self, choice: &If) -> Result<TokenStream> {
        let pen = pen();
        self.mark(marks::IF, "");
        let mut calls = TokenStream::new();
        for (at, (condition, children)) in choice.branches.iter().enumerate() {
            let inside = self.group(marks::BRANCH, children)?;
            calls.extend(quote! { if #condition { #pen.choose(#at); #inside } else });
        }
        let (at, inside) = (choice.branches.len(), self.group(marks::BRANCH, &choice.rest)?);
        calls.extend(quote! { { #pen.choose(#at); #inside } });
        Ok(calls)
    }

    /// A list of its own, so that what stands beside it keeps its place.
    fn repeated(&mut self, For { each, of, children }: &For) -> Result<TokenStream> {
        let pen = pen();
        self.mark(marks::LIST, "");
        self.mark(marks::LOOP, "");
        let inside = self.nodes(children)?;
        self.mark(marks::AGAIN, "");
        self.mark(marks::CLOSE, "");
        Ok(quote! {
            for #each in #of { #pen.again(); #inside }
            #pen.over();
        })
    }

    /// Attributes in the order in which Yew's own macro sets them.
    fn element(&mut self, element: &Element) -> Result<TokenStream> {
        self.mark(marks::TAG, &element.name);
        let mut sorted: Vec<&Attribute> = element.attributes.iter().collect();
        sorted.sort_by_key(|attribute| rank(&element.name, &attribute.name.value()));
        let mut calls = TokenStream::new();
        for attribute in sorted {
            calls.extend(self.attribute(&element.name, attribute)?);
        }
        calls.extend(self.nodes(&element.children)?);
        self.mark(marks::CLOSE, "");
        Ok(calls)
    }

    fn attribute(&mut self, element: &str, Attribute { name, value }: &Attribute) -> Result<TokenStream> {
        let (pen, label) = (pen(), name.value());
        let (mark, call) = match label.as_str() {
            "key" => (marks::KEY, format_ident!("word")),
            "checked" => (marks::CHECKED, format_ident!("flag")),
            "value" if has_value(element) => (marks::VALUE, format_ident!("word")),
            listener if LISTENERS.contains(&listener) => (marks::LISTENER, format_ident!("{listener}")),
            other if other.starts_with("on") => {
                return Err(Error::new(name.span(), format!("the pen does not listen to `{other}`: teach it")));
            }
            flag if FLAGS.contains(&flag) => (marks::ATTRIBUTE, format_ident!("flag")),
            _ => (marks::ATTRIBUTE, format_ident!("word")),
        };
        if let (marks::ATTRIBUTE, Expr::Lit(ExprLit { lit, .. })) = (mark, value) {
            return self.fixed(name, lit).map(|()| TokenStream::new());
        }
        if mark == marks::ATTRIBUTE {
            self.mark(marks::NAME, &label);
        }
        self.mark(mark, "");
        Ok(words(value).unwrap_or_else(|| quote! { #pen.#call(#value); }))
    }

    fn fixed(&mut self, name: &LitStr, value: &Lit) -> Result<()> {
        let label = name.value();
        match value {
            Lit::Str(text) if label == "class" => self.mark(marks::CLASS, &text.value()),
            Lit::Str(text) if !FLAGS.contains(&label.as_str()) => {
                self.mark(marks::NAME, &label);
                self.mark(marks::FIXED, &text.value());
            }
            Lit::Bool(on) if FLAGS.contains(&label.as_str()) => {
                if on.value {
                    self.mark(marks::NAME, &label);
                    self.mark(marks::FIXED, &label);
                }
            }
            other => return Err(Error::new(other.span(), format!("`{label}` takes no such value"))),
        }
        Ok(())
    }
}

/// Elements whose value lives in the page and is set there, rather than written once.
fn has_value(element: &str) -> bool {
    matches!(element, "input" | "textarea")
}

fn rank(element: &str, name: &str) -> u8 {
    match name {
        "value" if has_value(element) => 0,
        "checked" => 1,
        "key" => 2,
        "value" => 4,
        flag if FLAGS.contains(&flag) => 5,
        "class" => 6,
        listener if listener.starts_with("on") => 7,
        _ => 3,
    }
}
