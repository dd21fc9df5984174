//! Titles of recordings.

use std::path::Path;

use symphonia::core::meta::{Metadata, StandardTag, Tag};

/// Longest title in characters.
const MAX_CHARS: usize = 120;

/// Artist and title from the tags; none without a title.
pub(super) fn title(mut metadata: Metadata) -> Option<String> {
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
    let title = title?;
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
    fn a_file_name_becomes_a_readable_title() {
        assert_eq!(name(Path::new("a/night_bus.take 2.mp3")), "night bus.take 2");
        assert_eq!(name(Path::new("a/x\r\ny.mp3")), "xy");
    }
}
