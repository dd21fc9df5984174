//! Which radio.toml is read, and the one in the binary.

use std::path::Path;

/// The radio.toml in the binary: the default stations.
pub const BUILT_IN: &str = include_str!("../../radio.toml");

/// The name of the built-in file in error messages.
pub(super) const BUILT_IN_NAME: &str = "the built-in radio.toml";

/// The file that is looked for in the working folder when no path is given.
pub(super) const FILE: &str = "radio.toml";

/// Whether [`crate::config::load`] reads the built-in file for `path`.
pub fn is_built_in(path: Option<&Path>) -> bool {
    path.is_none() && !Path::new(FILE).exists()
}

/// The name in error messages of the file that [`crate::config::load`] reads for `path`.
pub fn source(path: Option<&Path>) -> String {
    match is_built_in(path) {
        true => BUILT_IN_NAME.to_owned(),
        false => path.unwrap_or(Path::new(FILE)).display().to_string(),
    }
}
