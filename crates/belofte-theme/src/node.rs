//! A tree as JSON has it, and nothing of where it came from.
//!
//! Never deeper than `DEPTH` nor larger than `NODES`, whoever builds it: `Budget` counts.

/// How deep a file may go; the format's own examples need six.
pub const DEPTH: usize = 24;
/// How many values a file may hold.
pub const NODES: usize = 20_000;

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`, or what is past a limit.
    Nothing,
    Switch(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file.
    Object(Vec<(String, Node)>),
}

impl Node {
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.object().iter().find(|(known, _)| known == name).map(|(_, node)| node)
    }

    pub fn object(&self) -> &[(String, Node)] {
        match self {
            Node::Object(fields) => fields,
            _ => &[],
        }
    }

    pub fn list(&self) -> &[Node] {
        match self {
            Node::List(nodes) => nodes,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Node::Number(number) if number.is_finite() => Some(*number),
            _ => None,
        }
    }

    /// From the text of a file; None where it is no JSON or past a limit.
    #[cfg(feature = "json")]
    pub fn from_json(text: &str) -> Option<Node> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let mut budget = Budget::default();
        let node = of_json(&value, DEPTH, &mut budget);
        budget.holds().then_some(node)
    }
}

/// Counts what a tree holds while it is built.
pub struct Budget {
    left: usize,
    deep: bool,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { left: NODES, deep: false }
    }
}

impl Budget {
    /// One value more, with `depth` levels still allowed below it. False when it must not be looked at.
    pub fn take(&mut self, depth: usize) -> bool {
        self.deep |= depth == 0;
        self.left = self.left.saturating_sub(1);
        depth > 0 && self.left > 0
    }

    pub fn holds(&self) -> bool {
        self.left > 0 && !self.deep
    }
}

#[cfg(feature = "json")]
fn of_json(value: &serde_json::Value, depth: usize, budget: &mut Budget) -> Node {
    use serde_json::Value;
    if !budget.take(depth) {
        return Node::Nothing;
    }
    match value {
        Value::Null => Node::Nothing,
        Value::Bool(switch) => Node::Switch(*switch),
        Value::Number(number) => number.as_f64().map_or(Node::Nothing, Node::Number),
        Value::String(text) => Node::Text(text.clone()),
        Value::Array(values) => Node::List(values.iter().map(|value| of_json(value, depth - 1, budget)).collect()),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| (name.clone(), of_json(value, depth - 1, budget));
            Node::Object(fields.iter().map(field).collect())
        }
    }
}
