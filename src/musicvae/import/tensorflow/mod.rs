//! TensorFlow V2 checkpoints (`tensor_bundle.cc`): `X.index` is a table of names, shapes and
//! offsets, `X.data-0000k-of-0000n` are the shards with the numbers.

mod proto;
mod table;

use std::collections::BTreeMap;

use crate::musicvae::import::{
    checkpoint::Contents,
    encoding::Encoding,
    error::Error,
    find::INDEX,
    folder::{Folder, OpenFile},
    tensorflow::proto::{Entry, Header},
    tensors::{Claim, Tensors},
};

/// Reads the tensors of the index `manifest`; these checkpoints name no converter.
pub fn read(folder: &Folder, manifest: &str) -> Result<Contents, Error> {
    let file = folder.place(manifest);
    let index = folder.read_manifest(manifest)?;
    let prefix = manifest.strip_suffix(INDEX).unwrap_or(manifest);
    let mut tensors = Tensors::default();
    let mut shards = None;
    table::visit(&file, &index, &mut |name, value| match &mut shards {
        // The header has the empty name, so it is first in the sorted table.
        None => {
            shards = Some(Shards::new(folder, prefix, header(&file, name, value)?));
            Ok(())
        }
        Some(shards) => read_tensor(&file, name, value, shards, &mut tensors),
    })?;
    Ok((tensors, None))
}

fn header(file: &str, name: &str, value: &[u8]) -> Result<u64, Error> {
    let broken = |expected, found: String| Error::broken(file, "the header", expected, found);
    if !name.is_empty() {
        return Err(broken("the empty name first", format!("{name:?}")));
    }
    let header =
        Header::parse(value).ok_or_else(|| broken("a BundleHeaderProto", "other bytes".into()))?;
    match header.is_big_endian {
        true => Err(broken("little-endian numbers", "big-endian ones".into())),
        false => Ok(header.n_shards),
    }
}

fn read_tensor(
    file: &str,
    name: &str,
    value: &[u8],
    shards: &mut Shards<'_>,
    tensors: &mut Tensors,
) -> Result<(), Error> {
    let claim = Claim { file, name, shape: &[], encoding: Encoding::F32 };
    let entry =
        Entry::parse(value).ok_or_else(|| claim.broken("a BundleEntryProto", "other bytes"))?;
    if !tensors.wants(&claim)? {
        return Ok(());
    }
    let encoding = match entry.dtype {
        1 => Encoding::F32,
        3 => Encoding::I32,
        9 => Encoding::I64,
        19 => Encoding::F16,
        found => return Err(claim.broken("a float tensor", format!("TensorFlow's type {found}"))),
    };
    if entry.is_sliced {
        return Err(claim.broken("an unsliced tensor", "slices"));
    }
    let claim = Claim { shape: &entry.shape, encoding, ..claim };
    let n_bytes = claim.n_bytes()?;
    if entry.size != n_bytes {
        let expected = format!("{n_bytes} bytes for {:?}", entry.shape);
        return Err(claim.broken(expected, entry.size));
    }
    let bytes = shards.read(&claim, &entry)?;
    tensors.insert(&claim, &bytes)
}

/// The shards, opened on first use.
struct Shards<'a> {
    folder: &'a Folder,
    prefix: &'a str,
    /// Number of shards.
    n: u64,
    open: BTreeMap<u64, OpenFile<'a>>,
}

impl<'a> Shards<'a> {
    fn new(folder: &'a Folder, prefix: &'a str, n: u64) -> Self {
        Self { folder, prefix, n, open: BTreeMap::new() }
    }

    fn read(&mut self, claim: &Claim<'_>, entry: &Entry) -> Result<Vec<u8>, Error> {
        let (shard, n_shards) = (entry.shard, self.n);
        if n_shards <= shard {
            return Err(claim.broken(format!("one of {n_shards} shards"), format!("shard {shard}")));
        }
        let name = format!("{}.data-{shard:05}-of-{n_shards:05}", self.prefix);
        let file = match self.open.entry(shard) {
            std::collections::btree_map::Entry::Occupied(open) => open.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(self.folder.open(&name)?)
            }
        };
        let mut bytes = Vec::new();
        file.read_at(&claim.place(), entry.offset, entry.size, &mut bytes)?;
        let found = table::mask(crc32c::crc32c(&bytes));
        if found != entry.checksum {
            let (expected, found) =
                (format!("checksum {:08x}", entry.checksum), format!("{found:08x}"));
            return Err(Error::broken(&self.folder.place(&name), claim.place(), expected, found));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
