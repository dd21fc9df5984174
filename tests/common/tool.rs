//! Programs that tests run, where they are installed.

use std::{env, path::PathBuf, process::Command};

use super::tier::is_set;

/// The environment variable that makes tests fail instead of skip without a program.
const NO_SKIPS: &str = "ELECTROPUNK_NO_SKIPS";

/// A command that runs `name`; none, after a line on stderr, if it is not installed. That fails the test if
/// `ELECTROPUNK_NO_SKIPS` is set.
pub fn tool(name: &str) -> Option<Command> {
    let found = find(name);
    if found.is_none() {
        assert!(!is_set(NO_SKIPS), "{name} is not installed");
        eprintln!("skipped: {name} is not installed");
    }
    found.map(Command::new)
}

/// Like [`tool`], for programs that refuse to run as root: as root, runs them as the user nobody.
pub fn tool_of_nobody(name: &str) -> Option<Command> {
    let command = tool(name)?;
    if !is_root() {
        return Some(command);
    }
    let mut by_nobody = tool("setpriv")?;
    by_nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    by_nobody.arg(command.get_program()).env("HOME", "/nonexistent");
    Some(by_nobody)
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// What mpv reported, without underruns: on a busy machine its simulated sound card is not fed in time.
pub fn without_underruns(report: &str) -> String {
    let is_other = |line: &&str| !line.contains("Audio device underrun detected");
    report.lines().filter(is_other).collect::<Vec<_>>().join("\n")
}
