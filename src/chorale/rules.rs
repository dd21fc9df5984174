//! Rules of part-writing that a network learns late: no parallel fifths and octaves, no crossed voices,
//! and lines of a hymn that end on triads in root position.

use crate::chorale::{
    chord::Intervals,
    cue::Cue,
    frame::Voice,
    motion::Motion,
    past::Past,
    token::{self, HOLD},
};

/// Number of rules that `token` breaks after `past` at `cue`: one for each voice above in parallel fifths or
/// octaves, one if it crosses the voice above, and one under a fermata if it forms no triad, or as the bass
/// none in root position.
pub fn n_broken(past: &Past, token: u8, cue: Cue) -> usize {
    let (next, own) = (past.next(), past.voice(past.next()));
    let pitch = if token == HOLD { own.pitch } else { token::pitch(token) };
    let Some(pitch) = pitch else { return 0 };
    let above = || Voice::ALL.into_iter().filter(|&above| above < next);
    let motions = above().filter_map(|above| Motion::of(past.voice(above), own, pitch));
    let n_parallels = motions.filter(|motion| motion.is_parallel()).count();
    let neighbour = above().next_back().and_then(|above| past.voice(above).pitch);
    let crosses = neighbour.is_some_and(|neighbour| neighbour < pitch);
    let intervals = Intervals::below(past, pitch);
    let closes = match next {
        Voice::Bass => intervals.are_of_triad_on_root(),
        _ => intervals.are_of_triad(),
    };
    n_parallels + usize::from(crosses) + usize::from(cue.has_fermata() && !closes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chorale::{
            cue::cues,
            token::{REST, strike},
        },
        music::scale::{Key, Mode},
    };

    /// Rules that the last of `pitches` breaks; a pitch of 0 is held.
    fn broken(pitches: &[u8], has_fermata: bool) -> usize {
        let token = |&pitch: &u8| if pitch == 0 { HOLD } else { strike(pitch).unwrap() };
        let (last, before) = pitches.split_last().unwrap();
        let mut past = Past::new(Key { root: 0, mode: Mode::Major });
        for pitch in before {
            past.write(token(pitch));
        }
        let cue = cues(&[has_fermata])[0];
        assert_eq!(n_broken(&past, REST, cue), 0);
        n_broken(&past, token(last), cue)
    }

    #[test]
    fn parallels_with_each_voice_above_and_a_crossing_count() {
        let chord = [72, 67, 60, 48];
        let after = |pitches: &[u8]| broken(&[&chord[..], pitches].concat(), false);
        assert_eq!(after(&[74, 69, 62]), 2, "a fifth below the alto, an octave below the soprano");
        assert_eq!(after(&[74, 69, 59]), 0, "contrary");
        assert_eq!(after(&[0, 0, 62]), 0, "oblique");
        assert_eq!(after(&[72, 67, 0]), 0, "repeated");
        assert_eq!(after(&[71, 67, 72]), 1, "crossed");
        assert_eq!(after(&[71, 65, 57, 45]), 1, "an octave below the tenor");
        assert_eq!(broken(&chord, false), 0);
    }

    #[test]
    fn a_line_ends_on_a_triad_in_root_position() {
        assert_eq!(broken(&[72, 67, 64, 48], true), 0);
        assert_eq!(broken(&[72, 67, 64, 52], true), 1, "a sixth chord");
        assert_eq!(broken(&[72, 67, 65], true), 1, "a suspension");
        assert_eq!(broken(&[72, 67, 64, 52], false), 0);
    }
}
