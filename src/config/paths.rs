//! Files that radio.toml names. Relative paths start from the folder of radio.toml.

use std::path::{Path, PathBuf};

use crate::config::section::Section;

/// The file at `path`, if it exists.
pub(super) fn existing_file(base_dir: &Path, path: &str) -> Result<PathBuf, String> {
    let file = base_dir.join(path);
    let missing = || format!("expected a file, found none at {:?}", file.display().to_string());
    file.is_file().then(|| file.clone()).ok_or_else(missing)
}

/// The PEM file of certificate authorities at `ca_file`. Only its existence is checked here; the
/// certificates are parsed at each connection.
pub(super) fn read_ca_file(section: &mut Section) -> Option<PathBuf> {
    let base_dir: &Path = section.reading.base_dir;
    section.text_as("ca_file", |path| existing_file(base_dir, path))
}
