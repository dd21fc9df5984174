//! A tree of elements, written as XML or as JSON.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use serde_json::{Map, Value};

/// An element with its attributes and content.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

#[derive(Debug, Clone, PartialEq)]
enum Content {
    Text(String),
    Elements(Vec<Element>),
}

impl Element {
    /// An element that contains elements.
    pub fn of(name: &'static str, elements: Vec<Self>) -> Self {
        Self { name, attributes: Vec::new(), content: Content::Elements(elements) }
    }

    /// An element that contains text.
    pub fn text(name: &'static str, text: impl ToString) -> Self {
        Self { name, attributes: Vec::new(), content: Content::Text(text.to_string()) }
    }

    /// Adds an attribute.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// An XML document.
    pub fn to_xml(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut out);
        out.push('\n');
        out
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{}\"", escape(without_control(value)));
        }
        out.push('>');
        match &self.content {
            Content::Text(text) => *out += &escape(without_control(text)),
            Content::Elements(elements) => elements.iter().for_each(|element| element.write(out)),
        }
        let _ = write!(out, "</{}>", self.name);
    }

    /// JSON: an object of the attributes and elements. Elements with the same name become an array; text
    /// without attributes becomes a string.
    pub fn to_json(&self) -> Value {
        let elements = match &self.content {
            Content::Text(text) if self.attributes.is_empty() => return text.as_str().into(),
            Content::Text(_) => &[],
            Content::Elements(elements) => elements.as_slice(),
        };
        let mut object: Map<String, Value> = self
            .attributes
            .iter()
            .map(|(name, value)| ((*name).into(), value.as_str().into()))
            .collect();
        for element in elements {
            let value = element.to_json();
            match object.get_mut(element.name) {
                None => drop(object.insert(element.name.into(), value)),
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = vec![first.take(), value].into(),
            }
        }
        object.into()
    }
}

/// Removes control characters, most of which XML 1.0 can't represent.
fn without_control(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_the_same_content_in_both_formats() {
        let source = |path: &str| {
            let inside = vec![Element::text("title", "<a> & \"b\"\0\n")];
            Element::of("source", inside).with("mount", path)
        };
        let tree = Element::of(
            "icestats",
            vec![Element::text("sources", 2), source("/a"), source("/\"b")],
        );

        assert_eq!(
            tree.to_xml(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<icestats><sources>2</sources>\
             <source mount=\"/a\"><title>&lt;a&gt; &amp; &quot;b&quot;</title></source>\
             <source mount=\"/&quot;b\"><title>&lt;a&gt; &amp; &quot;b&quot;</title></source></icestats>\n"
        );
        let json = tree.to_json();
        assert_eq!(json["sources"], "2");
        assert_eq!(json["source"][1]["mount"], "/\"b");
        assert_eq!(json["source"].as_array().unwrap().len(), 2);
    }
}
