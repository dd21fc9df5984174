//! How exact weights are kept, as radio.toml names it.

use std::str::FromStr;

/// How a decoder keeps the weights of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// As floats: the reference.
    F32,
    /// As integers of 8 bits with a scale for each column: a quarter of the memory, and what the radio
    /// dreams with unless it is told otherwise.
    #[default]
    Q8,
}

/// A precision that there is not.
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
    fn a_precision_is_read_by_its_name() {
        assert_eq!("f32".parse(), Ok(Precision::F32));
        assert_eq!("q8".parse(), Ok(Precision::Q8));
        let error = "q4".parse::<Precision>().unwrap_err().to_string();
        assert_eq!(error, "expected \"f32\" or \"q8\", found \"q4\"");
    }
}
