//! Parsers of command-line values, with errors of the form "expected X".

use std::path::{Path, PathBuf};

/// Parses a whole number of at least 1.
///
/// # Errors
/// The text is anything else.
pub fn at_least_one(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|&n| n > 0).ok_or("expected a whole number of at least 1".to_owned())
}

fn number_where(text: &str, is_good: impl Fn(f64) -> bool, expected: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|&number: &f64| number.is_finite() && is_good(number));
    number.ok_or_else(|| format!("expected {expected}"))
}

/// Parses a finite number.
///
/// # Errors
/// The text is anything else.
pub fn number(text: &str) -> Result<f64, String> {
    number_where(text, |_| true, "a number")
}

/// Parses a number above 0.
///
/// # Errors
/// The text is anything else.
pub fn positive(text: &str) -> Result<f64, String> {
    number_where(text, |number| number > 0.0, "a number above 0")
}

/// Parses a number of at least 0.
///
/// # Errors
/// The text is anything else.
pub fn not_negative(text: &str) -> Result<f64, String> {
    number_where(text, |number| number >= 0.0, "a number of at least 0")
}

/// Parses a number from 0 to 1.
///
/// # Errors
/// The text is anything else.
pub fn share(text: &str) -> Result<f64, String> {
    number_where(text, |number| (0.0..=1.0).contains(&number), "a number from 0 to 1")
}

/// Parses a path with the extension .wav, .flac, .mp3 or .mid, in any case.
///
/// # Errors
/// The text is anything else.
pub fn sound_or_mid(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_known = has_ending(&path, &["wav", "flac", "mp3", "mid"]);
    let expected = "expected a file name ending in .wav, .flac, .mp3 or .mid";
    is_known.then_some(path).ok_or_else(|| expected.to_owned())
}

/// Parses a path with the extension .wav, .flac or .mp3, in any case.
///
/// # Errors
/// The text is anything else.
pub fn sound(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_known = has_ending(&path, &["wav", "flac", "mp3"]);
    let expected = "expected a file name ending in .wav, .flac or .mp3";
    is_known.then_some(path).ok_or_else(|| expected.to_owned())
}

/// Whether the extension of `path` is one of `endings`, in any case.
pub fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// Parses a time into seconds: SS, MM:SS or HH:MM:SS.
///
/// # Errors
/// The text is anything else.
pub fn time(text: &str) -> Result<f64, String> {
    let parts: Option<Vec<f64>> = text.split(':').map(|part| part.parse().ok()).collect();
    let seconds = parts.filter(|parts| parts.len() <= 3).and_then(|parts| {
        let is_valid = |(index, part): (usize, &f64)| 0.0 <= *part && (index == 0 || *part < 60.0);
        let all_good = parts.iter().enumerate().all(is_valid);
        all_good.then(|| parts.iter().fold(0.0, |sum, part| sum * 60.0 + part))
    });
    let seconds = seconds.filter(|seconds| seconds.is_finite());
    seconds.ok_or_else(|| "expected a time such as 02:00, 1:02:00 or 90".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_minutes_or_hours() {
        assert_eq!(time("02:00"), Ok(120.0));
        assert_eq!(time("1:02:03"), Ok(3723.0));
        assert_eq!(time("90.5"), Ok(90.5));
        for text in ["", ":", "2:60", "-1", "1:2:3:4", "nan", "inf", "two"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
