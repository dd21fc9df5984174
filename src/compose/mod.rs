//! Composing: from a setting and the progress so far to the next phrase of bars.
//!
//! A [`setting::Setting`] is what the music is made from: a station's configuration, its loaded theme
//! and a seed. A [`progress::Progress`] is all that is remembered between two phrases.
//! [`step::next_phrase`] makes four bars and the next progress out of them:
//!
//! ```text
//! form ─phrase─► chords, lines, drums ─score─► performance ─► bars
//! ```
//!
//! The [`form`] follows one of the [`books`]: it chooses section, motif, tension and who plays;
//! [`lines`] and [`drums`] draw from the models near points of the [`walk`] and the [`pad`];
//! [`percussion`] lays loops beside the drums; [`accompaniment`] plays the chords in the rhythms of
//! [`comping`]; [`moves`] stop, mute and answer; the [`performance`] gives the notes of the
//! [`score`] velocities and timing; [`throws`] send single hits to the effects. [`composer::Composer`] repeats the step, and can go back to an
//! earlier bar and [`change`] from there on: a hand may [steer](steering) the places of beat and lines,
//! hold a section and order the form.
//!
//! The phrases of a theme with a model of chorales are those of a [`hymn`] instead.
//!
//! No clock, no thread, no file: `station` has those.

pub mod accompaniment;
pub mod anchor_tune;
pub mod books;
pub mod change;
pub mod comping;
pub mod composer;
pub mod drummer;
pub mod drums;
pub mod fallback;
pub mod fingerprint;
pub mod form;
pub mod harmonise;
pub mod hymn;
pub mod liked;
pub mod lines;
pub mod loaded_theme;
pub mod memory;
pub mod moves;
pub mod pad;
pub mod percussion;
pub mod performance;
pub mod phrase;
pub mod piece;
pub mod plane;
pub mod progress;
pub mod score;
pub mod sections;
pub mod setting;
pub mod sketch;
pub mod steering;
pub mod step;
pub mod taste;
#[cfg(test)]
pub mod testing;
pub mod throws;
pub mod titles;
pub mod transitions;
pub mod walk;
