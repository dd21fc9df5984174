//! Continues a file: adds bars of its drums, a melody and a bass in their own tracks. The file's bars stay
//! unchanged.

use crate::{
    lab::tools::{
        drumming::Drummer,
        input::Error,
        manner::InManner,
        playing::{self, Playing},
        source::Source,
    },
    music::{
        key_finding::{key_of_lines, key_of_notes},
        meter::STEPS_PER_BAR,
        midi::edit::MidiFile,
        normalise::{self, Normalised},
        trio::Line,
    },
    musicvae::{
        convert::window::Window,
        net::{head::Pick, latent, music_vae::MusicVae},
    },
    rng::Rng,
};

/// Share of noise in z from one window to the next, far from the file.
const FAR: f64 = 0.4;

/// Share of noise in z near the file: each window is another variation.
const NEAR: f64 = 0.15;

/// Logit bonus of the file's own melody and bass tokens near the file: a trio's z alone keeps the mood of a
/// riff, but not its notes.
///
/// Priming the decoder with the file's last bars instead lost the beat: over 80 patterns its drums had an F
/// measure of 0.49 with those of the next two bars, drums from z 0.79.
const MEMORY: f32 = 3.0;

/// How a file is continued.
pub struct Continuation<'a> {
    /// A model of drums or of trios.
    pub model: &'a MusicVae,
    /// Touch of the drums.
    pub drummer: Drummer<'a>,
    /// Bars to be added.
    pub n_bars: usize,
    /// Whether z drifts from window to window instead of staying near that of the last bars.
    pub is_far: bool,
    /// Makes the token sampler of a window from a random stream.
    pub sampler: &'a dyn Fn(Rng) -> Box<dyn Pick>,
}

impl Continuation<'_> {
    /// `file` with the added bars.
    ///
    /// # Errors
    /// No part of the model plays in the last bars, or the model is not of drums or trios.
    pub fn of<'f>(&self, file: MidiFile<'f>) -> Result<MidiFile<'f>, Error> {
        let n_given = file.n_bars();
        let source = Source::of(&file, n_given, self.model.config())?;
        let lines = self.lines(&source, &file)?;
        let end = file.tick(((n_given + self.n_bars) * STEPS_PER_BAR) as f64);
        let playing = Playing { file: &file, drummer: self.drummer, n_given };
        let notes = source.parts.iter().flat_map(|part| playing.notes(part, &lines[part.column]));
        let notes = playing::fitted(notes.collect(), &file.notes, end);
        Ok(file.extended(&notes, end))
    }

    /// The tokens of the bars to be added, one line for each column of the model.
    fn lines(&self, source: &Source, file: &MidiFile) -> Result<Vec<Line>, Error> {
        let config = self.model.config();
        let n_steps = self.n_bars * STEPS_PER_BAR;
        let (given, moved) = normalised(source, self.model);
        let classes = pitch_classes(file, moved);
        let home = self.model.encode(&source.window)?.mu;
        let mut z = home.clone();
        let mut lines = vec![Line::new(); given.len()];
        for window in 0..n_steps.div_ceil(config.n_steps()) {
            let mut rng = self.drummer.variation.stream(&format!("window {window}"));
            let noise = latent::prior(z.len(), &mut rng);
            let weight = if self.is_far { 0.0 } else { MEMORY };
            z = match self.is_far {
                true => latent::perturb(&z, &noise, FAR),
                false => latent::perturb(&home, &noise, NEAR),
            };
            let mut pick = InManner::new(&given, weight, classes, (self.sampler)(rng));
            let next = self.model.decode(&z, &mut pick)?;
            lines.iter_mut().zip(&next).for_each(|(line, next)| line.extend(next));
        }
        for line in &mut lines {
            line.truncate(n_steps);
        }
        if let [melody, bass, ..] = &mut lines[..] {
            moved.restore(melody, bass);
        }
        Ok(lines)
    }
}

/// The window as the model reads it, and its shift to the model's key and registers.
fn normalised(source: &Source, model: &MusicVae) -> (Window, Normalised) {
    let mut window = source.window.clone();
    let mut moved = Normalised::default();
    if model.config().family.is_normalised()
        && let [melody, bass, ..] = &mut window[..]
    {
        let key = key_of_lines([&melody[..], bass]);
        moved = normalise::normalise(melody, bass, key);
    }
    (window, moved)
}

/// The pitch classes of the file's key and notes, as bits, transposed like the model's lines.
fn pitch_classes(file: &MidiFile, moved: Normalised) -> u16 {
    let pitched = file.sequence.notes.iter().filter(|note| !note.is_drum);
    let played = pitched.fold(0u16, |classes, note| classes | 1 << (note.pitch % 12));
    if played == 0 {
        return (1 << 12) - 1;
    }
    let key = key_of_notes(&file.sequence.notes);
    let of_key = (0..12).filter(|&class| key.contains(class));
    let all = of_key.fold(played, |classes, class| classes | 1 << class);
    let shift = i16::from(moved.semitones);
    (0..12)
        .filter(|class| all >> class & 1 == 1)
        .fold(0, |classes, class| classes | 1 << (class as i16 + shift).rem_euclid(12))
}
