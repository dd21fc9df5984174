//! Plays the inserts that are due.

use crate::{
    config::{Playlist, Station},
    inserts::{
        mix::Mixer,
        prefetch::Prefetch,
        schedule::{Moment, Schedule},
        source::InsertSource,
    },
    sound::frame::Block,
};

/// Why a requested insert doesn't start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotStarted {
    /// Another one plays, or the music is still fading up after one.
    #[error("expected no other recording on air, found one: wait for its end")]
    Busy,
    /// The list has no recording that can be played, or it is still being opened.
    #[error("expected a recording that is open, found none: the list is empty or still being read")]
    NotOpen,
}

/// The schedule of a station's inserts, their source, and the mixer that plays them.
pub struct InsertPlayer {
    schedule: Schedule,
    source: Box<dyn InsertSource>,
    mixer: Mixer,
}

impl InsertPlayer {
    /// Plays the inserts of `playlists`, opened by `source`.
    pub fn new(playlists: &[Playlist], source: impl InsertSource + 'static) -> Self {
        let (schedule, source) = (Schedule::new(playlists), Box::new(source));
        Self { schedule, source, mixer: Mixer::new() }
    }

    /// Plays the inserts of `station` and opens each on the caller's thread when it is due: for
    /// renderings, which can wait for a disk.
    pub fn without_thread(station: &Station, seed: u64) -> Self {
        Self::new(&station.playlists, Prefetch::for_station(station, seed))
    }

    /// Replaces the lists and their source. The current insert plays to its end.
    pub fn replace(&mut self, playlists: &[Playlist], source: impl InsertSource + 'static) {
        self.schedule.replace(playlists);
        self.source = Box::new(source);
    }

    /// Starts an insert that is due and ready on a beat, and resumes silenced music there. `at_frame` is
    /// the beat's frame in the mix, about a bar ahead, so that the music has time to fade. Beats must
    /// be announced in order.
    pub fn on_beat(&mut self, moment: &Moment, at_frame: u64) {
        if self.mixer.awaits_beat().is_some_and(|from| from <= at_frame) {
            self.mixer.resume_music(at_frame);
        }
        for index in self.schedule.due(moment) {
            if self.mixer.is_playing() {
                return;
            }
            let Some(insert) = self.source.take(index) else { continue };
            let seconds = insert.seconds();
            // The mixer is free, so it doesn't return the insert.
            if self.mixer.start(insert, at_frame).is_ok() {
                self.schedule.mark_played(index, moment, seconds);
                return;
            }
        }
    }

    /// Starts the next insert of list `index` on a beat, outside its rule. Rules wait until it has ended.
    ///
    /// # Errors
    /// Another insert plays, or the list has none that is ready.
    pub fn start(&mut self, index: usize, second: f64, at_frame: u64) -> Result<(), NotStarted> {
        if self.mixer.is_playing() {
            return Err(NotStarted::Busy);
        }
        let insert = self.source.take(index).ok_or(NotStarted::NotOpen)?;
        let end = second + insert.seconds();
        self.mixer.start(insert, at_frame).map_err(|_| NotStarted::Busy)?;
        self.schedule.mark_busy(end);
        Ok(())
    }

    /// Mixes the current insert into a block of music that starts at `frame`.
    pub fn mix(&mut self, block: &mut Block, frame: u64) {
        self.mixer.mix(block, frame);
    }

    /// The mixer, for queries.
    pub fn mixer(&self) -> &Mixer {
        &self.mixer
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, fs::File, io::BufWriter, path::Path};

    use super::*;
    use crate::{
        config::{Edge, Order, Place, When},
        sound::{frame::FRAMES_PER_MP3_FRAME, wav::Wav},
        units::Lufs,
    };

    /// Frames of a beat at 120 bpm.
    const BEAT: u64 = 22_050;

    /// A list of two recordings, of 0.1 and 0.2, 26 blocks each.
    fn list(folder: &Path, when: When, place: Place) -> Playlist {
        for (name, level) in [("a.wav", 0.1), ("b.wav", 0.2)] {
            let path = folder.join(name);
            let mut wav = Wav::new(BufWriter::new(File::create(&path).unwrap())).unwrap();
            let block = Block { left: [level; 1152], right: [level; 1152] };
            (0..26).for_each(|_| wav.push(&block).unwrap());
            wav.finish().unwrap();
        }
        let file = folder.join("list.m3u8");
        fs::write(&file, "a.wav\nb.wav\n").unwrap();
        let on = Edge::Bar;
        Playlist { when: Some(when), order: Order::InTurn, place, on, ..Playlist::new(file) }
    }

