//! The chords of a phrase, and the notes of the part that plays them.

use rand::RngExt as _;

use crate::{
    compose::{
        comping::{self, Attack, Comp},
        phrase::{PHRASE_BARS, Phrase},
    },
    config::{Chords, Theme},
    music::{
        arrange::LineNote,
        chord::Chord,
        section::Section,
        voicing::{self, Voicing},
    },
    rng,
};

/// Bars after which an unchanged chord is revoiced.
const REVOICED: usize = 2;

/// Length in phrases of the top voice's line.
const LINE_PHRASES: u64 = 4;

/// The lowest point of that line, as a share of the register.
const LOWEST_TOP: f64 = 0.5;

/// The chord of each bar of `phrase`. The chord loop starts with the section.
pub fn chords(phrase: &Phrase, theme: &Theme) -> Vec<Chord> {
    let Chords { loops, bars_per_chord, .. } = &theme.chords;
    let numerals = &loops[phrase.piece.loops[phrase.motif] % loops.len()];
    let first = phrase.of_section * PHRASE_BARS;
    let at = |bar: u64| numerals[(bar as usize / bars_per_chord) % numerals.len()];
    (first..first + PHRASE_BARS).map(|bar| at(bar).in_key(phrase.piece.key)).collect()
}

/// The notes of a phrase over `chords`, one per bar: voices move little from chord to chord, and the top one
/// follows the section's line. `last` is the previous voicing, and becomes this phrase's last one.
pub fn write(
    last: &mut Option<Voicing>,
    phrase: &Phrase,
    theme: &Theme,
    chords: &[Chord],
) -> Vec<LineNote> {
    let part = &theme.chords;
    let voicings: Vec<Voicing> = (0..chords.len())
        .map(|bar| {
            let is_new = bar % REVOICED == 0 || chords[bar] != chords[bar - 1];
            if let Some(held) = last.as_ref().filter(|_| !is_new) {
                return held.clone();
            }
            let (register, top) = (part.register.span(), top(phrase, bar, part.register.span()));
            let voices = voicing::lead(chords[bar], last.as_ref(), top, part.n_voices, register);
            last.insert(voices).clone()
        })
        .collect();
    let comps = comping::strokes(phrase, part, chords);
    if part.is_arpeggio {
        return arpeggio(&comps, &voicings);
    }
    let highest = part.register.high;
    let sound = |comp: &Comp| {
        let turns = turns(comp, &comps);
        let alternative = |pitch: u8| voicing::neighbour(chords[comp.of_bar], pitch, highest);
        play(comp, &voicings[comp.of_bar], &turns, alternative)
    };
    comps.iter().filter(|comp| comp.attack != Attack::Top).flat_map(sound).collect()
}

/// Target pitch of the top voice in `bar` of the phrase: a slow line over four phrases, drawn per visit of
/// the motif; it rises in builds and falls in breaks and outros.
fn top(phrase: &Phrase, bar: usize, (low, high): (u8, u8)) -> f64 {
    let bars = (phrase.of_section % LINE_PHRASES * PHRASE_BARS) as f64 + bar as f64;
    let way = bars / (LINE_PHRASES * PHRASE_BARS - 1) as f64;
    let stream = format!("top {} {}", phrase.motif, phrase.visit);
    let shape = rng::stream(phrase.piece.seed, &stream).random_range(0..3);
    let height = match (phrase.section, shape) {
        (Section::Build, _) | (Section::Main, 0) => way,
        (Section::Break | Section::Outro, _) | (Section::Main, 1) => 1.0 - way,
        _ => 1.0 - (2.0 * way - 1.0).abs(),
    };
    let span = f64::from(high) - f64::from(low);
    f64::from(low) + span * (LOWEST_TOP + (1.0 - LOWEST_TOP) * height)
}

/// Steps of the top voice's moves while `comp` sounds.
fn turns(comp: &Comp, comps: &[Comp]) -> Vec<usize> {
    let within = comp.step + 1..comp.end();
    let moves = comps.iter().filter(|other| other.attack == Attack::Top);
    moves.map(|other| other.step).filter(|step| within.contains(step)).collect()
}

