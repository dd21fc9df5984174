//! A drum part for the rhythm of any file.

use crate::{
    lab::tools::{
        drumming::Drummer,
        input::Error,
        on_taps::OnTaps,
        rhythm_search,
        tap::{self, Tap, Taps},
    },
    music::{
        drums::{self, Drum},
        meter::STEPS_PER_QUARTER,
        midi::{self, edit::MidiFile},
        note::{Note, NoteSequence, TimeSignature},
        trio::Line,
    },
    musicvae::{
        convert::groove,
        net::{
            domain::{Domain, GrooveInput},
            music_vae::MusicVae,
        },
    },
    patterns::style::Style,
};

/// Exponent of a tap's velocity relative to the mean, for the level of its drums.
const ACCENT_SHARE: f64 = 0.8;

/// Level of drums between the taps.
const BETWEEN: f64 = 0.8;

/// Drumify settings.
pub struct Drumify<'a> {
    /// A model of drums, or one that was trained on taps.
    pub model: &'a MusicVae,
    /// The style of the search's starting beats; none for all styles.
    pub style: Option<Style>,
    /// Touch of the drums, if the model is one of drums.
    pub drummer: Drummer<'a>,
    /// Randomness of the drums.
    pub temperature: f64,
}

/// A hit of the drum part.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Played {
    step: usize,
    drum: Drum,
    velocity: f64,
    late: f64,
}

impl Drumify<'_> {
    /// Drums for `file`, of as many bars and with its tempos, as the bytes of a MIDI file.
    ///
    /// # Errors
    /// The model is not of drums or taps.
    pub fn of(&self, file: &MidiFile) -> Result<Vec<u8>, Error> {
        let taps = Taps::of(file);
        let family = self.model.config().family;
        let played = match family.domain() {
            Domain::Drums => self.found(&taps)?,
            Domain::Groove(GrooveInput::Tap) => self.tapped(&taps)?,
            _ => {
                return Err(Error::Model { expected: "drums or taps", found: family.name() });
            }
        };
        Ok(written(file, &played, taps.steps.len()))
    }

    /// By a search in the model's latent space.
    fn found(&self, taps: &Taps) -> Result<Vec<Played>, Error> {
        let (model, temperature, variation) =
            (self.model, self.temperature, self.drummer.variation);
        let line = rhythm_search::drums(model, self.style, taps, temperature, variation)?;
        let touches = self.drummer.touches(&line);
        let mean = taps.mean_velocity();
        let hits = line.iter().enumerate();
        let hits =
            hits.flat_map(|(step, &token)| drums::classes(token).map(move |drum| (step, drum)));
        let played = |(step, drum): (usize, Drum)| {
            let touch = touches[step][drum as usize].velocity;
            let (level, late) = match taps.steps[step] {
                Some(Tap { velocity, late, .. }) => {
                    (libm::pow(f64::from(velocity) / mean, ACCENT_SHARE), late)
                }
                None => (BETWEEN, taps.timing.late(step)),
            };
            Played { step, drum, velocity: level * touch, late }
        };
        Ok(hits.map(played).collect())
    }

    /// By a model that was trained on taps.
    fn tapped(&self, taps: &Taps) -> Result<Vec<Played>, Error> {
        let n_window = self.model.config().n_steps();
        let mut played = Vec::new();
        for (number, window) in taps.filled(n_window).chunks(n_window).enumerate() {
            let z = self.model.encode(&tap::columns(window))?.mu;
            let mut rng = self.drummer.variation.stream(&format!("tapped {number}"));
            let mut pick = OnTaps::new(window, self.temperature, &mut rng);
            let lines: Vec<Line> = self.model.decode(&z, &mut pick)?;
            for step in 0..n_window {
                let row: Vec<u16> = lines.iter().map(|line| line[step]).collect();
                played.extend(groove::hits(&row).map(|hit| Played {
                    step: number * n_window + step,
                    drum: hit.drum,
                    velocity: f64::from(hit.velocity),
                    late: -0.5 * f64::from(hit.offset),
                }));
            }
        }
        played.retain(|hit| hit.step < taps.steps.len());
        Ok(played)
    }
}

/// A file with `hits` and the tempos of `file`, `n_steps` long.
fn written(file: &MidiFile, hits: &[Played], n_steps: usize) -> Vec<u8> {
    let quarters = |steps: f64| steps / STEPS_PER_QUARTER as f64;
    let note = |hit: &Played| {
        let start = quarters(hit.step as f64 + hit.late).max(0.0);
        Note {
            pitch: hit.drum.pitch(),
            velocity: hit.velocity.round().clamp(1.0, 127.0) as u8,
            start,
            end: (start + quarters(0.5)).min(quarters(n_steps as f64)).max(start),
            program: 0,
            is_drum: true,
            instrument: 0,
        }
    };
    let mut notes: Vec<Note> = hits.iter().map(note).collect();
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    let tempos = file.sequence.tempos.clone();
    let meters = vec![(0.0, TimeSignature { numerator: 4, denominator: 4 })];
    let bytes = midi::write(&NoteSequence { notes, tempos, meters }, |_| "drums");
    // Whole bars long, so that a sequencer can loop it.
    MidiFile::read(&bytes, &[]).map_or(bytes.clone(), |drums| {
        let end = drums.tick(n_steps as f64);
        drums.extended(&[], end).write()
    })
}
