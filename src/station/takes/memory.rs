//! The last bars of a station and the moves of its desk.

use std::{collections::VecDeque, ops::Range};

use parking_lot::Mutex;

use crate::{
    music::meter::STEPS_PER_BAR,
    sound::{desk::Desk, part_fonts::PartFonts},
    station::{
        desk_moves::DeskMove,
        on_air::{AiredBar, OnAir},
        takes::{moments::Moments, take::Take},
    },
    units::Decibels,
};

/// Bars remembered: ten minutes at up to 200 bpm.
const MOST_BARS: usize = 512;

/// The longest take in seconds, which bounds its files: 106 MB of WAV.
const MOST_SECONDS: f64 = 300.0;

/// Moves of the desk remembered: four a bar.
const MOST_MOVES: usize = 4 * MOST_BARS;

/// The last bars of a station.
pub struct Takes {
    pub(super) fonts: PartFonts,
    memory: Mutex<Memory>,
    pub(super) moments: Moments,
}

#[derive(Default)]
struct Memory {
    /// Bars that have begun, oldest first.
    bars: VecDeque<AiredBar>,
    /// The desk before the first of `moves`.
    before: Desk,
    moves: VecDeque<DeskMove>,
    /// The gain of the master at the last chunk; it moves by less than 3 dB a minute.
    gain: Decibels,
}

impl Takes {
    /// The SoundFonts that the station plays through.
    pub fn fonts(&self) -> &PartFonts {
        &self.fonts
    }

    /// Empty, for a station that plays through `fonts`.
    pub fn new(fonts: &PartFonts) -> Self {
        Self { fonts: fonts.clone(), memory: Mutex::default(), moments: Moments::default() }
    }

    /// Records the bars that have begun, and the gain of the master.
    pub fn note(&self, on_air: &OnAir, gain: Decibels) {
        let mut memory = self.memory.lock();
        memory.gain = gain;
        let last = memory.bars.back().map_or(-1.0, |last| last.start_second);
        let first_new = on_air.bars.partition_point(|aired| aired.start_second <= last);
        let new = on_air.bars.iter().skip(first_new);
        let begun = new.take_while(|aired| aired.start_second < on_air.rendered_seconds);
        memory.bars.extend(begun.cloned());
        let n_old = memory.bars.len().saturating_sub(MOST_BARS);
        memory.bars.drain(..n_old);
    }

    /// Records a move of the desk.
    pub fn note_desk(&self, new: DeskMove) {
        let mut memory = self.memory.lock();
        if memory.moves.len() == MOST_MOVES
            && let Some(oldest) = memory.moves.pop_front()
        {
            memory.before = oldest.desk;
        }
        memory.moves.push_back(new);
    }

    /// The last `n_bars` that have ended by `second` of the station's sound, or as many as there are within
    /// five minutes; none if there are none.
    pub fn last(&self, n_bars: usize, second: f64) -> Option<Take> {
        let memory = self.memory.lock();
        let n_ended = memory.bars.partition_point(|aired| end_second(aired) <= second);
        let end = end_second(memory.bars.get(n_ended.checked_sub(1)?)?);
        let is_old = |aired: &AiredBar| aired.start_second < end - MOST_SECONDS;
        let n_too_old = memory.bars.partition_point(is_old);
        memory.take(&self.fonts, n_ended.saturating_sub(n_bars).max(n_too_old)..n_ended)
    }

    /// The gain of the master at the last chunk.
    pub fn gain(&self) -> Decibels {
        self.memory.lock().gain
    }

    /// The bars from number `first` on that begin within `seconds`, and whether the last of them is over;
    /// none if bar `first` is not remembered.
    pub fn from(&self, first: u64, seconds: f64) -> Option<(Take, bool)> {
        let memory = self.memory.lock();
        let start = memory.bars.iter().position(|aired| aired.bar.number == first)?;
        let until = memory.bars[start].start_second + seconds;
        let end = memory.bars.partition_point(|aired| aired.start_second < until);
        Some((memory.take(&self.fonts, start..end)?, end < memory.bars.len()))
    }
}

