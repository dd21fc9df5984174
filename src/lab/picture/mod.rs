//! Pictures for judging data sets and training at a glance.
//!
//! - PNG: [`canvas`] (pixels), [`roll`] and [`sheet`] (piano rolls of tokens), [`played`] (piano
//!   rolls of performed hits), [`chorale`] (of four voices), [`recording`] (a spectrum and its
//!   transcription), [`plot`].
//! - SVG: [`curve`], [`learning`] (the log of a training run).
//! - Both: [`axis`], [`palette`] (the player page's colours).
//!
//! Piano rolls have thousands of notes, so they are pixels; curves are SVG, which is sharp and
//! small. Only rectangles, lines and text are needed, so there is no plotting library.

pub mod axis;
pub mod canvas;
pub mod chorale;
pub mod curve;
pub mod learning;
pub mod palette;
pub mod played;
pub mod plot;
pub mod recording;
pub mod roll;
pub mod sheet;
