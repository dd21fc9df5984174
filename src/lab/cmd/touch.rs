//! The radio's touch for the samples of a model: accents, and human timing and velocities.

use std::sync::Arc;

use crate::{
    config::Theme,
    music::{
        arrange::LineNote,
        bar::{Bar, Hit, Mix, Part, Voice},
        drums,
        humanise::{Articulation, BASS_VELOCITY, Feel, LEAD_VELOCITY, play_drums, play_notes},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        note::{Note, NoteSequence},
        sequence,
    },
    musicvae::net::domain::Domain,
    rng,
    units::Bpm,
};

/// The parts that models of melodies, basses and drums have.
const PARTS: [Part; 3] = [Part::Drums, Part::Bass, Part::Lead];

/// Whether pieces of `domain` lack velocities: others have those of a drummer or of the songs.
pub fn is_untouched(domain: Domain) -> bool {
    matches!(domain, Domain::Drums | Domain::Melody | Domain::Trio)
}

/// `piece`, on the grid and with instruments as [`sequence::TRIO_PARTS`], as a theme with default
/// settings would play it. `name` and `seed` select the draws.
pub fn touched(piece: &NoteSequence, tempo: Bpm, seed: u64, name: &str) -> NoteSequence {
    let end = piece.notes.iter().map(|note| step(note.start) + 1).max().unwrap_or(0);
    let mix = mix(piece);
    let bars: Vec<Bar> = (0..end.div_ceil(STEPS_PER_BAR))
        .map(|number| {
            let mut bar = Bar { number: number as u64, ..Bar::plain(tempo, mix.clone()) };
            for part in PARTS {
                bar.parts[part as usize] = play(piece, part, number, seed, name);
            }
            bar
        })
        .collect();
    let played = sequence::from_bars(&bars);
    NoteSequence { tempos: vec![(0.0, tempo)], ..played }
}

/// The hits of `part` in bar `number`.
fn play(piece: &NoteSequence, part: Part, number: usize, seed: u64, name: &str) -> Vec<Hit> {
    let theme = Theme::default();
    let (groove, groove_time) = (0.0, 0.0);
    let feel = Feel { swing: theme.swing, looseness: theme.humanise, groove, groove_time };
    let mut rng = rng::stream(seed, &format!("touch {name} {} {number}", part.name()));
    let start = number * STEPS_PER_BAR;
    let notes: Vec<&Note> = piece.notes.iter().filter(|note| part_of(note) == part).collect();
    let (velocity, hold) = match part {
        Part::Drums => {
            let mut tokens = [0; STEPS_PER_BAR];
            for note in notes {
                let place = step(note.start).checked_sub(start);
                let token = place.and_then(|place| tokens.get_mut(place));
                if let (Some(token), Some(drum)) = (token, drums::class(note.pitch)) {
                    *token |= drum.bit();
                }
            }
            return play_drums(&tokens, &[], feel, 1.0, &mut rng);
        }
        Part::Bass => (BASS_VELOCITY, theme.bass.hold),
        Part::Lead | Part::Chords => (LEAD_VELOCITY, theme.lead.hold),
    };
    let line = |note: &&Note| {
        let first = step(note.start);
        let n_steps = step(note.end).saturating_sub(first).max(1);
        LineNote { start_step: first, n_steps, pitch: note.pitch }
    };
    let line: Vec<LineNote> = notes.iter().map(line).collect();
    play_notes(&line, start, Articulation { velocity, hold }, feel, &mut rng)
}

fn part_of(note: &Note) -> Part {
    match (note.is_drum, note.instrument) {
        (true, _) => Part::Drums,
        (false, 1) => Part::Bass,
        (false, _) => Part::Lead,
    }
}

/// A mix with the programs of the piece.
fn mix(piece: &NoteSequence) -> Arc<Mix> {
    let mut mix = Mix::plain();
    for note in &piece.notes {
        let part = part_of(note);
        let bank = if part == Part::Drums { 128 } else { 0 };
        mix.voices[part as usize] = Voice::plain(bank, note.program);
    }
    Arc::new(mix)
}

fn step(quarters: f64) -> usize {
    (quarters * STEPS_PER_QUARTER as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::trio::Trio;

    fn trio() -> NoteSequence {
        let mut trio = Trio { melody: vec![0; 32], bass: vec![0; 32], drums: vec![0; 32] };
        for step in (0..32).step_by(4) {
            (trio.melody[step], trio.bass[step], trio.drums[step]) = (50, 20, 0b101);
        }
        sequence::from_trio(&trio, Bpm::DEFAULT)
    }

    #[test]
    fn all_notes_stay_and_get_velocities_and_timing() {
        let plain = trio();

        let played = touched(&plain, Bpm::DEFAULT, 1, "sample 0");

        let kinds = |piece: &NoteSequence| {
            let mut kinds: Vec<_> = piece
                .notes
                .iter()
                .map(|note| (step(note.start), note.pitch, note.program, note.is_drum))
                .collect();
            kinds.sort_unstable();
            kinds
        };
        assert_eq!(kinds(&played), kinds(&plain));
        for part in PARTS {
            let of_part = played.notes.iter().filter(|note| part_of(note) == part);
            let velocities: std::collections::BTreeSet<u8> =
                of_part.map(|note| note.velocity).collect();
            assert!(3 < velocities.len(), "{part:?}: {velocities:?}");
        }
        assert!(played.notes.iter().any(|note| note.start.fract() != 0.0));
        assert_eq!(played, touched(&plain, Bpm::DEFAULT, 1, "sample 0"));
        assert_ne!(played, touched(&plain, Bpm::DEFAULT, 2, "sample 0"));
    }
}
