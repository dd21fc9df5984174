//! Lines: a rhythm, gates, a phrase plan and a voice make four bars of a melody or a bass.

use rand::RngExt as _;

use crate::{
    music::{meter::STEPS_PER_BAR, trio::Line},
    patterns::{
        approach,
        draw::{Weighted, chance, pick, weighted},
        figure::{Cell, Register, write},
        form::N_BARS,
        gate::{Gate, Gates, SILENCE, end_at, gates, start_at},
        harmony::Harmony,
        phrase::{Material, Plan},
        rhythm::{Rhythm, Source},
        voice::{
            Player, Voice,
            ground::{Ground, Place},
        },
    },
    rng::Rng,
};

/// Steps of a line.
const N_STEPS: usize = N_BARS * STEPS_PER_BAR;

/// The middle of the bar.
const HALF: usize = STEPS_PER_BAR / 2;

/// Chance, in percent, that all notes of a pattern are legato.
const LEGATO: u32 = 15;

/// A kind of line. Chances are in percent.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// How rhythms are made.
    pub rhythm: Rhythm,
    /// The lowest and the highest chance that a note holds to the next one.
    pub hold: (u32, u32),
    /// Phrase plans.
    pub plans: Weighted<Plan>,
    /// Chance of a breath at the end of bars two and four.
    pub breath: u32,
    /// Chance that a weak note a whole tone from the next becomes a semitone.
    pub chromatic: u32,
    /// How pitches are chosen.
    pub voice: Voice,
}

/// The range of a part.
#[derive(Debug, Clone, Copy)]
pub struct Seat {
    /// The range of its pitches.
    pub register: Register,
    /// The lowest and the highest pitch on which a line may centre.
    pub centres: (u8, u8),
}

/// Four bars of one of `parts`.
pub fn line(parts: Weighted<Part>, seat: Seat, harmony: &Harmony, rng: &mut Rng) -> Line {
    let part = weighted(parts, rng);
    let plan = weighted(part.plans, rng);
    let gates = part.gates(&plan, rng);
    let centre = rng.random_range(seat.centres.0..=seat.centres.1);
    let player = Player::new(part.voice, Ground::new(harmony, seat.register), centre, rng);
    let mut cells = Score { gates: &gates, player, degrees: [0; N_STEPS] }.cells(&plan, rng);
    approach::lead(&mut cells, harmony, seat.register, part.chromatic, rng);
    write(&cells, harmony, seat.register)
}

impl Part {
    /// The gates of four bars.
    fn gates(&self, plan: &Plan, rng: &mut Rng) -> Vec<Gate> {
        let source = self.rhythm.draw(rng);
        // Some patterns tie all notes.
        let is_legato = chance(LEGATO, rng);
        let hold = if is_legato { 100 } else { rng.random_range(self.hold.0..=self.hold.1) };
        let mut bars: Vec<Gates> = Vec::with_capacity(N_BARS);
        for (bar, material) in plan.iter().enumerate() {
            let mut gates = match *material {
                Material::New => new_bar(&source, bar, hold, rng),
                Material::Half => half_bar(&source, bar, hold, rng),
                Material::Silent => SILENCE,
                Material::Again(from)
                | Material::Tail(from)
                | Material::Rhythm(from)
                | Material::Sequence(from) => bars[from],
                Material::Fragment(from) => std::array::from_fn(|step| bars[from][step % HALF]),
            };
            let ends = bar % 2 == 1 && !matches!(material, Material::Again(_));
            if ends && chance(self.breath, rng) {
                breathe(&mut gates, rng);
            }
            bars.push(gates);
        }
        bars.concat()
    }
}

fn new_bar(source: &Source, bar: usize, hold: u32, rng: &mut Rng) -> Gates {
    gates(&source.bar(bar, rng), hold, rng)
}

/// A bar with notes in one half.
fn half_bar(source: &Source, bar: usize, hold: u32, rng: &mut Rng) -> Gates {
    let whole = new_bar(source, bar, hold, rng);
    let mut half = whole;
    match chance(60, rng) {
        true => start_at(&mut half, HALF),
        false => end_at(&mut half, HALF),
    }
    if half.contains(&Gate::Onset) { half } else { whole }
}

/// Ends a bar early, with a rest or a long note; a bar without notes before its end stays.
fn breathe(gates: &mut Gates, rng: &mut Rng) {
    let end = STEPS_PER_BAR - pick(&[2, 4, 4, 6, 8], rng);
    if gates[..end].contains(&Gate::Onset) {
        end_at(gates, end);
        if chance(40, rng) {
            gates[end] = Gate::Hold;
        }
    }
}

