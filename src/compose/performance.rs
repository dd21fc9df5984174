//! The performance of a score: velocities, timing, tempo and filters, as bars.

use std::{ops::Range, sync::Arc};

use crate::{
    compose::{
        books::Book,
        drummer, moves,
        phrase::{PHRASE_BARS, Phrase},
        score::Score,
        setting::Setting,
        transitions,
    },
    config::Player,
    music::{
        bar::{Bar, Hit, Mix, Part},
        chain::Filter,
        chord::Chord,
        cover::Cover,
        drums::N_CLASSES,
        humanise::{
            self, Articulation, BASS_VELOCITY, Feel, LEAD_VELOCITY, Touch, play_drums, play_notes,
            play_percussion,
        },
        machine_bass::MachineBass,
        meter::STEPS_PER_BAR,
        section::Section,
    },
    rng::{self, Rng},
    units::Bpm,
};

/// MIDI velocity of chords without accent at full force.
const CHORD_VELOCITY: f64 = 72.0;

/// Velocity factor without tension, and how much full tension adds.
const FORCE: (f64, f64) = (0.8, 0.25);

/// The factor of a drum machine, at any tension.
const MACHINE_FORCE: f64 = 0.98;

/// Filter opening at the start and at the end of a build.
const BUILD_OPENING: [f64; 2] = [0.3, 1.0];

/// A phrase to be performed.
pub struct Performance<'a> {
    /// The station's setting.
    pub setting: &'a Setting,
    /// The phrase.
    pub phrase: &'a Phrase,
    /// The chord of each bar.
    pub chords: &'a [Chord],
    /// The notes.
    pub score: &'a Score,
}

/// A bar of the phrase.
struct Slot {
    /// Its number in the station's life.
    number: u64,
    /// Its steps in the phrase.
    steps: Range<usize>,
    /// Factor of velocities.
    force: f64,
}

