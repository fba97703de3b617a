//! Applying, from the empty form to the receipt.

use std::rc::Rc;

use belofte_contract::timeline::Application;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct ApplyProps {
    pub id: Rc<str>,
}

#[component]
pub fn Apply(props: &ApplyProps) -> Html {
    let _ = props;
    Html::default()
}

#[derive(PartialEq, Properties)]
pub struct ReceiptProps {
    pub application: Rc<Application>,
}

#[component]
pub fn Receipt(props: &ReceiptProps) -> Html {
    let _ = props;
    Html::default()
}