/// A line under construction.
struct Score<'a> {
    gates: &'a [Gate],
    player: Player<'a>,
    /// The degree of the note that starts at each step.
    degrees: [i32; N_STEPS],
}

impl Score<'_> {
    /// Gives each onset a pitch.
    fn cells(mut self, plan: &Plan, rng: &mut Rng) -> Vec<Cell> {
        let peak = self.peak(plan, rng);
        for (bar, material) in plan.iter().enumerate() {
            if bar == N_BARS / 2 {
                self.player.turn(rng);
            }
            let copy = Copied::draw(*material, self.onsets(bar), rng);
            for step in self.onsets(bar) {
                self.degrees[step] = match copy.source(step) {
                    Some((from, by)) => {
                        let place = self.place(step, peak);
                        self.player.copy(self.degrees[from], from, place, by)
                    }
                    None => self.player.next(self.place(step, peak), rng),
                };
            }
        }
        let cell = |(step, gate): (usize, &Gate)| match gate {
            Gate::Hold => Cell::Hold,
            Gate::Rest => Cell::Rest,
            Gate::Onset => Cell::note(self.degrees[step]),
        };
        self.gates.iter().enumerate().map(cell).collect()
    }

    /// The steps of the notes of `bar`.
    fn onsets(&self, bar: usize) -> Vec<usize> {
        let steps = bar * STEPS_PER_BAR..(bar + 1) * STEPS_PER_BAR;
        steps.filter(|&step| self.gates[step] == Gate::Onset).collect()
    }

    /// The step of the peak: a note in a bar with new material, most often bar three.
    fn peak(&self, plan: &Plan, rng: &mut Rng) -> usize {
        let is_new = |bar: &usize| matches!(plan[*bar], Material::New | Material::Rhythm(_));
        let bars: Vec<usize> = [2, 1, 3, 0].into_iter().filter(is_new).collect();
        let bar = if 1 < bars.len() && chance(35, rng) { bars[1] } else { bars[0] };
        let onsets = self.onsets(bar);
        if onsets.is_empty() { N_STEPS } else { pick(&onsets, rng) }
    }

    fn place(&self, step: usize, peak: usize) -> Place {
        let is_onset = |step: &usize| self.gates[*step] == Gate::Onset;
        let pair = step / (2 * STEPS_PER_BAR) * 2 * STEPS_PER_BAR;
        let next = (step + 1..N_STEPS).find(is_onset).unwrap_or(N_STEPS);
        Place {
            step,
            next,
            nth: (pair..step).filter(is_onset).count(),
            is_peak: step == peak,
            is_last: next == N_STEPS,
        }
    }
}

/// Which notes of a bar are copied.
struct Copied {
    material: Material,
    /// The step from which a tail is new.
    tail: usize,
    /// Scale steps of a sequence.
    by: i32,
}

impl Copied {
    fn draw(material: Material, onsets: Vec<usize>, rng: &mut Rng) -> Self {
        // A tail has one note at least, and leaves one.
        let n_new = pick(&[1, 1, 2, 2, 3, 4], rng).min(onsets.len().saturating_sub(1).max(1));
        let tail = onsets.len().checked_sub(n_new).and_then(|at| onsets.get(at));
        Self { material, tail: tail.copied().unwrap_or(0), by: pick(&[-2, -1, -1, 1, 1, 2], rng) }
    }

    /// The step from which the note at `step` is copied, and by how much it moves.
    fn source(&self, step: usize) -> Option<(usize, i32)> {
        let within = step % STEPS_PER_BAR;
        let at = |bar: usize, within: usize| bar * STEPS_PER_BAR + within;
        match self.material {
            Material::New | Material::Half | Material::Silent | Material::Rhythm(_) => None,
            Material::Again(from) => Some((at(from, within), 0)),
            Material::Tail(from) => (step < self.tail).then(|| (at(from, within), 0)),
            Material::Sequence(from) => Some((at(from, within), self.by)),
            Material::Fragment(from) => {
                Some((at(from, within % HALF), self.by * (1 + within / HALF) as i32))
            }
        }
    }
}

