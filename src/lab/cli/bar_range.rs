//! Bars of a file, counted from 1.

use std::{ops::RangeInclusive, str::FromStr};

/// First and last bar, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarRange {
    first: usize,
    last: usize,
}

/// Text that is no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a bar such as 5, or bars such as 5-8, from 1 to {LAST}, found {0:?}")]
pub struct NoBars(String);

/// The highest bar number.
const LAST: usize = 1024;

impl BarRange {
    /// The bars, counted from 0.
    pub fn from_0(self) -> RangeInclusive<usize> {
        self.first - 1..=self.last - 1
    }
}

impl FromStr for BarRange {
    type Err = NoBars;

    fn from_str(text: &str) -> Result<Self, NoBars> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let bar = |text: &str| text.trim().parse().ok().filter(|bar| (1..=LAST).contains(bar));
        let range = bar(first).zip(bar(last)).filter(|(first, last)| first <= last);
        range.map(|(first, last)| Self { first, last }).ok_or_else(|| NoBars(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_one_or_a_range() {
        let bars = |text: &str| text.parse::<BarRange>().ok().map(BarRange::from_0);
        assert_eq!((bars("5"), bars("5-8"), bars("1-1")), (Some(4..=4), Some(4..=7), Some(0..=0)));
        assert!(["", "0", "8-5", "1-", "x", "1-2000"].iter().all(|text| bars(text).is_none()));
    }
}
