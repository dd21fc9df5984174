//! Dreams bars: the pad's drums and the walk's bass and lead, arranged and played.
//!
//! A function of the theme and the seed alone: it never looks at a clock.

use std::{collections::VecDeque, sync::Arc};

use super::{
    Error, anchors,
    dreamer::Dreamer,
    library::Library,
    pad::Pad,
    phrase::{Judged, faults},
    titles,
    walk::{PHRASE_BARS, Stop, Walk},
};
use crate::{
    config::{Station, Theme},
    model::{family::Family, latent::Latent},
    music::{
        arrange::{self, LineNote},
        bar::{Bar, Part},
        humanise::{Feel, play_drums, play_notes},
        meter::STEPS_PER_BAR,
        trio::Line,
    },
    rng,
};

/// Lines of the trio's model.
const LEAD: usize = 0;
const BASS: usize = 1;

/// Ideas drawn for a phrase, at most, until one is fit for air.
const N_CANDIDATES: u64 = 6;

/// An endless source of bars.
pub struct Composer {
    station: String,
    theme: Arc<Theme>,
    seed: u64,
    drums: Arc<Dreamer>,
    trio: Arc<Dreamer>,
    pad: Pad,
    walk: Walk,
    ready: VecDeque<Bar>,
    n_bars: u64,
    /// The phrase before, bass and lead, to keep a new one from copying it.
    last: Option<[Vec<LineNote>; 2]>,
    /// The section and by how much it is transposed: all its phrases alike.
    moved: (u64, i8),
}

impl Composer {
    /// A composer at the beginning of `station`'s programme.
    ///
    /// # Errors
    /// A model or an anchor of the theme can't be used.
    pub fn new(station: &Station, library: &mut Library, seed: u64) -> Result<Self, Error> {
        let theme = station.theme.clone();
        let drums = library.model(&theme.drums_model, Family::Drums2Bar, 1)?;
        let trio = library.model(&theme.trio_model, Family::Trio4Bar, PHRASE_BARS)?;
        let mut corners = Vec::new();
        for anchor in &theme.pad {
            corners.push(anchors::encode(drums.model(), anchor)?);
        }
        let corners: [Latent; 4] = corners.try_into().expect("the pad has four corners");
        let mut stops = Vec::new();
        for anchor in &theme.anchors {
            stops.push(anchors::encode(trio.model(), anchor)?);
        }
        let seed = rng::derive(seed, &station.name);
        Ok(Self {
            station: station.title.clone(),
            pad: Pad::new(corners, theme.bars_per_round),
            walk: Walk::new(stops, theme.bars_per_leg, theme.wander, seed),
            theme,
            seed,
            drums,
            trio,
            ready: VecDeque::new(),
            n_bars: 0,
            last: None,
            moved: (u64::MAX, 0),
        })
    }

    /// Composes the next phrase.
    fn phrase(&mut self) {
        let stop = self.walk.next().expect("a walk has no end");
        let first = self.n_bars;
        let drums = self.dream_drums(first);
        let [bass, lead] = self.dream_lines(&stop);
        let title: Arc<str> =
            titles::title(&self.station, &self.theme.words, self.seed, stop.leg).into();
        for bar in 0..PHRASE_BARS {
            let number = first + bar;
            let start = bar as usize * STEPS_PER_BAR;
            let played = |part: Part| {
                let mut rng = rng::stream(self.seed, &format!("play {} {number}", part.name()));
                match part {
                    Part::Drums => {
                        play_drums(&drums[start..start + STEPS_PER_BAR], self.feel(), &mut rng)
                    }
                    Part::Bass => play_notes(&bass, start, self.feel(), &mut rng),
                    Part::Lead => play_notes(&lead, start, self.feel(), &mut rng),
                }
            };
            let parts = Part::ALL.map(played);
            let Theme { tempo, key, .. } = *self.theme;
            self.ready.push_back(Bar { number, tempo, key, title: title.clone(), parts });
        }
        self.last = Some([bass, lead]);
        self.n_bars += PHRASE_BARS;
    }

    fn feel(&self) -> Feel {
        Feel { swing: self.theme.swing, looseness: self.theme.humanise }
    }

