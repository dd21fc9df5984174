//! A station's folder in an S3 bucket.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use object_store::{
    Attribute, AttributeValue, Attributes, ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::AmazonS3Builder,
    list::{PaginatedListOptions, PaginatedListStore},
    path::Path,
};
use tokio::time::timeout;

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

/// Most pages of a listing, of a thousand names each. Some storages never end a listing.
const MAX_PAGES: usize = 20;

/// Longest time for a listing.
const LISTING_TIME: Duration = Duration::from_mins(2);

/// The storage.
pub trait Store: ObjectStore + PaginatedListStore {}

impl<T: ObjectStore + PaginatedListStore> Store for T {}

/// The segments found in a folder.
#[derive(Debug, Default)]
pub struct Listing {
    /// Their names.
    pub names: Vec<String>,
    /// False if the listing was given up: its end was not reached, or a page was repeated.
    pub is_complete: bool,
}

/// A folder in a bucket; cheap to clone.
#[derive(Clone)]
pub struct Bucket {
    store: Arc<dyn Store>,
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
    pub fn within(store: Arc<dyn Store>, folder: &str) -> Self {
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

    /// The segments in the folder, also of earlier runs. Ends after [`MAX_PAGES`] and [`LISTING_TIME`]
    /// whatever the storage answers.
    ///
    /// # Errors
    /// Listing failed.
    pub async fn segments(&self) -> Result<Listing, Failure> {
        let mut listing = Listing::default();
        match timeout(LISTING_TIME, self.list_into(&mut listing)).await {
            Ok(listed) => listed.map(|()| listing),
            Err(_) => Ok(listing),
        }
    }

    async fn list_into(&self, listing: &mut Listing) -> Result<(), Failure> {
        let prefix = format!("{}/", self.folder);
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let options = PaginatedListOptions {
                delimiter: Some("/".into()),
                page_token: token.clone(),
                ..PaginatedListOptions::default()
            };
            let page = self.store.list_paginated(Some(&prefix), options).await?;
            let names = page.result.objects.iter().filter_map(|object| object.location.filename());
            listing.names.extend(names.filter(|name| is_segment(name)).map(str::to_owned));
            if page.page_token.is_none() {
                listing.is_complete = true;
                return Ok(());
            }
            if page.page_token == token {
                return Ok(());
            }
            token = page.page_token;
        }
        Ok(())
    }
}
