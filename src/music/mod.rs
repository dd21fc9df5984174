//! Symbolic music: notes, bars, keys and chords. No audio, no tensors.
//!
//! Data flows from the top of this list to the bottom:
//!
//! ```text
//! tokens (trio, melody, drums)   output of a decoder or a pattern, a token per step
//!   -> arrange                   LineNotes, transposed into a key and a register
//!   -> harmony, voicing          moved onto the chords (scale, chord)
//!   -> humanise                  Hits: accents, swing, timing and velocity spread
//!   -> bar                       one Bar of all parts with its mix, section and title
//!   -> sequence, midi            bars as a piece, written as a MIDI file
//! ```
//!
//! - `chain`: the effects on a part's sound, as a theme sets them.
//! - `meter`, `rhythm`, `section`: the step grid, rhythms written as text, sections of a piece.
//! - `development`, `percussion`: rhythms changed stroke by stroke; loops beside the drum classes.
//! - `machine_bass`: accents and slides of a bass machine.
//! - `transition`: sounds that lead from section to section.
//! - `note`: notes of a MIDI file, before quantisation.
//! - `song`: a MIDI file as read. `segments`: a piece split where its meter changes.
//! - `part_map`, `programs`: which part each instrument of a file plays.
//! - `key_finding`, `normalise`: the key of a song; its lines moved to one key and register.
//!
//! `musicvae::convert` turns notes into a model's tensors.

pub mod arrange;
pub mod bar;
pub mod chain;
pub mod chord;
pub mod cover;
pub mod development;
pub mod drums;
pub mod harmony;
pub mod humanise;
pub mod key_finding;
pub mod machine_bass;
pub mod melody;
pub mod meter;
pub mod midi;
pub mod normalise;
pub mod note;
pub mod part_map;
pub mod percussion;
pub mod programs;
pub mod rhythm;
pub mod room;
pub mod scale;
pub mod section;
pub mod segments;
pub mod sequence;
pub mod song;
pub mod tempo_map;
pub mod transition;
pub mod trio;
pub mod voicing;
