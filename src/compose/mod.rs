//! Composing: from a setting and the progress so far to the next phrase of bars.
//!
//! A [`setting::Setting`] holds the inputs of the music: a station's configuration, its loaded theme and a
//! seed. A [`progress::Progress`] is all state between two phrases. [`step::next_phrase`] makes four bars and
//! the next progress from them:
//!
//! ```text
//! form ─phrase─► chords, lines, drums ─score─► performance ─► bars
//! ```
//!
//! The [`form`] follows one of the [`books`]: it chooses section, motif, tension and cast; [`lines`] and
//! [`drums`] draw from the models near points of the [`walk`] and the [`pad`]; [`percussion`] adds loops to
//! the drums; [`accompaniment`] plays the chords in the rhythms of [`comping`]; [`moves`] stop, mute and
//! answer; the [`performance`] gives the notes of the [`score`] velocities and timing; [`throws`] send single
//! hits to the effects. [`composer::Composer`] repeats the step, and can go back to an earlier bar and
//! [`change`] from there on: users can [steer](steering) beat and lines, hold a section and give orders to
//! the form.
//!
//! A theme with a chorale model plays the phrases of a [`hymn`] instead.
//!
//! No clock, thread or file: those are in `station`.

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
