//! Titles of recordings.

use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use symphonia::core::meta::{Metadata, StandardTag, Tag};

/// Longest title in characters.
const MAX_CHARS: usize = 120;

/// Letters outside of ASCII that are needed to detect a code page.
const LEAST_LETTERS: usize = 3;

/// Artist and title from the tags; none without a title. In MPEG files (`is_mpeg`) the tags' code page is
/// detected by the letters.
pub(super) fn title(mut metadata: Metadata, is_mpeg: bool) -> Option<String> {
    let (mut artist, mut title) = (None, None);
    loop {
        if let Some(revision) = metadata.current() {
            let tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
            for tag in revision.media.tags.iter().chain(tracks) {
                note(tag, &mut artist, &mut title);
            }
        }
        if metadata.pop().is_none() {
            break;
        }
    }
    let readable = |text: String| if is_mpeg { recoded(&text).unwrap_or(text) } else { text };
    let (artist, title) = (artist.map(readable), readable(title?));
    Some(artist.map_or_else(|| title.clone(), |artist| format!("{artist} - {title}")))
}

/// The first tag of each kind wins.
fn note(tag: &Tag, artist: &mut Option<String>, title: &mut Option<String>) {
    let (target, text) = match &tag.std {
        Some(StandardTag::Artist(text)) => (artist, text),
        Some(StandardTag::TrackTitle(text)) => (title, text),
        _ => return,
    };
    let text = one_line(text);
    if target.is_none() && !text.is_empty() {
        *target = Some(text);
    }
}

/// `text` in its real code page, if it was read as Latin-1 but is Cyrillic, Greek, or another script: ID3
/// has Latin-1 and Unicode alone, and many programs write their system's code page as the former.
fn recoded(text: &str) -> Option<String> {
    let bytes: Vec<u8> =
        text.chars().map(|letter| u8::try_from(letter).ok()).collect::<Option<_>>()?;
    let n_high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let n_ascii = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if let Ok(utf8) = String::from_utf8(bytes.clone())
        && 0 < n_high
    {
        return Some(utf8);
    }
    // Western words are mostly ASCII; those of other scripts are not.
    if n_high < LEAST_LETTERS || n_high < n_ascii {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(&bytes)?;
    let is_other_script = |letter: char| letter.is_alphabetic() && '\u{250}' < letter;
    decoded.contains(is_other_script).then(|| decoded.into_owned())
}

/// The file name without extension, underscores replaced by spaces.
pub(super) fn name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy();
    one_line(&stem.replace('_', " "))
}

/// Titles are written into headers and playlists, where a line break would start another field.
fn one_line(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).take(MAX_CHARS).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_1_that_is_another_code_page_is_read_as_that() {
        let as_latin_1 =
            |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
        let cyrillic = "Кино - Группа крови";
        let (windows_1251, ..) = encoding_rs::WINDOWS_1251.encode(cyrillic);

        assert_eq!(recoded(&as_latin_1(&windows_1251)).as_deref(), Some(cyrillic));
        assert_eq!(recoded(&as_latin_1(cyrillic.as_bytes())).as_deref(), Some(cyrillic));
        for western in ["Café", "Björk - Jóga", "Hum", "Ñandú", "東京", "Señor Ñoño"] {
            assert_eq!(recoded(western), None, "{western}");
        }
    }

    #[test]
    fn a_file_name_becomes_a_readable_title() {
        assert_eq!(name(Path::new("a/night_bus.take 2.mp3")), "night bus.take 2");
        assert_eq!(name(Path::new("a/x\r\ny.mp3")), "xy");
    }
}
