//! A piece: title, key, tempo, instruments and paths through the latent spaces.

use std::sync::Arc;

use rand::{RngExt as _, seq::IndexedRandom as _};
use serde::{Deserialize, Serialize};

use crate::{
    compose::{sections::N_MOTIFS, setting::Setting, titles, walk::Leg},
    config::{Form, Theme},
    music::{
        bar::Mix,
        scale::{Key, Mode},
    },
    musicvae::net::latent::{self, Latent},
    rng::{self, Rng},
    units::{Bpm, Lufs},
};

/// How many fifths a key may lie from the theme's: keys further away share few notes with it.
const MOST_FIFTHS: i32 = 2;

/// Share of hymns in the relative minor or major key.
const RELATIVE: f64 = 0.4;

/// A piece of two to six minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Counts from 0 over the station's life.
    pub number: u64,
    /// Seed of everything that is drawn within the piece.
    pub seed: u64,
    /// The title that listeners see.
    pub title: Arc<str>,
    /// Key of all parts but the drums.
    pub key: Key,
    /// Distance from the theme's key in fifths.
    fifths: i32,
    /// Tempo of the piece outside of transitions.
    pub tempo: Bpm,
    /// Its deviation from the theme's tempo as a share of the theme's spread, -1 to 1.
    #[serde(default)]
    deviation: f64,
    /// Instruments and levels.
    pub mix: Arc<Mix>,
    /// Path of bass and lead through the trio's latent space.
    pub leg: Leg,
    /// Noise that moves its drums off the pad's beat.
    pub beat: Latent,
    /// Index of each motif's chord loop in the theme.
    pub loops: [usize; N_MOTIFS],
    /// Index of each motif's chord rhythm in the theme.
    pub rhythms: [usize; N_MOTIFS],
}

impl Piece {
    /// The station's first piece, in the theme's key.
    pub fn first(setting: &Setting, leg: Leg) -> Self {
        Self::draw(setting, 0, 0, None, leg)
    }

    /// The next piece when the station changes to another theme, in that theme's key.
    pub fn first_of_theme(&self, setting: &Setting, leg: Leg) -> Self {
        Self::draw(setting, self.number + 1, 0, None, leg)
    }

    /// The piece after this one. In an endless form it keeps key, tempo and instruments.
    pub fn next(&self, setting: &Setting, leg: Leg) -> Self {
        let number = self.number + 1;
        match setting.station.form {
            Form::Endless => Self::draw(setting, number, self.fifths, Some(self), leg),
            Form::Tracks => {
                let mut rng = rng::stream(setting.seed, &format!("key {number}"));
                Self::draw(setting, number, related(self.fifths, &mut rng), None, leg)
            }
        }
    }

    fn draw(setting: &Setting, number: u64, fifths: i32, keep: Option<&Self>, leg: Leg) -> Self {
        let (theme, station, seed) = (setting.theme(), &setting.station, setting.seed);
        let mut rng = rng::stream(seed, &format!("piece {number}"));
        let drawn = 2.0 * rng.random::<f64>() - 1.0;
        let deviation = keep.map_or(drawn, |piece| piece.deviation);
        let tempo = keep.map_or_else(|| tempo(theme, deviation), |piece| piece.tempo);
        let key = key(theme, fifths, seed_of(seed, number));
        let mut choose = |n: usize| std::array::from_fn(|_| rng.random_range(0..n));
        let (loops, rhythms) =
            (choose(theme.chords.loops.len()), choose(theme.chords.rhythms.len()));
        let mix = keep.map_or_else(
            || Arc::new(draw_mix(theme, station.loudness, &mut rng)),
            |piece| piece.mix.clone(),
        );
        let title = titles::title(&station.title, theme, seed, number, key, tempo);
        Self {
            number,
            seed: seed_of(seed, number),
            title: title.into(),
            key,
            fifths,
            tempo,
            deviation,
            mix,
            leg,
            beat: latent::prior(setting.n_drums_latent(), &mut rng),
            loops,
            rhythms,
        }
    }

    /// Whether it was drawn by a station whose own seed is `seed`.
    pub fn is_of_seed(&self, seed: u64) -> bool {
        self.seed == seed_of(seed, self.number)
    }

    /// The same piece along another leg.
    pub fn along(&self, leg: Leg) -> Self {
        Self { leg, ..self.clone() }
    }

    /// The same piece in the key and the tempo of another version of its theme.
    pub fn in_tune_of(&self, setting: &Setting) -> Self {
        let theme = setting.theme();
        let key = key(theme, self.fifths, self.seed);
        let tempo = tempo(theme, self.deviation);
        Self { key, tempo, ..self.clone() }
    }

    /// The same piece in the sound of another version of its theme; instruments that the theme still
    /// has stay.
    pub fn in_sound_of(&self, setting: &Setting) -> Self {
        let (theme, loudness) = (setting.theme(), setting.station.loudness);
        let mut mix = draw_mix(theme, loudness, &mut rng::stream(self.seed, "sound"));
        for ((voice, had), programs) in
            mix.voices.iter_mut().zip(&self.mix.voices).zip(&theme.programs)
        {
            if programs.contains(&had.program) {
                voice.program = had.program;
            }
        }
        Self { mix: Arc::new(mix), ..self.clone() }
    }
}

/// The key of the piece with `seed` that lies `fifths` from that of `theme`. Some hymns are in the relative
/// key, with the same notes.
fn key(theme: &Theme, fifths: i32, seed: u64) -> Key {
    let key = theme.key.by_fifths(fifths);
    let turns = theme.chorale_model.is_some() && rng::stream(seed, "mode").random_bool(RELATIVE);
    match (turns, key.mode) {
        (true, Mode::Major) => Key { root: (key.root + 9) % 12, mode: Mode::Minor },
        (true, Mode::Minor) => Key { root: (key.root + 3) % 12, mode: Mode::Major },
        _ => key,
    }
}

