//! In-memory storage that records requests, and variants and targets for tests.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream::BoxStream};
use jiff::Timestamp;
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult,
    Result,
    list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore},
    memory::InMemory,
    path::Path,
};
use tokio::sync::watch;

use crate::{
    config::{self, Upload},
    out::{
        hls::{
            live::Live,
            names,
            upload::{bucket::Bucket, target::Target},
            window::Segment,
        },
        testing::mount,
    },
    stream::{
        coding::Coding,
        mount::{About, Mount},
    },
    units::Kbps,
};

/// Segments per playlist.
pub const LISTED: usize = 3;

/// All kinds of requests.
pub const ALL: &[&str] = &["put", "delete", "list"];

/// In-memory storage that can refuse requests.
#[derive(Debug, Clone, Default)]
pub struct Storage(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    store: InMemory,
    refused: Mutex<&'static [&'static str]>,
    endless: Option<Endless>,
    asked: watch::Sender<Vec<String>>,
}

/// Why a listing never ends.
#[derive(Debug, Clone, Copy)]
pub enum Endless {
    /// Each page names another next page.
    NewTokens,
    /// Each page names the same next page.
    SameToken,
    /// There is no response.
    Silent,
}

impl Storage {
    /// A storage whose listings never end.
    pub fn endless(endless: Endless) -> Self {
        Self(Arc::new(Inner { endless: Some(endless), ..Inner::default() }))
    }

    /// Its folder `radio/a`.
    pub fn bucket(&self) -> Bucket {
        Bucket::within(Arc::new(self.clone()), "radio/a")
    }

    /// Makes requests of the kinds `refused` (of [`ALL`]) fail from now on.
    pub fn refuse(&self, refused: &'static [&'static str]) {
        *self.0.refused.lock().unwrap() = refused;
    }

    /// The requests in `radio/a`, done or refused, since the last call.
    pub fn done(&self) -> Vec<String> {
        self.0.asked.send_replace(Vec::new())
    }

    /// Waits for `n` requests.
    pub async fn until(&self, n: usize) {
        self.0.asked.subscribe().wait_for(|asked| n <= asked.len()).await.unwrap();
    }

    /// The paths of all files.
    pub async fn places(&self) -> Vec<String> {
        let listing = self.0.store.list(None).map(|object| object.unwrap().location.to_string());
        let mut places: Vec<_> = listing.collect().await;
        places.sort();
        places
    }

    /// Adds a foreign file.
    pub async fn put(&self, place: &str) {
        self.0.store.put(&place.into(), Bytes::from("x").into()).await.unwrap();
    }

    /// A file and its attributes.
    pub async fn get(&self, place: &str) -> (Bytes, Attributes) {
        let found = self.0.store.get(&place.into()).await.unwrap();
        let attributes = found.attributes.clone();
        (found.bytes().await.unwrap(), attributes)
    }

    fn ask(&self, what: &str, place: &Path) -> Result<()> {
        let is_refused = self.0.refused.lock().unwrap().contains(&what);
        let name = place.as_ref().strip_prefix("radio/a/").unwrap_or_default();
        let said = if is_refused { "no " } else { "" };
        self.0.asked.send_modify(|asked| asked.push(format!("{said}{what} {name}")));
        match is_refused {
            true => Err(Error::Generic { store: "test", source: "no".into() }),
            false => Ok(()),
        }
    }
}

impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("test")
    }
}

#[async_trait]
impl ObjectStore for Storage {
    async fn put_opts(
        &self,
        place: &Path,
        bytes: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.ask("put", place)?;
        self.0.store.put_opts(place, bytes, options).await
    }

    async fn put_multipart_opts(
        &self,
        place: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.store.put_multipart_opts(place, options).await
    }

    async fn get_opts(&self, place: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.store.get_opts(place, options).await
    }

    fn delete_stream(
        &self,
        places: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let asked = self.clone();
        let places = places.map(move |place| {
            let place = place?;
            asked.ask("delete", &place)?;
            Ok(place)
        });
        self.0.store.delete_stream(places.boxed())
    }

    fn list(&self, folder: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.store.list(folder)
    }

    async fn list_with_delimiter(&self, folder: Option<&Path>) -> Result<ListResult> {
        self.0.store.list_with_delimiter(folder).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.store.copy_opts(from, to, options).await
    }
}

#[async_trait]
impl PaginatedListStore for Storage {
    async fn list_paginated(
        &self,
        prefix: Option<&str>,
        options: PaginatedListOptions,
    ) -> Result<PaginatedListResult> {
        let folder = Path::from(prefix.unwrap_or_default());
        self.ask("list", &folder)?;
        let page_token = match self.0.endless {
            None => None,
            Some(Endless::NewTokens) => Some(options.page_token.unwrap_or_default() + "x"),
            Some(Endless::SameToken) => Some("x".to_owned()),
            Some(Endless::Silent) => std::future::pending().await,
        };
        let result = self.0.store.list_with_delimiter(Some(&folder)).await?;
        Ok(PaginatedListResult { result, page_token })
    }
}

/// A variant with segments of 4 seconds and [`LISTED`] segments per playlist.
pub fn live(kbps: i64) -> Arc<Live> {
    let (_, mount) = mount(8);
    let about = About { coding: Coding::Mp3(Kbps::try_from(kbps).unwrap()), ..mount.about.clone() };
    let mount: Mount = mount.with_about(about);
    let settings = config::Hls { enabled: true, segments: LISTED, ..config::Hls::default() };
    Arc::new(Live::new(&mount, Arc::default(), settings, None))
}

/// Adds the segment `number` to `live`; at 128 kbit/s its name is `128k-0-NUMBER.mp3`.
pub fn push(live: &Live, number: u64) {
    live.push(Segment {
        name: names::segment(live.bitrate(), 0, number),
        bytes: Bytes::from(format!("sound {number}")),
        number,
        run: 1,
        starts_run: number == 0,
        begins: Timestamp::UNIX_EPOCH,
        seconds: 3.97,
    });
}

/// A target for `lives` at a closed port.
pub fn target(lives: &[Arc<Live>]) -> Target {
    let upload = Upload {
        endpoint: "http://127.0.0.1:1".parse().unwrap(),
        region: "auto".to_owned(),
        bucket: "bucket".to_owned(),
        prefix: "radio".to_owned(),
        access_key_id: "id".to_owned(),
        secret_access_key: config::Secret::new("hackme").unwrap(),
        ca_file: None,
    };
    Target { upload, station: "a".to_owned(), lives: lives.to_vec() }
}
