//! An endless preview of a model in training: random samples of its newest snapshot, as bars.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::watch;

use crate::{
    music::{
        bar::{Bar, Hit, Mix, N_PARTS, Part},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        note::Note,
        programs::is_bass,
    },
    musicvae::{
        convert::notes::piece,
        net::{decode_rule::DecodeRule, latent, music_vae::MusicVae},
    },
    rng,
    station::composing::Source,
    units::Bpm,
};

/// Sampling temperature, as in Magenta.
const TEMPERATURE: f64 = 0.5;

/// A snapshot of the model in training.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The model.
    pub model: MusicVae,
    /// Stream title, such as the step and the loss.
    pub title: Arc<str>,
}

/// An endless source of bars, sampled from the newest snapshot.
pub struct Preview {
    newest: watch::Receiver<Arc<Snapshot>>,
    seed: u64,
    n_windows: u64,
    n_bars: u64,
    mix: Arc<Mix>,
    ready: VecDeque<Bar>,
}

impl Preview {
    /// A preview whose samples depend on `seed`.
    pub fn new(newest: watch::Receiver<Arc<Snapshot>>, seed: u64) -> Self {
        Self {
            newest,
            seed,
            n_windows: 0,
            n_bars: 0,
            mix: Arc::new(Mix::plain()),
            ready: VecDeque::new(),
        }
    }

    /// Samples a window and queues its bars.
    fn sample_window(&mut self) {
        let snapshot = self.newest.borrow().clone();
        let config = snapshot.model.config();
        let mut rng = rng::stream(self.seed, &format!("rehearse {}", self.n_windows));
        let z = latent::prior(config.n_latent, &mut rng);
        let mut pick = DecodeRule::of_tracks_or_plain(config.family.domain(), TEMPERATURE, rng);
        let window = snapshot.model.decode(&z, &mut *pick).expect("z has the model's width");
        let notes = piece(config, &[window], Bpm::DEFAULT).notes;
        self.n_windows += 1;
        for number in 0..config.n_bars() {
            self.ready.push_back(bar(&notes, number, self.n_bars, &snapshot.title, &self.mix));
            self.n_bars += 1;
        }
    }
}

impl Source for Preview {
    fn next_bar(&mut self) -> Bar {
        self.next().expect("a preview has no end")
    }
}

impl Iterator for Preview {
    type Item = Bar;

    /// The next bar, never none.
    fn next(&mut self) -> Option<Bar> {
        if self.ready.is_empty() {
            self.sample_window();
        }
        self.ready.pop_front()
    }
}

/// Bar `number` of a window's notes as bar `n` of the preview.
fn bar(notes: &[Note], number: usize, n: u64, title: &Arc<str>, mix: &Arc<Mix>) -> Bar {
    let first = (number * STEPS_PER_BAR) as f64;
    let steps = |quarters: f64| quarters * STEPS_PER_QUARTER as f64;
    let mut parts: [Vec<Hit>; N_PARTS] = Default::default();
    for note in notes {
        let part = match note {
            Note { is_drum: true, .. } => Part::Drums,
            note if is_bass(note.program) => Part::Bass,
            _ => Part::Lead,
        };
        let start_step = steps(note.start) - first;
        if (0.0..STEPS_PER_BAR as f64).contains(&start_step) {
            parts[part as usize].push(Hit {
                start_step: start_step as f32,
                n_steps: steps(note.end - note.start) as f32,
                pitch: note.pitch,
                velocity: note.velocity,
            });
        }
    }
    Bar { number: n, title: title.clone(), parts, ..Bar::plain(Bpm::DEFAULT, mix.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::train::{checkpoint, network::Network},
        musicvae::net::{config::Config, family::Family},
    };

    fn snapshot(title: &str) -> Arc<Snapshot> {
        let official = Config::official(Family::Trio4Bar);
        let config = Config { n_latent: 4, n_encoder: 4, n_decoder: 4, n_conductor: 4, ..official };
        let model = checkpoint::snapshot(&Network::new(config, 1).unwrap()).unwrap();
        Arc::new(Snapshot { model, title: title.into() })
    }

    #[test]
    fn a_preview_switches_to_the_newest_snapshot() {
        let (sender, newest) = watch::channel(snapshot("step 0"));
        let mut preview = Preview::new(newest, 1);

        let before: Vec<Bar> = preview.by_ref().take(4).collect();
        sender.send_replace(snapshot("step 100"));
        let after = preview.next().unwrap();

        assert!(before.iter().all(|bar| &*bar.title == "step 0"));
        assert_eq!((&*after.title, after.number), ("step 100", 4));
        assert!(before.iter().any(|bar| bar.parts.iter().any(|hits| !hits.is_empty())));
    }
}
