//! Percussion of a phrase: the piece's loops, in as many layers as the cast has.

use rand::seq::SliceRandom as _;

use crate::{
    compose::{
        books::Cast,
        phrase::{PHRASE_STEPS, Phrase},
    },
    config::Theme,
    music::{
        arrange::LineNote,
        drums::Drum,
        meter::STEPS_PER_BAR,
        percussion::{LOOP_STEPS, Percussion},
        section::Section,
    },
    rng,
};

/// Percussion sounds in a piece, at most.
const N_LAYERS: usize = 3;

/// The notes of `phrase`, whose pitches are General MIDI percussion keys.
pub fn write(phrase: &Phrase, theme: &Theme) -> Vec<LineNote> {
    let layers = layers(phrase.piece.seed, &theme.drums.percussion);
    let playing = layers.into_iter().filter(|&(place, sound)| plays(phrase.cast, place, sound));
    let mut notes: Vec<LineNote> = playing
        .flat_map(|(_, sound)| {
            let stream = format!("percussion {sound:?}");
            let own = sound.draw_loop(&mut rng::stream(phrase.piece.seed, &stream));
            (0..PHRASE_STEPS).step_by(LOOP_STEPS).flat_map(move |start| {
                let moved =
                    |note: &LineNote| LineNote { start_step: start + note.start_step, ..*note };
                own.iter().map(moved).collect::<Vec<_>>()
            })
        })
        .collect();
    if phrase.is_last && phrase.section == Section::Build {
        notes.retain(|note| note.start_step < PHRASE_STEPS - STEPS_PER_BAR);
    }
    notes.sort_by_key(|note| (note.start_step, note.pitch));
    notes
}

/// The sounds of a piece in order of entry; the clap, which marks the backbeat, is always the second.
fn layers(seed: u64, sounds: &[Percussion]) -> Vec<(usize, Percussion)> {
    let is_clap = |sound: &Percussion| *sound == Percussion::Clap;
    let mut others: Vec<Percussion> =
        sounds.iter().copied().filter(|sound| !is_clap(sound)).collect();
    others.shuffle(&mut rng::stream(seed, "percussion"));
    if sounds.iter().any(is_clap) {
        others.insert(others.len().min(1), Percussion::Clap);
    }
    others.into_iter().take(N_LAYERS).enumerate().collect()
}

/// Whether layer `place` of a piece plays: as many as the cast has, and a clap only with a snare.
fn plays(cast: Cast, place: usize, sound: Percussion) -> bool {
    let has_backbeat = cast.drums & Drum::Snare.bit() != 0;
    place < cast.layers && (sound != Percussion::Clap || has_backbeat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{
        form::{self, FormProgress},
        testing::{setting, stations},
    };

    const SOUNDS: [Percussion; 4] =
        [Percussion::Clap, Percussion::Shaker, Percussion::Rim, Percussion::Conga];

    /// The percussion of a phrase of the first built-in station in which `change` is made.
    fn written(change: impl FnOnce(&mut Phrase)) -> Vec<LineNote> {
        let setting = setting(&stations()[0], 1);
        let mut phrase = form::next(&setting, &mut FormProgress::start(&setting));
        (phrase.of_section, phrase.is_last) = (1, false);
        change(&mut phrase);
        let mut theme = setting.theme().clone();
        theme.drums.percussion = SOUNDS.into();
        write(&phrase, &theme)
    }

    fn with_cast(cast: &str) -> Vec<LineNote> {
        written(|phrase| phrase.cast = Cast::of(cast))
    }

    fn keys(notes: &[LineNote]) -> usize {
        let mut keys: Vec<u8> = notes.iter().map(|note| note.pitch).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    }

    #[test]
    fn claps_are_on_two_and_four_and_only_beside_a_snare() {
        let claps = |notes: &[LineNote]| notes.iter().filter(|note| note.pitch == 39).count();
        let drop = with_cast("D3 BCL");
        let backbeat =
            |note: &&LineNote| note.pitch == 39 && [4, 12].contains(&(note.start_step % 16));

        assert_eq!(drop.iter().filter(backbeat).count(), 8);
        assert_eq!(claps(&with_cast("H3 BC")), 0);
        assert!(!with_cast("H3 BC").is_empty());
    }

    #[test]
    fn as_many_loops_play_as_the_cast_has() {
        let n = ["D BC", "D1 BC", "D2 BC", "D3 BC"].map(|cast| keys(&with_cast(cast)));
        assert!(n[0] == 0 && n.is_sorted() && n[0] < n[1] && n[1] < n[3], "{n:?}");
    }

    #[test]
    fn the_last_bar_of_a_build_is_free() {
        let notes = written(|phrase| {
            (phrase.section, phrase.is_last) = (Section::Build, true);
            phrase.cast = Cast::of("H3 BC");
        });
        assert!(notes.iter().all(|note| note.start_step < PHRASE_STEPS - STEPS_PER_BAR));
    }

    #[test]
    fn loops_of_two_bars_repeat_and_depend_on_the_piece() {
        let notes = with_cast("D3 BCL");
        let bars = |from: usize| -> Vec<(usize, u8)> {
            let here = notes.iter().filter(|note| note.start_step / LOOP_STEPS == from);
            here.map(|note| (note.start_step % LOOP_STEPS, note.pitch)).collect()
        };
        assert_eq!(bars(0), bars(1));

        let first: std::collections::HashSet<Percussion> =
            (0..20).map(|seed| layers(seed, &SOUNDS)[0].1).collect();
        assert_eq!(first.len(), 3, "each sound but the clap");
    }
}
