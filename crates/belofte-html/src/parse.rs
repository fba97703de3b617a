//! Markup as a tree, or an error at the very place. Never decides how it is drawn.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::token::Brace;
use syn::{Error, Expr, ExprLit, Ident, Lit, LitStr, Pat, Result, Token, braced};

pub enum Node {
    Element(Element),
    Fragment(Vec<Node>),
    Text(LitStr),
    Value(Expr),
    /// `{ for values }`
    Each(Expr),
    If(If),
    For(Box<For>),
}

pub struct Element {
    pub name: String,
    pub attributes: Vec<Attribute>,
    pub children: Vec<Node>,
}

pub struct Attribute {
    pub name: LitStr,
    pub value: Expr,
}

/// `if a {…} else if b {…} else {…}`: the last branch has no condition, and is empty when it was not written.
pub struct If {
    pub branches: Vec<(Expr, Vec<Node>)>,
    pub rest: Vec<Node>,
}

/// `for each in of { children }`
pub struct For {
    pub each: Pat,
    pub of: Expr,
    pub children: Vec<Node>,
}

/// Elements without an inside.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "textarea", "track", "wbr"];

/// One node or a bare expression, or markup for Yew's macro.
pub enum Root {
    Node(Node),
    Component,
}

impl Parse for Root {
    fn parse(input: ParseStream<'_>) -> Result<Root> {
        if is_component(&input.fork()) {
            input.parse::<TokenStream>()?;
            return Ok(Root::Component);
        }
        let is_markup = input.is_empty() || input.peek(Token![<]) || input.peek(Brace) || input.peek(Token![if]);
        let root = if input.is_empty() {
            Node::Fragment(Vec::new())
        } else if is_markup || input.peek(Token![for]) {
            node(input)?
        } else {
            value(input)?
        };
        match input.is_empty() {
            true => Ok(Root::Node(root)),
            false => Err(input.error("one node only: put several into `<>…</>`")),
        }
    }
}

/// `<Name` or `<path::Name`.
fn is_component(input: ParseStream<'_>) -> bool {
    if input.parse::<Token![<]>().is_err() {
        return false;
    }
    let Ok(name) = input.call(Ident::parse_any) else { return false };
    name.to_string().starts_with(|sign: char| sign.is_ascii_uppercase()) || input.peek(Token![::])
}

fn node(input: ParseStream<'_>) -> Result<Node> {
    if input.peek(Token![<]) {
        tag(input)
    } else if input.peek(Token![if]) {
        Ok(Node::If(branches(input)?))
    } else if input.peek(Brace) {
        let content;
        braced!(content in input);
        braces(&content)
    } else if input.peek(Token![for]) {
        Ok(Node::For(Box::new(repeated(input)?)))
    } else {
        Err(input.error("expected an element, `{ … }`, `if` or `for`; texts stand in braces"))
    }
}

/// The inside of `{ … }`.
fn braces(content: ParseStream<'_>) -> Result<Node> {
    if content.peek(Token![for]) {
        content.parse::<Token![for]>()?;
        if content.is_empty() {
            return Err(content.error("expected what to draw after `for`"));
        }
        return Ok(Node::Each(whole(content)?));
    }
    value(content)
}

fn value(content: ParseStream<'_>) -> Result<Node> {
    Ok(match whole(content)? {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            is_plain(&text)?;
            Node::Text(text)
        }
        other => Node::Value(other),
    })
}

fn whole(content: ParseStream<'_>) -> Result<Expr> {
    let value = content.parse()?;
    match content.is_empty() {
        true => Ok(value),
        false => Err(content.error("one expression only")),
    }
}

fn branches(input: ParseStream<'_>) -> Result<If> {
    let mut branches = Vec::new();
    loop {
        input.parse::<Token![if]>()?;
        let condition = input.call(Expr::parse_without_eager_brace)?;
        branches.push((condition, block(input)?));
        if !input.peek(Token![else]) {
            return Ok(If { branches, rest: Vec::new() });
        }
        input.parse::<Token![else]>()?;
        if !input.peek(Token![if]) {
            return Ok(If { branches, rest: block(input)? });
        }
    }
}

fn repeated(input: ParseStream<'_>) -> Result<For> {
    input.parse::<Token![for]>()?;
    let each = input.call(Pat::parse_single)?;
    input.parse::<Token![in]>()?;
    let of = input.call(Expr::parse_without_eager_brace)?;
    Ok(For { each, of, children: block(input)? })
}

fn block(input: ParseStream<'_>) -> Result<Vec<Node>> {
    let content;
    braced!(content in input);
    let mut nodes = Vec::new();
    while !content.is_empty() {
        nodes.push(node(&content)?);
    }
    Ok(nodes)
}

