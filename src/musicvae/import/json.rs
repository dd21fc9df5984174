//! JSON from untrusted files; `serde_json` refuses deep nesting.

use std::{fmt, marker::PhantomData};

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use crate::musicvae::import::error::Error;

/// Parses `bytes`; `file` is for errors.
pub fn parse<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| Error::json(file, &error))
}

/// An object's entries in order, with duplicate names kept; a map would keep the last one.
#[derive(Debug)]
pub struct Entries<T>(pub Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_names_are_kept() {
        let Entries(entries) = parse::<Entries<u8>>("x", br#"{"b": 1, "a": 2, "b": 3}"#).unwrap();
        assert_eq!(entries, [("b".into(), 1), ("a".into(), 2), ("b".into(), 3)]);
    }

    #[test]
    fn deep_nesting_and_broken_text_are_errors_with_a_position() {
        let deep = "[".repeat(100_000);
        let error = parse::<serde_json::Value>("x.json", deep.as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "x.json: broken JSON: recursion limit exceeded at line 1 column 128"
        );
        assert!(parse::<Entries<u8>>("x", b"\xff{").is_err());
    }
}
