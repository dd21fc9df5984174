//! Reference networks that are too large for the repository, or that may not be published.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The environment variable that names the folder of reference networks.
const PARITY: &str = "ELECTROPUNK_PARITY";

/// The default folder of reference networks.
const BESIDE: &str = "../shared/parity";

/// The folder `name` of reference networks; none, after a line on stderr, if there are no reference
/// networks on this machine. A folder of them that lacks `name`, or that the variable names but does not
/// exist, fails the test.
pub fn parity_folder(name: &str) -> Option<PathBuf> {
    let named = env::var_os(PARITY).map(PathBuf::from);
    let all = named.clone().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(BESIDE));
    if named.is_none() && !all.exists() {
        eprintln!("skipped: no reference networks, set {PARITY} to their folder");
        return None;
    }
    let folder = all.join(name);
    let n_files = fs::read_dir(&folder).map_or(0, Iterator::count);
    assert!(n_files > 0, "{} has no reference networks", folder.display());
    Some(folder)
}