/// A stroke of all voices; at `turns` the top voice moves to its `alternative` and back.
fn play(
    comp: &Comp,
    voices: &Voicing,
    turns: &[usize],
    alternative: impl Fn(u8) -> u8,
) -> Vec<LineNote> {
    let apart = if let Attack::Rolled(steps) = comp.attack { steps } else { 0 };
    let note = |start: usize, end: usize, pitch: u8| LineNote {
        start_step: start,
        n_steps: end.saturating_sub(start).max(1),
        pitch,
    };
    let Some((&top, lower)) = voices.split_last() else { return vec![] };
    let held = lower.iter().enumerate();
    let mut notes: Vec<LineNote> =
        held.map(|(n, &pitch)| note(comp.step + n * apart, comp.end(), pitch)).collect();
    let starts = std::iter::once(comp.step + lower.len() * apart).chain(turns.iter().copied());
    let ends = turns.iter().copied().chain([comp.end()]);
    let pitches = [top, alternative(top)];
    notes.extend(
        starts.zip(ends).enumerate().map(|(n, (start, end))| note(start, end, pitches[n % 2])),
    );
    notes
}

/// The voices in sequence, one per stroke.
fn arpeggio(comps: &[Comp], voicings: &[Voicing]) -> Vec<LineNote> {
    let note = |(number, comp): (usize, &Comp)| {
        let voices = &voicings[comp.of_bar];
        let pitch = *voices.get(up_and_down(number, voices.len().max(1)))?;
        Some(LineNote { start_step: comp.step, n_steps: comp.n_steps, pitch })
    };
    comps.iter().enumerate().filter_map(note).collect()
}

/// 0 1 2 1 0 1 2 1 ... for three voices.
fn up_and_down(number: usize, n: usize) -> usize {
    let turn = (2 * n - 2).max(1);
    let at = number % turn;
    if at < n { at } else { turn - at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{
        form::{self, FormProgress},
        testing::{setting, stations},
    };

    #[test]
    fn an_arpeggio_goes_up_and_down() {
        let steps = |n: usize| (0..8).map(|number| up_and_down(number, n)).collect::<Vec<_>>();
        assert_eq!(steps(3), [0, 1, 2, 1, 0, 1, 2, 1]);
        assert_eq!(steps(1), [0; 8]);
    }

    fn comp(attack: Attack) -> Comp {
        Comp { step: 16, n_steps: 16, of_bar: 1, attack }
    }

    fn spans(notes: &[LineNote]) -> Vec<(usize, usize, u8)> {
        notes.iter().map(|note| (note.start_step, note.n_steps, note.pitch)).collect()
    }

    #[test]
    fn a_chord_is_struck_whole_or_voice_by_voice() {
        let voices = vec![60, 64, 67];
        let found = |attack| spans(&play(&comp(attack), &voices, &[], |pitch| pitch));

        assert_eq!(found(Attack::Whole), [(16, 16, 60), (16, 16, 64), (16, 16, 67)]);
        assert_eq!(found(Attack::Rolled(2)), [(16, 16, 60), (18, 14, 64), (20, 12, 67)]);
    }

    #[test]
    fn the_top_voice_moves_and_returns_while_the_others_are_held() {
        let notes = play(&comp(Attack::Whole), &vec![60, 64, 67], &[20, 24], |pitch| pitch + 5);
        assert_eq!(
            spans(&notes),
            [(16, 16, 60), (16, 16, 64), (16, 4, 67), (20, 4, 72), (24, 8, 67)]
        );
    }

    #[test]
    fn an_arpeggio_sounds_a_voice_a_stroke() {
        let comps: Vec<Comp> = (0..4)
            .map(|n| Comp { step: 2 * n, n_steps: 2, of_bar: 0, attack: Attack::Whole })
            .collect();
        let pitches: Vec<u8> =
            arpeggio(&comps, &[vec![60, 64, 67]]).iter().map(|note| note.pitch).collect();
        assert_eq!(pitches, [60, 64, 67, 64]);
    }

    #[test]
    fn the_top_line_of_a_section_spans_half_of_the_register() {
        let setting = setting(&stations()[0], 1);
        let mut phrase = form::next(&setting, &mut FormProgress::start(&setting));
        for section in [Section::Main, Section::Drop, Section::Build, Section::Break] {
            phrase.section = section;
            let tops = (0..LINE_PHRASES).flat_map(|of_section| {
                let phrase = Phrase { of_section, ..phrase.clone() };
                (0..4).map(move |bar| top(&phrase, bar, (52, 76))).collect::<Vec<_>>()
            });
            let (least, most) = tops
                .fold((f64::MAX, f64::MIN), |(least, most), top| (least.min(top), most.max(top)));
            assert!(7.0 <= most - least && 52.0 <= least && most <= 76.0, "{section}");
        }
    }
}
