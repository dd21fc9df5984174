//! Composes bars: the form says what is wanted, the models dream it, and it is played by hand.
//!
//! A function of the station, its repertoire and the seed alone: it never looks at a clock.

use std::{
    collections::{HashSet, VecDeque},
    hash::{DefaultHasher, Hasher as _},
    sync::Arc,
};

use super::{
    Error,
    accompaniment::{self, Accompanist},
    dreamer::Dreamer,
    drums::DrumWriter,
    form::Form,
    library::Library,
    lines::{LineWriter, Lines},
    phrase::{PHRASE_BARS, Phrase},
    repertoire::Repertoire,
    touch,
};
use crate::{
    config::Station,
    music::{
        arrange::LineNote,
        bar::{Bar, Hit, Mix, Part},
        chord::Chord,
        drums::N_CLASSES,
        humanise::{Articulation, Feel, Touch, play_drums, play_notes},
        meter::STEPS_PER_BAR,
        trio::Line,
    },
    rng,
    units::Bpm,
};

/// MIDI velocities of a note without accent at full force.
const BASS_VELOCITY: f64 = 92.0;
const LEAD_VELOCITY: f64 = 88.0;
const CHORD_VELOCITY: f64 = 72.0;

/// What is left of velocities at no tension, and how much tension adds.
const FORCE: (f64, f64) = (0.8, 0.25);

/// Phrases whose pairs are remembered: more than ten minutes of any tempo up to 300 bpm.
const REMEMBERED: usize = 200;

/// Versions of a phrase's drums tried until the last eight bars are none that were heard lately.
const N_ATTEMPTS: u64 = 4;

/// An endless source of bars.
pub struct Composer {
    station: Station,
    seed: u64,
    form: Form,
    drums: DrumWriter,
    lines: LineWriter,
    accompanist: Accompanist,
    groove: Option<Arc<Dreamer>>,
    ready: VecDeque<Bar>,
    n_bars: u64,
    /// Where the section that is being composed began.
    section_bar: u64,
    memory: Memory,
}

/// A phrase on paper.
#[derive(Hash)]
struct Sheet {
    drums: Line,
    notes: [Vec<LineNote>; 3], // bass, lead, chords
}

impl Composer {
    /// A composer at the beginning of `station`'s programme.
    ///
    /// # Errors
    /// A model or an anchor of the theme can't be used.
    pub fn new(station: &Station, library: &mut Library, seed: u64) -> Result<Self, Error> {
        Ok(Self::with(station, Repertoire::open(station, library)?, seed))
    }

    /// A composer with what is open already.
    pub fn with(station: &Station, repertoire: Repertoire, seed: u64) -> Self {
        let seed = rng::derive(seed, &station.name);
        let Repertoire { drums, trio, groove, pad, anchors, .. } = repertoire;
        let drums = DrumWriter::new(drums, pad);
        Self {
            form: Form::new(station, anchors, drums.n_latent(), seed),
            station: station.clone(),
            seed,
            drums,
            lines: LineWriter::new(trio),
            accompanist: Accompanist::default(),
            groove,
            ready: VecDeque::new(),
            n_bars: 0,
            section_bar: 0,
            memory: Memory::default(),
        }
    }

    /// Instruments and levels of the piece that is being composed.
    pub fn mix(&self) -> &Arc<Mix> {
        &self.form.piece().mix
    }

    /// Plays what `station` says now from bar `next` on, which begins a phrase; bars composed from
    /// there on are forgotten.
    pub fn turn_to(&mut self, station: Station, repertoire: Repertoire, next: u64) {
        let Repertoire { drums, trio, groove, pad, anchors, .. } = repertoire;
        self.drums = DrumWriter::new(drums, pad);
        self.lines.set_model(trio);
        self.groove = groove;
        self.form.turn_to(&station, anchors, self.drums.n_latent());
        self.station = station;
        self.ready.clear();
        self.n_bars = next;
    }

    /// Composes the next phrase.
    fn phrase(&mut self) {
        let phrase = self.form.next().expect("a form has no end");
        if phrase.of_section == 0 {
            self.section_bar = self.n_bars;
        }
        let chords = accompaniment::chords(&phrase, &self.station.theme);
        let sheet = self.sheet(&phrase, &chords);
        let touches = self.touches(&phrase, &sheet.drums);
        for bar in 0..PHRASE_BARS {
            let bar = self.bar(&phrase, &sheet, &touches, &chords, bar);
            self.ready.push_back(bar);
        }
        self.n_bars += PHRASE_BARS;
    }

    /// What all parts play, on the grid.
    fn sheet(&mut self, phrase: &Phrase, chords: &[Chord]) -> Sheet {
        let theme = self.station.theme.clone();
        let Lines { bass, lead } = self.lines.write(phrase, &theme, chords);
        let pads = self.accompanist.write(phrase, &theme, chords);
        let mut sheet = Sheet { drums: Line::new(), notes: [bass, lead, pads] };
        for (part, notes) in
            [Part::Bass, Part::Lead, Part::Chords].into_iter().zip(&mut sheet.notes)
        {
            if !phrase.plays[part as usize] {
                notes.clear();
            }
        }
        for attempt in 0..N_ATTEMPTS {
            sheet.drums = self.drums.write(phrase, &theme, self.section_bar, attempt);
            if !self.memory.knows(&sheet) {
                break;
            }
        }
        self.memory.keep(&sheet);
        sheet
    }

