//! What TensorFlow calls a network's tensors; ours keep the names.

/// The directions of a bidirectional layer.
pub const DIRECTIONS: [&str; 2] = ["fw", "bw"];

/// The linear layer that gives the mean of z.
pub const MU: &str = "encoder/mu";

/// The linear layer that gives its deviation, before softplus.
pub const SIGMA: &str = "encoder/sigma";

/// The linear layer that gives the conductor its first state.
pub const CONDUCTOR_STATE: &str = "decoder/hierarchical_level_0/initial_state";

/// The matrix of a layer.
pub fn kernel(prefix: &str) -> String {
    format!("{prefix}/kernel")
}

/// The bias of a layer.
pub fn bias(prefix: &str) -> String {
    format!("{prefix}/bias")
}

/// A layer of an encoder that reads the sequence as a whole.
pub fn encoder_layer(layer: usize) -> String {
    format!("encoder/cell_{layer}")
}

/// A level of an encoder that reads segments.
pub fn level(level: usize) -> String {
    format!("encoder/hierarchical_level_{level}/cell_0")
}

/// One direction of an encoder's layer.
pub fn bidirectional(layer: &str, direction: &str) -> String {
    format!("{layer}/bidirectional_rnn/{direction}/multi_rnn_cell/cell_0/lstm_cell")
}

/// A cell of the conductor.
pub fn conductor_cell(layer: usize) -> String {
    format!("decoder/hierarchical_level_0/cell_{layer}/lstm_cell")
}

/// A cell of a decoder.
pub fn core_cell(core: &str, layer: usize) -> String {
    format!("{core}/multi_rnn_cell/cell_{layer}/lstm_cell")
}

/// The linear layer that gives a decoder its first state.
pub fn core_state(core: &str) -> String {
    format!("{core}/z_to_initial_state")
}

/// The linear layer from a decoder's output to what its head chooses from.
pub fn core_projection(core: &str) -> String {
    format!("{core}/output_projection")
}

/// What a class that was chosen adds to a NADE's hidden units.
pub fn nade_encoder(core: &str) -> String {
    format!("{core}/nade/w_enc")
}

/// What a NADE's hidden units say of a class.
pub fn nade_decoder(core: &str) -> String {
    format!("{core}/nade/w_dec_t")
}
