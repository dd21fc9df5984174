//! TensorFlow.js: `weights_manifest.json` lists groups of tensors; a group's tensors lie end to end
//! in its shards and may cross from one shard to the next.

use std::collections::HashSet;

use serde::Deserialize;

use crate::musicvae::import::{
    checkpoint::Contents,
    converter,
    encoding::{Encoding, Scale},
    error::Error,
    folder::{Folder, OpenFile},
    json,
    tensors::{Claim, Tensors},
};

#[derive(Deserialize)]
struct Group {
    paths: Vec<String>,
    weights: Vec<Weight>,
}

#[derive(Deserialize)]
struct Weight {
    name: String,
    shape: Vec<usize>,
    dtype: String,
    quantization: Option<Quantization>,
}

#[derive(Deserialize)]
struct Quantization {
    dtype: String,
    scale: Option<f64>,
    min: Option<f64>,
}

/// Reads the tensors of `manifest`, and `config.json` beside it.
pub fn read(folder: &Folder, manifest: &str) -> Result<Contents, Error> {
    let file = folder.place(manifest);
    let groups: Vec<Group> = json::parse(&file, &folder.read_manifest(manifest)?)?;
    let mut tensors = Tensors::default();
    let mut seen = HashSet::new();
    for group in &groups {
        if let Some(path) = group.paths.iter().find(|&path| !seen.insert(path)) {
            return Err(Error::broken(&file, "paths", "each shard once", format!("{path} twice")));
        }
        let mut shards = Shards::new(folder, &group.paths)?;
        for weight in &group.weights {
            let claim = weight.claim(&file)?;
            let bytes = shards.take(&claim)?;
            if tensors.wants(&claim)? {
                tensors.insert(&claim, &bytes)?;
            }
        }
        shards.finish(&file)?;
    }
    Ok((tensors, converter::read_config(folder)?))
}

impl Weight {
    fn claim<'a>(&'a self, file: &'a str) -> Result<Claim<'a>, Error> {
        let Self { name, shape, dtype, quantization } = self;
        let claim = Claim { file, name, shape, encoding: Encoding::F32 };
        let encoding = match (dtype.as_str(), quantization) {
            ("float32", None) => Encoding::F32,
            ("float16", None) => Encoding::F16,
            ("int32", None) => Encoding::I32,
            ("float32" | "int32", Some(quantization)) => quantization.encoding(&claim)?,
            (found, _) => return Err(claim.broken("float32, float16 or int32", found)),
        };
        Ok(Claim { encoding, ..claim })
    }
}

impl Quantization {
    fn encoding(&self, claim: &Claim<'_>) -> Result<Encoding, Error> {
        let scale = || match (self.scale, self.min) {
            (Some(scale), Some(min)) if scale.is_finite() && min.is_finite() => {
                Ok(Scale { scale, min })
            }
            found => Err(claim.broken("a finite scale and min", format!("{found:?}"))),
        };
        match self.dtype.as_str() {
            "uint8" => Ok(Encoding::U8(scale()?)),
            "uint16" => Ok(Encoding::U16(scale()?)),
            "float16" => Ok(Encoding::F16),
            found => Err(claim.broken("quantisation to uint8, uint16 or float16", found)),
        }
    }
}

/// The shards of a group as one stream; one file is open at a time.
struct Shards<'a> {
    folder: &'a Folder,
    names: std::slice::Iter<'a, String>,
    open: Option<(OpenFile<'a>, u64)>,
    n_left: u64,
}

impl<'a> Shards<'a> {
    fn new(folder: &'a Folder, names: &'a [String]) -> Result<Self, Error> {
        let mut n_left = 0u64;
        for name in names {
            n_left = n_left.saturating_add(folder.size(name)?);
        }
        Ok(Self { folder, names: names.iter(), open: None, n_left })
    }

    /// The bytes of the next tensor.
    fn take(&mut self, claim: &Claim<'_>) -> Result<Vec<u8>, Error> {
        let n_bytes = claim.n_bytes()?;
        if self.n_left < n_bytes {
            let (expected, found) = (format!("{n_bytes} bytes in the shards"), self.n_left);
            return Err(claim.broken(expected, format!("{found} left")));
        }
        self.n_left -= n_bytes;
        let (mut bytes, mut n_missing) = (Vec::new(), n_bytes);
        while 0 < n_missing {
            let (file, offset) = self.open(claim)?;
            let n = n_missing.min(file.n_bytes() - *offset);
            file.read_at(&claim.place(), *offset, n, &mut bytes)?;
            *offset += n;
            n_missing -= n;
        }
        Ok(bytes)
    }

    /// The shard with unread bytes, and its position.
    fn open(&mut self, claim: &Claim<'_>) -> Result<&mut (OpenFile<'a>, u64), Error> {
        while self.open.as_ref().is_none_or(|(file, offset)| *offset == file.n_bytes()) {
            let next = self.names.next();
            let name = next.ok_or_else(|| claim.broken("its bytes", "the end of the shards"))?;
            self.open = Some((self.folder.open(name)?, 0));
        }
        self.open.as_mut().ok_or_else(|| claim.broken("a shard", "none"))
    }

