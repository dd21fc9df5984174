//! `[themes.NAME.macros]`: reads the macros of a theme.

use serde_json::{Value, json};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::config::{
    macro_limits::Limits,
    macros::{Macro, Moved},
    problem::Fault,
    section::{Reading, Section},
    text::{expected, plain_name, quoted},
};

/// The key of a theme's macros.
const KEY: &str = "macros";

/// Most macros of a theme, including those of `[defaults]`.
const MOST_MACROS: usize = 8;

/// Most values that a macro moves.
const MOST_MOVED: usize = 16;

/// Deepest nesting of tables, as in `desk.bass.filter`.
const MOST_DEEP: usize = 3;

/// Reads the macros of a theme into `macros`, where they replace those of the same name.
pub(super) fn read_macros(section: &mut Section, macros: &mut Vec<Macro>) {
    section.declare(KEY, of_macros);
    let Some(found) = section.find(KEY) else { return };
    let Some(table) = found.get_ref().as_table() else {
        return section.note(KEY, expected("a table of macros", found.get_ref()));
    };
    for (name, found) in table {
        let reader = Reader { reading: section.reading, name: name.get_ref() };
        if let Some(read) = reader.read(name.span().start, found) {
            macros.retain(|known| known.name != read.name);
            macros.push(read);
        }
    }
    if MOST_MACROS < macros.len() {
        let sentence = format!("expected at most {MOST_MACROS} macros, found {}", macros.len());
        section.note(KEY, sentence);
    }
}

/// Reads one macro.
struct Reader<'a> {
    reading: &'a Reading<'a>,
    name: &'a str,
}

impl Reader<'_> {
    /// The macro in `found`; none, with a report, if anything in it is wrong. Its name is at `start`.
    fn read(&self, start: usize, found: &Spanned<DeValue>) -> Option<Macro> {
        let noted = |sentence: String| self.note(start, sentence);
        let name = plain_name(self.name).map_err(noted).ok()?;
        let Some(table) = found.get_ref().as_table() else {
            noted(expected("a table such as { energy = [0.3, 1] }", found.get_ref()));
            return None;
        };
        let mut found = Vec::new();
        flatten(table, "", &mut found);
        if !(1..=MOST_MOVED).contains(&found.len()) {
            noted(format!("expected 1 to {MOST_MOVED} keys, found {}", found.len()));
            return None;
        }
        let moves: Vec<Moved> =
            found.iter().filter_map(|(key, ends)| self.moved(key, ends)).collect();
        (moves.len() == found.len()).then_some(Macro { name, moves })
    }

    fn moved(&self, key: &str, found: &Spanned<DeValue>) -> Option<Moved> {
        let noted = |sentence: String| self.note(found.span().start, sentence);
        let limits = Limits::of(key, (self.reading.settable)()).map_err(noted).ok()?;
        let items = found.get_ref().as_array().map_or(&[][..], |items| items);
        let [from, to] = items else {
            let two = "two numbers, with the macro at 0 and at 1";
            noted(format!("{key}: {}", expected(two, found.get_ref())));
            return None;
        };
        let end = |item: &Spanned<DeValue>| limits.read(item.get_ref());
        let ends = end(from).and_then(|from| Ok([from, end(to)?]));
        let ends = ends.map_err(|sentence| noted(format!("{key}: {sentence}"))).ok()?;
        Some(Moved { key: key.to_owned(), ends, is_whole: limits.is_whole() })
    }

    fn note(&self, start: usize, sentence: String) {
        let key = format!("macro {}", quoted(self.name));
        self.reading.note(self.reading.line(start), Fault::Value { key, sentence });
    }
}

/// The values in `table` and the tables within it: `bass = { gain_db = ... }` is `bass.gain_db`.
fn flatten<'a>(
    table: &'a DeTable<'a>,
    prefix: &str,
    found: &mut Vec<(String, &'a Spanned<DeValue<'a>>)>,
) {
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        match value.get_ref().as_table() {
            Some(inner) if key.split('.').count() < MOST_DEEP => {
                flatten(inner, &format!("{key}."), found);
            }
            _ => found.push((key, value)),
        }
    }
}

/// The schema of the macros of a theme.
fn of_macros() -> Value {
    let ends = json!({ "type": "number" });
    let ends = json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": ends });
    let deeper = |of_key: Value, _| {
        let mut of_key = of_key;
        let within = of_key.clone();
        of_key["type"] = json!(["array", "object"]);
        of_key["additionalProperties"] = within;
        of_key
    };
    let of_key = (1..MOST_DEEP).fold(ends, deeper);
    let of_macro = json!({ "type": "object", "minProperties": 1, "additionalProperties": of_key });
    json!({
        "type": "object",
        "maxProperties": MOST_MACROS,
        "propertyNames": { "pattern": "^[a-z0-9-]{1,40}$" },
        "additionalProperties": of_macro,
    })
}

#[cfg(test)]
mod tests;