impl Memory {
    /// The bars at `range`, with the one before as lead.
    fn take(&self, fonts: &PartFonts, range: Range<usize>) -> Option<Take> {
        if range.is_empty() {
            return None;
        }
        let start = range.start.saturating_sub(1);
        let bars: Vec<_> =
            self.bars.range(start..range.end).map(|aired| aired.bar.clone()).collect();
        let (first, last) = (bars.first()?.number, bars.last()?.number);
        let n_before = self.moves.partition_point(|made| made.at.bar < first);
        let before = n_before.checked_sub(1).map_or(self.before, |last| self.moves[last].desk);
        let moves = self.moves.iter().skip(n_before).take_while(|made| made.at.bar <= last);
        let moves = moves.copied().collect();
        let (fonts, n_lead) = (fonts.clone(), range.start - start);
        Some(Take { fonts, n_lead, bars, before, moves, gain: self.gain })
    }
}

fn end_second(aired: &AiredBar) -> f64 {
    aired.start_second + aired.bar.tempo.seconds_per_step() * STEPS_PER_BAR as f64
}

#[cfg(test)]
mod tests {
    use std::{ops::Range, sync::Arc};

    use super::*;
    use crate::{
        music::bar::{Bar, Mix},
        sound::{desk::Fader, testing::tiny_font},
        station::position::Position,
        units::Bpm,
    };

    /// Bars of two seconds, and those of the next four seconds.
    fn on_air(numbers: Range<u64>) -> OnAir {
        let rendered_seconds = 2.0 * numbers.end as f64;
        let bar = |number| Bar { number, ..Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain())) };
        let aired =
            |number| AiredBar { start_second: 2.0 * number as f64, bar: Arc::new(bar(number)) };
        let bars = (numbers.start..numbers.end + 2).map(aired).collect();
        OnAir { rendered_seconds, bars, ..OnAir::default() }
    }

    fn takes() -> Takes {
        Takes::new(&(&tiny_font()).into())
    }

    fn numbers(take: &Take) -> Vec<u64> {
        take.bars().iter().map(|bar| bar.number).collect()
    }

    fn muted(bar: u64, step: f64, is_muted: bool) -> DeskMove {
        let mut desk = Desk::NEUTRAL;
        desk.parts[0] = Fader { mute: is_muted, ..Fader::NEUTRAL };
        DeskMove { at: Position { bar, step }, desk }
    }

    #[test]
    fn a_take_has_the_last_bars_that_were_heard_to_their_end() {
        let takes = takes();
        assert!(takes.last(8, 100.0).is_none());
        takes.note(&on_air(0..3), Decibels(0.0));
        takes.note(&on_air(0..20), Decibels(0.0));
        assert_eq!(numbers(&takes.last(64, 1000.0).unwrap()), (0..20).collect::<Vec<_>>());
        assert_eq!(numbers(&takes.last(4, 30.5).unwrap()), [11, 12, 13, 14]);
        assert!(takes.last(4, 1.5).is_none());
        let take = takes.last(4, 30.5).unwrap();
        assert_eq!((take.n_lead, take.bars[0].number), (1, 10));
        assert_eq!(takes.last(64, 10.0).unwrap().n_lead, 0);
        let (from, is_whole) = takes.from(15, 4.0).unwrap();
        assert_eq!((numbers(&from), is_whole), (vec![15, 16], true));
        assert!(!takes.from(15, 60.0).unwrap().1 && takes.from(22, 4.0).is_none());
    }

    #[test]
    fn a_take_has_the_desk_of_its_time() {
        let takes = takes();
        takes.note(&on_air(0..20), Decibels(0.0));
        let moves = [
            muted(2, 1.0, true),
            muted(10, 3.0, false),
            muted(12, 0.5, true),
            muted(19, 0.0, false),
        ];
        for made in &moves {
            takes.note_desk(*made);
        }

        let take = takes.last(4, 30.5).unwrap();
        assert_eq!((take.before, &*take.moves), (moves[0].desk, &moves[1..3]));
        assert_eq!(takes.last(1, 4.0).unwrap().before, Desk::NEUTRAL);
    }

    #[test]
    fn old_bars_and_moves_are_forgotten() {
        let takes = takes();
        for start in (0..2 * MOST_BARS as u64).step_by(10) {
            takes.note(&on_air(start..start + 10), Decibels(0.0));
        }
        (0..2 * MOST_MOVES).for_each(|n| takes.note_desk(muted(n as u64, 0.0, n % 2 == 0)));

        let memory = takes.memory.lock();
        assert_eq!((memory.bars.len(), memory.moves.len()), (MOST_BARS, MOST_MOVES));
        assert_eq!(memory.before, muted(0, 0.0, false).desk);
        drop(memory);
        // Five minutes of two seconds each.
        assert_eq!(takes.last(1000, 2000.0).unwrap().bars().len(), 150);
    }
}
