//! A piece: what one track has of its own.

use std::sync::Arc;

use rand::{RngExt as _, seq::IndexedRandom as _};
use serde::{Deserialize, Serialize};

use crate::{
    compose::{sections::N_IDEAS, shared, titles, walk::Leg},
    config::{Form, Theme},
    music::{bar::Mix, scale::Key},
    musicvae::net::latent::{self, Latent},
    rng::{self, Rng},
    units::{Bpm, Lufs},
};

/// How many fifths keys go away from the theme's, at most: what is further has few notes in common.
const MOST_FIFTHS: i32 = 2;

/// A title, a key, a tempo, instruments, and ways through the latent spaces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Counts from 0 for the life of the station.
    pub number: u64,
    /// What is drawn for it.
    pub seed: u64,
    /// What listeners are shown.
    #[serde(with = "shared")]
    pub title: Arc<str>,
    /// What all but the drums keep to.
    pub key: Key,
    /// How many fifths that is from the theme's key.
    fifths: i32,
    /// How fast it goes.
    pub tempo: Bpm,
    /// Instruments and levels.
    #[serde(with = "shared")]
    pub mix: Arc<Mix>,
    /// Where bass and lead go.
    pub leg: Leg,
    /// What leads its drums away from the pad.
    pub beat: Latent,
    /// Which of the theme's chord loops each of the piece's themes has.
    pub loops: [usize; N_IDEAS],
    /// Which of the theme's rhythms.
    pub rhythms: [usize; N_IDEAS],
}

/// What pieces are drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The station's title.
    pub station: &'a str,
    /// What it plays.
    pub theme: &'a Theme,
    /// Whether pieces are one.
    pub form: Form,
    /// How loud it is.
    pub loudness: Lufs,
    /// The station's.
    pub seed: u64,
    /// Width of the drums' latent space.
    pub n_beat: usize,
}

impl Piece {
    /// The first piece, which has the theme's own key.
    pub fn first(source: Source, leg: Leg) -> Self {
        Self::draw(source, 0, 0, None, leg)
    }

    /// The piece after this one where the station turns to another theme, in that theme's key.
    pub fn turn(&self, source: Source, leg: Leg) -> Self {
        Self::draw(source, self.number + 1, 0, None, leg)
    }

    /// The piece after this one. Of an endless one it has key, tempo and instruments.
    pub fn next(&self, source: Source, leg: Leg) -> Self {
        let number = self.number + 1;
        let mut rng = rng::stream(source.seed, &format!("key {number}"));
        let fifths = match source.form {
            Form::Endless => self.fifths,
            Form::Tracks => related(self.fifths, &mut rng),
        };
        let keep = (source.form == Form::Endless).then_some(self);
        Self::draw(source, number, fifths, keep, leg)
    }

    fn draw(source: Source, number: u64, fifths: i32, keep: Option<&Self>, leg: Leg) -> Self {
        let Source { theme, seed, .. } = source;
        let mut rng = rng::stream(seed, &format!("piece {number}"));
        let spread = theme.tempo_spread * (2.0 * rng.random::<f64>() - 1.0);
        let drawn = Bpm::try_from((theme.tempo.get() + spread).round()).unwrap_or(theme.tempo);
        // Without a spread it is the theme's to the last digit.
        let drawn = if theme.tempo_spread == 0.0 { theme.tempo } else { drawn };
        let tempo = keep.map_or(drawn, |piece| piece.tempo);
        let key = theme.key.by_fifths(fifths);
        let mut choose = |n: usize| std::array::from_fn(|_| rng.random_range(0..n));
        let (loops, rhythms) =
            (choose(theme.chords.loops.len()), choose(theme.chords.rhythms.len()));
        let mix = keep.map_or_else(
            || Arc::new(palette(theme, source.loudness, &mut rng)),
            |piece| piece.mix.clone(),
        );
        let title = titles::title(source.station, theme, seed, number, key, tempo);
        Self {
            number,
            seed: rng::derive(seed, &format!("piece {number}")),
            title: title.into(),
            key,
            fifths,
            tempo,
            mix,
            leg,
            beat: latent::prior(source.n_beat, &mut rng),
            loops,
            rhythms,
        }
    }

