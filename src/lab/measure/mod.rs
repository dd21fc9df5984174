//! Measures of music: how close it is to real music, how far from the training set, how it sounds.
//!
//! Measures of token lines are pure functions of tokens, so that a model, a data set and a station
//! are measured by the same code. Published measures keep their definitions; where this code
//! departs from one, its documentation says how and why.
//!
//! Of token lines:
//!
//! - [`features`], [`overlap`]: Yang & Lerch 2018, *On the evaluation of generative models in
//!   music* (`MGEval`): features of a set of samples, and how far their distributions overlap with
//!   a reference.
//! - [`line_features`], [`frechet`], [`real_lines`]: twenty features of a four-bar line, and how far
//!   their distribution is from that of real songs.
//! - [`likeness`]: how similar windows are to a band's music.
//! - [`novelty`], [`ngrams`]: whether samples are copied from the training set.
//! - [`interpolation`], [`language_model`]: Roberts et al. 2018, Fig. 4: how smooth an
//!   interpolation is, and whether the windows along it are plausible music.
//! - [`health`]: Dong et al. 2020 (`MusPy`): empty bars, note density, key.
//! - [`expression`]: velocity and timing of drums.
//! - [`attribute`]: attributes that can steer a walk through the latent space.
//!
//! Of chorales:
//!
//! - [`chorale_faults`], [`chorale_copies`]: part-writing faults, and passages copied from the corpus.
//! - [`chorale_judge`], [`chorale_markov`]: a classifier of two sets, and a baseline model.
//!
//! Of a performance:
//!
//! - [`notes`]: bars with velocities and timing.
//! - [`audio`]: the rendered sound.
//! - [`onsets`]: agreement of detected onsets with true ones.
//! - [`bar_starts`]: clicks at bar lines.

pub mod attribute;
pub mod audio;
pub mod bar_starts;
pub mod bit_planes;
pub mod chorale_copies;
pub mod chorale_faults;
pub mod chorale_judge;
pub mod chorale_markov;
pub mod density;
pub mod expression;
pub mod features;
pub mod frechet;
pub mod health;
pub mod interpolation;
pub mod language_model;
pub mod likeness;
pub mod line_features;
pub mod ngrams;
pub mod notes;
pub mod novelty;
pub mod onsets;
pub mod overlap;
pub mod real_lines;
pub mod statistics;
pub mod tokens;
pub mod tracks;
