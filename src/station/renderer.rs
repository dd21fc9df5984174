//! Renders bars to sound, block by block, and knows which bar sounds when.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use crate::{
    compose::phrase::PHRASE_BARS,
    config::{Edge, Playlist},
    inserts::{
        local_time::LocalTime, player::InsertPlayer, schedule::Moment, source::InsertSource,
    },
    music::{
        bar::{Bar, Mix, Part},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    },
    sound::{
        band::Band,
        frame::{Block, FRAMES_PER_MP3_FRAME},
        master::Master,
        part_fonts::PartFonts,
    },
    station::{
        Error,
        on_air::{AiredBar, OnAir},
    },
    units::SAMPLE_RATE,
};

/// Least number of frames queued when a block is rendered: a second, so that the music can fade before
/// an insert starts.
const MIN_QUEUED_FRAMES: u64 = SAMPLE_RATE as u64 + FRAMES_PER_MP3_FRAME as u64;

/// How long bars are remembered, in seconds: longer than any burst.
const MEMORY_SECONDS: f64 = 100.0;

/// The renderer of a station.
pub struct Renderer {
    band: Band,
    master: Master,
    block: Block,
    /// Frames of the station's sound before the band's first frame.
    before: u64,
    bars: VecDeque<AiredBar>,
    inserts: Option<InsertPlayer>,
    /// Clock for inserts at times of day; none in renderings.
    clock: Option<fn() -> LocalTime>,
}

impl Renderer {
    /// A renderer at its first bar, without inserts.
    ///
    /// # Errors
    /// The synthesizer can't be built.
    pub fn new(fonts: impl Into<PartFonts>, mix: &Arc<Mix>) -> Result<Self, Error> {
        Ok(Self {
            band: Band::new(fonts, mix)?,
            master: Master::new(mix.loudness)?,
            block: Block::SILENCE,
            before: 0,
            bars: VecDeque::new(),
            inserts: None,
            clock: None,
        })
    }

    /// Plays inserts; without a `clock`, those for times of day don't play.
    pub fn with_inserts(self, player: InsertPlayer, clock: Option<fn() -> LocalTime>) -> Self {
        Self { inserts: Some(player), clock, ..self }
    }

    /// Replaces the insert lists and their source; the current insert plays to its end.
    pub fn replace_inserts(&mut self, playlists: &[Playlist], source: impl InsertSource + 'static) {
        if let Some(player) = &mut self.inserts {
            player.replace(playlists, source);
        }
    }

    /// Continues where `other` is, with its inserts. Bars that `other` has queued but not started are
    /// lost.
    #[must_use]
    pub fn after(mut self, other: &mut Self) -> Self {
        (self.inserts, self.clock) = (other.inserts.take(), other.clock);
        self.before = other.rendered_frames();
        let now = other.rendered_seconds();
        self.bars = std::mem::take(&mut other.bars);
        self.bars.retain(|aired| aired.start_second < now);
        self
    }

    /// Renders a block of silence, which delays the music by its length.
    pub fn rest(&mut self) -> &Block {
        self.before += FRAMES_PER_MP3_FRAME as u64;
        self.block = Block::SILENCE;
        &self.block
    }

    /// Renders the next block, taking bars from `next` as they are needed.
    pub fn render(&mut self, next: &mut dyn FnMut() -> Arc<Bar>) -> &Block {
        while self.band.queued_frames() < MIN_QUEUED_FRAMES {
            self.take(next());
        }
        let frame = self.rendered_frames();
        self.band.render(&mut self.block);
        let inserts = &mut self.inserts;
        self.master.process(&mut self.block, |block| {
            if let Some(player) = inserts {
                player.mix(block, frame);
            }
        });
        &self.block
    }

    fn take(&mut self, bar: Arc<Bar>) {
        self.master.set_target(bar.mix.loudness);
        let frames = self.band.queue(&bar);
        let frames = frames.start + self.before..frames.end + self.before;
        // The master delays the sound.
        let start = frames.start + Master::LATENCY as u64;
        if let Some(player) = &mut self.inserts {
            announce_beats(player, &bar, &frames, self.clock);
        }
        self.bars.push_back(AiredBar { start_second: seconds(start), bar });
        let oldest = self.rendered_seconds() - MEMORY_SECONDS;
        while self.bars.front().is_some_and(|aired| aired.start_second < oldest) {
            self.bars.pop_front();
        }
    }

    /// The stems of the last block by name (parts and effects), before the master. Their sum is the
    /// master's input without inserts.
    pub fn stems(&self) -> impl Iterator<Item = (&'static str, &Block)> {
        let parts = Part::ALL.into_iter().map(|part| (part.name(), self.band.stem(part)));
        parts.chain([("effects", self.band.effects())])
    }

    /// The title to show with the sound from `second` to now: an insert's, else the bar's.
    pub fn title_since(&self, second: f64) -> Arc<str> {
        let of_bar = self.on_air().bar_at(second).map(|aired| aired.bar.title.clone());
        self.insert_title().or(of_bar).unwrap_or_else(|| "".into())
    }

    /// The title of the insert that sounds in the last block.
    fn insert_title(&self) -> Option<Arc<str>> {
        let mixer = self.inserts.as_ref()?.mixer();
        let is_heard = mixer.span()?.contains(&self.rendered_frames());
        mixer.title().filter(|_| is_heard).map(Into::into)
    }

    /// Seconds of sound rendered since the start.
    pub fn rendered_seconds(&self) -> f64 {
        seconds(self.rendered_frames())
    }

    fn rendered_frames(&self) -> u64 {
        self.before + self.band.rendered_frames()
    }

    /// The bars to publish; all but them and `rendered_seconds` is left at its default.
    pub fn on_air(&self) -> OnAir {
        let rendered_seconds = self.rendered_seconds();
        OnAir { rendered_seconds, bars: self.bars.clone(), ..OnAir::default() }
    }
}

/// Announces the beats of a bar that will sound at `frames`.
fn announce_beats(
    player: &mut InsertPlayer,
    bar: &Bar,
    frames: &Range<u64>,
    clock: Option<fn() -> LocalTime>,
) {
    const BEATS: u64 = (STEPS_PER_BAR / STEPS_PER_QUARTER) as u64;
    for beat in 0..BEATS {
        let at_frame = frames.start + beat * (frames.end - frames.start) / BEATS;
        let edge = match beat {
            0 if bar.number.is_multiple_of(PHRASE_BARS) => Edge::Phrase,
            0 => Edge::Bar,
            _ => Edge::Beat,
        };
        let moment = Moment {
            second: seconds(at_frame),
            edge,
            n_tracks: bar.piece + 1,
            local_time: clock.map(|clock| clock()),
        };
        player.on_beat(&moment, at_frame);
    }
}

fn seconds(frames: u64) -> f64 {
    frames as f64 / f64::from(SAMPLE_RATE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sound::testing::tiny_font, units::Bpm};

    #[test]
    fn old_bars_are_forgotten() {
        let mix = Arc::new(Mix::plain());
        let mut renderer = Renderer::new(&tiny_font(), &mix).unwrap();
        let mut n_bars = 0;
        let mut next = || {
            n_bars += 1;
            Arc::new(Bar {
                number: n_bars,
                ..Bar::plain(Bpm::try_from(300.0).unwrap(), mix.clone())
            })
        };

        while renderer.rendered_seconds() < 300.0 {
            renderer.render(&mut next);
        }

        // A bar is 0.8 s.
        let remembered = renderer.on_air().bars.len();
        assert!((120..130).contains(&remembered), "{remembered} of {n_bars}");
    }
}