    /// Checks that the tensors used all bytes of the shards.
    fn finish(self, file: &str) -> Result<(), Error> {
        match self.n_left {
            0 => Ok(()),
            n => Err(Error::broken(
                file,
                "weights",
                "all bytes of the shards used",
                format!("{n} left"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::musicvae::import::{Checkpoint, read_in_memory, tests::values};

    fn read(manifest: &str, shards: &[(&str, &[u8])]) -> Result<Checkpoint, String> {
        let mut files: std::collections::BTreeMap<_, _> =
            shards.iter().map(|&(name, bytes)| (name.to_owned(), bytes.to_vec())).collect();
        files.insert("weights_manifest.json".into(), manifest.into());
        read_in_memory(files).map_err(|error| error.to_string())
    }

    fn manifest(weights: &str) -> String {
        format!(r#"[{{"paths": ["s1", "s2"], "weights": [{weights}]}}]"#)
    }

    #[test]
    fn tensors_cross_shards_in_every_encoding() {
        let manifest = manifest(
            r#"{"name": "a", "shape": [1], "dtype": "float32"},
               {"name": "b", "shape": [3], "dtype": "float32",
                "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}},
               {"name": "c", "shape": [1, 2], "dtype": "float32",
                "quantization": {"dtype": "uint16", "scale": 0.25, "min": 0}},
               {"name": "d", "shape": [], "dtype": "float32",
                "quantization": {"dtype": "float16"}},
               {"name": "global_step", "shape": [], "dtype": "int32"}"#,
        );
        let bytes = [0, 0, 0, 0x40, 0, 1, 2, 4, 0, 0, 1, 0, 0x3c, 9, 9, 9, 9];

        for cut in 0..=bytes.len() {
            let found = read(&manifest, &[("s1", &bytes[..cut]), ("s2", &bytes[cut..])]).unwrap();
            assert_eq!(values(&found, "a"), [2.0]);
            assert_eq!(values(&found, "b"), [-1.0, -0.5, 0.0]);
            assert_eq!(values(&found, "c"), [1.0, 64.0]);
            assert_eq!(found.tensors["c"].dims(), [1, 2]);
            assert_eq!(values(&found, "d"), [1.0]);
            assert_eq!((found.n_skipped, found.tensors.len()), (1, 4));
        }
    }

    #[test]
    fn each_invalid_manifest_has_an_error() {
        let float = |shape: &str| {
            manifest(&format!(r#"{{"name": "a", "shape": {shape}, "dtype": "float32"}}"#))
        };
        let quantised = |rest: &str| {
            manifest(&format!(
                r#"{{"name": "a", "shape": [8], "dtype": "float32", "quantization": {{{rest}}}}}"#
            ))
        };
        let twice = r#"[{"paths": ["s1", "s1"], "weights": []}]"#;
        let outside = r#"[{"paths": ["../../etc/passwd"], "weights": []}]"#;
        let table = [
            (float("[3]"), "tensor \"a\": expected 12 bytes in the shards, found 8 left"),
            (float("[1]"), "weights: expected all bytes of the shards used, found 4 left"),
            (float("[1073741824]"), "expected 4294967296 bytes in the shards, found 8 left"),
            (float("[4294967296, 4294967296]"), "expected a shape that fits into memory"),
            (float("[0, 2]"), "expected sizes of at least 1, found [0, 2]"),
            (float("[-2]"), "broken JSON: invalid value: integer `-2`, expected usize"),
            (float("[2.5]"), "broken JSON: invalid type: floating point `2.5`"),
            (
                quantised(r#""dtype": "uint8""#),
                "expected a finite scale and min, found (None, None)",
            ),
            (
                quantised(r#""dtype": "uint8", "scale": NaN, "min": 0"#),
                "broken JSON: expected value",
            ),
            (quantised(r#""dtype": "uint8", "scale": 1e999, "min": 0"#), "broken JSON: number out"),
            (quantised(r#""dtype": "uint8", "scale": 1e300, "min": 0"#), "found inf at 0"),
            (quantised(r#""dtype": "int4""#), "expected quantisation to uint8, uint16 or float16"),
            (twice.into(), "paths: expected each shard once, found s1 twice"),
            (outside.into(), "expected a name without a path, found \"../../etc/passwd\""),
            (manifest("").replace("s2", "s3"), "m/s3: entity not found"),
            ("{}".into(), "broken JSON: invalid type: map, expected a sequence"),
            ("[]".into(), "weights_manifest.json: the checkpoint: expected tensors, found none"),
        ];
        for (manifest, sentence) in table {
            let found = read(&manifest, &[("s1", &[1; 5]), ("s2", &[1; 3])]).unwrap_err();
            let sentence = sentence.replace("m/", "memory/");
            assert!(found.contains(&sentence), "{manifest}\n{found}");
        }
    }

    #[test]
    fn duplicate_names_are_errors() {
        let weight = r#"{"name": "a", "shape": [1], "dtype": "float32"}"#;
        let error =
            read(&manifest(&format!("{weight}, {weight}")), &[("s1", &[0; 4]), ("s2", &[0; 4])]);
        assert!(
            error.unwrap_err().ends_with("tensor \"a\": expected a unique name, found a duplicate")
        );
    }
}
