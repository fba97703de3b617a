//! The open postings and one posting with every step and date, before applying.

use std::rc::Rc;

use yew::prelude::*;

#[component]
pub fn Board() -> Html {
    Html::default()
}

#[derive(PartialEq, Properties)]
pub struct PostingProps {
    pub id: Rc<str>,
}

#[component]
pub fn Posting(props: &PostingProps) -> Html {
    let _ = props;
    Html::default()
}
