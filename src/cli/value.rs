//! Values of options, and what was expected where they make no sense.

use std::path::PathBuf;

pub fn at_least_one(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|&n| n > 0).ok_or("expected a whole number from 1 up".to_owned())
}

fn number_where(text: &str, is_good: impl Fn(f64) -> bool, expected: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|&number: &f64| number.is_finite() && is_good(number));
    number.ok_or_else(|| format!("expected {expected}"))
}

pub fn positive(text: &str) -> Result<f64, String> {
    number_where(text, |number| number > 0.0, "a number above 0")
}

pub fn not_negative(text: &str) -> Result<f64, String> {
    number_where(text, |number| number >= 0.0, "a number from 0 up")
}

pub fn share(text: &str) -> Result<f64, String> {
    number_where(text, |number| (0.0..=1.0).contains(&number), "a number from 0 to 1")
}

pub fn wav_or_mid(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_known = path.extension().is_some_and(|ending| ending == "wav" || ending == "mid");
    is_known.then_some(path).ok_or("expected a file that ends in .wav or .mid".to_owned())
}
