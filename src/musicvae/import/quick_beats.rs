//! The format of browser ports such as quick-beats: `meta.json` has the offset of each tensor in
//! `weights.bin`, counted in numbers, usually of 16 bits.

use serde::Deserialize;

use crate::musicvae::import::{
    checkpoint::Contents,
    converter::Converter,
    encoding::Encoding,
    error::Error,
    folder::Folder,
    json::{self, Entries},
    tensors::{Claim, Tensors},
};

/// The file with all numbers.
const WEIGHTS: &str = "weights.bin";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    num_steps: Option<usize>,
    dtype: Dtype,
    weights: Entries<Place>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Dtype {
    Fp16,
    Fp32,
}

#[derive(Deserialize)]
struct Place {
    offset: u64,
    shape: Vec<usize>,
}

/// Reads the tensors of `manifest`.
pub fn read(folder: &Folder, manifest: &str) -> Result<Contents, Error> {
    let file = folder.place(manifest);
    let meta: Meta = json::parse(&file, &folder.read_manifest(manifest)?)?;
    let encoding = match meta.dtype {
        Dtype::Fp16 => Encoding::F16,
        Dtype::Fp32 => Encoding::F32,
    };
    let mut tensors = Tensors::default();
    let mut weights = folder.open(WEIGHTS)?;
    for (name, Place { offset, shape }) in &meta.weights.0 {
        let claim = Claim { file: &file, name, shape, encoding };
        let n_bytes = claim.n_bytes()?;
        if tensors.wants(&claim)? {
            // An offset that overflows is beyond the end of the file in any case.
            let offset = offset.saturating_mul(encoding.n_bytes() as u64);
            let mut bytes = Vec::new();
            weights.read_at(&claim.place(), offset, n_bytes, &mut bytes)?;
            tensors.insert(&claim, &bytes)?;
        }
    }
    let converter = Converter { n_steps: meta.num_steps, ..Converter::default() };
    Ok((tensors, Some(converter)))
}

#[cfg(test)]
mod tests {
    use crate::musicvae::import::{Checkpoint, Format, read_in_memory, tests::values};

    fn read(weights: &str) -> Result<Checkpoint, String> {
        let meta = format!(r#"{{"numSteps": 32, "dtype": "fp16", "weights": {{{weights}}}}}"#);
        let files = [
            ("meta.json".to_owned(), meta.into_bytes()),
            ("weights.bin".to_owned(), vec![0x00, 0x3c, 0x00, 0x40, 0x00, 0xbc]),
        ];
        read_in_memory(files.into()).map_err(|error| error.to_string())
    }

    #[test]
    fn tensors_are_read_from_their_offsets() {
        let found =
            read(r#""b": {"offset": 2, "shape": [1]}, "a": {"offset": 0, "shape": [1, 2]}"#)
                .unwrap();

        assert_eq!(values(&found, "a"), [1.0, 2.0]);
        assert_eq!(values(&found, "b"), [-1.0]);
        assert_eq!(found.format, Format::QuickBeats);
        assert_eq!(found.converter.unwrap().n_steps, Some(32));
    }

    #[test]
    fn each_invalid_manifest_has_an_error() {
        let table = [
            (r#""a": {"offset": 2, "shape": [2]}"#, "expected 4 bytes from byte 4, found 6 bytes"),
            (r#""a": {"offset": 18446744073709551615, "shape": [1]}"#, "found 6 bytes in all"),
            (r#""a": {"offset": 0, "shape": [2147483648]}"#, "expected 4294967296 bytes from"),
            (
                r#""a": {"offset": 0, "shape": [3]}, "b": {"offset": 0, "shape": [3]}"#,
                "tensor \"b\": expected separate bytes, found bytes of other tensors",
            ),
            (
                r#""a": {"offset": 0, "shape": [1]}, "a": {"offset": 1, "shape": [1]}"#,
                "tensor \"a\": expected a unique name, found a duplicate",
            ),
            (r#""a": {"offset": -1, "shape": [1]}"#, "broken JSON: invalid value: integer `-1`"),
        ];
        for (weights, sentence) in table {
            let found = read(weights).unwrap_err();
            assert!(found.contains(sentence), "{weights}\n{found}");
        }
    }
}
