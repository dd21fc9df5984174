//! `prior` and `[themes.NAME.personal]`: the personal prior of a theme, and where it is drawn from.

use std::path::{Path, PathBuf};

use crate::{
    config::{paths::existing_file, section::Section, value::set},
    musicvae::net::personal::{MOST_DIMS, Place},
};

/// Dimension keys.
const DIMS: [&str; MOST_DIMS] = ["a", "b", "c", "d"];

/// The file of the prior that radio.toml names without its file ending, such as `mine`.
pub(super) fn file(text: &str, base_dir: &Path) -> Result<PathBuf, String> {
    existing_file(base_dir, &format!("{text}.safetensors"))
}

/// Reads the keys of `section`; missing keys leave their fields unchanged.
pub(super) fn read(section: &mut Section, place: &mut Place) {
    for (at, key) in place.at.iter_mut().zip(DIMS) {
        set(at, section.number(key, -2.0..=2.0));
    }
    set(&mut place.spread, section.number("spread", 0.0..=1.0));
}
