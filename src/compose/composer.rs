//! Composes bars: the form says what is wanted, the models dream it, and it is played by hand.
//!
//! A function of the station, its repertoire and the seed alone: it never looks at a clock.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    compose::{
        accompaniment::{self, Accompanist},
        drummer,
        drums::DrumWriter,
        form::Form,
        lines::{LineWriter, Lines, Written},
        loaded_theme::Repertoire,
        memory::Memory,
        phrase::{PHRASE_BARS, Phrase},
        progress::{Prints, Snapshot},
    },
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
    musicvae::shared_model::Dreamer,
    rng,
    station::{Error, load::library::Library},
    units::Bpm,
};

/// MIDI velocities of a note without accent at full force.
const BASS_VELOCITY: f64 = 92.0;
const LEAD_VELOCITY: f64 = 88.0;
const CHORD_VELOCITY: f64 = 72.0;

/// What is left of velocities at no tension, and how much tension adds.
const FORCE: (f64, f64) = (0.8, 0.25);

/// Phrases that can be gone back to: more than are composed ahead at any tempo up to 300 bpm.
const N_RECENT: usize = 14;

/// Versions of a phrase's drums tried until the last eight bars are none that were heard lately.
const N_ATTEMPTS: u64 = 4;

/// An endless source of bars.
pub struct Composer {
    station: Station,
    repertoire: Repertoire,
    prints: Prints,
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
    /// As it was before the phrase that is given.
    before: Arc<Snapshot>,
    /// As it was before the last phrases, which may not be on air yet.
    recent: VecDeque<Arc<Snapshot>>,
    /// The last bar given.
    given: Option<u64>,
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
        let prints = Prints::of(station, &repertoire);
        let n_beat = repertoire.drums.model().config().n_latent;
        let form = Form::new(station, repertoire.anchors.clone(), n_beat, seed);
        let start = Snapshot {
            bar: 0,
            prints,
            section_bar: 0,
            course: form.course(),
            written: Written::default(),
            hands: None,
            memory: Memory::default(),
        };
        Self::at(station, repertoire, prints, seed, start)
    }

    /// A composer that goes on from `snapshot`, which is sound, with the bar after `last`, if that was
    /// heard already.
    ///
    /// Where the station is what it was, its bars are those that would have come. Where it is another,
    /// it turns as [`Composer::turn_to`] does, at the next phrase.
    pub fn resume(
        station: &Station,
        repertoire: Repertoire,
        seed: u64,
        snapshot: Snapshot,
        last: Option<u64>,
    ) -> Self {
        let seed = rng::derive(seed, &station.name);
        let (prints, before) = (Prints::of(station, &repertoire), snapshot.prints);
        let n_trio = repertoire.anchors.points[0].len();
        let n_beat = repertoire.drums.model().config().n_latent;
        let fits = snapshot.course.fits(n_trio, n_beat);
        let mut composer = Self::at(station, repertoire, prints, seed, snapshot);
        let is_heard = |bar: u64| last.is_some_and(|last| bar <= last);
        if fits && prints == before {
            while is_heard(composer.next_number()) {
                composer.next();
            }
            return composer;
        }
        while is_heard(composer.n_bars) {
            composer.leave_out();
        }
        let anchors = composer.repertoire.anchors.clone();
        let (goes_on, leads_on) = (fits && prints.notes == before.notes, prints.way == before.way);
        composer.form.turn(station, anchors, n_beat, goes_on, leads_on);
        composer.lines.set_model(composer.repertoire.trio.clone());
        composer.before = Arc::new(composer.snapshot());
        composer
    }

    fn at(
        station: &Station,
        repertoire: Repertoire,
        prints: Prints,
        seed: u64,
        snapshot: Snapshot,
    ) -> Self {
        let before = Arc::new(snapshot.clone());
        let Snapshot { bar, prints: _, section_bar, course, written, hands, memory } = snapshot;
        let Repertoire { drums, trio, groove, pad, anchors, .. } = repertoire.clone();
        let drums = DrumWriter::new(drums, pad);
        Self {
            form: Form::resume(station, anchors, drums.n_latent(), seed, course),
            station: station.clone(),
            repertoire,
            prints,
            seed,
            drums,
            lines: LineWriter::resume(trio, written),
            accompanist: Accompanist::resume(hands),
            groove,
            ready: VecDeque::new(),
            n_bars: bar,
            section_bar,
            memory,
            before,
            recent: VecDeque::new(),
            given: None,
        }
    }

    /// How it was before the phrase of the last bar given.
    pub fn before(&self) -> &Arc<Snapshot> {
        &self.before
    }

    /// Goes back to how it was before the last phrase, and on with the bar after the last one given:
    /// what came between may be half done. Each further time, one phrase more is left out.
    pub fn recover(&mut self, nth: u32) {
        let before = (*self.before).clone();
        let repertoire = self.repertoire.clone();
        let mut fresh = Self::at(&self.station, repertoire, self.prints, self.seed, before);
        fresh.given = self.given;
        (1..nth).for_each(|_| drop(fresh.form.next()));
        if let Some(last) = self.given.filter(|_| nth == 1) {
            while fresh.next_number() <= last {
                fresh.next();
            }
        }
        *self = fresh;
    }

    /// Goes back to before bar `next`, which begins one of the last phrases.
    pub fn go_back(&mut self, next: u64) {
        if let Some(then) = self.recent.iter().find(|then| then.bar == next) {
            let (repertoire, then) = (self.repertoire.clone(), (**then).clone());
            *self = Self::at(&self.station, repertoire, self.prints, self.seed, then);
            self.given = next.checked_sub(1);
        }
    }

    /// The number of the bar that comes next.
    fn next_number(&self) -> u64 {
        self.ready.front().map_or(self.n_bars, |bar| bar.number)
    }

    /// Leaves a phrase out.
    fn leave_out(&mut self) {
        self.form.next();
        self.n_bars += PHRASE_BARS;
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            bar: self.n_bars,
            prints: self.prints,
            section_bar: self.section_bar,
            course: self.form.course(),
            written: self.lines.written().clone(),
            hands: self.accompanist.last().cloned(),
            memory: self.memory.clone(),
        }
    }

    /// Instruments and levels of the piece that is being composed.
    pub fn mix(&self) -> &Arc<Mix> {
        &self.form.piece().mix
    }

    /// Plays what `station` says now from bar `next` on, which begins a phrase; bars composed from
    /// there on are forgotten, and composed again if nothing that they came of is another.
    pub fn turn_to(&mut self, station: Station, repertoire: Repertoire, next: u64) {
        self.go_back(next);
        self.prints = Prints::of(&station, &repertoire);
        let Repertoire { drums, trio, groove, pad, anchors, .. } = repertoire.clone();
        self.repertoire = repertoire;
        self.drums = DrumWriter::new(drums, pad);
        self.lines.set_model(trio);
        self.groove = groove;
        self.form.turn_to(&station, anchors, self.drums.n_latent());
        self.station = station;
        self.ready.clear();
        self.n_bars = next;
        self.before = Arc::new(self.snapshot());
        self.given = next.checked_sub(1);
    }

    /// Composes the next phrase.
    fn phrase(&mut self) {
        self.before = Arc::new(self.snapshot());
        self.recent.push_back(self.before.clone());
        if N_RECENT < self.recent.len() {
            self.recent.pop_front();
        }
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
            drummer::touches(groove.model(), drums, phrase.piece.seed, "drummer")
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
        let bar = self.ready.pop_front();
        self.given = bar.as_ref().map(|bar| bar.number).or(self.given);
        bar
    }
}

#[cfg(test)]
mod tests;