    fn touches(&self, phrase: &Phrase, drums: &Line) -> Vec<[Touch; N_CLASSES]> {
        // One drummer for a piece.
        let played = |groove: &Arc<Dreamer>| {
            touch::touches(groove.model(), drums, phrase.piece.seed, "drummer")
        };
        self.groove.as_ref().map(played).unwrap_or_default()
    }

    fn bar(
        &self,
        phrase: &Phrase,
        sheet: &Sheet,
        touches: &[[Touch; N_CLASSES]],
        chords: &[Chord],
        of_phrase: u64,
    ) -> Bar {
        let number = self.n_bars + of_phrase;
        let [from, to] = [of_phrase, of_phrase + 1].map(|bar| bar as f64 / PHRASE_BARS as f64);
        let along = |[a, b]: [f64; 2], t: f64| a + t * (b - a);
        let tempo = along(phrase.tempo.map(Bpm::get), from);
        let force = FORCE.0 + FORCE.1 * along(phrase.tension, from);
        Bar {
            number,
            tempo: Bpm::try_from(tempo).unwrap_or(phrase.tempo[0]),
            key: phrase.piece.key,
            chord: chords[of_phrase as usize],
            section: phrase.section,
            piece: phrase.piece.number,
            title: phrase.piece.title.clone(),
            parts: Part::ALL
                .map(|part| self.play(part, sheet, touches, of_phrase as usize, number, force)),
            mix: phrase.piece.mix.clone(),
            opening: [from, to].map(|t| opening(along(phrase.tension, t))),
        }
    }

    /// What `part` plays in a bar, by hand.
    fn play(
        &self,
        part: Part,
        sheet: &Sheet,
        touches: &[[Touch; N_CLASSES]],
        of_phrase: usize,
        number: u64,
        force: f64,
    ) -> Vec<Hit> {
        let theme = &self.station.theme;
        let feel = Feel {
            swing: theme.swing,
            looseness: theme.humanise,
            groove: theme.groove,
            groove_time: theme.groove_time,
        };
        let mut rng = rng::stream(self.seed, &format!("play {} {number}", part.name()));
        let start = of_phrase * STEPS_PER_BAR;
        let notes = |notes: &[LineNote], velocity: f64, hold: f64, rng: &mut rng::Rng| {
            let articulation = Articulation { velocity: force * velocity, hold };
            play_notes(notes, start, articulation, feel, rng)
        };
        let [bass, lead, chords] = &sheet.notes;
        match part {
            Part::Drums => {
                let touches = touches.get(start..start + STEPS_PER_BAR).unwrap_or_default();
                let tokens = &sheet.drums[start..start + STEPS_PER_BAR];
                play_drums(tokens, touches, feel, force, &mut rng)
            }
            Part::Bass => notes(bass, BASS_VELOCITY, theme.bass.hold, &mut rng),
            Part::Lead => notes(lead, LEAD_VELOCITY, theme.lead.hold, &mut rng),
            Part::Chords => notes(chords, CHORD_VELOCITY, theme.chords.hold, &mut rng),
        }
    }
}

/// How far filters are open at a tension: half open when calm, open from two thirds on.
fn opening(tension: f64) -> f32 {
    (0.25 + 1.1 * tension).clamp(0.0, 1.0) as f32
}

impl Iterator for Composer {
    type Item = Bar;

    /// The next bar; there is always one.
    fn next(&mut self) -> Option<Bar> {
        if self.ready.is_empty() {
            self.phrase();
        }
        self.ready.pop_front()
    }
}

/// What was played lately, eight bars at a time.
#[derive(Default)]
struct Memory {
    last: u64,
    pairs: VecDeque<u64>,
    known: HashSet<u64>,
}

impl Memory {
    /// Whether the last phrase and this one have been heard one after the other.
    fn knows(&self, sheet: &Sheet) -> bool {
        self.known.contains(&self.pair(hash(sheet)))
    }

    fn keep(&mut self, sheet: &Sheet) {
        let this = hash(sheet);
        let pair = self.pair(this);
        self.last = this;
        if self.known.insert(pair) {
            self.pairs.push_back(pair);
        }
        if REMEMBERED < self.pairs.len()
            && let Some(oldest) = self.pairs.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    fn pair(&self, this: u64) -> u64 {
        hash(&(self.last, this))
    }
}

/// Compared within one run only, so any hash will do.
fn hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{BUILT_IN, parse};

    #[test]
    fn a_turn_in_the_middle_of_a_section_goes_back_to_the_bar_that_it_is_told() {
        let config = parse(BUILT_IN, "radio.toml", std::path::Path::new("")).unwrap();
        let (station, mut library) = (config.stations[0].clone(), Library::default());
        let mut composer = Composer::new(&station, &mut library, 1).unwrap();
        // Eight bars of intro and twelve of the section after it.
        assert_eq!(composer.nth(19).unwrap().number, 19);

        let mut theme = (*station.theme).clone();
        theme.voices[1].gain.0 += 1.0;
        let louder = Station { theme: theme.into(), ..station };
        let repertoire = Repertoire::open(&louder, &mut library).unwrap();
        composer.turn_to(louder.clone(), repertoire, 4);
        let next = composer.next().unwrap();

        assert_eq!(next.number, 4);
        assert_eq!(next.mix.voices[1].gain, louder.theme.voices[1].gain);
    }
}
