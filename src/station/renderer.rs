//! Renders bars to sound, block by block, and tracks which bar sounds when.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use crate::{
    compose::phrase::PHRASE_BARS,
    config::{Edge, Playlist},
    inserts::{
        local_time::LocalTime,
        player::{InsertPlayer, NotStarted},
        schedule::Moment,
        source::InsertSource,
    },
    music::{
        bar::{Bar, Mix, Part},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    },
    sound::{
        band::Band,
        desk::Desk,
        frame::{Block, FRAMES_PER_MP3_FRAME},
        master::Master,
        part_fonts::PartFonts,
    },
    station::{
        Error,
        on_air::{AiredBar, OnAir},
        position::Position,
        title::ShownTitle,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// Least number of frames queued when a block is rendered: a second, so that the music can fade before
/// an insert starts.
const MIN_QUEUED_FRAMES: u64 = SAMPLE_RATE as u64 + FRAMES_PER_MP3_FRAME as u64;

/// Beats of a bar.
const BEATS: u64 = (STEPS_PER_BAR / STEPS_PER_QUARTER) as u64;

/// How long bars are kept, in seconds: longer than any burst.
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
    title: ShownTitle,
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
            title: ShownTitle::default(),
        })
    }

    /// Plays inserts; without a `clock`, those for times of day don't play.
    pub fn with_inserts(self, player: InsertPlayer, clock: Option<fn() -> LocalTime>) -> Self {
        Self { inserts: Some(player), clock, ..self }
    }

    /// Starts at this gain of the master, not at the default.
    #[must_use]
    pub fn at_gain(mut self, gain: Decibels) -> Self {
        self.master.set_gain(gain);
        self
    }

    /// The gain of the master.
    pub fn gain(&self) -> Decibels {
        self.master.gain()
    }

    /// Replaces the insert lists and their source; the current insert plays to its end.
    pub fn replace_inserts(&mut self, playlists: &[Playlist], source: impl InsertSource + 'static) {
        if let Some(player) = &mut self.inserts {
            player.replace(playlists, source);
        }
    }

    /// Continues where `other` is, with its inserts, desk and title. Bars that `other` has queued but not
    /// started are lost.
    #[must_use]
    pub fn after(mut self, other: &mut Self) -> Self {
        (self.inserts, self.clock) = (other.inserts.take(), other.clock);
        self.title = std::mem::take(&mut other.title);
        self.band.set_desk(other.band.desk());
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

    /// Takes the bars that the next block needs from `next`.
    pub fn fill(&mut self, next: &mut dyn FnMut() -> Arc<Bar>) {
        while self.band.queued_frames() < MIN_QUEUED_FRAMES {
            self.take(next());
        }
    }

    /// Renders the next block, taking bars from `next` as they are needed.
    pub fn render(&mut self, next: &mut dyn FnMut() -> Arc<Bar>) -> &Block {
        self.fill(next);
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

    /// Moves the faders of the desk with the next block.
    pub fn set_desk(&mut self, desk: &Desk) {
        self.band.set_desk(desk);
    }

    /// The faders of the desk.
    pub fn desk(&self) -> &Desk {
        self.band.desk()
    }

    /// Where the next block starts; none before the first bar.
    pub fn position(&self) -> Option<Position> {
        let now = self.rendered_frames();
        let (start, bar) = self.begun(now)?;
        Some(Position::in_bar(bar, now - start))
    }

    /// Number of the bar that sounds at the end of the next block, whose mix that block has; none before
    /// the first bar.
    pub fn next_bar(&self) -> Option<u64> {
        let end = self.rendered_frames() + FRAMES_PER_MP3_FRAME as u64;
        self.begun(end).map(|(_, bar)| bar.number)
    }

    /// Whether the next block is the one that starts nearest to `position`, or a later one.
    pub fn has_reached(&self, position: Position) -> bool {
        let now = self.rendered_frames();
        let begun = self.begun(now + FRAMES_PER_MP3_FRAME as u64 / 2);
        begun.is_some_and(|(start, bar)| position.is_reached(bar, now.saturating_sub(start)))
    }

    /// The bar that sounds at `frame` of the station's sound before the master, with the frame of its
    /// start.
    fn begun(&self, frame: u64) -> Option<(u64, &Bar)> {
        let start = |aired: &AiredBar| {
            let start = (aired.start_second * f64::from(SAMPLE_RATE)).round() as u64;
            start.saturating_sub(Master::LATENCY as u64)
        };
        let n_begun = self.bars.partition_point(|aired| start(aired) <= frame);
        let aired = self.bars.get(n_begun.checked_sub(1)?)?;
        Some((start(aired), &aired.bar))
    }

    /// Plays the next recording of insert list `index` at the next beat, and returns where that is.
    ///
    /// # Errors
    /// Another insert plays, or the list has none that is ready.
    pub fn start_insert(&mut self, index: usize) -> Result<Position, NotStarted> {
        let now = self.rendered_frames();
        let (start, bar) = self.begun(now).ok_or(NotStarted::NotOpen)?;
        let length = bar.tempo.seconds_per_step() * STEPS_PER_BAR as f64 * f64::from(SAMPLE_RATE);
        let beat_at = |beat: u64| start + (beat as f64 * length / BEATS as f64) as u64;
        let beat = (0..BEATS).find(|beat| now <= beat_at(*beat)).unwrap_or(BEATS);
        let position = match beat {
            BEATS => Position { bar: bar.number + 1, step: 0.0 },
            beat => Position { bar: bar.number, step: (beat * STEPS_PER_QUARTER as u64) as f64 },
        };
        let at_frame = beat_at(beat);
        let player = self.inserts.as_mut().ok_or(NotStarted::NotOpen)?;
        player.start(index, seconds(at_frame), at_frame)?;
        Ok(position)
    }

    /// Shows `title` until the music's title changes; none goes back to the music's.
    pub fn show_title(&mut self, title: Option<Arc<str>>) {
        self.title = ShownTitle::new(title);
    }

    /// The title to show with the sound from `second` to now: an insert's, else one that was set, else the
    /// bar's.
    pub fn title_since(&mut self, second: f64) -> Arc<str> {
        let of_bar = self.bar_at(second).map(|bar| bar.title.clone());
        let of_music = self.title.over(of_bar.unwrap_or_else(|| "".into()));
        self.insert_title().unwrap_or(of_music)
    }

    /// The bar that sounds at `second` of the station's sound, or the nearest known one.
    pub fn bar_at(&self, second: f64) -> Option<Arc<Bar>> {
        self.on_air().bar_at(second).map(|aired| aired.bar.clone())
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

    /// The bars to publish; other fields but `rendered_seconds` keep their default.
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