/// A kind of line.
pub const fn part(
    rhythm: Rhythm,
    hold: (u32, u32),
    plans: Weighted<Plan>,
    breath: u32,
    voice: Voice,
) -> Part {
    Part { rhythm, hold, plans, breath, chromatic: 0, voice }
}

impl Part {
    /// The same with chromatic approach tones.
    pub const fn chromatic(self, percent: u32) -> Self {
        Self { chromatic: percent, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{
        music::{melody, scale::Mode},
        patterns::{
            harmony::{Loop, chords},
            phrase,
            rhythm::Feel,
            voice::sing::Sung,
        },
        rng::stream,
    };

    const FEEL: Feel =
        Feel { notes: (4, 6), sixteenths: 0, uneven: 20, tie: 10, syncopate: 10, pick_up: 10 };
    const SUNG: Sung =
        Sung { anchors: &[0, 2, 4], spans: &[(1, 8)], repeats: 60, thirds: 90, leaps: 80 };
    const SEAT: Seat = Seat { register: Register { lowest: 55, highest: 84 }, centres: (62, 70) };
    const LOOPS: Weighted<Loop> = &[(1, chords(Mode::Minor, "1645"))];

    fn sung(plans: Weighted<Plan>, seed: u64) -> (Line, Harmony) {
        let mut rng = stream(seed, "test");
        let harmony = Harmony::draw(LOOPS, &mut rng);
        let part = part(Rhythm::Split(&FEEL), (50, 50), plans, 0, Voice::Sung(&SUNG));
        let parts: Weighted<Part> = Box::leak(Box::new([(1, part)]));
        (line(parts, SEAT, &harmony, &mut rng), harmony)
    }

    fn onsets(bar: &[u16]) -> Vec<bool> {
        bar.iter().map(|&token| melody::pitch(token).is_some()).collect()
    }

    #[test]
    fn a_varied_repeat_keeps_the_rhythm_and_changes_the_tail() {
        const PLAN: Weighted<Plan> =
            &[(1, [Material::New, Material::New, Material::Tail(0), Material::New])];
        let n_changed = (0..100)
            .filter(|&seed| {
                let (line, _) = sung(PLAN, seed);
                let bars: Vec<&[u16]> = line.chunks(STEPS_PER_BAR).collect();
                assert_eq!(onsets(bars[0]), onsets(bars[2]));
                bars[0] != bars[2]
            })
            .count();
        assert!(70 < n_changed, "{n_changed}");
    }

    #[test]
    fn a_free_tune_moves_by_steps_and_has_one_peak() {
        let (mut n_steps, mut n_repeats, mut n_intervals, mut n_peaks) = (0, 0, 0, 0);
        for seed in 0..300 {
            let (line, _) = sung(phrase::FREE, seed);
            let pitches: Vec<u8> = line.iter().filter_map(|&token| melody::pitch(token)).collect();
            let top = pitches.iter().max().unwrap();
            let mut peaks = pitches.iter().filter(|pitch| *pitch == top);
            n_peaks += usize::from(peaks.next().is_some() && peaks.next().is_none());
            for pair in pitches.windows(2) {
                n_intervals += 1;
                n_repeats += usize::from(pair[0] == pair[1]);
                n_steps += usize::from((1..=2).contains(&pair[0].abs_diff(pair[1])));
            }
        }
        assert!(0.4 < f64::from(n_steps as u32) / f64::from(n_intervals), "{n_steps}");
        assert!(f64::from(n_repeats as u32) / f64::from(n_intervals) < 0.25, "{n_repeats}");
        assert!(200 < n_peaks, "{n_peaks}");
    }

    #[test]
    fn beats_one_and_three_have_chord_tones() {
        let (mut n_chord, mut n) = (0, 0);
        for seed in 0..200 {
            let (line, harmony) = sung(phrase::SONG, seed);
            for step in (0..64).step_by(8) {
                let Some(pitch) = melody::pitch(line[step]) else { continue };
                let is_chord_tone = (-7..21).any(|degree| {
                    harmony.is_chord_tone(step, degree)
                        && harmony.pitch(55, 0, degree) == i32::from(pitch)
                });
                n += 1;
                n_chord += usize::from(is_chord_tone);
            }
        }
        assert!(7 * n < 10 * n_chord, "{n_chord} of {n}");
    }

    #[test]
    fn lines_differ_by_seed() {
        let lines: HashSet<Line> = (0..100).map(|seed| sung(phrase::RIFF, seed).0).collect();
        assert_eq!(lines.len(), 100);
    }
}
