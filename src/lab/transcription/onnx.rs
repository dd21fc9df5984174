//! ONNX files: the constants of a network and the nodes that use them. Source: `onnx.proto` of ONNX 1.16.
//!
//! Files are untrusted downloads: a constant's shape is checked against the bytes present before memory is
//! allocated.

use std::collections::HashMap;

use crate::musicvae::import::protobuf::{Value, for_each_field, varints};

/// ONNX's number of 32-bit floats.
const FLOAT: u64 = 1;

/// Fields of the messages.
mod field {
    pub mod model {
        pub const GRAPH: u64 = 7;
    }
    pub mod graph {
        pub const NODE: u64 = 1;
        pub const INITIALIZER: u64 = 5;
    }
    pub mod node {
        pub const INPUT: u64 = 1;
        pub const OUTPUT: u64 = 2;
        pub const OPERATION: u64 = 4;
    }
    pub mod tensor {
        pub const DIMS: u64 = 1;
        pub const DATA_TYPE: u64 = 2;
        pub const FLOAT_DATA: u64 = 4;
        pub const NAME: u64 = 8;
        pub const RAW_DATA: u64 = 9;
    }
}

/// The constants and nodes of a network; other fields of the file are skipped.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// Constants of 32-bit floats, by name.
    pub constants: HashMap<String, Constant>,
    /// The nodes, in the file's order.
    pub nodes: Vec<Node>,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub struct Constant {
    /// Dimensions.
    pub shape: Vec<usize>,
    /// Its values.
    pub values: Vec<f32>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// Its operation, such as `Conv`.
    pub operation: String,
    /// Names of its inputs.
    pub inputs: Vec<String>,
    /// Names of its outputs.
    pub outputs: Vec<String>,
}

impl Graph {
    /// Parses a file; none if it is malformed or has no graph. Constants that are not 32-bit floats, or are
    /// stored elsewhere, are left out.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut graph = None;
        for_each_field(bytes, |number, value| {
            if let (field::model::GRAPH, Value::Bytes(bytes)) = (number, value) {
                graph = Some(Self::parse_graph(bytes)?);
            }
            Some(())
        })?;
        graph
    }

    fn parse_graph(bytes: &[u8]) -> Option<Self> {
        let mut graph = Self::default();
        for_each_field(bytes, |number, value| {
            match (number, value) {
                (field::graph::NODE, Value::Bytes(bytes)) => graph.nodes.push(node(bytes)?),
                (field::graph::INITIALIZER, Value::Bytes(bytes)) => {
                    if let Tensor::Floats(name, constant) = tensor(bytes)? {
                        graph.constants.insert(name, constant);
                    }
                }
                _ => {}
            }
            Some(())
        })?;
        Some(graph)
    }
}

fn node(bytes: &[u8]) -> Option<Node> {
    let mut node = Node::default();
    for_each_field(bytes, |number, value| {
        match (number, value) {
            (field::node::INPUT, Value::Bytes(name)) => node.inputs.push(text(name)),
            (field::node::OUTPUT, Value::Bytes(name)) => node.outputs.push(text(name)),
            (field::node::OPERATION, Value::Bytes(name)) => node.operation = text(name),
            _ => {}
        }
        Some(())
    })?;
    Some(node)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A tensor of the file.
enum Tensor {
    /// A constant of floats and its name.
    Floats(String, Constant),
    /// Another type, or a shape that doesn't match the values.
    Other,
}

/// Reads a tensor; none if it is malformed.
fn tensor(bytes: &[u8]) -> Option<Tensor> {
    let (mut name, mut data_type, mut shape) = (String::new(), 0, Vec::new());
    let mut values: Vec<u8> = Vec::new();
    for_each_field(bytes, |number, value| {
        match (number, value) {
            (field::tensor::DIMS, sizes) => shape.extend(varints(sizes)?),
            (field::tensor::DATA_TYPE, Value::Varint(found)) => data_type = found,
            (field::tensor::NAME, Value::Bytes(bytes)) => name = text(bytes),
            (field::tensor::FLOAT_DATA, Value::Fixed32(one)) => values.extend(one.to_le_bytes()),
            (field::tensor::FLOAT_DATA | field::tensor::RAW_DATA, Value::Bytes(bytes)) => {
                values.extend_from_slice(bytes);
            }
            _ => {}
        }
        Some(())
    })?;
    let n_values = shape.iter().try_fold(1u64, |n, size| n.checked_mul(*size));
    let is_whole = n_values.and_then(|n| n.checked_mul(4)) == Some(values.len() as u64);
    if data_type != FLOAT || !is_whole {
        return Some(Tensor::Other);
    }
    let shape = shape.into_iter().map(|size| size as usize).collect();
    let float = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
    let values = values.chunks_exact(4).map(float).collect();
    Some(Tensor::Floats(name, Constant { shape, values }))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A field of bytes.
    pub fn bytes_field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut field = vec![number << 3 | 2];
        let mut n = bytes.len();
        while 0x7f < n {
            field.push(n as u8 | 0x80);
            n >>= 7;
        }
        field.push(n as u8);
        field.extend(bytes);
        field
    }

    /// A constant as an initialiser of a graph.
    pub fn initializer(name: &str, shape: &[u8], values: &[f32]) -> Vec<u8> {
        let raw: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let parts = [
            bytes_field(1, shape),
            vec![0x10, 1],
            bytes_field(8, name.as_bytes()),
            bytes_field(9, &raw),
        ];
        bytes_field(5, &parts.concat())
    }

    /// A node of a graph.
    pub fn node_field(operation: &str, inputs: &[&str], output: &str) -> Vec<u8> {
        let inputs = inputs.iter().flat_map(|name| bytes_field(1, name.as_bytes()));
        let mut node: Vec<u8> = inputs.collect();
        node.extend(bytes_field(2, output.as_bytes()));
        node.extend(bytes_field(4, operation.as_bytes()));
        bytes_field(1, &node)
    }

    #[test]
    fn constants_and_nodes_are_read() {
        let graph = [
            initializer("w", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
            initializer("cut", &[2, 3], &[1.0]),
            node_field("Conv", &["x", "w"], "y"),
        ];
        let file = bytes_field(7, &graph.concat());

        let found = Graph::parse(&file).unwrap();

        assert_eq!(found.constants["w"].shape, [2, 3]);
        assert_eq!(found.constants["w"].values[5], 6.0);
        assert_eq!(found.constants.len(), 1);
        assert_eq!((&*found.nodes[0].operation, found.nodes[0].inputs.len()), ("Conv", 2));
        for length in 0..file.len() {
            let _ = Graph::parse(&file[..length]);
        }
        assert_eq!(Graph::parse(b"no network"), None);
        assert_eq!(Graph::parse(&[]), None);
    }
}
