//! Themes with a model of chorales: reports keys that have no effect.

use crate::{
    config::section::Section,
    music::scale::{Key, Mode},
};

/// Keys of a theme that a model of chorales does not read.
const UNREAD: [&str; 22] = [
    "drums_model",
    "trio_model",
    "pad",
    "beat",
    "bars_per_round",
    "anchors",
    "dreams",
    "wander",
    "likes",
    "rhythm_temperature",
    "pitch_temperature",
    "repeat",
    "repeat_pitches",
    "harmony",
    "shape",
    "arrangement",
    "swing",
    "groove",
    "groove_time",
    "groove_model",
    "throws",
    "drums",
];

/// Reports keys without effect in `section`, a theme with `chorale_model` in `key`.
pub(super) fn check(section: &Section, key: Key) {
    for unread in UNREAD.into_iter().filter(|key| section.has(key)) {
        let sentence = "expected no such key in a theme with chorale_model, which writes four voices \
                        without drums, found one";
        section.note(unread, sentence.to_owned());
    }
    if !matches!(key.mode, Mode::Major | Mode::Minor) {
        let sentence = format!("expected a major or minor key with chorale_model, found \"{key}\"");
        section.note("key", sentence);
    }
}
