//! Which radio.toml is read, and the one that the binary carries.

use std::path::Path;

/// The radio.toml that the binary carries: the default stations.
pub const BUILT_IN: &str = include_str!("../../radio.toml");

/// The name of the built-in file in error messages.
pub(super) const BUILT_IN_NAME: &str = "the built-in radio.toml";

/// The file that is looked for in the working folder when no path is given.
pub(super) const FILE: &str = "radio.toml";

/// The name in error messages of the file that [`crate::config::load`] reads for `path`.
pub fn source(path: Option<&Path>) -> String {
    let file = path.unwrap_or(Path::new(FILE));
    match path {
        None if !file.exists() => BUILT_IN_NAME.to_owned(),
        _ => file.display().to_string(),
    }
}