/// The tempo of a piece in `theme`, in whole bpm; without a spread exactly the theme's.
fn tempo(theme: &Theme, deviation: f64) -> Bpm {
    if theme.tempo_spread == 0.0 {
        return theme.tempo;
    }
    let drawn = theme.tempo.get() + theme.tempo_spread * deviation;
    Bpm::try_from(drawn.round()).unwrap_or(theme.tempo)
}

/// The theme's voices, each with one of its programs.
fn draw_mix(theme: &Theme, loudness: Lufs, rng: &mut Rng) -> Mix {
    let mut voices = theme.voices;
    for (voice, programs) in voices.iter_mut().zip(&theme.programs) {
        voice.program = programs.choose(rng).copied().unwrap_or(voice.program);
    }
    let Theme { echo_steps, echo_feedback, room, .. } = *theme;
    Mix { voices, echo_steps, echo_feedback, room, loudness }
}

/// A fifth up, a fifth down or the same key, equally likely.
fn related(fifths: i32, rng: &mut Rng) -> i32 {
    let moved = fifths + rng.random_range(-1..=1);
    moved.clamp(-MOST_FIFTHS, MOST_FIFTHS)
}

/// The seed of piece `number` of a station whose own seed is `seed`.
fn seed_of(seed: u64, number: u64) -> u64 {
    rng::derive(seed, &format!("piece {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compose::{liked::Liked, testing, walk::WalkProgress},
        config::Station,
    };

    fn setting(form: Form, theme: Theme) -> Setting {
        let station = Station { form, theme: theme.into(), ..testing::stations()[0].clone() };
        testing::setting(&station, 7)
    }

    fn pieces(form: Form, theme: Theme, n: usize) -> Vec<Piece> {
        let setting = setting(form, theme);
        let anchors = &setting.loaded.anchors;
        let mut walk = WalkProgress::start(anchors);
        let mut pieces = vec![Piece::first(&setting, walk.next_leg(anchors, &Liked::default(), 7))];
        while pieces.len() < n {
            let leg = walk.next_leg(anchors, &Liked::default(), 7);
            pieces.push(pieces[pieces.len() - 1].next(&setting, leg));
        }
        pieces
    }

    fn theme() -> Theme {
        let programs = std::array::from_fn(|_| vec![1, 2, 3, 4]);
        Theme { tempo_spread: 4.0, programs, ..Theme::default() }
    }

    #[test]
    fn keys_move_by_a_fifth_and_stay_near_the_theme_s() {
        let pieces = pieces(Form::Tracks, theme(), 100);
        let fifths: Vec<i32> = pieces.iter().map(|piece| piece.fifths).collect();

        assert!(fifths.windows(2).all(|pair| pair[0].abs_diff(pair[1]) <= 1));
        assert!(fifths.iter().all(|fifths| fifths.abs() <= MOST_FIFTHS));
        assert!(fifths.iter().any(|fifths| *fifths != 0));
        assert_eq!(pieces[0].key, theme().key);
    }

    #[test]
    fn pieces_differ_in_tempo_title_and_instruments() {
        let pieces = pieces(Form::Tracks, theme(), 20);
        let n = |of: fn(&Piece) -> String| {
            pieces.iter().map(of).collect::<std::collections::HashSet<_>>().len()
        };

        assert!(4 < n(|piece| piece.tempo.to_string()));
        assert!(10 < n(|piece| piece.title.to_string()));
        assert!(10 < n(|piece| format!("{:?}", piece.mix.voices.map(|voice| voice.program))));
        assert!(pieces.iter().all(|piece| (piece.tempo.get() - 120.0).abs() <= 4.0));
    }

    #[test]
    fn an_endless_piece_keeps_key_tempo_and_instruments() {
        let pieces = pieces(Form::Endless, theme(), 10);
        let first = &pieces[0];

        assert!(pieces.iter().all(|piece| (piece.key, piece.tempo) == (first.key, first.tempo)));
        assert!(pieces.iter().all(|piece| piece.mix == first.mix));
    }

    #[test]
    fn a_piece_in_another_tune_keeps_its_distance_from_the_theme() {
        let piece = &pieces(Form::Tracks, theme(), 5)[4];
        let faster = Theme {
            tempo: Bpm::try_from(140.0).unwrap(),
            key: "D dorian".parse().unwrap(),
            ..theme()
        };
        let moved = piece.in_tune_of(&setting(Form::Tracks, faster.clone()));

        assert_eq!(moved.tempo.get(), piece.tempo.get() + 20.0);
        assert_eq!(moved.key, faster.key.by_fifths(piece.fifths));
        assert_eq!((&moved.title, moved.seed), (&piece.title, piece.seed));
        assert_eq!(moved.in_tune_of(&setting(Form::Tracks, theme())), *piece);
    }

    #[test]
    fn a_piece_in_another_sound_keeps_its_instruments() {
        let piece = &pieces(Form::Tracks, theme(), 1)[0];
        let mut louder = theme();
        louder.voices[1].gain.0 += 3.0;
        let changed = piece.in_sound_of(&setting(Form::Tracks, louder));

        assert_eq!(changed.mix.voices[1].program, piece.mix.voices[1].program);
        assert_eq!(changed.mix.voices[1].gain.0, piece.mix.voices[1].gain.0 + 3.0);
        assert_eq!(changed.title, piece.title);
    }
}
