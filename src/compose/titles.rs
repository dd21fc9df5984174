//! Titles of pieces: a small grammar over a theme's words.

use rand::{RngExt as _, seq::IndexedRandom as _};

use crate::{config::Theme, music::scale::Key, rng, units::Bpm};

/// The title of piece `number` of the station titled `station`; a seed always gives the same.
///
/// One of the theme's patterns with its slots filled: `{word}` and `{quality}` by words of the theme,
/// none twice, `{number}` by a number from 2 to 99, `{key}` and `{tempo}` by those of the piece.
pub fn title(station: &str, theme: &Theme, seed: u64, number: u64, key: Key, tempo: Bpm) -> String {
    let mut rng = rng::stream(seed, &format!("title {number}"));
    let pattern = theme.titles.choose(&mut rng).map_or("{word}", String::as_str);
    let mut used: Vec<&str> = Vec::new();
    let (mut name, mut rest) = (String::new(), pattern);
    while let Some((before, slot, after)) = next_slot(rest) {
        name.push_str(before);
        match slot {
            "word" => name.push_str(draw(&theme.words, &mut used, &mut rng)),
            "quality" => name.push_str(draw(&theme.qualities, &mut used, &mut rng)),
            "number" => name.push_str(&rng.random_range(2..100).to_string()),
            "key" => name.push_str(&key.to_string()),
            "tempo" => name.push_str(&tempo.get().round().to_string()),
            other => name.push_str(other),
        }
        rest = after;
    }
    name.push_str(rest);
    format!("{station} - {}", capitalised(&name))
}

/// The text before the first `{slot}` of `pattern`, the slot's name, and the text after it.
fn next_slot(pattern: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = pattern.split_once('{')?;
    let (slot, after) = rest.split_once('}')?;
    Some((before, slot, after))
}

/// One of `words` not in `used`, or the first if all are.
fn draw<'a>(words: &'a [String], used: &mut Vec<&'a str>, rng: &mut rng::Rng) -> &'a str {
    let fresh: Vec<&str> = words.iter().map(String::as_str).filter(|w| !used.contains(w)).collect();
    let drawn = fresh.choose(rng).copied();
    let word = drawn.or_else(|| words.first().map(String::as_str)).unwrap_or("untitled");
    used.push(word);
    word
}

/// Title case: a capital for each word except short ones that are not the first.
fn capitalised(name: &str) -> String {
    const SMALL: [&str; 12] =
        ["a", "an", "and", "at", "for", "from", "in", "of", "on", "the", "to", "under"];
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next();
        first.map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let words = name.split(' ').enumerate().map(|(index, word)| {
        if 0 < index && SMALL.contains(&word) { word.to_owned() } else { capital(word) }
    });
    words.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme() -> Theme {
        let list = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Theme {
            words: list(&["river", "lion"]),
            qualities: list(&["slow"]),
            titles: list(&["the {quality} {word} of the {word}", "{word} no. {number}"]),
            ..Theme::default()
        }
    }

    fn titles(theme: &Theme) -> Vec<String> {
        let key: Key = "A minor".parse().unwrap();
        (0..40).map(|number| title("Dub", theme, 1, number, key, Bpm::DEFAULT)).collect()
    }

    #[test]
    fn a_title_is_a_pattern_filled_with_the_theme_s_words() {
        let found = titles(&theme());
        let is_good = |title: &String| {
            let name = title.strip_prefix("Dub - ").unwrap();
            ["The Slow River of the Lion", "The Slow Lion of the River"].contains(&name)
                || ["River No. ", "Lion No. "].iter().any(|start| name.starts_with(start))
        };

        assert!(found.iter().all(is_good), "{found:?}");
        assert!(found.iter().any(|title| title.contains("River of")));
        assert_eq!(found, titles(&theme()));
    }
}
