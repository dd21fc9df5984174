//! Our own SoundFont: every sample is computed here, so its licence is the project's.
//!
//! # Presets
//! Programs are those of General MIDI for a like sound, so that a theme keeps its sense with another
//! SoundFont. Melodic presets (bank 0) play all keys:
//!
//! | program | name | what it is |
//! |---|---|---|
//! | 4 | Electric Piano | tines, bark on hard notes |
//! | 14 | FM Bell | long, reverberant |
//! | 16 | Organ | nine drawbars |
//! | 22 | Melodica | a reed, vibrato on long notes |
//! | 24 | Plucked String | nylon |
//! | 29 | Overdriven Guitar | single notes |
//! | 30 | Power Guitar | root and fifth on one key |
//! | 34 | Picked Bass | steel |
//! | 38 | Acid Bass | resonant filter, accents from velocity 100 |
//! | 39 | Sub Bass | almost a sine |
//! | 45 | Synth Pluck | short |
//! | 50 | Synth Strings | ensemble of five |
//! | 62 | Dub Stab | brassy, for offbeats |
//! | 80 | Square Lead | hollow, vibrato on long notes |
//! | 81 | Saw Lead | two saws |
//! | 87 | Reese Bass | beating saws over a sine |
//! | 89 | Warm Pad | swells in half a second |
//! | 95 | Sweep Pad | opens for two seconds |
//! | 98 | Crystal | glassy bar |
//!
//! Kits (bank 128, MIDI channel 10): 0 Electronic, 8 Acoustic, with the keys of [`kit::keys`]. Open
//! hats are choked by closed ones. Kick and snare have three layers of velocity, hats two, all
//! brighter when struck harder.
//!
//! # How
//! Melodic sounds are layers of loops ([`patch`]), each a sum of sines that go round a whole number
//! of times ([`spectrum`]); envelopes and filters are left to the synth, so a sound takes kilobytes.
//! Drums are recordings of modes and noise ([`signal`], [`modal`]). All loudness is in the samples:
//! synths disagree on what the generator initialAttenuation means.

mod acoustic;
mod basses;
mod biquad;
mod electronic;
mod generator;
mod guitars;
mod keys;
pub mod kit;
mod leads;
pub mod modal;
mod pads;
pub mod patch;
mod sf2;
pub mod signal;
pub mod spectrum;

use self::{patch::Patch, sf2::Font};

/// The file's bytes, the same each time.
pub fn build() -> Vec<u8> {
    let mut font = Font::default();
    melodic().iter().for_each(|patch| patch.add_to(&mut font));
    electronic::kit().add_to(&mut font);
    acoustic::kit().add_to(&mut font);
    font.to_bytes("electropunk")
}

/// The presets of bank 0.
fn melodic() -> Vec<Patch> {
    vec![
        keys::electric_piano(),
        keys::fm_bell(),
        keys::organ(),
        leads::melodica(),
        guitars::plucked_string(),
        guitars::overdriven_guitar(),
        guitars::power_guitar(),
        basses::picked_bass(),
        basses::acid_bass(),
        basses::sub_bass(),
        leads::synth_pluck(),
        pads::strings(),
        leads::dub_stab(),
        leads::square_lead(),
        leads::saw_lead(),
        basses::reese_bass(),
        pads::warm_pad(),
        pads::sweep_pad(),
        keys::crystal(),
    ]
}
