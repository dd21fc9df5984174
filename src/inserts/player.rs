//! Recordings in a station's programme: what is due goes into the mix.

use std::sync::{Arc, Mutex};

use crate::{
    config::{Playlist, Station},
    inserts::{
        cues::Cues,
        mix::Guest,
        prefetch::Desk,
        schedule::{Moment, Schedule},
    },
    sound::frame::Block,
};

/// Schedule, ready recordings and their place in the mix.
pub struct Guests {
    schedule: Schedule,
    cues: Cues,
    guest: Guest,
}

impl Guests {
    /// The guests of `playlists`, which `cues` has ready.
    pub fn new(playlists: &[Playlist], cues: Cues) -> Self {
        Self { schedule: Schedule::new(playlists), cues, guest: Guest::new() }
    }

    /// The guests of `station`, opened when they are due: for whoever can wait.
    pub fn at_once(station: &Station, seed: u64) -> Arc<Mutex<Self>> {
        let desk = Desk::of(station, seed);
        Arc::new(Mutex::new(Self::new(&station.playlists, Cues::AtOnce(desk))))
    }

    /// Goes on with other playlists; what is heard is heard to its end. Gives the cues that it had:
    /// dropping them may wait for a disk.
    #[must_use]
    pub fn turn_to(&mut self, playlists: &[Playlist], cues: Cues) -> Cues {
        self.schedule.turn_to(playlists);
        std::mem::replace(&mut self.cues, cues)
    }

    /// Tells of a place in the music, at `at_frame` of the mix, before that is mixed: about a bar ahead,
    /// so that the music has time to step back. What is due and ready begins there, and music that
    /// was silent for a guest comes back there. Places come in their order.
    pub fn meet(&mut self, moment: &Moment, at_frame: u64) {
        if self.guest.awaits_beat().is_some_and(|from| from <= at_frame) {
            self.guest.come_back(at_frame);
        }
        for index in self.schedule.due(moment) {
            if self.guest.is_playing() {
                return;
            }
            let Some(item) = self.cues.take(index) else { continue };
            let seconds = item.seconds();
            // Nobody else is there: it can't be sent back.
            if self.guest.begin(item, at_frame).is_ok() {
                self.schedule.serve(index, moment, seconds);
                return;
            }
        }
    }

    /// Mixes who is there into a block of music that begins at `frame`.
    pub fn mix(&mut self, block: &mut Block, frame: u64) {
        self.guest.mix(block, frame);
    }

    /// Who is there, or about to be.
    pub fn guest(&self) -> &Guest {
        &self.guest
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, fs::File, io::BufWriter, path::Path};

    use super::*;
    use crate::{
        config::{Edge, Order, Place, When},
        inserts::prefetch::Desk,
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

    /// Minutes of a programme whose music is silence: frames at which recordings begin, and titles.
    fn programme(guests: &mut Guests, minutes: u64) -> Vec<(u64, String)> {
        let mut heard = Vec::new();
        let mut beat = 0;
        for frame in (0..minutes * 60 * 44_100).step_by(FRAMES_PER_MP3_FRAME) {
            // A bar ahead of the mix, as a renderer that queues whole bars does.
            while beat * BEAT < frame + 4 * BEAT {
                let edge = if beat.is_multiple_of(4) { Edge::Bar } else { Edge::Beat };
                let second = beat as f64 / 2.0;
                guests.meet(&Moment { second, edge, n_tracks: 1, wall: None }, beat * BEAT);
                beat += 1;
            }
            let mut block = Block::SILENCE;
            guests.mix(&mut block, frame);
            if let (Some(span), Some(title)) = (guests.guest().span(), guests.guest().title()) {
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
    fn what_is_due_begins_on_its_bar() {
        let folder = tempfile::tempdir().unwrap();
        let rules = [list(folder.path(), When::EveryMinutes(1.01), Place::Over)];
        let cues = Cues::AtOnce(Desk::new(&rules, Lufs(-16.0), 1));

        let heard = programme(&mut Guests::new(&rules, cues), 4);

        // 60.6, 121.2 and 181.8 seconds, each at the next bar of 2 seconds.
        let expected = [(62, "a"), (122, "b"), (182, "a")];
        assert_eq!(heard, expected.map(|(second, name)| (second * 44_100, name.to_owned())));
    }

    #[test]
    fn music_comes_back_on_the_beat_after_a_guest() {
        let folder = tempfile::tempdir().unwrap();
        let rules = [list(folder.path(), When::EveryMinutes(0.5), Place::Between)];
        let cues = Cues::AtOnce(Desk::new(&rules, Lufs(-16.0), 1));
        let mut guests = Guests::new(&rules, cues);
        let mut block = Block { left: [1.0; 1152], ..Block::SILENCE };

        let moment = |second| Moment { second, edge: Edge::Bar, n_tracks: 1, wall: None };
        guests.meet(&moment(0.0), 0);
        guests.meet(&moment(30.0), 1152);
        // It is over at frame 31 104.
        guests.meet(&moment(30.6), 1152 + BEAT);
        assert_eq!(guests.guest().awaits_beat(), Some(27 * 1152));
        guests.meet(&moment(31.1), 1152 + 2 * BEAT);
        assert_eq!(guests.guest().awaits_beat(), None);
        let mut left = Vec::new();
        for frame in (0..60_000).step_by(1152) {
            block.left = [1.0; 1152];
            guests.mix(&mut block, frame);
            left.extend(block.left);
        }

        let beat = 1152 + 2 * BEAT as usize;
        assert_eq!((left[beat], left[beat + 221]), (0.0, 1.0));
    }

    #[test]
    fn a_thread_aside_has_recordings_ready_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let rules = [list(folder.path(), When::EveryMinutes(1.0), Place::Over)];
        let mut cues = Cues::aside(Desk::new(&rules, Lufs(-16.0), 1), "x").unwrap();

        let mut titles = Vec::new();
        while titles.len() < 3 {
            titles.extend(cues.take(0).map(|item| item.title().to_owned()));
            std::thread::yield_now();
        }

        assert_eq!(titles, ["a", "b", "a"]);
    }
}
