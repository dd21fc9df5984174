//! The model of a command of `chorale`.

use std::path::Path;

use anyhow::Context as _;

use crate::{chorale::network::Network, lab::cmd::model};

/// The network at `path`, without extension: from a file, or built in.
///
/// # Errors
/// The file does not exist, can't be read or holds another network.
pub fn open(path: &Path) -> anyhow::Result<Network> {
    let weights = model::read(path)?;
    Network::load(&weights)
        .with_context(|| format!("{}: expected a model of chorales", path.display()))
}
