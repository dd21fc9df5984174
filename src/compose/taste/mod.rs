//! Taste: the cost of a line, for choosing among candidates.
//!
//! A lead is measured as a listener hears it (`figures`): steps, repeats, runs, breaths, the rhythm that
//! returns. Each role of a lead has ranges for these figures (`goals`); values outside cost. A bass is judged
//! only by its number of notes, variety and wide leaps.

mod figures;
mod goals;

use self::figures::Figures;
use crate::{
    config::{PartLimits, Role},
    music::{arrange::LineNote, meter::STEPS_PER_BAR},
};

/// Costs of faults. An empty bar is the worst.
const EMPTY_BAR: f64 = 10.0;
const EXTRA_NOTE: f64 = 1.0;
const MISSING_NOTE: f64 = 1.5;
const MISSING_PITCH: f64 = 3.0;
const OFF_REGISTER: f64 = 0.5;
const HEARD_BEFORE: f64 = 8.0;
const WIDE_LEAP: f64 = 0.5;

/// Fewest pitches of a bass that isn't dull.
const BASS_PITCHES: usize = 2;

/// Semitones that a bass may leap: an octave is heard as the same note.
const WIDEST_LEAP: u8 = 12;

/// Semitones by which a lead's mean pitch may lie off the middle of its register.
const OFF_MIDDLE: f64 = 6.0;

/// Share of notes in common above which one lead is a copy of another.
const TOO_CLOSE: f64 = 0.8;

/// The context of a lead.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The role of the lead.
    pub role: Role,
    /// Register and amount of notes.
    pub limits: PartLimits,
    /// Length in bars.
    pub n_bars: usize,
    /// The bass beneath it.
    pub bass: &'a [LineNote],
}

/// The cost of a lead, 0 without faults; `heard` are leads that it must not copy.
pub fn lead_cost<'a>(
    notes: &[LineNote],
    context: Context<'_>,
    heard: impl IntoIterator<Item = &'a Vec<LineNote>>,
) -> f64 {
    let Context { role, limits, n_bars, bass } = context;
    let figures = Figures::of(notes, bass, n_bars);
    let is_copy = heard.into_iter().any(|before| TOO_CLOSE < likeness(notes, before));
    amount_cost(notes, limits, n_bars)
        + goals::cost(&figures, role)
        + OFF_REGISTER * off_middle(notes, limits)
        + if is_copy { HEARD_BEFORE } else { 0.0 }
}

/// The cost of a bass of `n_bars`, which may repeat notes.
pub fn bass_cost(notes: &[LineNote], limits: PartLimits, n_bars: usize) -> f64 {
    let mut pitches: Vec<u8> = notes.iter().map(|note| note.pitch).collect();
    let leap = |pair: &[u8]| WIDEST_LEAP < pair[0].abs_diff(pair[1]);
    let n_leaps = pitches.windows(2).filter(|pair| leap(pair)).count();
    pitches.sort_unstable();
    pitches.dedup();
    let missing = BASS_PITCHES.saturating_sub(pitches.len());
    amount_cost(notes, limits, n_bars) + MISSING_PITCH * missing as f64 + WIDE_LEAP * n_leaps as f64
}

/// The cost of empty bars, crowded bars and too few notes in all.
fn amount_cost(notes: &[LineNote], limits: PartLimits, n_bars: usize) -> f64 {
    let bars = (0..n_bars).map(|bar| {
        let n = notes.iter().filter(|note| note.start_step / STEPS_PER_BAR == bar).count();
        let extra = n.saturating_sub(limits.max_notes) as f64;
        let empty = if is_empty(notes, bar) { EMPTY_BAR } else { 0.0 };
        EXTRA_NOTE * extra + empty
    });
    let missing = (limits.min_notes * n_bars).saturating_sub(notes.len());
    bars.sum::<f64>() + MISSING_NOTE * missing as f64
}

/// Whether no note sounds in `bar`.
fn is_empty(notes: &[LineNote], bar: usize) -> bool {
    let (start, end) = (bar * STEPS_PER_BAR, (bar + 1) * STEPS_PER_BAR);
    !notes.iter().any(|note| note.start_step < end && start < note.start_step + note.n_steps)
}

/// Semitones by which the mean pitch exceeds its allowed distance from the middle of the register.
fn off_middle(notes: &[LineNote], limits: PartLimits) -> f64 {
    let sum: f64 = notes.iter().map(|note| f64::from(note.pitch)).sum();
    let middle = f64::midpoint(limits.register.low.into(), limits.register.high.into());
    match notes.len() {
        0 => 0.0,
        n => ((sum / n as f64 - middle).abs() - OFF_MIDDLE).max(0.0),
    }
}

/// Share of notes with the same start and pitch in both lines, 0 to 1.
fn likeness(a: &[LineNote], b: &[LineNote]) -> f64 {
    let same = |note: &&LineNote| {
        b.iter().any(|other| (other.start_step, other.pitch) == (note.start_step, note.pitch))
    };
    a.iter().filter(same).count() as f64 / a.len().max(b.len()).max(1) as f64
}

#[cfg(test)]
mod tests;
