//! A drummer's touch on any number of bars of drums, and the drums of a file as tokens.

use crate::{
    compose::drummer,
    lab::tools::{input::Error, variation::Variation},
    music::{
        drums::{self, Drum, N_CLASSES},
        humanise::Touch,
        meter::STEPS_PER_BAR,
        midi::edit::{FileNote, MidiFile},
        part_map::Role,
        trio::Line,
    },
    musicvae::net::{
        domain::{Domain, GrooveInput},
        music_vae::MusicVae,
    },
};

/// A predicted velocity up to this is no hit: the model rejects a hit, such as a tom in a beat that had none
/// in the training data.
const SILENT: f64 = 10.0;

/// A groove model that adds a drummer's velocities and timing to given hits, and its settings.
#[derive(Debug, Clone, Copy)]
pub struct Drummer<'a> {
    model: &'a MusicVae,
    /// 0 is the model's mean, 1 its spread.
    pub temperature: f64,
    /// Which drummer.
    pub variation: Variation,
}

impl<'a> Drummer<'a> {
    /// The drummer number `variation`.
    ///
    /// # Errors
    /// `model` is not one that humanises.
    pub fn new(model: &'a MusicVae, temperature: f64, variation: Variation) -> Result<Self, Error> {
        let family = model.config().family;
        match family.domain() {
            Domain::Groove(GrooveInput::Hits) => Ok(Self { model, temperature, variation }),
            _ => Err(Error::Model { expected: "grooves (humanize)", found: family.name() }),
        }
    }

    /// Velocity and timing of each hit of `tokens`, whole bars, by step and class.
    ///
    /// The last bars are repeated to fill the model's last window, so that it reads no rests that the file
    /// doesn't have.
    pub fn touches(&self, tokens: &Line) -> Vec<[Touch; N_CLASSES]> {
        let Variation { seed, .. } = self.variation;
        let stream = self.variation.name("drummer");
        let padded = fill(tokens, self.model.config().n_steps());
        let mut touches = drummer::touches(self.model, &padded, self.temperature, seed, &stream);
        touches.truncate(tokens.len());
        mend(tokens, &mut touches);
        touches
    }
}

/// Gives hits that the model rejects the velocities of the rule, scaled to its other hits' level.
fn mend(tokens: &Line, touches: &mut [[Touch; N_CLASSES]]) {
    let by_rule = |drum: Drum, step: usize| Touch::by_rule(drum, step % STEPS_PER_BAR).velocity;
    let (mut heard, mut ruled) = (0.0, 0.0);
    for (step, (&token, touches)) in tokens.iter().zip(&*touches).enumerate() {
        for drum in drums::classes(token).filter(|drum| SILENT < touches[*drum as usize].velocity) {
            heard += touches[drum as usize].velocity;
            ruled += by_rule(drum, step);
        }
    }
    let level = if 0.0 < heard { heard / ruled } else { 1.0 };
    for (step, (&token, touches)) in tokens.iter().zip(touches).enumerate() {
        for drum in drums::classes(token) {
            let touch = &mut touches[drum as usize];
            if touch.velocity <= SILENT {
                touch.velocity = level * by_rule(drum, step);
            }
        }
    }
}

/// `line` with its last bars repeated up to a multiple of `n_window` steps.
fn fill(line: &Line, n_window: usize) -> Line {
    let mut filled = line.clone();
    let n_over = line.len() % n_window.max(1);
    if n_over != 0 {
        let rest = &line[line.len() - n_over..];
        filled.extend(rest.iter().cycle().take(n_window - n_over));
    }
    filled
}

/// The class of a note of the drums; none for other notes, and for keys without one.
pub fn class(note: &FileNote) -> Option<Drum> {
    drums::class(note.pitch).filter(|_| note.role == Role::Drums)
}

/// The drums of `file` as tokens, `n_bars` of them.
pub fn tokens(file: &MidiFile, n_bars: usize) -> Line {
    let mut tokens = vec![0; n_bars * STEPS_PER_BAR];
    for note in &file.notes {
        if let (Some(drum), Some(token)) = (class(note), tokens.get_mut(file.step(note.start))) {
            *token |= drum.bit();
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_bar_is_repeated_to_fill_the_window() {
        let line: Line = (0..48).collect();

        let filled = fill(&line, 32);

        assert_eq!((filled.len(), &filled[48..]), (64, &line[32..]));
        assert_eq!((fill(&line, 16), fill(&vec![1; 16], 64)), (line, vec![1; 64]));
    }
}
