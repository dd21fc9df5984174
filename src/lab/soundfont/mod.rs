//! Our own SoundFont: every sample is computed here, so its licence is the project's.
//!
//! # Presets
//! Programs are those of General MIDI for a like sound, so that a theme keeps its sense with another
//! SoundFont. Melodic presets (bank 0) play all keys:
//!
//! | program | name | what it is |
//! |---|---|---|
//! | 0 | Felt Piano | soft, close |
//! | 1 | Bright Piano | for chords off the beat |
//! | 4 | Electric Piano | tines, bark on hard notes |
//! | 5 | FM Piano | a soft body, glass over it |
//! | 11 | Vibraphone | tremolo |
//! | 14 | FM Bell | long, reverberant |
//! | 16 | Organ | nine drawbars |
//! | 17 | Percussive Organ | few drawbars, a knock |
//! | 22 | Melodica | a reed, vibrato on long notes |
//! | 24 | Plucked String | nylon |
//! | 26 | Jazz Guitar | hollow, round |
//! | 29 | Overdriven Guitar | single notes |
//! | 30 | Power Guitar | root and fifth on one key |
//! | 32 | Upright Bass | gut and wood |
//! | 33 | Fingered Bass | round, electric |
//! | 34 | Picked Bass | steel |
//! | 36 | FM Bass | a knock, a growl, a hum |
//! | 38 | Acid Bass | resonant filter, accents from velocity 100 |
//! | 39 | Sub Bass | almost a sine |
//! | 45 | Synth Pluck | short |
//! | 50 | Synth Strings | ensemble of five |
//! | 55 | Rave Hit | octaves and a fifth on one key, cut off |
//! | 59 | Muted Trumpet | a harmon in the bell, vibrato on long notes |
//! | 62 | Dub Stab | brassy, for offbeats |
//! | 65 | Alto Sax | breath, vibrato on long notes, a growl from velocity 105 |
//! | 80 | Square Lead | hollow, vibrato on long notes |
//! | 81 | Saw Lead | two saws |
//! | 83 | Chiff Lead | a pipe that spits, vibrato on long notes |
//! | 84 | Hoover | howls up to its note |
//! | 87 | Reese Bass | beating saws over a sine |
//! | 89 | Warm Pad | swells in half a second |
//! | 90 | Polysynth | chords, an octave below with them |
//! | 91 | Choir Pad | "ah" |
//! | 92 | Glass Pad | bowed glasses and air |
//! | 95 | Sweep Pad | opens for two seconds |
//! | 98 | Crystal | glassy bar |
//! | 108 | Kalimba | tongues on a box |
//!
//! Kits (bank 128, MIDI channel 10) have the keys of `kit::keys`:
//!
//! | program | name | what it is |
//! |---|---|---|
//! | 0 | Electronic Kit | like a TR-909: punch, snap, six-bit cymbals |
//! | 8 | Acoustic Kit | skins, wires and bronze in a small room |
//! | 25 | Analogue Kit | like a TR-808: a long sine, square-wave hats; cowbell, congas, claves |
//! | 40 | Lo-Fi Kit | off an old record, through a sampler of few bits |
//!
//! Open hats are choked by closed ones. Kick and snare have three layers of velocity, hats two, all
//! brighter when struck harder.
//!
//! # How
//! Melodic sounds are layers of loops (`patch`, `tone`), each a sum of sines that go round a whole number
//! of times (`spectrum`); envelopes and filters are left to the synth, so a sound takes kilobytes.
//! Drums are recordings of modes and noise (`signal`, `modal`). All loudness is in the samples:
//! synths disagree on what the generator initialAttenuation means. Sines and powers are libm's, which
//! give the same file on every machine.

mod acoustic;
mod analogue;
#[cfg(test)]
mod audition;
mod basses;
mod biquad;
mod electronic;
mod generator;
mod guitars;
mod keys;
mod kit;
mod leads;
mod lofi;
mod mallets;
mod modal;
mod pads;
mod patch;
mod pianos;
mod sf2;
mod signal;
mod spectrum;
mod stabs;
#[cfg(test)]
mod tests;
mod tone;
mod winds;

use crate::lab::soundfont::{kit::Kit, patch::Patch, sf2::Font};

/// The file's bytes, the same each time.
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
