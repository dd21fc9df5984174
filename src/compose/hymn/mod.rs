//! Hymns: phrases of a theme whose notes a chorale model writes.
//!
//! A piece is a hymn of equal strophes. Each phrase of four bars is two lines, whose last notes are under a
//! fermata. The first strophe is free; later ones keep its tune in the soprano and are reharmonised. The bass
//! part has the bass, the lead the soprano, and the chords alto and tenor; there are no drums.

mod memory;
mod playing;

use crate::{
    chorale::{
        compose::{Manner, Writer},
        cue::{Cue, cues},
        frame::{Chorale, FRAMES_PER_BEAT, N_VOICES},
        network::Network,
        plan,
        token::decode,
    },
    compose::{
        harmonise::chords_under,
        lines::Lines,
        phrase::{PHRASE_BARS, PHRASE_STEPS, Phrase},
        progress::Progress,
        setting::Setting,
    },
    music::{bar::Bar, cover::Cover},
    rng::{self, Rng},
    units::Bpm,
};

pub use self::memory::HymnMemory;

/// Beats of a line, of which the last ones are under the fermata.
const LINE_BEATS: usize = 8;
const FERMATA_BEATS: usize = 2;

/// Lines of a phrase.
const N_LINES: usize = PHRASE_STEPS / (LINE_BEATS * FRAMES_PER_BEAT);

/// Temperature of holds.
const RHYTHM_TEMPERATURE: f64 = 1.0;

/// Nats subtracted from a note's logit for each part-writing rule that it breaks.
const STRICTNESS: f64 = 6.0;

/// Drafts of a phrase with a given tune.
const N_DRAFTS: usize = 8;

/// Tempo of a hymn's last bar, as a share of the hymn's.
const LAST_BAR: f64 = 0.85;

/// The bars of the next phrase; moves `progress` past it.
pub fn next_phrase(setting: &Setting, progress: &mut Progress, network: &Network) -> Vec<Bar> {
    let phrase = progress.next_of_form(setting);
    let drawn = progress.drawn(progress.bar);
    let mut rng = rng::stream(phrase.piece.seed, &format!("hymn {drawn}"));
    let chorale = write(setting, &mut progress.hymn, &phrase, network, &mut rng);
    let ends_hymn = progress.starts_piece();
    let bars = perform(setting, &phrase, &chorale, ends_hymn, progress.bar, &mut rng);
    progress.bar += PHRASE_BARS;
    bars
}

/// Composes `phrase`.
fn write(
    setting: &Setting,
    memory: &mut HymnMemory,
    phrase: &Phrase,
    network: &Network,
    rng: &mut Rng,
) -> Chorale {
    let key = phrase.piece.key;
    let number = phrase.of_section as usize;
    memory.turn_to(phrase.piece.seed, key);
    let n_phrases = phrase.n_phrases as usize;
    let fermatas = plan::held(N_LINES * n_phrases, LINE_BEATS, FERMATA_BEATS);
    let cues = cues(&fermatas);
    let of = |number: usize| -> &[Cue] { &cues[number * PHRASE_STEPS..][..PHRASE_STEPS] };
    let manner = Manner {
        temperature: setting.theme().temperature,
        rhythm_temperature: RHYTHM_TEMPERATURE,
        strictness: STRICTNESS,
    };
    let mut writer = Writer::new(network, key, manner);
    if let Some(before) = memory.before(number) {
        writer.recall(before, of(number - 1));
    }
    let tune = memory.tune(number).map(<[u8]>::to_vec);
    writer.split(if tune.is_some() { N_DRAFTS } else { 1 });
    for (frame, &cue) in of(number).iter().enumerate() {
        let soprano = tune.as_ref().map(|tune| tune[frame]);
        let given: [Option<u8>; N_VOICES] = [soprano, None, None, None];
        match frame {
            // Held notes end with the previous phrase, which is already on air.
            0 => writer.write_anew(cue, given, rng),
            _ => writer.write(cue, given, rng),
        }
    }
    memory.keep(number, writer.tokens());
    decode(writer.tokens(), key, &fermatas[number * PHRASE_STEPS..][..PHRASE_STEPS])
}

/// The four bars of `chorale`, numbered from `first`.
fn perform(
    setting: &Setting,
    phrase: &Phrase,
    chorale: &Chorale,
    ends_hymn: bool,
    first: u64,
    rng: &mut Rng,
) -> Vec<Bar> {
    let theme = setting.theme();
    let piece = &phrase.piece;
    let [bass, lead] = [3, 0].map(|voice| playing::notes(chorale, voice));
    let lines = Lines { bass, lead };
    let chords = chords_under(&lines, piece.key, &theme.chords, PHRASE_BARS as usize);
    let parts = playing::parts(chorale, setting.station.energy, theme.humanise, rng);
    let [from, to] = phrase.tempo.map(Bpm::get);
    let played = parts.into_iter().zip(chords).zip(0..PHRASE_BARS);
    let bar = |((parts, chord), number): ((playing::Parts, _), u64)| {
        let is_last = ends_hymn && number + 1 == PHRASE_BARS;
        let tempo = from + (to - from) * number as f64 / PHRASE_BARS as f64;
        let tempo = if is_last { LAST_BAR * tempo } else { tempo };
        Bar {
            number: first + number,
            tempo: Bpm::try_from(tempo).unwrap_or(phrase.tempo[0]),
            key: piece.key,
            chord,
            section: phrase.section,
            piece: piece.number,
            title: piece.title.clone(),
            cover: Cover::new(piece.key, piece.tempo, &piece.leg.middle()),
            parts,
            ..Bar::plain(piece.tempo, piece.mix.clone())
        }
    };
    played.map(bar).collect()
}

#[cfg(test)]
mod tests;
