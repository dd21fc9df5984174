//! Names for what is played, out of a theme's words.

use rand::RngExt as _;

use crate::rng;

/// The title of leg `leg`: the same for one seed for ever.
pub fn title(station: &str, words: &[String], seed: u64, leg: u64) -> String {
    let mut rng = rng::stream(seed, &format!("title {leg}"));
    let first = rng.random_range(0..words.len());
    // Not the same word twice, where there are two.
    let other = (first + rng.random_range(1..words.len().max(2))) % words.len();
    let (first, other) = (capitalised(&words[first]), capitalised(&words[other]));
    let name = match rng.random_range(0..4) {
        0 => first,
        1 => format!("{first} and {other}"),
        2 => format!("{first} of {other}"),
        _ => format!("{first} {other}"),
    };
    format!("{station} - {name}")
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_many_and_stay() {
        let words: Vec<String> = ["glass", "tide", "wire"].map(Into::into).into();
        let titles: Vec<String> = (0..40).map(|leg| title("Dub", &words, 7, leg)).collect();

        assert_eq!(titles[3], title("Dub", &words, 7, 3));
        assert!(titles.iter().all(|title| title.starts_with("Dub - ")));
        let distinct: std::collections::BTreeSet<_> = titles.iter().collect();
        assert!(10 < distinct.len(), "{distinct:?}");
    }
}
