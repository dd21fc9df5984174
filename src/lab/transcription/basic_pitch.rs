//! Imports Basic Pitch's published network: the file `nmp.onnx` of basic-pitch 0.4.0.

use crate::lab::transcription::{
    onnx::{Constant, Graph, Node},
    pitch_model::PitchModel,
    pitch_network::{LAYERS, N_LAYERS, Weights},
};

/// Why an ONNX file is not Basic Pitch's network. Each message ends a sentence that starts with the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotBasicPitch {
    /// The bytes are not an ONNX file.
    #[error("expected an ONNX file, found other or damaged bytes")]
    NotOnnx,
    /// A layer is missing.
    #[error(
        "expected Basic Pitch's network (nmp.onnx of basic-pitch 0.4.0), found no convolution with weights of \
         the shape {shape:?}, {layer}"
    )]
    Layer {
        /// Name of the layer.
        layer: &'static str,
        /// Shape of its weights.
        shape: [usize; 4],
    },
    /// The scale of the input is missing.
    #[error(
        "expected Basic Pitch's network (nmp.onnx of basic-pitch 0.4.0), found no scale and shift of its input"
    )]
    InputNorm,
    /// A weight is NaN or infinite.
    #[error("layer {layer}: expected finite weights, found NaN or infinity")]
    NotFinite {
        /// Name of the layer.
        layer: &'static str,
    },
}

/// Reads the file's bytes.
///
/// # Errors
/// The bytes are not an ONNX file, or hold another network.
pub fn read(bytes: &[u8]) -> Result<PitchModel, NotBasicPitch> {
    let graph = Graph::parse(bytes).ok_or(NotBasicPitch::NotOnnx)?;
    let mut layers: [(Vec<f32>, Vec<f32>); N_LAYERS] = Default::default();
    for (layer, of) in layers.iter_mut().zip(&LAYERS) {
        let missing = NotBasicPitch::Layer { layer: of.name, shape: of.shape() };
        *layer = convolution(&graph, of.shape()).ok_or(missing)?;
        if layer.0.iter().chain(&layer.1).any(|x| !x.is_finite()) {
            return Err(NotBasicPitch::NotFinite { layer: of.name });
        }
    }
    let input_norm = input_norm(&graph).ok_or(NotBasicPitch::InputNorm)?;
    let weights = Weights { input_norm, layers };
    Ok(PitchModel {
        weights,
        onset_threshold: None,
        frame_threshold: None,
        shortest_frames: None,
        harmonic_share: None,
    })
}

/// Weights and biases of the convolution with weights of `shape`, which no two layers share.
fn convolution(graph: &Graph, shape: [usize; 4]) -> Option<(Vec<f32>, Vec<f32>)> {
    let constant = |node: &Node, input: usize| -> Option<&Constant> {
        graph.constants.get(node.inputs.get(input)?)
    };
    let mut nodes = graph.nodes.iter().filter(|node| node.operation == "Conv");
    let node = nodes.find(|node| constant(node, 1).is_some_and(|found| found.shape == shape))?;
    let bias = constant(node, 2).filter(|bias| bias.shape == shape[..1])?;
    Some((constant(node, 1)?.values.clone(), bias.values.clone()))
}

/// Scale and shift of the levels: the constants of a product and of the sum that follows it.
fn input_norm(graph: &Graph) -> Option<[f32; 2]> {
    let number = |node: &Node| -> Option<f32> {
        let constants = node.inputs.iter().filter_map(|name| graph.constants.get(name));
        let mut single = constants.filter(|constant| constant.shape == [1]);
        single.next().map(|constant| constant.values[0]).filter(|x| x.is_finite())
    };
    let products = graph.nodes.iter().filter(|node| node.operation == "Mul");
    let mut norms = products.filter_map(|product| {
        let output = product.outputs.first()?;
        let is_sum = |node: &&Node| node.operation == "Add" && node.inputs.contains(output);
        let sum = graph.nodes.iter().find(is_sum)?;
        Some([number(product)?, number(sum)?])
    });
    norms.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::transcription::onnx::tests::{bytes_field, initializer, node_field};

    /// A file with all layers but `without`, whose weights are the number of the layer.
    fn file(without: &str) -> Vec<u8> {
        let mut graph = Vec::new();
        for (number, layer) in LAYERS.iter().enumerate().filter(|(_, of)| of.name != without) {
            let shape = layer.shape().map(|size| size as u8);
            let weight = vec![number as f32; layer.n_weights()];
            let [w, b] = ["w", "b"].map(|part| format!("{part}{number}"));
            graph.extend(initializer(&w, &shape, &weight));
            graph.extend(initializer(&b, &shape[..1], &vec![0.5; layer.n_out]));
            graph.extend(node_field("Conv", &["x", &w, &b], "y"));
        }
        graph.extend(initializer("factor", &[1], &[2.0]));
        graph.extend(initializer("summand", &[1], &[-1.0]));
        graph.extend(node_field("Mul", &["levels", "factor"], "product"));
        graph.extend(node_field("Add", &["product", "summand"], "input"));
        bytes_field(7, &graph)
    }

    #[test]
    fn layers_are_found_by_their_shapes() {
        let model = read(&file("")).unwrap();

        assert_eq!(model.weights.input_norm, [2.0, -1.0]);
        for (number, (weights, bias)) in model.weights.layers.iter().enumerate() {
            assert!(weights.iter().all(|x| *x == number as f32));
            assert_eq!(
                (weights.len(), bias.len()),
                (LAYERS[number].n_weights(), LAYERS[number].n_out)
            );
        }
    }

    #[test]
    fn another_network_is_named_as_one() {
        let error = read(&file("note_2")).unwrap_err().to_string();
        assert!(error.contains("[1, 32, 7, 3], note_2"), "{error}");
        assert!(matches!(read(b"RIFF"), Err(NotBasicPitch::NotOnnx)));
    }
}
