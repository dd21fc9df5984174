//! The events of a track by their ticks.

use midly::{MetaMessage, Track, TrackEvent, TrackEventKind, num::u28};

/// The last tick of a track: times between events have 28 bits.
pub const LAST_TICK: u64 = (1 << 28) - 1;

/// An event and its tick.
pub type Timed<'a> = (u64, TrackEventKind<'a>);

/// Whether an event ends its track.
pub fn is_end(kind: &TrackEventKind) -> bool {
    matches!(kind, TrackEventKind::Meta(MetaMessage::EndOfTrack))
}

/// Sorts events by tick, the end of the track last; events of a tick keep their order.
pub fn sort(track: &mut Vec<Timed>) {
    let last = track.iter().map(|(tick, _)| *tick).max().unwrap_or(0);
    for (tick, kind) in track.iter_mut() {
        if is_end(kind) {
            *tick = last;
        }
    }
    track.sort_by_key(|(tick, kind)| (*tick, is_end(kind)));
}

/// A track's events with their ticks.
pub fn timed(track: Track) -> Vec<Timed> {
    let mut tick = 0;
    let timed = track.into_iter().map(|event| {
        tick += u64::from(event.delta.as_int());
        (tick, event.kind)
    });
    timed.collect()
}

/// Events with their ticks as a track.
pub fn untimed<'a>(events: &[Timed<'a>]) -> Track<'a> {
    let mut last = 0;
    let untimed = events.iter().map(|&(tick, kind)| {
        let delta = u28::from_int_lossy((tick - last).min(LAST_TICK) as u32);
        last = tick;
        TrackEvent { delta, kind }
    });
    untimed.collect()
}
