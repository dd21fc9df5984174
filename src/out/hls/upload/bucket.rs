//! A station's folder in a bucket.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use object_store::{
    Attribute, AttributeValue, Attributes, ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::AmazonS3Builder, path::Path,
};

use crate::{
    config::Upload,
    out::hls::{
        names::{PLAYLIST_TYPE, SEGMENT_TYPE, is_segment},
        upload::{failure::Failure, line::Line},
    },
};

/// Playlists change with every segment. A second takes nothing from listeners, and most of the load
/// from the storage.
const PLAYLIST_CACHE: &str = "public, max-age=1";

/// The most segments that are looked for; where there are more, some stay for another time.
const MOST: usize = 10_000;

/// Where the files of a station go.
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    folder: Path,
}

impl Bucket {
    /// The folder of `station`, as radio.toml says where. Asks nobody yet.
    ///
    /// # Errors
    /// [`Failure::Odd`], if radio.toml says what `object_store` does not understand.
    pub fn open(upload: &Upload, station: &str) -> Result<Self, Failure> {
        // To try again is our business.
        let retry = RetryConfig { max_retries: 0, ..RetryConfig::default() };
        let store = AmazonS3Builder::new()
            .with_endpoint(upload.endpoint.to_string())
            .with_region(&upload.region)
            .with_bucket_name(&upload.bucket)
            .with_access_key_id(&upload.access_key_id)
            .with_secret_access_key(upload.secret_access_key.expose())
            // Not all storages know how to delete several at once.
            .with_disable_bulk_delete(true)
            .with_retry(retry)
            .with_http_connector(Line::new(upload.endpoint.clone(), upload.ca_file.clone()))
            .build()?;
        Ok(Self::within(Arc::new(store), &upload.folder(station)))
    }

    /// The folder of that name in `store`.
    pub fn within(store: Arc<dyn ObjectStore>, folder: &str) -> Self {
        Self { store, folder: Path::from(folder) }
    }

    /// Puts a segment under its name.
    ///
    /// # Errors
    /// It is not there, or nobody knows.
    pub async fn put_segment(
        &self,
        name: &str,
        bytes: Bytes,
        cached: String,
    ) -> Result<(), Failure> {
        let attributes = [
            (Attribute::ContentType, AttributeValue::from(SEGMENT_TYPE)),
            (Attribute::CacheControl, cached.into()),
        ];
        self.put(name, bytes, Attributes::from_iter(attributes)).await
    }

    /// Puts a playlist in place of the one that was there.
    ///
    /// # Errors
    /// It is not there, or nobody knows.
    pub async fn put_playlist(&self, name: &str, bytes: Bytes) -> Result<(), Failure> {
        let attributes =
            [(Attribute::ContentType, PLAYLIST_TYPE), (Attribute::CacheControl, PLAYLIST_CACHE)];
        self.put(name, bytes, Attributes::from_iter(attributes)).await
    }

    async fn put(&self, name: &str, bytes: Bytes, about: Attributes) -> Result<(), Failure> {
        self.store.put_opts(&self.folder.clone().join(name), bytes.into(), about.into()).await?;
        Ok(())
    }

    /// Deletes a file; one that is not there is as good.
    ///
    /// # Errors
    /// It may still be there.
    pub async fn delete(&self, name: &str) -> Result<(), Failure> {
        match self.store.delete(&self.folder.clone().join(name)).await.map_err(Failure::from) {
            Err(failure) if !failure.is_not_there() => Err(failure),
            _ => Ok(()),
        }
    }

    /// The names of segments that are there, ours or those of an earlier run.
    ///
    /// # Errors
    /// There is no listing.
    pub async fn segments(&self) -> Result<Vec<String>, Failure> {
        let mut listing = self.store.list(Some(&self.folder));
        let mut names = Vec::new();
        while names.len() < MOST
            && let Some(object) = listing.next().await
        {
            let place = object?.location;
            let mut parts = place.prefix_match(&self.folder).into_iter().flatten();
            if let (Some(name), None) = (parts.next(), parts.next())
                && is_segment(name.as_ref())
            {
                names.push(name.as_ref().to_owned());
            }
        }
        Ok(names)
    }
}
