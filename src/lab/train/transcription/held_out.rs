//! Evaluation of the pitch network on held-out recordings.

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use crate::{
    lab::{
        train::{
            Error,
            transcription::example::{Material, Sound, draw_sound},
        },
        transcription::{
            HeardNote,
            activations::Activations,
            agreement::{Agreement, Rule, agreement},
            cqt::RATE,
            note_creation::{Thresholds, heard},
            pitch_network::{PitchNetwork, Weights},
        },
    },
    rng,
};

/// Number of windows in a held-out recording.
const N_WINDOWS: usize = 4;

/// Notes that start this close to an edge of a held-out recording are not counted, in seconds.
const EDGE_S: f64 = 0.1;

/// Minimum note lengths to try, in frames: 35 to 128 ms.
const SHORTEST: [usize; 4] = [3, 5, 8, 11];

/// Candidates for the least relative amplitude at which a harmonic counts as a note.
const HARMONICS: [f32; 4] = [0.0, 0.5, 0.6, 0.7];

/// Held-out recordings.
#[derive(Debug, Clone)]
pub struct HeldOut(Vec<Sound>);

impl HeldOut {
    /// Draws `n` recordings of about seven seconds, the same for the same material.
    ///
    /// # Errors
    /// Rendering a take failed.
    pub fn draw(material: &Material, n: usize) -> Result<Self, Error> {
        let sounds = (0..n).into_par_iter().map(|number| {
            let mut rng = rng::stream(0, &format!("held-out recording {number}"));
            Ok(draw_sound(material, N_WINDOWS, &mut rng)?)
        });
        Ok(Self(sounds.collect::<Result<_, Error>>()?))
    }

    /// Activations with `weights`.
    pub fn activations(&self, weights: &Weights) -> Vec<Activations> {
        let network = PitchNetwork::new(weights);
        let of = |sound: &Sound| Activations::of(&network, &sound.samples, false, &|| true);
        self.0.par_iter().map(|sound| of(sound).unwrap_or_default()).collect()
    }

    /// How well the notes of `activations` agree with the truth.
    pub fn agreement(&self, activations: &[Activations], thresholds: &Thresholds) -> Agreement {
        let pairs: Vec<(&Sound, &Activations)> = self.0.iter().zip(activations).collect();
        let judge = |(sound, activations): &(&Sound, &Activations)| {
            let end_s = sound.samples.len() as f64 / f64::from(RATE);
            let inside = |notes: &[HeardNote]| -> Vec<HeardNote> {
                let is_in =
                    |note: &&HeardNote| EDGE_S < note.onset_s && note.onset_s < end_s - EDGE_S;
                notes.iter().filter(is_in).copied().collect()
            };
            let found = inside(&heard(activations, thresholds));
            agreement(&inside(&sound.notes), &found, Rule::Onset)
        };
        pairs.par_iter().map(judge).reduce(Agreement::default, Agreement::and)
    }

    /// The thresholds with the greatest F.
    pub fn best_thresholds(&self, activations: &[Activations]) -> Thresholds {
        let steps = |from: u8, to: u8| (from..=to).map(|n| f32::from(n) / 20.0);
        let of_two = steps(4, 16).flat_map(|onset| {
            steps(2, 10).map(move |frame| Thresholds { onset, frame, ..Thresholds::default() })
        });
        let all = of_two.flat_map(|two| {
            SHORTEST.into_iter().map(move |n_frames| Thresholds { n_frames, ..two.clone() })
        });
        let all = all.flat_map(|three| {
            HARMONICS
                .into_iter()
                .map(move |harmonic_share| Thresholds { harmonic_share, ..three.clone() })
        });
        let judged =
            all.map(|thresholds| (self.agreement(activations, &thresholds).f(), thresholds));
        judged.max_by(|a, b| a.0.total_cmp(&b.0)).map_or_else(Thresholds::default, |best| best.1)
    }
}
