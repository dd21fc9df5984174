//! Goals and units of figures.

use std::fmt;

/// A range that a figure should be in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
    Between(f64, f64),
}

impl Goal {
    /// Whether `value` is in the range.
    pub fn is_met(self, value: f64) -> bool {
        // Tolerance for rounding errors in sums.
        let slack = 1e-9;
        match self {
            Self::AtMost(most) => value <= most + slack,
            Self::AtLeast(least) => least - slack <= value,
            Self::Between(least, most) => (least - slack..=most + slack).contains(&value),
        }
    }

    /// Whether `value` is below the range.
    pub fn is_missed_below(self, value: f64) -> bool {
        match self {
            Self::AtMost(_) => false,
            Self::AtLeast(least) | Self::Between(least, _) => value < least,
        }
    }

    /// The goal as words, with numbers formatted by `write`.
    pub fn describe(self, write: impl Fn(f64) -> String) -> String {
        match self {
            Self::AtMost(most) => format!("at most {}", write(most)),
            Self::AtLeast(least) => format!("at least {}", write(least)),
            Self::Between(least, most) => format!("{} to {}", write(least), write(most)),
        }
    }
}

/// Unit of a figure, and its precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share, 0 to 1, written in per cent.
    Share,
    /// A number with this unit (may be empty) and so many decimals.
    Of(&'static str, usize),
}

impl Unit {
    /// A count.
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
    fn the_ends_of_a_range_meet_the_goal() {
        assert!(Goal::AtMost(0.02).is_met(0.02) && !Goal::AtMost(0.02).is_met(0.021));
        assert!(Goal::Between(-17.0, -15.0).is_met(-17.0));
        assert!(!Goal::AtLeast(0.97).is_met(f64::NAN) && !Goal::AtMost(1.0).is_met(f64::NAN));
    }

    #[test]
    fn a_range_can_be_missed_on_either_side() {
        assert!(Goal::Between(1.0, 2.0).is_missed_below(0.5));
        assert!(!Goal::Between(1.0, 2.0).is_missed_below(3.0));
        assert!(!Goal::AtMost(1.0).is_missed_below(0.5));
    }

    #[test]
    fn goals_are_written_in_the_unit_of_the_figure() {
        let write = |value| Unit::Share.write(value);
        assert_eq!(Goal::AtLeast(0.97).describe(write), "at least 97.0");
        assert_eq!(Goal::Between(3.0, 8.0).describe(|v| Unit::COUNT.write(v)), "3 to 8");
    }
}
