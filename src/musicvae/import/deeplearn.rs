//! deeplearn.js, the predecessor of TensorFlow.js: `manifest.json` names a file of f32 values for
//! each tensor.

use std::collections::HashSet;

use serde::Deserialize;

use crate::musicvae::import::{
    checkpoint::Contents,
    converter,
    encoding::Encoding,
    error::Error,
    folder::Folder,
    json::{self, Entries},
    tensors::{Claim, Tensors},
};

#[derive(Deserialize)]
struct Variable {
    filename: String,
    shape: Vec<usize>,
}

/// Reads the tensors of `manifest`, and `converter.json` beside it.
pub fn read(folder: &Folder, manifest: &str) -> Result<Contents, Error> {
    let file = folder.place(manifest);
    let variables: Entries<Variable> = json::parse(&file, &folder.read_manifest(manifest)?)?;
    let mut tensors = Tensors::default();
    let mut seen = HashSet::new();
    for (name, Variable { filename, shape }) in &variables.0 {
        let claim = Claim { file: &file, name, shape, encoding: Encoding::F32 };
        if !seen.insert(filename) {
            return Err(claim.broken("a separate file", format!("{filename:?} again")));
        }
        if tensors.wants(&claim)? {
            tensors.insert(&claim, &read_file(folder, filename, &claim)?)?;
        }
    }
    Ok((tensors, converter::read_converter(folder)?))
}

fn read_file(folder: &Folder, name: &str, claim: &Claim<'_>) -> Result<Vec<u8>, Error> {
    let mut file = folder.open(name)?;
    let (expected, found) = (claim.n_bytes()?, file.n_bytes());
    if expected != found {
        let expected = format!("{expected} bytes for {:?}", claim.shape);
        return Err(Error::broken(&folder.place(name), claim.place(), expected, found));
    }
    let mut bytes = Vec::new();
    file.read_at(&claim.place(), 0, found, &mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use crate::musicvae::import::{Checkpoint, Format, read_in_memory, tests::values};

    fn read(manifest: &str) -> Result<Checkpoint, String> {
        let files = [
            ("manifest.json".to_owned(), manifest.as_bytes().to_vec()),
            ("a_kernel".to_owned(), [1f32, 2.0].map(f32::to_le_bytes).concat()),
            ("converter.json".to_owned(), br#"{"type": "DrumsConverter", "args": {}}"#.to_vec()),
        ];
        read_in_memory(files.into()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_tensor_is_read_from_its_file() {
        let found = read(
            r#"{"a/kernel": {"filename": "a_kernel", "shape": [2, 1]},
                "a/kernel/Adam": {"filename": "is_not_read", "shape": [2, 1]}}"#,
        )
        .unwrap();

        assert_eq!(values(&found, "a/kernel"), [1.0, 2.0]);
        assert_eq!((found.format, found.n_skipped), (Format::DeepLearnJs, 1));
        assert_eq!(found.converter.unwrap().kind.as_deref(), Some("DrumsConverter"));
    }

    #[test]
    fn each_invalid_manifest_has_an_error() {
        let one = |filename: &str, shape: &str| {
            format!(r#"{{"a": {{"filename": "{filename}", "shape": {shape}}}}}"#)
        };
        let same = |first: &str, second: &str, file: &str| {
            format!(
                r#"{{"{first}": {{"filename": "a_kernel", "shape": [2]}},
                    "{second}": {{"filename": "{file}", "shape": [2]}}}}"#
            )
        };
        let table = [
            (one("a_kernel", "[3]"), "a_kernel: tensor \"a\": expected 12 bytes for [3], found 8"),
            (one("a_kernel", "[1000000000000]"), "expected 4000000000000 bytes for"),
            (one("../a_kernel", "[2]"), "expected a name without a path, found \"../a_kernel\""),
            (one("b", "[2]"), "memory/b: entity not found"),
            (one("a_kernel", "null"), "broken JSON: invalid type: null"),
            (same("a", "b", "a_kernel"), "expected a separate file, found \"a_kernel\" again"),
            (same("a", "a", "b"), "tensor \"a\": expected a unique name, found a duplicate"),
            ("[]".into(), "broken JSON: invalid type: sequence, expected an object of tensors"),
        ];
        for (manifest, sentence) in table {
            let found = read(&manifest).unwrap_err();
            assert!(found.contains(sentence), "{manifest}\n{found}");
        }
    }
}
