//! Precision of a decoder's weights, as named in radio.toml.

use std::str::FromStr;

/// Precision of the weights that a decoder reads at each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// 32-bit floats: the reference.
    F32,
    /// 8-bit integers with a scale per column: a quarter of the memory. The default.
    #[default]
    Q8,
}

/// An unknown precision name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected \"f32\" or \"q8\", found {0:?}")]
pub struct UnknownPrecision(String);

impl FromStr for Precision {
    type Err = UnknownPrecision;

    fn from_str(text: &str) -> Result<Self, UnknownPrecision> {
        match text {
            "f32" => Ok(Self::F32),
            "q8" => Ok(Self::Q8),
            _ => Err(UnknownPrecision(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precisions_are_parsed_by_name() {
        assert_eq!("f32".parse(), Ok(Precision::F32));
        assert_eq!("q8".parse(), Ok(Precision::Q8));
        let error = "q4".parse::<Precision>().unwrap_err().to_string();
        assert_eq!(error, "expected \"f32\" or \"q8\", found \"q4\"");
    }
}
