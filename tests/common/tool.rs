//! Programs of others that listen to us, where they are installed.

use std::{
    env,
    path::PathBuf,
    process::{Command, Output},
};

/// A command that runs `name`, or none where it is not installed. The caller's test is then skipped,
/// which is said on stderr, and is a failure where `ELECTROPUNK_NO_SKIPS` is set.
pub fn tool(name: &str) -> Option<Command> {
    let found = find(name);
    if found.is_none() {
        assert!(env::var_os("ELECTROPUNK_NO_SKIPS").is_none(), "{name} is not installed");
        eprintln!("skipped: {name} is not installed");
    }
    found.map(Command::new)
}

/// Like [`tool`], for programs that refuse to run as root: then run by nobody.
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

/// Whether we run as root.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|Output { stdout, .. }| stdout.trim_ascii() == b"0")
}

fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
