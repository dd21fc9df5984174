//! electropunk: an endless generative radio.
//!
//! MusicVAE models compose music as bars of notes; a SoundFont synthesizer renders them; an HTTP
//! server streams the encoded sound to listeners. Data flows one way:
//!
//! ```text
//! Walk ──z──► decoder ──tokens──► lines, drums ──► arrange ──► humanise ──► Bar
//!     thread compose-STATION: compose, musicvae, music                       │ bounded queue
//!                                                                            ▼
//! Bar ──► events ──► synthesizers ──► mix ──► limiter ──► encoders ──► pacer ──► ring of a mount
//!     thread render-STATION: sound, station                                      │
//!                                                                                ▼
//!     tokio tasks: web answers a request and sends the burst; out feeds the sinks
//!     threads fanout: stream sends the rest to the sockets ──► listeners
//! ```
//!
//! The queue of bars blocks the composer while it is ahead. The ring never blocks: a listener that
//! reads too slowly skips ahead.
//!
//! # Map
//!
//! From the foundations up. A module imports only from modules above it in this list;
//! `tests/house/layers.rs` checks that.
//!
//! - [`units`], [`rng`], [`files`], [`threads`], [`interrupt`], [`args`], [`ffi`]: numbers with units,
//!   seeded random streams, durable file writes, thread spawning, Ctrl-C as a flag, parsers of
//!   command-line values, unsafe calls.
//! - [`log`]: the log and other output, which never fails.
//! - [`music`]: notes, bars, keys, chords, arranging, MIDI files.
//! - [`stream`]: encoded sound to listeners: rings, mounts, MP3 and Ogg framing. No HTTP, no music.
//! - [`art`]: pictures of pieces, drawn from their latents: SVG and PNG.
//! - [`patterns`]: hand-written pattern generators, one per style.
//! - [`sound`]: bars to PCM, mastering, MP3 and Opus encoding, decoding of recordings.
//! - [`musicvae`]: the networks, notes to tokens and back, import of checkpoints.
//! - [`chorale`]: a network of four-voice chorales, composing and harmonising.
//! - [`config`]: radio.toml as checked types.
//! - [`compose`]: composes the bars of a station, phrase by phrase. No clock, no thread.
//! - [`inserts`]: recorded items (jingles, idents, adverts, guest tracks) placed in the music.
//! - [`station`]: the threads of a station: composing, playout, supervision, saved state.
//! - [`out`]: sinks of a mount besides its listeners: archive, HLS, push, upload, directory.
//! - [`web`]: the HTTP server: streams, player, status, admin, metrics.
//! - [`lab`]: tools for models and music, behind the feature `lab`: data sets, training, import,
//!   evaluation, critique, pictures, the SoundFont, answers to MIDI clips, and their commands.
//! - [`cli`], [`cmd`]: the command line, and the radio's own commands.
//!
//! # Words
//!
//! - *Step*: a sixteenth. *Bar*: 16 steps of 4/4. *Phrase*: four bars. *Section*: intro to outro.
//!   *Piece*: 2 to 6 minutes of sections.
//! - *Part*: drums, bass, lead, chords. *Line*: the tokens of one part, one per step. *Window*: the
//!   lines that a model encodes or decodes at once.
//! - *Theme*: a mood in radio.toml. *Station*: plays a theme on one or more mounts. *Mount*: a URL
//!   with a codec and a bitrate. *Listener*: a connection that receives a mount.
//! - *Program*: a MIDI program number, an instrument.

// Tests compare floats exactly where results are exact.
#![cfg_attr(test, allow(clippy::float_cmp))]

pub mod args;
pub mod ffi;
pub mod files;
pub mod interrupt;
pub mod rng;
pub mod threads;
pub mod units;

pub mod log;

pub mod music;
pub mod stream;

pub mod art;
pub mod patterns;
pub mod sound;

pub mod musicvae;

pub mod chorale;

pub mod config;

pub mod compose;
pub mod inserts;

pub mod station;

pub mod out;

pub mod web;

#[cfg(feature = "lab")]
pub mod lab;

pub mod cli;
pub mod cmd;
