//! The newest segments of a mount and their media playlist.

use std::{collections::VecDeque, fmt::Write as _};

use bytes::Bytes;
use jiff::Timestamp;

/// A segment. Its name is unique.
#[derive(Debug, Clone)]
pub struct Segment {
    /// The last part of its URL path.
    pub name: String,
    /// ID3 tag and MP3 frames.
    pub bytes: Bytes,
    /// Media sequence number; consecutive.
    pub number: u64,
    /// The number of its run: a series of segments without a discontinuity.
    pub run: u64,
    /// Whether it is the first of its run, after a discontinuity.
    pub starts_run: bool,
    /// Wall-clock time of its first sample.
    pub begins: Timestamp,
    /// Duration in seconds.
    pub seconds: f64,
}

/// Segments, oldest first.
///
/// A segment that has left the playlist stays available for its own duration plus that of the longest
/// playlist that listed it (RFC 8216, section 6.2.2).
pub struct Window {
    /// Segments per playlist.
    n_listed: usize,
    /// `EXT-X-TARGETDURATION`: the longest segment in seconds.
    target: u32,
    segments: VecDeque<Segment>,
    playlist: Option<Bytes>,
}

/// A playlist, and the segments that it lists.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The text.
    pub playlist: Bytes,
    /// Oldest first.
    pub segments: Vec<Segment>,
}

impl Window {
    /// An empty window, for playlists of `n_listed` segments of at most `target` seconds.
    pub fn new(n_listed: usize, target: u32) -> Self {
        Self { n_listed, target, segments: VecDeque::new(), playlist: None }
    }

    /// Adds a segment and drops those that no client may request any more.
    pub fn push(&mut self, segment: Segment) {
        self.segments.push_back(segment);
        while 2 * self.n_listed + 1 < self.segments.len() {
            self.segments.pop_front();
        }
        self.playlist = playlist(self.listed(), self.target).map(Bytes::from);
    }

    fn listed(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().skip(self.segments.len().saturating_sub(self.n_listed))
    }

    /// The playlist, once there is a segment.
    pub fn playlist(&self) -> Option<Bytes> {
        self.playlist.clone()
    }

    /// The playlist with its segments, once there is one.
    pub fn listing(&self) -> Option<Listing> {
        let playlist = self.playlist()?;
        Some(Listing { playlist, segments: self.listed().cloned().collect() })
    }

    /// The segment of that name.
    pub fn find(&self, name: &str) -> Option<Bytes> {
        let found = self.segments.iter().rev().find(|segment| segment.name == name);
        found.map(|segment| segment.bytes.clone())
    }

    /// Size of all segments in bytes.
    pub fn n_bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.bytes.len()).sum()
    }
}

/// A media playlist (RFC 8216, section 4.3) of version 3, which allows fractional durations.
fn playlist<'a>(segments: impl Iterator<Item = &'a Segment>, target: u32) -> Option<String> {
    let mut segments = segments.peekable();
    let first = segments.peek()?;
    // The discontinuity sequence counts the discontinuity tags that have left the playlist.
    let n_breaks = first.run - u64::from(first.starts_run);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:{}\n\
         #EXT-X-DISCONTINUITY-SEQUENCE:{n_breaks}\n",
        first.number
    );
    for Segment { name, starts_run, begins, seconds, .. } in segments {
        let tag = if *starts_run { "#EXT-X-DISCONTINUITY\n" } else { "" };
        let date = format_args!("#EXT-X-PROGRAM-DATE-TIME:{begins:.3}");
        write!(text, "{tag}{date}\n#EXTINF:{seconds:.3},\n{name}\n")
            .expect("writing to a String can't fail");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(number: u64, run: u64, starts_run: bool) -> Segment {
        Segment {
            name: format!("{number}.mp3"),
            bytes: Bytes::from(vec![0; 10]),
            number,
            run,
            starts_run,
            begins: Timestamp::from_millisecond(1_795_360_379_000 + 3971 * number as i64).unwrap(),
            seconds: 3.97061,
        }
    }

    fn text(window: &Window) -> String {
        String::from_utf8(window.playlist().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn the_playlist_has_all_required_tags() {
        let mut window = Window::new(3, 4);
        assert_eq!(window.playlist(), None);
        window.push(segment(41, 7, true));
        window.push(segment(42, 7, false));

        assert_eq!(
            text(&window),
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:41\n\
             #EXT-X-DISCONTINUITY-SEQUENCE:6\n#EXT-X-DISCONTINUITY\n\
             #EXT-X-PROGRAM-DATE-TIME:2026-11-22T15:15:41.811Z\n#EXTINF:3.971,\n41.mp3\n\
             #EXT-X-PROGRAM-DATE-TIME:2026-11-22T15:15:45.782Z\n#EXTINF:3.971,\n42.mp3\n"
        );
    }

    #[test]
    fn a_discontinuity_is_counted_when_its_tag_leaves_the_playlist() {
        let mut window = Window::new(2, 4);
        let counted = |window: &Window| {
            let text = text(window);
            let (_, rest) = text.split_once("DISCONTINUITY-SEQUENCE:").unwrap();
            rest.split_once('\n').unwrap().0.parse::<u64>().unwrap()
        };
        for (number, run, starts_run, count) in
            [(0, 5, true, 4), (1, 5, false, 4), (2, 5, false, 5), (3, 6, true, 5), (4, 6, false, 5)]
        {
            window.push(segment(number, run, starts_run));
            assert_eq!(counted(&window), count, "{number}");
        }
        window.push(segment(5, 6, false));
        assert_eq!(counted(&window), 6);
    }

    #[test]
    fn delisted_segments_stay_for_late_clients() {
        let mut window = Window::new(2, 4);
        (0..9).for_each(|number| window.push(segment(number, 0, false)));

        assert!(text(&window).contains("\n8.mp3\n") && !text(&window).contains("\n6.mp3\n"));
        assert!(window.find("4.mp3").is_some() && window.find("3.mp3").is_none());
        assert_eq!(window.n_bytes(), 50);
    }
}
