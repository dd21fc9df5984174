//! Shared values on disk: as if they were not shared.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes what `value` shares.
///
/// # Errors
/// Those of `serializer`.
pub fn serialize<T: Serialize + ?Sized, S: Serializer>(
    value: &Arc<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    (**value).serialize(serializer)
}

/// Reads a value of its own.
///
/// # Errors
/// Those of `deserializer`.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Arc<T>, D::Error>
where
    T: ToOwned + ?Sized,
    T::Owned: Deserialize<'de> + Into<Arc<T>>,
    D: Deserializer<'de>,
{
    T::Owned::deserialize(deserializer).map(Into::into)
}