fn tag(input: ParseStream<'_>) -> Result<Node> {
    if is_component(&input.fork()) {
        return Err(input.error("a component stands by itself: draw it before and put it here in braces"));
    }
    let start: Token![<] = input.parse()?;
    if input.peek(Token![>]) {
        input.parse::<Token![>]>()?;
        return Ok(Node::Fragment(inside(input, "", start.span)?));
    }
    if input.peek(Token![/]) {
        return Err(input.error("nothing is open here"));
    }
    if input.peek(Token![@]) {
        return Err(input.error("the name of an element is fixed"));
    }
    let name = name(input)?;
    let attributes = attributes(input, &name.value())?;
    let children = if input.peek(Token![/]) {
        input.parse::<Token![/]>()?;
        input.parse::<Token![>]>()?;
        Vec::new()
    } else {
        input.parse::<Token![>]>()?;
        inside(input, &name.value(), name.span())?
    };
    Ok(Node::Element(Element { name: name.value(), attributes, children }))
}

/// Children up to the closing tag of `name`; "" for a fragment.
fn inside(input: ParseStream<'_>, name: &str, opened: Span) -> Result<Vec<Node>> {
    if VOID.contains(&name) {
        return Err(Error::new(opened, format!("`<{name}>` has no inside: write `<{name} />`")));
    }
    let mut nodes = Vec::new();
    while !(input.peek(Token![<]) && input.peek2(Token![/])) {
        if input.is_empty() {
            return Err(Error::new(opened, format!("`<{name}>` is never closed")));
        }
        nodes.push(node(input)?);
    }
    input.parse::<Token![<]>()?;
    input.parse::<Token![/]>()?;
    let closed = if input.peek(Token![>]) { String::new() } else { self::name(input)?.value() };
    if closed != name {
        return Err(input.error(format!("`<{name}>` is open here, not `<{closed}>`")));
    }
    input.parse::<Token![>]>()?;
    Ok(nodes)
}

fn attributes(input: ParseStream<'_>, element: &str) -> Result<Vec<Attribute>> {
    let mut attributes: Vec<Attribute> = Vec::new();
    while !input.peek(Token![>]) && !input.peek(Token![/]) {
        let attribute = attribute(input)?;
        let (name, span) = (attribute.name.value(), attribute.name.span());
        if attributes.iter().any(|other| other.name.value() == name) {
            return Err(Error::new(span, format!("`{name}` is given twice")));
        }
        if name == "checked" && element != "input" {
            return Err(Error::new(span, "only an `<input>` can be checked"));
        }
        attributes.push(attribute);
    }
    Ok(attributes)
}

fn attribute(input: ParseStream<'_>) -> Result<Attribute> {
    if input.peek(Brace) {
        let content;
        braced!(content in input);
        if content.peek(Token![..]) {
            return Err(content.error("attributes are written one by one"));
        }
        let name: Ident = content.call(Ident::parse_any)?;
        if !content.is_empty() {
            return Err(content.error("only `{name}` is short for `name={name}`"));
        }
        let label = label(LitStr::new(&name.unraw().to_string(), name.span()))?;
        return Ok(Attribute { name: label, value: syn::parse_quote!(#name) });
    }
    let name = label(name(input)?)?;
    if !input.peek(Token![=]) {
        return Err(Error::new(name.span(), format!("`{}` has no value: write `=true` or `={{…}}`", name.value())));
    }
    input.parse::<Token![=]>()?;
    let value = if input.peek(Brace) {
        let content;
        braced!(content in input);
        whole(&content)?
    } else {
        Expr::Lit(ExprLit { attrs: Vec::new(), lit: input.parse()? })
    };
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &value {
        is_plain(text)?;
    }
    Ok(Attribute { name, value })
}

/// Refuses names that must not be drawn.
fn label(name: LitStr) -> Result<LitStr> {
    match name.value().as_str() {
        "style" => Err(Error::new(name.span(), "`style` is refused by a strict Content-Security-Policy: use a class")),
        "ref" => Err(Error::new(name.span(), "a view is pure: nodes are found by id")),
        _ => Ok(name),
    }
}

/// `aria-label`, `type`, `h1`.
fn name(input: ParseStream<'_>) -> Result<LitStr> {
    let first = input.call(Ident::parse_any)?;
    let mut name = first.unraw().to_string();
    while input.peek(Token![-]) {
        input.parse::<Token![-]>()?;
        name.push('-');
        name.push_str(&input.call(Ident::parse_any)?.unraw().to_string());
    }
    Ok(LitStr::new(&name, first.span()))
}

/// Signs below a space are the marks of a drawing.
fn is_plain(text: &LitStr) -> Result<()> {
    match text.value().chars().any(|sign| sign < ' ') {
        true => Err(Error::new(text.span(), "a fixed text is one line without control signs")),
        false => Ok(()),
    }
}
