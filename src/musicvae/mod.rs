//! MusicVAE (Roberts et al. 2018, arXiv:1803.05428): a variational autoencoder of short pieces.
//!
//! ```text
//! NoteSequence ─convert─► lines (B, columns, T) ─encoder─► posterior mu, sigma (B, Z)
//!                                                               │ mu, a sample, or another z
//! NoteSequence ◄─convert─ lines ◄─head, sampling─ logits (B, P) ◄─decoder, T steps─ z (B, Z)
//! ```
//!
//! In shapes: B sequences, T steps, S segments, V tokens, P outputs of a decoder, Z latent, H
//! hidden.
//!
//! - Representation: a step is a row of columns of small integers, mostly tokens; a line is one
//!   column over T steps. [`convert`] has Magenta's converters (musicvae `data.py` and
//!   `data_hierarchical.py`, `note_seq`'s `melodies_lib`, `drums_lib` and `performance_lib`).
//! - Encoder (section 3.1 of the paper; `lstm_models.py`, `BidirectionalLstmEncoder` and
//!   `HierarchicalLstmEncoder`): a bidirectional LSTM; the final states of both directions (B, 2H)
//!   pass two linear layers to mu and sigma.
//! - Decoder: z gives an LSTM stack its initial states and is an input at every step, beside the
//!   columns of the previous step. A hierarchical decoder (sections 3.2 and 3.3;
//!   `HierarchicalLstmDecoder`) first runs a conductor, which turns z into an embedding per
//!   segment; core decoders, one per part in trios, restart from it at each segment.
//! - Head (`CategoricalLstmDecoder`, `MultiOutCategoricalLstmDecoder`, `GrooveLstmDecoder`,
//!   `MultiLabelRnnNadeDecoder`): turns the decoder's outputs into the next columns, by a
//!   [`Pick`](net::head::Pick).
//! - Configurations and sizes are Magenta's (`configs.py`): [`net::family`], [`net::config`].
//!
//! [`net`] runs a network, `lab::train` trains it, [`shared_model`] decodes for several stations.
//! `import` (feature `lab`) reads checkpoints: TensorFlow V2 (`X.index` and its shards),
//! TensorFlow.js (`weights_manifest.json`), deeplearn.js (`manifest.json`) and quick-beats
//! (`meta.json`), from folders or `.tar`, `.tar.gz` and `.zip` archives. All become f32 tensors
//! under TensorFlow's names.

pub mod convert;
#[cfg(feature = "lab")]
pub mod import;
pub mod net;
pub mod shared_model;
