//! TensorFlow's names of a network's tensors, which files written here keep, and this project's names of skip
//! connections.

/// Directions of a bidirectional layer.
pub const DIRECTIONS: [&str; 2] = ["fw", "bw"];

/// Linear layer to the mean of z.
pub const MU: &str = "encoder/mu";

/// Linear layer to the deviation of z, before softplus.
pub const SIGMA: &str = "encoder/sigma";

/// Linear layer from z to the conductor's initial state.
pub const CONDUCTOR_STATE: &str = "decoder/hierarchical_level_0/initial_state";

/// Skip connection: linear layer from a segment's tokens to its skip embedding.
pub const ENCODER_SKIP: &str = "encoder/skip/segment";

/// Skip connection: linear layer from the skip embeddings of all segments to the mean of z.
pub const MU_SKIP: &str = "encoder/skip/mu";

/// Skip connection: linear layer from z to the skip embeddings of all segments.
pub const DECODER_SKIP: &str = "decoder/skip/segments";

/// A layer's kernel.
pub fn kernel(prefix: &str) -> String {
    format!("{prefix}/kernel")
}

/// A layer's bias.
pub fn bias(prefix: &str) -> String {
    format!("{prefix}/bias")
}

/// A layer of a flat encoder.
pub fn encoder_layer(layer: usize) -> String {
    format!("encoder/cell_{layer}")
}

/// A level of a hierarchical encoder.
pub fn level(level: usize) -> String {
    format!("encoder/hierarchical_level_{level}/cell_0")
}

/// One direction of an encoder layer.
pub fn bidirectional(layer: &str, direction: &str) -> String {
    format!("{layer}/bidirectional_rnn/{direction}/multi_rnn_cell/cell_0/lstm_cell")
}

/// A conductor cell.
pub fn conductor_cell(layer: usize) -> String {
    format!("decoder/hierarchical_level_0/cell_{layer}/lstm_cell")
}

/// A core decoder's cell.
pub fn core_cell(core: &str, layer: usize) -> String {
    format!("{core}/multi_rnn_cell/cell_{layer}/lstm_cell")
}

/// Linear layer from the context to a core decoder's initial state.
pub fn core_state(core: &str) -> String {
    format!("{core}/z_to_initial_state")
}

/// Linear layer from a core decoder's h to the head's inputs.
pub fn core_projection(core: &str) -> String {
    format!("{core}/output_projection")
}

/// Skip connection: linear layer from a segment's skip embedding to the head's inputs at all its steps.
pub fn core_skip(core: &str) -> String {
    format!("{core}/skip")
}

/// NADE: a chosen class's addition to the hidden units.
pub fn nade_encoder(core: &str) -> String {
    format!("{core}/nade/w_enc")
}

/// NADE: weights from the hidden units to a class's logit.
pub fn nade_decoder(core: &str) -> String {
    format!("{core}/nade/w_dec_t")
}