    /// Plays `minutes` of silent music. Gives the first frame and the title of each insert.
    fn play(player: &mut InsertPlayer, minutes: u64) -> Vec<(u64, String)> {
        let mut heard = Vec::new();
        let mut beat = 0;
        for frame in (0..minutes * 60 * 44_100).step_by(FRAMES_PER_MP3_FRAME) {
            // A bar ahead of the mix, as in a renderer that queues whole bars.
            while beat * BEAT < frame + 4 * BEAT {
                let edge = if beat.is_multiple_of(4) { Edge::Bar } else { Edge::Beat };
                let second = beat as f64 / 2.0;
                player
                    .on_beat(&Moment { second, edge, n_tracks: 1, local_time: None }, beat * BEAT);
                beat += 1;
            }
            let mut block = Block::SILENCE;
            player.mix(&mut block, frame);
            if let (Some(span), Some(title)) = (player.mixer().span(), player.mixer().title()) {
                if heard.last().is_none_or(|(start, _)| *start != span.start) {
                    heard.push((span.start, title.to_owned()));
                }
                let n = (span.start.saturating_sub(frame)) as usize;
                if (span.start..span.end).contains(&frame) && n == 0 {
                    assert!(block.left.iter().any(|x| *x > 0.0));
                }
            }
        }
        heard
    }

    #[test]
    fn a_due_insert_starts_on_a_bar() {
        let folder = tempfile::tempdir().unwrap();
        let rules = [list(folder.path(), When::EveryMinutes(1.01), Place::Over)];
        let source = Prefetch::new(&rules, Lufs(-16.0), 1);

        let heard = play(&mut InsertPlayer::new(&rules, source), 4);

        // 60.6, 121.2 and 181.8 seconds, each at the next bar of 2 seconds.
        let expected = [(62, "a"), (122, "b"), (182, "a")];
        assert_eq!(heard, expected.map(|(second, name)| (second * 44_100, name.to_owned())));
    }

    #[test]
    fn a_list_without_a_rule_plays_by_hand_only() {
        let folder = tempfile::tempdir().unwrap();
        let rule = list(folder.path(), When::EveryMinutes(0.5), Place::Over);
        let rules = [rule.clone(), Playlist { when: None, ..rule }];
        let mut player = InsertPlayer::new(&rules, Prefetch::new(&rules, Lufs(-16.0), 1));
        let moment = |second| Moment { second, edge: Edge::Bar, n_tracks: 1, local_time: None };
        let mut block = Block::SILENCE;
        let mut play = |player: &mut InsertPlayer, from: u64, n_blocks: u64| {
            (0..n_blocks).for_each(|n| player.mix(&mut block, from + n * 1152));
        };

        player.on_beat(&moment(0.0), 0);
        assert_eq!(player.start(1, 29.9, 2304), Ok(()));
        assert_eq!(player.mixer().title(), Some("a"));
        assert_eq!(player.start(1, 29.9, 3456), Err(NotStarted::Busy));
        // The rule of the other list is due, and waits.
        player.on_beat(&moment(30.0), 5000);
        play(&mut player, 0, 60);
        assert!(!player.mixer().is_playing());
        player.on_beat(&moment(31.0), 80_000);
        assert!(player.mixer().is_playing());

        let none: [Playlist; 0] = [];
        let mut empty = InsertPlayer::new(&none, Prefetch::new(&none, Lufs(-16.0), 1));
        assert_eq!(empty.start(3, 0.0, 0), Err(NotStarted::NotOpen));
    }

    #[test]
    fn music_resumes_on_the_beat_after_an_insert() {
        let folder = tempfile::tempdir().unwrap();
        let rules = [list(folder.path(), When::EveryMinutes(0.5), Place::Between)];
        let mut player = InsertPlayer::new(&rules, Prefetch::new(&rules, Lufs(-16.0), 1));
        let mut block = Block { left: [1.0; 1152], ..Block::SILENCE };

        let moment = |second| Moment { second, edge: Edge::Bar, n_tracks: 1, local_time: None };
        player.on_beat(&moment(0.0), 0);
        player.on_beat(&moment(30.0), 1152);
        // The insert ends at frame 31 104.
        player.on_beat(&moment(30.6), 1152 + BEAT);
        assert_eq!(player.mixer().awaits_beat(), Some(27 * 1152));
        player.on_beat(&moment(31.1), 1152 + 2 * BEAT);
        assert_eq!(player.mixer().awaits_beat(), None);
        let mut left = Vec::new();
        for frame in (0..60_000).step_by(1152) {
            block.left = [1.0; 1152];
            player.mix(&mut block, frame);
            left.extend(block.left);
        }

        let beat = 1152 + 2 * BEAT as usize;
        assert_eq!((left[beat], left[beat + 221]), (0.0, 1.0));
    }
}
