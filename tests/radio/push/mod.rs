//! Pushes to Icecast, Liquidsoap and servers with unusual answers.

mod answers;
mod fake;
mod icecast;
mod liquidsoap;

use crate::common::radio::Radio;

/// One station that is pushed to each of `pushes`, a URL and more lines.
fn programme(pushes: &[(String, &str)]) -> String {
    let station = "seed = 5\n[themes.a]\ntempo = 128\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n\
                   title = \"Test Tone's \u{fc}ber\"\ngenre = \"Testing\"\n";
    pushes.iter().fold(station.to_owned(), |text, (url, lines)| {
        text + &format!("[[stations.push]]\nurl = \"{url}\"\n{lines}\n")
    })
}

/// Stops the radio; returns its log, and those lines of it that contain `part`.
fn lines_of_log(radio: Radio, part: &str) -> (String, Vec<String>) {
    let log = radio.stop();
    assert!(!log.contains("hackme"), "{log}");
    let lines = log.lines().filter(|line| line.contains(part)).map(str::to_owned).collect();
    (log, lines)
}
