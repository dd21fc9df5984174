//! `electropunk chorale`: training, composing, harmonising and evaluating chorales.

mod corpus_file;
mod midi_files;
mod shipped;
mod training;
mod tunes;
