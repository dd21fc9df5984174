//! The parts of a window of any domain as lines of melody or drum tokens, for statistics and
//! pictures.

use crate::{
    music::{drums, trio::Line},
    musicvae::{
        convert::{extract::Lines, performance, window::Window},
        net::{
            config::Config,
            domain::{self, Domain},
        },
    },
    units::Bpm,
};

/// The lines of `window` with the names of their parts: `melody`, `bass`, `drums`; a name may occur
/// several times. Velocity, micro-timing and events off the grid of sixteenths are dropped, and a
/// drum roll is reduced to the nine classes.
pub fn voices(config: &Config, window: &Window) -> Vec<(&'static str, Line)> {
    let domain = config.family.domain();
    match domain {
        Domain::Drums | Domain::Melody | Domain::Trio => {
            domain.parts().iter().copied().zip(window.iter().cloned()).collect()
        }
        Domain::Groove(_) => vec![("drums", window[0].clone())],
        Domain::DrumRoll => vec![("drums", nine_classes(config, window))],
        Domain::Performance => tracks(config, &window[0]),
    }
}

fn nine_classes(config: &Config, window: &Window) -> Line {
    let token = |step: usize| {
        let words: Vec<u16> = window.iter().map(|column| column[step]).collect();
        let pitches = domain::bits(&words)
            .filter_map(|class| drums::roll_pitch(class as usize, config.n_classes));
        pitches.filter_map(drums::class).fold(0, |token, class| token | class.bit())
    };
    (0..config.n_steps()).map(token).collect()
}

fn tracks(config: &Config, bar: &Line) -> Vec<(&'static str, Line)> {
    let bars = std::slice::from_ref(bar);
    let piece = performance::piece(bars, config.n_segment_steps, Bpm::DEFAULT);
    // A bar without notes has no lines.
    let Lines { melodies, basses, drums } = Lines::extract(&piece).unwrap_or_default();
    let named = |name, lines: Vec<Line>| lines.into_iter().map(move |line| (name, line));
    named("melody", melodies)
        .chain(named("bass", basses))
        .chain(named("drums", drums.into_iter().collect()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::note::{Note, NoteSequence},
        musicvae::{convert::window::windows, net::family::Family},
    };

    /// Two bars of kicks and of a melody, a note each quarter.
    fn piece() -> NoteSequence {
        let note = |quarter: u8, is_drum| Note {
            pitch: if is_drum { 36 } else { 60 },
            velocity: 100,
            start: f64::from(quarter),
            end: f64::from(quarter) + 0.5,
            program: 0,
            is_drum,
            instrument: u16::from(is_drum),
        };
        let notes = (0..8).flat_map(|quarter| [note(quarter, true), note(quarter, false)]);
        NoteSequence { notes: notes.collect(), tempos: vec![], meters: vec![] }
    }

    #[test]
    fn every_family_with_drums_gives_the_same_kicks() {
        let is_grid = |family: &Family| family.domain() != Domain::Performance;
        for family in Family::ALL.into_iter().filter(is_grid) {
            let config = Config::official(family);
            for window in windows(&piece(), &config, false).unwrap() {
                for (name, line) in voices(&config, &window) {
                    let first = if name == "drums" { 1 } else { 41 };
                    assert_eq!((line[0], line[4]), (first, first), "{family} {name}");
                    assert_eq!(line.len(), config.n_steps(), "{family} {name}");
                }
            }
        }
    }

    #[test]
    fn event_tracks_become_lines_by_program() {
        let config = Config::official(Family::Multitrack1Bar);
        let window = windows(&piece(), &config, false).unwrap().into_iter().next().unwrap();

        let voices = voices(&config, &window);

        let names: Vec<&str> = voices.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["melody", "drums"]);
        assert_eq!((voices[0].1[0], voices[1].1[0]), (41, 1));
    }
}
