//! A range of bars that were on air.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use crate::{
    music::{bar::Bar, midi, sequence},
    sound::{
        desk::Desk,
        frame::{Block, FRAMES_PER_MP3_FRAME},
        master::Master,
        part_fonts::PartFonts,
        timeline::Timeline,
    },
    station::{
        Error,
        desk_moves::{DeskMove, DeskMoves},
        renderer::Renderer,
        takes::trim::Trim,
    },
    units::Decibels,
};

/// Bars with the desk of their time.
#[derive(Clone)]
pub struct Take {
    pub(super) fonts: PartFonts,
    /// Bars before the take, none or one: its notes ring into the take.
    pub(super) n_lead: usize,
    /// At least one after the lead.
    pub(super) bars: Vec<Arc<Bar>>,
    /// The desk when the first bar started.
    pub(super) before: Desk,
    pub(super) moves: Vec<DeskMove>,
    /// The gain of the master to start with.
    pub(super) gain: Decibels,
}

/// Blocks of a take: the mastered mix, and the stems by name.
pub struct TakeBlock<'a> {
    /// The sound that listeners get, without recordings.
    pub mix: &'a Block,
    /// The stems, in the order of the renderer. Their start is that of the mix.
    pub stems: &'a [(&'static str, Block)],
}

impl Take {
    /// A take of `bars`, with the desk neutral and this gain of the master.
    pub fn of(fonts: &PartFonts, bars: Vec<Arc<Bar>>, gain: Decibels) -> Self {
        let (fonts, before) = (fonts.clone(), Desk::NEUTRAL);
        Self { fonts, n_lead: 0, bars, before, moves: Vec::new(), gain }
    }

    /// The bars of the take, without the lead-in bar.
    pub fn bars(&self) -> &[Arc<Bar>] {
        &self.bars[self.n_lead..]
    }

    /// The notes as a MIDI file, with velocities and tempos. The desk does not change it.
    pub fn midi(&self) -> Vec<u8> {
        let bars: Vec<Bar> = self.bars().iter().map(|bar| Bar::clone(bar)).collect();
        midi::write(&sequence::from_bars(&bars), |note| sequence::part_name(note))
    }

    /// Length in blocks of 26 ms, the last of which may begin just before the end.
    pub fn n_blocks(&self) -> u64 {
        let frames = self.frames();
        (frames.end - frames.start).div_ceil(FRAMES_PER_MP3_FRAME as u64)
    }

    /// The frames of the take, counted from the start of the bar before it.
    fn frames(&self) -> Range<u64> {
        let mut timeline = Timeline::default();
        let mut start = 0;
        for (number, bar) in self.bars.iter().enumerate() {
            let span = timeline.lay(bar.tempo, 0).frames();
            if number == self.n_lead {
                start = span.start;
            }
        }
        start..timeline.end()
    }

    /// Renders the take from a cold start and hands `each` its blocks until it returns false. The first
    /// frame is that of the first bar.
    ///
    /// # Errors
    /// The synthesizer can't be built, or `each` fails.
    pub fn render<E: From<Error>>(
        &self,
        mut each: impl FnMut(TakeBlock) -> Result<bool, E>,
    ) -> Result<(), E> {
        let first = &self.bars[0];
        let mut renderer = Renderer::new(&self.fonts, &first.mix)?.at_gain(self.gain);
        renderer.set_desk(&self.before);
        let mut moves = DeskMoves::new(self.moves.iter().copied());
        let mut supply = self.bars.iter().cloned();
        let mut next = || supply.next().unwrap_or_else(|| Arc::new(self.silent_bar()));
        let start = self.frames().start;
        let mut mix = Trim::new(start + Master::LATENCY as u64);
        let mut stems: Vec<(&str, Trim)> =
            renderer.stems().map(|(name, _)| (name, Trim::new(start))).collect();
        // The mix is delayed: stems wait for it.
        let mut early = VecDeque::new();
        let mut n_left = self.n_blocks();
        while 0 < n_left {
            renderer.fill(&mut next);
            moves.apply(&mut renderer);
            let mixed = renderer.render(&mut next).clone();
            let trimmed = stems.iter_mut().zip(renderer.stems());
            let trimmed = trimmed.map(|((name, trim), (_, stem))| Some((*name, trim.push(stem)?)));
            // Trims each stem, even while the first yields nothing.
            let trimmed: Vec<Option<(&str, Block)>> = trimmed.collect();
            early.extend(trimmed.into_iter().collect::<Option<Vec<_>>>());
            let Some(mix) = mix.push(&mixed) else { continue };
            let Some(stems) = early.pop_front() else { continue };
            n_left -= 1;
            if !each(TakeBlock { mix: &mix, stems: &stems })? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// A bar after the last one, in which its sound decays.
    fn silent_bar(&self) -> Bar {
        let last = &self.bars[self.bars.len() - 1];
        let opening = [last.opening[1]; 2];
        Bar { number: last.number + 1, opening, ..Bar::plain(last.tempo, last.mix.clone()) }
    }
}
