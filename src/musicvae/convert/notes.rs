//! Windows back to notes: the inverse of [`window`](crate::musicvae::convert::window).

use crate::{
    music::{
        drums,
        meter::STEPS_PER_QUARTER,
        note::{Note, NoteSequence, TimeSignature},
        sequence,
        trio::{Line, Trio},
    },
    musicvae::{
        convert::{groove, performance, window::Window},
        net::{
            config::Config,
            domain::{self, Domain},
        },
    },
    units::Bpm,
};

/// `windows` of a network of `config`, one after the other, as notes at `tempo`.
pub fn piece(config: &Config, windows: &[Window], tempo: Bpm) -> NoteSequence {
    let column = |column: usize| -> Line {
        windows.iter().flat_map(|window| window[column].iter().copied()).collect()
    };
    let n_columns = windows.first().map_or(0, Vec::len);
    if n_columns == 0 {
        return NoteSequence { notes: vec![], tempos: vec![(0.0, tempo)], meters: vec![] };
    }
    let rest = || vec![0; windows.len() * config.n_steps()];
    let trio = |melody, bass, drums| sequence::from_trio(&Trio { melody, bass, drums }, tempo);
    match config.family.domain() {
        Domain::Drums => trio(rest(), rest(), column(0)),
        Domain::Melody => trio(column(0), rest(), rest()),
        Domain::Trio => trio(column(0), column(1), column(2)),
        Domain::Performance => {
            let bars: Vec<Line> = windows.iter().map(|window| window[0].clone()).collect();
            performance::piece(&bars, config.n_segment_steps, tempo)
        }
        Domain::Groove(_) => {
            let columns: Vec<Line> = (0..n_columns).map(column).collect();
            groove::piece(&columns, tempo)
        }
        Domain::DrumRoll => {
            let columns: Vec<Line> = (0..n_columns).map(column).collect();
            roll(&columns, config.n_classes, tempo)
        }
    }
}

/// A drum roll as notes, each class on its key.
fn roll(columns: &[Line], n_classes: usize, tempo: Bpm) -> NoteSequence {
    let quarters = |step: usize| step as f64 / STEPS_PER_QUARTER as f64;
    let mut notes = Vec::new();
    for step in 0..columns[0].len() {
        let row: Vec<u16> = columns.iter().map(|column| column[step]).collect();
        let keys =
            domain::bits(&row).filter_map(|class| drums::roll_pitch(class as usize, n_classes));
        notes.extend(keys.map(|pitch| Note {
            pitch,
            velocity: 100,
            start: quarters(step),
            end: quarters(step + 1),
            program: 0,
            is_drum: true,
            instrument: 2,
        }));
    }
    let meter = TimeSignature { numerator: 4, denominator: 4 };
    NoteSequence { notes, tempos: vec![(0.0, tempo)], meters: vec![(0.0, meter)] }
}

/// Track name of a note's instrument in a MIDI file.
pub fn part_name(note: &Note) -> &'static str {
    match (note.is_drum, note.instrument) {
        (true, _) => "drums",
        (false, 1) => "bass",
        (false, _) => "melody",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        musicvae::{
            convert::{pattern_windows, window::windows_in_order},
            net::family::Family,
        },
        patterns::style::Style,
    };

    #[test]
    fn a_window_survives_the_round_trip_through_notes() {
        for family in [Family::Drums2Bar, Family::NadeDrums2Bar, Family::Trio4Bar] {
            let config = Config::official(family);
            for window in pattern_windows::of_pattern(&config, Style::Techno, 3) {
                let piece = piece(&config, std::slice::from_ref(&window), Bpm::DEFAULT);
                let found = windows_in_order(&piece, &config, false).unwrap();
                assert_eq!(found, [(0, window)], "{family}");
            }
        }
    }

    #[test]
    fn windows_are_placed_one_after_the_other() {
        let config = Config::official(Family::Humanize2Bar);
        let mut window = vec![vec![0; 32]; groove::N_COLUMNS];
        (window[0][16], window[1][16]) = (1, 90);

        let piece = piece(&config, &[window.clone(), window], Bpm::DEFAULT);

        let starts: Vec<f64> = piece.notes.iter().map(|note| note.start).collect();
        assert_eq!(starts, [4.0, 12.0]);
    }
}