    /// Drum tokens of the phrase that begins at bar `first`.
    fn dream_drums(&self, first: u64) -> Line {
        let n_bars = self.drums.model().config().n_steps() / STEPS_PER_BAR;
        let dreams = (first..first + PHRASE_BARS).step_by(n_bars);
        let dream = |bar: u64| {
            let z = self.pad.at(bar);
            let draw = |candidate: u64| {
                let name = format!("drums {bar} {candidate}");
                decode(&self.drums, &z, self.theme.temperature, self.seed, &name).swap_remove(0)
            };
            let is_fit = |line: &Line| {
                line.chunks(STEPS_PER_BAR).all(|bar| bar.iter().any(|&token| token != 0))
            };
            let mut ideas = (0..N_CANDIDATES).map(draw);
            let first = ideas.next().expect("there are candidates");
            if is_fit(&first) { first } else { ideas.find(is_fit).unwrap_or(first) }
        };
        let n_steps = PHRASE_BARS as usize * STEPS_PER_BAR;
        let whole_bars = |line: Line| line.into_iter().take(n_bars * STEPS_PER_BAR);
        dreams.map(dream).flat_map(whole_bars).take(n_steps).collect()
    }

    /// Bass and lead at `stop`, in key and register: the first idea without a fault, or the one with
    /// the fewest.
    fn dream_lines(&mut self, stop: &Stop) -> [Vec<LineNote>; 2] {
        let mut best: Option<(usize, [Vec<LineNote>; 2], i8)> = None;
        for candidate in 0..N_CANDIDATES {
            // Repeats draw the same numbers as what they repeat: only z strays.
            let name = format!("trio {} {} {candidate}", stop.section, self.variant(stop));
            let lines = decode(&self.trio, &stop.z, self.theme.temperature, self.seed, &name);
            let lines = excerpt(lines, stop.section);
            let semitones = match self.moved {
                (section, semitones) if section == stop.section => semitones,
                _ => arrange::transposition(self.theme.key, &lines[BASS], &lines[LEAD]),
            };
            let parts = self.settle(&lines, semitones);
            let n_faults = self.judge(&parts, stop.is_repeat);
            if best.as_ref().is_none_or(|(least, ..)| n_faults < *least) {
                best = Some((n_faults, parts, semitones));
            }
            if n_faults == 0 {
                break;
            }
        }
        let (_, parts, semitones) = best.expect("there are candidates");
        self.moved = (stop.section, semitones);
        parts
    }

    /// What tells a departure's draws from those of the phrases before it.
    fn variant(&self, stop: &Stop) -> u64 {
        u64::from(!stop.is_repeat && self.moved.0 == stop.section)
    }

    fn settle(&self, lines: &[Line], semitones: i8) -> [Vec<LineNote>; 2] {
        let parts = [(BASS, self.theme.bass), (LEAD, self.theme.lead)];
        parts.map(|(line, limits)| {
            let mut notes = arrange::notes(&lines[line]);
            let register = (limits.low, limits.high);
            arrange::settle(&mut notes, self.theme.key, semitones, register);
            notes
        })
    }

    fn judge(&self, parts: &[Vec<LineNote>; 2], is_repeat: bool) -> usize {
        let limits = [self.theme.bass, self.theme.lead];
        let judged: Vec<Judged> =
            parts.iter().zip(limits).map(|(notes, limits)| Judged { notes, limits }).collect();
        let before = self.last.as_ref().filter(|_| !is_repeat);
        faults(&judged, PHRASE_BARS as usize, before.map(|before| &before[..]))
    }
}

/// A phrase of lines that may be longer: its sections take their parts of them in turn.
fn excerpt(lines: Vec<Line>, section: u64) -> Vec<Line> {
    let n_steps = PHRASE_BARS as usize * STEPS_PER_BAR;
    let cut = |line: Line| {
        let part = section as usize % (line.len() / n_steps).max(1);
        line[part * n_steps..].iter().take(n_steps).copied().collect()
    };
    lines.into_iter().map(cut).collect()
}

/// The lines of `z`, drawn from the stream `name` of `seed`.
fn decode(dreamer: &Dreamer, z: &[f32], temperature: f64, seed: u64, name: &str) -> Vec<Line> {
    dreamer.dream(z, temperature, &rng::stream(seed, name)).expect("z was encoded by this model")
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
