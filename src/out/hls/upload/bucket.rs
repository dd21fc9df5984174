//! A station's folder in an S3 bucket.

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
        upload::{failure::Failure, transport::Transport},
    },
};

/// Playlists change with every segment. A second of caching costs listeners nothing and takes most of
/// the load off the storage.
const PLAYLIST_CACHE: &str = "public, max-age=1";

/// Most segments listed at once; the rest is found at the next start.
const MOST: usize = 10_000;

/// A folder in a bucket.
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    folder: Path,
}

impl Bucket {
    /// The folder of `station`. Sends no request yet.
    ///
    /// # Errors
    /// [`Failure::Other`] if `object_store` rejects the settings.
    pub fn open(upload: &Upload, station: &str) -> Result<Self, Failure> {
        // The upload task does the retrying.
        let retry = RetryConfig { max_retries: 0, ..RetryConfig::default() };
        let store = AmazonS3Builder::new()
            .with_endpoint(upload.endpoint.to_string())
            .with_region(&upload.region)
            .with_bucket_name(&upload.bucket)
            .with_access_key_id(&upload.access_key_id)
            .with_secret_access_key(upload.secret_access_key.expose())
            // Not all storages support bulk deletion.
            .with_disable_bulk_delete(true)
            .with_retry(retry)
            .with_http_connector(Transport::new(upload.endpoint.clone(), upload.ca_file.clone()))
            .build()?;
        Ok(Self::within(Arc::new(store), &upload.folder(station)))
    }

    /// The folder `folder` in `store`.
    pub fn within(store: Arc<dyn ObjectStore>, folder: &str) -> Self {
        Self { store, folder: Path::from(folder) }
    }

    /// Uploads a segment.
    ///
    /// # Errors
    /// The upload failed or its outcome is unknown.
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

    /// Uploads a playlist, replacing the old one.
    ///
    /// # Errors
    /// The upload failed or its outcome is unknown.
    pub async fn put_playlist(&self, name: &str, bytes: Bytes) -> Result<(), Failure> {
        let attributes =
            [(Attribute::ContentType, PLAYLIST_TYPE), (Attribute::CacheControl, PLAYLIST_CACHE)];
        self.put(name, bytes, Attributes::from_iter(attributes)).await
    }

    async fn put(&self, name: &str, bytes: Bytes, about: Attributes) -> Result<(), Failure> {
        self.store.put_opts(&self.folder.clone().join(name), bytes.into(), about.into()).await?;
        Ok(())
    }

    /// Deletes a file, if it exists.
    ///
    /// # Errors
    /// The deletion failed or its outcome is unknown.
    pub async fn delete(&self, name: &str) -> Result<(), Failure> {
        match self.store.delete(&self.folder.clone().join(name)).await.map_err(Failure::from) {
            Err(failure) if !failure.is_not_found() => Err(failure),
            _ => Ok(()),
        }
    }

    /// The names of all segments in the folder, also of earlier runs.
    ///
    /// # Errors
    /// Listing failed.
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
