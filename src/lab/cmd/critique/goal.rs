//! What a figure should be.

use std::fmt;

/// A range that a figure should lie in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
    Between(f64, f64),
}

impl Goal {
    /// Whether `value` reaches it.
    pub fn is_met(self, value: f64) -> bool {
        // Room for the last digit of a sum.
        let slack = 1e-9;
        match self {
            Self::AtMost(most) => value <= most + slack,
            Self::AtLeast(least) => least - slack <= value,
            Self::Between(least, most) => (least - slack..=most + slack).contains(&value),
        }
    }

    /// As words, its numbers written by `write`.
    pub fn describe(self, write: impl Fn(f64) -> String) -> String {
        match self {
            Self::AtMost(most) => format!("at most {}", write(most)),
            Self::AtLeast(least) => format!("at least {}", write(least)),
            Self::Between(least, most) => format!("{} to {}", write(least), write(most)),
        }
    }
}

/// What a figure counts, and how exactly it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share of 1, written in per cent.
    Share,
    /// A number of this unit, if any, with so many decimals.
    Of(&'static str, usize),
}

impl Unit {
    /// A whole number of things.
    pub const COUNT: Self = Self::Of("", 0);

    /// `value` without its unit.
    pub fn write(self, value: f64) -> String {
        match self {
            Self::Share => format!("{:.1}", 100.0 * value),
            Self::Of(_, n_decimals) => format!("{value:.n_decimals$}"),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Share => "%",
            Self::Of(name, _) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_hold_at_their_ends() {
        assert!(Goal::AtMost(0.02).is_met(0.02) && !Goal::AtMost(0.02).is_met(0.021));
        assert!(Goal::Between(-17.0, -15.0).is_met(-17.0));
        assert!(!Goal::AtLeast(0.97).is_met(f64::NAN) && !Goal::AtMost(1.0).is_met(f64::NAN));
    }

    #[test]
    fn goals_are_written_in_their_unit() {
        let write = |value| Unit::Share.write(value);
        assert_eq!(Goal::AtLeast(0.97).describe(write), "at least 97.0");
        assert_eq!(Goal::Between(3.0, 8.0).describe(|v| Unit::COUNT.write(v)), "3 to 8");
    }
}
