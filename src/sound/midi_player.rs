//! Plays a MIDI file, with its own tempos and programs.

use std::{collections::BTreeMap, sync::Arc};

use rustysynth::SoundFont;

use crate::{
    music::{
        bar::{Bar, Hit, Mix, N_PARTS, Voice},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        note::{Note, NoteSequence},
        tempo_map::TempoMap,
    },
    sound::{
        Error,
        band::Band,
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
        limiter::{CEILING, Limiter},
    },
    units::{Bpm, SAMPLE_RATE},
};

/// Time after the last bar in which notes decay.
const TAIL_SECONDS: f64 = 2.0;

/// Steps by which a note may last into another bar without adding it.
const LATE_STEPS: f64 = 0.5;

/// Send of each part to the reverb: a small room.
const REVERB: f64 = 0.15;

/// Renders a piece with one band for each four instruments, and a limiter.
pub struct MidiPlayer {
    bands: Vec<Band>,
    limiter: Limiter,
    n_blocks_left: u64,
    mix: Block,
}

impl MidiPlayer {
    /// A player at the start of `piece`, with the instruments of `font`.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn new(piece: &NoteSequence, font: &Arc<SoundFont>) -> Result<Self, Error> {
        // A bar has one tempo, but tempos change within bars.
        let piece = &TempoMap::of(piece).at_one_tempo(piece);
        let mut instruments: BTreeMap<u16, Vec<&Note>> = BTreeMap::new();
        for note in &piece.notes {
            instruments.entry(note.instrument).or_default().push(note);
        }
        let instruments: Vec<Vec<&Note>> = instruments.into_values().collect();
        let instruments: Vec<&[&Note]> = instruments.iter().map(Vec::as_slice).collect();
        let end = piece.notes.iter().map(|note| note.end).fold(0.0, f64::max);
        // A last note that is played late adds no bar.
        let n_bars = ((steps(end) - LATE_STEPS) / STEPS_PER_BAR as f64).ceil().max(0.0) as usize;
        let (mut bands, mut n_frames) = (Vec::new(), 0);
        for group in instruments.chunks(N_PARTS) {
            let voices = std::array::from_fn(|n| voice(group.get(n).map(|notes| notes[0])));
            let mix = Arc::new(Mix::of(voices));
            let mut band = Band::as_the_font_plays(font, &mix)?;
            for number in 0..n_bars {
                n_frames = band.queue(&bar(group, number, &mix)).end;
            }
            bands.push(band);
        }
        let n_frames = n_frames as f64 + TAIL_SECONDS * f64::from(SAMPLE_RATE);
        let n_blocks_left = (n_frames / FRAMES_PER_MP3_FRAME as f64).ceil() as u64;
        let mix = Block::SILENCE;
        Ok(Self { bands, limiter: Limiter::new(CEILING), n_blocks_left, mix })
    }

    /// The next block; none after the last note has decayed.
    pub fn render(&mut self) -> Option<&Block> {
        self.n_blocks_left = self.n_blocks_left.checked_sub(1)?;
        self.mix = Block::SILENCE;
        let mut band_mix = Block::SILENCE;
        for band in &mut self.bands {
            band.render(&mut band_mix);
            self.mix.add(&band_mix, Ramp::UNITY);
        }
        self.limiter.process(&mut self.mix);
        Some(&self.mix)
    }
}

fn steps(quarters: f64) -> f64 {
    quarters * STEPS_PER_QUARTER as f64
}

fn voice(note: Option<&Note>) -> Voice {
    let (bank, program) = match note {
        Some(Note { is_drum: false, program, .. }) => (0, *program),
        Some(Note { is_drum: true, program, .. }) => (128, *program),
        // An unused voice gets a kit, which every font has.
        None => (128, 0),
    };
    Voice { reverb: REVERB, ..Voice::plain(bank, program) }
}

/// The hits of a group of instruments in bar `number` of a piece at the default tempo.
fn bar(group: &[&[&Note]], number: usize, mix: &Arc<Mix>) -> Bar {
    let first = (number * STEPS_PER_BAR) as f64;
    let hit = |note: &Note| Hit {
        start_step: (steps(note.start) - first) as f32,
        n_steps: steps(note.end - note.start) as f32,
        pitch: note.pitch,
        velocity: note.velocity,
    };
    let is_in = |note: &Note| (first..first + STEPS_PER_BAR as f64).contains(&steps(note.start));
    let hits = |notes: &&[&Note]| -> Vec<Hit> {
        notes.iter().filter(|note| is_in(note)).map(|note| hit(note)).collect()
    };
    let parts = std::array::from_fn(|n| group.get(n).map(hits).unwrap_or_default());
    Bar { number: number as u64, parts, ..Bar::plain(Bpm::DEFAULT, mix.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::testing::{energy, tiny_font};

    fn note(start: f64, instrument: u16, is_drum: bool) -> Note {
        Note { pitch: 60, velocity: 110, start, end: start + 0.5, program: 5, is_drum, instrument }
    }

    fn play(notes: Vec<Note>) -> Vec<f64> {
        let tempos = vec![(0.0, Bpm::DEFAULT)];
        let piece = NoteSequence { notes, tempos, meters: vec![] };
        let mut player = MidiPlayer::new(&piece, &tiny_font()).unwrap();
        let mut found = Vec::new();
        while let Some(block) = player.render() {
            found.push(energy(block));
        }
        found
    }

    #[test]
    fn a_piece_lasts_for_its_bars_and_a_tail() {
        let seconds = |bars: f64| (bars * 2.0 + 2.0) * 44_100.0 / 1152.0;
        let blocks = play(vec![note(0.0, 0, false), note(7.0, 1, true)]);

        assert_eq!(blocks.len(), seconds(2.0).ceil() as usize);
        assert!(blocks.iter().take(40).sum::<f64>() > 0.1);
    }

    #[test]
    fn more_instruments_than_a_band_has_all_sound() {
        // Soft enough to pass the limiter unchanged.
        let soft = |n| Note { velocity: 10, ..note(0.0, n, false) };
        let energy = |n| play((0..n).map(soft).collect()).iter().sum::<f64>();
        assert!(4.0 * energy(3) < energy(8));
    }

    #[test]
    fn a_piece_without_notes_is_a_short_silence() {
        assert!(play(vec![]).iter().all(|energy| *energy == 0.0));
    }

    #[test]
    fn a_tempo_change_within_a_bar_counts_from_there() {
        let slow = Bpm::try_from(30.0).unwrap();
        let tempos = vec![(0.0, Bpm::DEFAULT), (2.0, slow)];
        let notes = vec![note(3.0, 0, false)];
        let piece = NoteSequence { notes, tempos, meters: vec![] };

        let mut player = MidiPlayer::new(&piece, &tiny_font()).unwrap();

        // Two quarters of half a second, one of two seconds; the note sounds from 3 s on.
        let mut n_silent = 0;
        while player.render().is_some_and(|block| energy(block) < 1e-9) {
            n_silent += 1;
        }
        assert!((n_silent as f64 * 1152.0 / 44_100.0 - 3.0).abs() < 0.06, "{n_silent}");
    }
}
