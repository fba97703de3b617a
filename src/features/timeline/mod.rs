//! Where an application stands. Placeholder until the feature stands.

use belofte_contract::Reference;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct StatusPageProps {
    pub reference: Option<Reference>,
    pub link_token: Option<String>,
}

#[component]
pub fn StatusPage(props: &StatusPageProps) -> Html {
    let _ = props;
    Html::default()
}
