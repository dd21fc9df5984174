//! Scores from MIDI files.

use crate::{
    lab::measure::{
        notes::score::{Role, Score, ScoreBar},
        statistics::quantile,
    },
    music::{
        bar::Hit,
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        note::{Note, NoteSequence},
        programs::is_bass,
    },
    units::Bpm,
};

impl Score {
    /// The score of a MIDI file in 4/4; its swing is estimated from the drums.
    ///
    /// Channel 10 is drums, and the General MIDI bass programs are bass. The lead is the other
    /// instrument with the fewest simultaneous notes; on a tie, the one with the most notes.
    pub fn from_sequence(sequence: &NoteSequence) -> Self {
        let lead = lead_instrument(&sequence.notes);
        let role = |note: &Note| match note {
            Note { is_drum: true, .. } => Role::Drums,
            note if is_bass(note.program) => Role::Bass,
            note if Some(note.instrument) == lead => Role::Lead,
            _ => Role::Chords,
        };
        let end = sequence.notes.iter().map(|note| steps(note.end)).fold(0.0, f64::max);
        let last = sequence.notes.iter().map(|note| nearest_step(note) + 1).max().unwrap_or(0);
        let n_bars = (end.ceil() as usize).max(last).div_ceil(STEPS_PER_BAR);
        let mut bars: Vec<ScoreBar> = (0..n_bars)
            .map(|number| ScoreBar {
                tempo: tempo_at(sequence, number),
                key: None,
                chord: None,
                parts: Default::default(),
            })
            .collect();
        for note in &sequence.notes {
            let number = nearest_step(note) / STEPS_PER_BAR;
            bars[number].parts[role(note) as usize].push(Hit {
                start_step: (steps(note.start) - (number * STEPS_PER_BAR) as f64) as f32,
                n_steps: steps(note.end - note.start) as f32,
                pitch: note.pitch,
                velocity: note.velocity,
            });
        }
        let swing = estimate_swing(&bars);
        Self { bars, swing }
    }
}

fn steps(quarters: f64) -> f64 {
    quarters * STEPS_PER_QUARTER as f64
}

fn nearest_step(note: &Note) -> usize {
    steps(note.start).round().max(0.0) as usize
}

fn tempo_at(sequence: &NoteSequence, bar: usize) -> Bpm {
    let start = (bar * STEPS_PER_BAR) as f64;
    let n_begun = sequence.tempos.partition_point(|(at, _)| steps(*at) <= start);
    n_begun.checked_sub(1).map_or(Bpm::DEFAULT, |last| sequence.tempos[last].1)
}

/// The instrument of the lead; none if only drums and bass play.
fn lead_instrument(notes: &[Note]) -> Option<u16> {
    let melodic = notes.iter().filter(|note| !note.is_drum && !is_bass(note.program));
    let mut instruments: Vec<u16> = melodic.map(|note| note.instrument).collect();
    instruments.sort_unstable();
    instruments.dedup();
    // Notes per onset, rounded down to eighths: legato overlap alone does not make a chord.
    let crowd = |instrument: &u16| {
        let own = notes.iter().filter(|note| note.instrument == *instrument);
        let starts: Vec<usize> = own.map(nearest_step).collect();
        let mut apart = starts.clone();
        apart.dedup();
        (8 * starts.len() / apart.len().max(1), usize::MAX - starts.len())
    };
    instruments.into_iter().min_by_key(crowd)
}

/// The median delay, in steps, of drum hits on every second sixteenth; 0 if it is 0.02 or less.
fn estimate_swing(bars: &[ScoreBar]) -> f64 {
    let drums = bars.iter().flat_map(|bar| &bar.parts[Role::Drums as usize]);
    let starts = drums.map(|hit| f64::from(hit.start_step));
    let odd = starts.filter(|start| start.round() as i64 % 2 != 0);
    let late: Vec<f64> = odd.map(|start| start - start.round()).collect();
    let middle = quantile(&late, 0.5);
    if middle.is_finite() && 0.02 < middle { middle } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    fn note(start: f64, pitch: u8, program: u8, instrument: u16) -> Note {
        let is_drum = instrument == 0;
        Note { pitch, velocity: 90, start, end: start + 0.5, program, is_drum, instrument }
    }

    #[test]
    fn instruments_are_mapped_to_roles() {
        let mut notes = vec![note(0.0, 36, 0, 0), note(0.0, 40, 38, 1), note(3.98, 60, 80, 3)];
        notes.extend([60, 64, 67].map(|pitch| note(0.0, pitch, 88, 2)));
        notes.extend((0..4).map(|n| note(f64::from(n), 72, 80, 3)));
        notes.sort_by(|a, b| a.start.total_cmp(&b.start));
        let tempos = vec![(0.0, Bpm::DEFAULT)];

        let score = Score::from_sequence(&NoteSequence { notes, tempos, meters: vec![] });

        let n_hits = |bar: usize, role: Role| score.bars[bar].parts[role as usize].len();
        assert_eq!(Role::ALL.map(|role| n_hits(0, role)), [1, 1, 4, 3]);
        // A note slightly ahead of a bar belongs to that bar.
        assert_eq!((score.bars.len(), n_hits(1, Role::Lead)), (2, 1));
        assert!(score.bars[1].parts[Role::Lead as usize][0].start_step < 0.0);
        assert_eq!(score.starts(), [0.0, 2.0]);
    }

    #[test]
    fn swing_is_the_median_delay_of_odd_sixteenths() {
        let shuffle: Vec<(f32, u8)> =
            (0..16).map(|step| (step as f32 + (step % 2) as f32 * 0.33, 42)).collect();
        let straight: Vec<(f32, u8)> = (0..16).map(|step| (step as f32 + 0.01, 42)).collect();
        assert!((estimate_swing(&score(Role::Drums, &[&shuffle]).bars) - 0.33).abs() < 1e-3);
        assert_eq!(estimate_swing(&score(Role::Drums, &[&straight]).bars), 0.0);
        assert_eq!(estimate_swing(&[]), 0.0);
    }
}
