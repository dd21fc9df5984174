//! Builds `electropunk.sf2`. Every sample is synthesized here, so the font has the project's
//! licence.
//!
//! # Presets
//! Programs are those of General MIDI for similar instruments, so that a theme also works with
//! another SoundFont. Melodic presets (bank 0) play all keys:
//!
//! | program | name | what it is |
//! |---|---|---|
//! | 0 | Felt Piano | soft, close, opens with the stroke |
//! | 1 | Bright Piano | for chords off the beat |
//! | 4 | Electric Piano | tines, bark at high velocities |
//! | 5 | FM Piano | a soft body with glassy overtones |
//! | 11 | Vibraphone | tremolo |
//! | 14 | FM Bell | long decay, reverb |
//! | 16 | Organ | nine drawbars through a rotating speaker |
//! | 17 | Percussive Organ | few drawbars, a knock |
//! | 22 | Melodica | a reed and breath, vibrato on long notes |
//! | 24 | Plucked String | nylon |
//! | 26 | Jazz Guitar | hollow, round |
//! | 29 | Overdriven Guitar | lightly distorted, doubled, for an amplifier; palm-muted below velocity 67 |
//! | 30 | Power Guitar | root, fifth and octave on one key through a loud amplifier; muted as above |
//! | 32 | Upright Bass | gut and wood |
//! | 33 | Fingered Bass | round, electric |
//! | 34 | Picked Bass | steel |
//! | 36 | FM Bass | a knock, then a growl |
//! | 38 | Acid Bass | resonant filter, accents from velocity 100 |
//! | 39 | Sub Bass | nearly a sine |
//! | 45 | Synth Pluck | two saws, short |
//! | 50 | Synth Strings | seven saws |
//! | 55 | Rave Hit | octaves and a fifth on one key, cut off |
//! | 59 | Muted Trumpet | harmon mute, vibrato on long notes |
//! | 62 | Dub Stab | seven saws, brassy, for offbeats |
//! | 65 | Alto Sax | breath, vibrato on long notes, a growl from velocity 105 |
//! | 80 | Square Lead | three squares, vibrato on long notes |
//! | 81 | Saw Lead | seven saws |
//! | 83 | Chiff Lead | a pipe with a noisy attack, vibrato on long notes |
//! | 84 | Hoover | glides up to its note |
//! | 87 | Reese Bass | beating saws over a sine |
//! | 89 | Warm Pad | attack of half a second |
//! | 90 | Polysynth | seven saws for chords, with a lower octave |
//! | 91 | Choir Pad | "ah" |
//! | 92 | Glass Pad | bowed glasses and air noise |
//! | 95 | Sweep Pad | a filter that opens for two seconds |
//! | 98 | Crystal | a glassy bar |
//! | 108 | Kalimba | thumb piano |
//!
//! Kits (bank 128) play the keys of `kit::keys`:
//!
//! | program | name | what it is |
//! |---|---|---|
//! | 0 | Electronic Kit | like a TR-909: punch, snap, six-bit cymbals |
//! | 8 | Acoustic Kit | skins, snare wires and cymbals in a small room |
//! | 25 | Analogue Kit | like a TR-808: a long sine, square-wave hats |
//! | 40 | Lo-Fi Kit | an old record through a ten-bit sampler |
//!
//! Closed hats choke open ones. Snares and closed hats have four velocity layers, kicks three or four;
//! harder strokes are brighter. Snares and hats of the acoustic and the lo-fi kit alternate between
//! takes every three velocities, a round robin for strokes of varying velocity. Every kit has a shaker
//! (70), congas (62 to 64), a cowbell (56) and claves (75).
//!
//! Held sounds move by at least 1.5 dB, and keys, guitars, basses, leads and winds open by at least a
//! quarter from velocity 50 to 120: [`figures`] has the goals, and `electropunk soundfont --sheet`
//! draws the results.
//!
//! # Synthesis
//! ```text
//! spectrum (sums of sines) -> tone (loops per key band) ─┐
//! swing (modes) -> string (recordings per key band) ─────┼─> layer -> patch ─┐
//! signal, biquad (noise, filters) ───────────────────────┘                   ├─> sf2 -> bytes
//! modal, signal, biquad, room -> piece (recordings) -> kit ──────────────────┘
//! ```
//!
//! Most melodic sounds are layers of loops, each a sum of sines with whole numbers of cycles.
//! Envelopes and filters are left to the synthesizer, so a sound takes kilobytes; velocity layers are
//! the same samples with other filters. Strings and drums are recordings. Levels are in the samples,
//! since synthesizers disagree on the generator initialAttenuation, except for velocity layers and for
//! samples that several presets share. Sines and powers come from libm, so the bytes are the same on
//! every machine. `audition` renders the result for figures and tests.

mod acoustic;
mod analogue;
pub mod audition;
mod basses;
mod biquad;
mod electronic;
pub mod figures;
mod generator;
mod guitars;
pub mod hearing;
mod keys;
mod kit;
mod layer;
mod leads;
#[cfg(test)]
mod listening;
mod lofi;
mod mallets;
mod modal;
mod pads;
mod patch;
mod percussion;
mod pianos;
mod piece;
mod room;
mod sf2;
mod signal;
mod source;
mod spectrum;
mod stabs;
mod string;
mod swing;
#[cfg(test)]
mod tests;
mod tone;
mod winds;
mod zones;

use crate::lab::soundfont::{kit::Kit, patch::Patch, sf2::Font};

/// Builds the font; always the same bytes.
pub fn build() -> Vec<u8> {
    let mut font = Font::default();
    for patch in melodic() {
        patch.add_to(&mut font);
    }
    for kit in kits() {
        kit.add_to(&mut font);
    }
    font.to_bytes("electropunk")
}

/// The presets of bank 0.
fn melodic() -> Vec<Patch> {
    vec![
        pianos::felt_piano(),
        pianos::bright_piano(),
        keys::electric_piano(),
        keys::fm_piano(),
        mallets::vibraphone(),
        keys::fm_bell(),
        keys::organ(),
        keys::percussive_organ(),
        leads::melodica(),
        guitars::plucked_string(),
        guitars::jazz_guitar(),
        guitars::overdriven_guitar(),
        guitars::power_guitar(),
        basses::upright_bass(),
        basses::fingered_bass(),
        basses::picked_bass(),
        basses::fm_bass(),
        basses::acid_bass(),
        basses::sub_bass(),
        leads::synth_pluck(),
        pads::strings(),
        stabs::rave_hit(),
        winds::muted_trumpet(),
        leads::dub_stab(),
        winds::alto_sax(),
        leads::square_lead(),
        leads::saw_lead(),
        winds::chiff_lead(),
        stabs::hoover(),
        basses::reese_bass(),
        pads::warm_pad(),
        stabs::polysynth(),
        pads::choir_pad(),
        pads::glass_pad(),
        pads::sweep_pad(),
        keys::crystal(),
        mallets::kalimba(),
    ]
}

/// The presets of bank 128.
fn kits() -> [Kit; 4] {
    [electronic::kit(), acoustic::kit(), analogue::kit(), lofi::kit()]
}