impl Performance<'_> {
    /// The bars of the phrase, the first one numbered `first`.
    pub fn bars(&self, first: u64) -> Vec<Bar> {
        let touches = self.touches();
        (0..PHRASE_BARS).map(|bar| self.bar(first + bar, bar, &touches)).collect()
    }

    /// The drummer's touch of each hit; empty without a groove model.
    fn touches(&self) -> Vec<[Touch; N_CLASSES]> {
        // One drummer per piece.
        let seed = self.phrase.piece.seed;
        let groove = self.setting.loaded.groove.as_ref();
        groove.map_or_else(Vec::new, |groove| {
            drummer::touches(groove, &self.score.drums, 1.0, seed, "drummer")
        })
    }

    fn bar(&self, number: u64, of_phrase: u64, touches: &[[Touch; N_CLASSES]]) -> Bar {
        let phrase = self.phrase;
        let [from, to] = [of_phrase, of_phrase + 1].map(|bar| bar as f64 / PHRASE_BARS as f64);
        let tempo = along(phrase.tempo.map(Bpm::get), from);
        let force = FORCE.0 + FORCE.1 * along(phrase.tension, from);
        let start = of_phrase as usize * STEPS_PER_BAR;
        let place = phrase.piece.leg.middle();
        let slot = Slot { number, steps: start..start + STEPS_PER_BAR, force };
        Bar {
            number,
            tempo: Bpm::try_from(tempo).unwrap_or(phrase.tempo[0]),
            key: phrase.piece.key,
            chord: self.chords[of_phrase as usize],
            section: phrase.section,
            piece: phrase.piece.number,
            title: phrase.piece.title.clone(),
            cover: Cover::new(phrase.piece.key, phrase.piece.tempo, &place),
            place: place.into(),
            puck: None,
            parts: Part::ALL.map(|part| self.play(part, &slot, touches)),
            throws: Vec::new(),
            mix: mix(phrase, from),
            opening: [from, to].map(|t| self.opening(t)),
            transition: transitions::of(phrase, self.book().leads, of_phrase),
        }
    }

    fn book(&self) -> &'static Book {
        Book::of(self.setting.theme())
    }

    /// Filter opening at `t` of the phrase, 0 to 1: the book's value for the section or, without one, from
    /// nearly closed in a build and by tension elsewhere.
    fn opening(&self, t: f64) -> f32 {
        let phrase = self.phrase;
        let of_section = (phrase.of_section as f64 + t) / phrase.n_phrases as f64;
        let opening = match (self.book().openings, phrase.section) {
            (Some(openings), section) => along(openings[section as usize], of_section),
            (None, Section::Build) => along(BUILD_OPENING, of_section),
            (None, _) => opening(along(phrase.tension, t)),
        };
        opening as f32
    }

    /// The hits of `part` in a bar.
    fn play(&self, part: Part, slot: &Slot, touches: &[[Touch; N_CLASSES]]) -> Vec<Hit> {
        let theme = self.setting.theme();
        let feel = self.feel();
        let stream = format!("play {} {}", part.name(), slot.number);
        let mut rng = rng::stream(self.setting.seed, &stream);
        let (velocity, hold) = match part {
            Part::Drums => return self.play_drums(slot, touches, feel, &mut rng),
            Part::Bass => (BASS_VELOCITY, theme.bass.hold),
            Part::Lead => (LEAD_VELOCITY, theme.lead.hold),
            Part::Chords => (CHORD_VELOCITY, theme.chords.hold),
        };
        let articulation = Articulation { velocity: slot.force * velocity, hold };
        let notes = &self.score.notes[part as usize];
        let mut hits = play_notes(notes, slot.steps.start, articulation, feel, &mut rng);
        if theme.voices[part as usize].chain.filter == Filter::Acid {
            // One set of switches per piece.
            let stream = format!("machine {}", part.name());
            let machine = MachineBass::draw(&mut rng::stream(self.phrase.piece.seed, &stream));
            machine.articulate(&mut hits, notes, slot.steps.start);
        }
        hits
    }

    /// The theme's feel; a machine does not use the groove model.
    fn feel(&self) -> Feel {
        let theme = self.setting.theme();
        let share = |of_drummer: f64| match theme.drums.player {
            Player::Machine => 0.0,
            Player::Drummer => of_drummer,
        };
        Feel {
            swing: theme.swing,
            looseness: theme.humanise,
            groove: share(theme.groove),
            groove_time: share(theme.groove_time),
        }
    }

    /// Drums and percussion. A machine's force is fixed: its beats get denser with tension, not louder.
    fn play_drums(
        &self,
        slot: &Slot,
        touches: &[[Touch; N_CLASSES]],
        feel: Feel,
        rng: &mut Rng,
    ) -> Vec<Hit> {
        let force = match self.setting.theme().drums.player {
            Player::Machine => MACHINE_FORCE,
            Player::Drummer => slot.force,
        };
        let touches = touches.get(slot.steps.clone()).unwrap_or_default();
        let tokens = &self.score.drums[slot.steps.clone()];
        let mut hits = play_drums(tokens, touches, feel, force, rng);
        let percussion = &self.score.notes[Part::Drums as usize];
        hits.extend(play_percussion(percussion, slot.steps.start, feel, force, rng));
        let strokes = moves::strokes(self.phrase);
        let strokes = strokes.iter().filter(|stroke| slot.steps.contains(&stroke.step));
        hits.extend(strokes.map(|stroke| Hit {
            start_step: (stroke.step - slot.steps.start) as f32,
            n_steps: 1.0,
            pitch: stroke.key,
            velocity: stroke.velocity,
        }));
        humanise::sort(&mut hits);
        hits
    }
}

/// Filter opening by tension: a quarter at 0, fully open from two thirds on.
fn opening(tension: f64) -> f64 {
    (0.25 + 1.1 * tension).clamp(0.0, 1.0)
}

fn along([from, to]: [f64; 2], t: f64) -> f64 {
    from + t * (to - from)
}

/// The piece's mix with the phrase's faders at `t`.
fn mix(phrase: &Phrase, t: f64) -> Arc<Mix> {
    let faders = phrase.faders.map(|fader| along(fader, t));
    if faders.iter().all(|fader| fader.abs() < f64::EPSILON) {
        return phrase.piece.mix.clone();
    }
    let mut mix = (*phrase.piece.mix).clone();
    for (voice, fader) in mix.voices.iter_mut().zip(faders) {
        voice.gain.0 += fader;
    }
    mix.into()
}

#[cfg(test)]
mod tests;
