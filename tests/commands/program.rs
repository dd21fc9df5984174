//! Runs the program in a folder.

use std::{path::Path, process::Command};

use crate::common::{
    ELECTROPUNK,
    process::{Finished, run},
    wait::PATIENCE,
};

/// Runs the program with the words of `line`; `~` stands for a space within a word.
pub fn electropunk(folder: &Path, line: &str) -> Finished {
    let mut command = Command::new(ELECTROPUNK);
    let words = line.split_whitespace().map(|word| word.replace('~', " "));
    command.args(words).current_dir(folder);
    run(&mut command, PATIENCE)
}

/// Runs the program, which must succeed; returns the JSON that it prints, or null.
pub fn succeed(folder: &Path, line: &str) -> serde_json::Value {
    let finished = electropunk(folder, line);
    assert_eq!(finished.code, Some(0), "{line}: {}", finished.stderr);
    serde_json::from_str(&finished.stdout).unwrap_or_default()
}

/// Runs the program, which must refuse the line; returns what it prints to stderr.
pub fn fail(folder: &Path, line: &str) -> String {
    let finished = electropunk(folder, line);
    assert_eq!(finished.code, Some(1), "{line}: {}", finished.stdout);
    finished.stderr
}
