//! Parsers of option values that list the possible values in the help.

use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};

use crate::{
    musicvae::net::{family::Family, repeat::Repeat},
    patterns::style::Style,
};

/// The model that finds pitched notes.
pub const NOTES: &str = "models/notes";

/// The model that finds drum hits.
pub const DRUM_HITS: &str = "models/drum-hits";

/// Parses the name of a configuration.
pub fn family() -> impl TypedValueParser<Value = Family> {
    PossibleValuesParser::new(Family::ALL.map(Family::name)).try_map(|name| name.parse())
}

/// Parses the name of a style.
pub fn style() -> impl TypedValueParser<Value = Style> {
    PossibleValuesParser::new(Style::ALL.map(Style::name)).try_map(|name| name.parse())
}

/// Parses the name of a scheme of repeated bars.
pub fn repeat() -> impl TypedValueParser<Value = Repeat> {
    PossibleValuesParser::new(Repeat::WORDS.map(|(word, _)| word)).try_map(|name| name.parse())
}

/// A number of bars that a piece can have.
pub fn bars() -> RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=1024)
}