    /// The same piece on another way.
    pub fn along(&self, leg: Leg) -> Self {
        Self { leg, ..self.clone() }
    }

    /// The same piece as another version of its theme sounds.
    pub fn in_sound_of(&self, theme: &Theme, loudness: Lufs) -> Self {
        let mut mix = palette(theme, loudness, &mut rng::stream(self.seed, "sound"));
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

/// The theme's voices with one of its programs each.
fn palette(theme: &Theme, loudness: Lufs, rng: &mut Rng) -> Mix {
    let mut voices = theme.voices;
    for (voice, programs) in voices.iter_mut().zip(&theme.programs) {
        voice.program = programs.choose(rng).copied().unwrap_or(voice.program);
    }
    let Theme { echo_steps, echo_feedback, .. } = *theme;
    Mix { voices, echo_steps, echo_feedback, loudness }
}

/// A key a fifth away, or the same one in one of three cases.
fn related(fifths: i32, rng: &mut Rng) -> i32 {
    let moved = fifths + rng.random_range(-1..=1);
    moved.clamp(-MOST_FIFTHS, MOST_FIFTHS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::walk::{Anchors, Walk};

    fn pieces(form: Form, theme: &Theme, n: usize) -> Vec<Piece> {
        let source =
            Source { station: "S", theme, form, loudness: Lufs::DEFAULT, seed: 7, n_beat: 8 };
        let points = (0..3).map(|at| latent::prior(8, &mut rng::stream(at, "anchor"))).collect();
        let anchors = Anchors { points, in_turn: false };
        let mut walk = Walk::new(anchors, 7);
        let mut pieces = vec![Piece::first(source, walk.next().unwrap())];
        while pieces.len() < n {
            let leg = walk.next().unwrap();
            pieces.push(pieces[pieces.len() - 1].next(source, leg));
        }
        pieces
    }

    fn theme() -> Theme {
        let programs = std::array::from_fn(|_| vec![1, 2, 3, 4]);
        Theme { tempo_spread: 4.0, programs, ..Theme::default() }
    }

    #[test]
    fn keys_are_a_fifth_apart_at_most_and_never_far_from_home() {
        let pieces = pieces(Form::Tracks, &theme(), 100);
        let fifths: Vec<i32> = pieces.iter().map(|piece| piece.fifths).collect();

        assert!(fifths.windows(2).all(|pair| pair[0].abs_diff(pair[1]) <= 1));
        assert!(fifths.iter().all(|fifths| fifths.abs() <= MOST_FIFTHS));
        assert!(fifths.iter().any(|fifths| *fifths != 0));
        assert_eq!(pieces[0].key, theme().key);
    }

    #[test]
    fn pieces_differ_in_what_is_their_own() {
        let pieces = pieces(Form::Tracks, &theme(), 20);
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
        let pieces = pieces(Form::Endless, &theme(), 10);
        let first = &pieces[0];

        assert!(pieces.iter().all(|piece| (piece.key, piece.tempo) == (first.key, first.tempo)));
        assert!(pieces.iter().all(|piece| piece.mix == first.mix));
    }

    #[test]
    fn a_piece_in_another_sound_keeps_its_instruments_where_it_can() {
        let piece = &pieces(Form::Tracks, &theme(), 1)[0];
        let mut louder = theme();
        louder.voices[1].gain.0 += 3.0;
        let changed = piece.in_sound_of(&louder, Lufs::DEFAULT);

        assert_eq!(changed.mix.voices[1].program, piece.mix.voices[1].program);
        assert_eq!(changed.mix.voices[1].gain.0, piece.mix.voices[1].gain.0 + 3.0);
        assert_eq!(changed.title, piece.title);
    }
}
