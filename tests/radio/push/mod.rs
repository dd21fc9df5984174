//! The real binary as a source of servers of others.

mod answers;
mod fake;
mod icecast;
mod liquidsoap;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use crate::common::radio::Radio;

/// However slow the machine, what must come has come by then.
const PATIENCE: Duration = Duration::from_mins(2);

/// One station that is sent to each of `pushes`, a URL and more lines.
fn programme(pushes: &[(String, &str)]) -> String {
    let station = "seed = 5\n[themes.a]\ntempo = 128\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n\
                   title = \"Test Tone's \u{fc}ber\"\ngenre = \"Testing\"\n";
    pushes.iter().fold(station.to_owned(), |text, (url, lines)| {
        text + &format!("[[stations.push]]\nurl = \"{url}\"\n{lines}\n")
    })
}

/// Waits until `is_so`; how long that took.
fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "not so in time: {what}");
        sleep(Duration::from_millis(100));
    }
    began.elapsed()
}

/// Stops the radio; what it has logged, and the lines of it that hold `part`.
fn lines_of_log(radio: Radio, part: &str) -> (String, Vec<String>) {
    radio.signal("TERM");
    let (status, log) = radio.wait(Duration::from_secs(10));
    assert!(status.is_some_and(|status| status.success()), "{log}");
    assert!(!log.contains("panicked") && !log.contains("hackme"), "{log}");
    let lines = log.lines().filter(|line| line.contains(part)).map(str::to_owned).collect();
    (log, lines)
}
