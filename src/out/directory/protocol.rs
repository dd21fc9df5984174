//! The YP protocol between a radio and a directory.
//!
//! Its only specification is Icecast's `yp.c`: requests are posted forms, responses are headers.

use std::time::Duration;

use hyper::HeaderMap;

use crate::{
    out::{client::fields, directory::listing::Listing},
    stream::{icy::clean, mount::Mount},
};

/// Interval of updates if the directory gives none.
const DEFAULT_INTERVAL: Duration = Duration::from_mins(10);

/// Longest interval of updates.
const MAX_INTERVAL: Duration = Duration::from_hours(24);

/// An entry in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its ID in the directory (`SID`).
    pub id: String,
    /// Interval of updates, without which it expires.
    pub every: Duration,
}

/// The form that adds an entry.
pub fn add(listing: &Listing, mount: &Mount) -> String {
    let about = &mount.about;
    fields(&[
        ("action", "add"),
        ("sn", &clean(&about.name)),
        ("genre", &clean(&about.genre)),
        ("cpswd", ""),
        ("desc", &clean(&about.description)),
        ("url", &listing.home),
        ("listenurl", &format!("{}{}", listing.home, about.path)),
        ("type", about.coding.content_type()),
        ("stype", ""),
        ("b", &about.coding.kbps().to_string()),
        ("samplerate", &about.coding.sample_rate().to_string()),
        ("channels", "2"),
    ])
}

/// The form that updates an entry.
pub fn touch(listing: &Listing, mount: &Mount, id: &str) -> String {
    let title = mount.tap.title().unwrap_or_else(|| mount.about.name.as_str().into());
    fields(&[
        ("action", "touch"),
        ("sid", id),
        ("st", &clean(&title)),
        ("listeners", &mount.listeners().to_string()),
        ("max_listeners", &listing.max_listeners.to_string()),
        ("stype", ""),
    ])
}

/// The form that removes an entry.
pub fn remove(id: &str) -> String {
    fields(&[("action", "remove"), ("sid", id)])
}

/// The entry in a positive response; `id` is its previous ID.
///
/// # Errors
/// The reason if the directory refuses.
pub fn entry(headers: &HeaderMap, id: &str) -> Result<Entry, String> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if header("ypresponse") != Some("1") {
        let mut message = clean(header("ypmessage").unwrap_or("refused without a reason"));
        message.truncate(message.floor_char_boundary(120));
        return Err(message);
    }
    let id = header("sid").unwrap_or(id).to_owned();
    if id.is_empty() {
        return Err("the response has no SID".to_owned());
    }
    let every = header("touchfreq").and_then(|seconds| seconds.parse().ok());
    Ok(Entry { id, every: every.map_or(DEFAULT_INTERVAL, Duration::from_secs).min(MAX_INTERVAL) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            (name.parse().unwrap(), hyper::header::HeaderValue::from_static(value))
        });
        pairs.collect()
    }

    #[test]
    fn a_response_has_an_id_and_an_interval_or_a_reason() {
        let yes = headers(&[("ypresponse", "1"), ("sid", "77"), ("touchfreq", "200")]);
        assert_eq!(entry(&yes, ""), Ok(Entry { id: "77".into(), every: Duration::from_secs(200) }));

        let kept = headers(&[("ypresponse", "1"), ("touchfreq", "often")]);
        assert_eq!(entry(&kept, "77"), Ok(Entry { id: "77".into(), every: DEFAULT_INTERVAL }));
        assert!(entry(&kept, "").is_err());

        let no = headers(&[("ypresponse", "0"), ("ypmessage", "not today")]);
        assert_eq!(entry(&no, ""), Err("not today".to_owned()));
        assert!(entry(&headers(&[]), "77").is_err());
    }
}
