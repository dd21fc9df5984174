//! What a radio and a directory say to each other.
//!
//! The protocol (YP) was never written down but in Icecast's `yp.c`: forms are posted, and the answer
//! is in headers.

use std::time::Duration;

use hyper::HeaderMap;

use crate::{
    out::{client::fields, directory::Listing},
    stream::{icy::clean, mount::Mount},
};

/// Where a directory does not say how often it wants to hear of us.
const USUAL: Duration = Duration::from_mins(10);

/// However seldom it wants to, once a day is told.
const SELDOM: Duration = Duration::from_hours(24);

/// An entry that a directory has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the directory calls it.
    pub id: String,
    /// How often it wants to hear of us, or forgets.
    pub every: Duration,
}

/// The form that asks for an entry.
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

/// The form that keeps it.
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

/// The form that gives it up.
pub fn remove(id: &str) -> String {
    fields(&[("action", "remove"), ("sid", id)])
}

/// The entry that an answer tells of, if it says yes; `id` is what it was called before.
///
/// # Errors
/// The directory says no; why.
pub fn entry(headers: &HeaderMap, id: &str) -> Result<Entry, String> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if header("ypresponse") != Some("1") {
        let mut message = clean(header("ypmessage").unwrap_or("it does not say why"));
        message.truncate(message.floor_char_boundary(120));
        return Err(message);
    }
    let id = header("sid").unwrap_or(id).to_owned();
    if id.is_empty() {
        return Err("it gives the entry no name".to_owned());
    }
    let every = header("touchfreq").and_then(|seconds| seconds.parse().ok());
    Ok(Entry { id, every: every.map_or(USUAL, Duration::from_secs).min(SELDOM) })
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
    fn an_answer_is_a_name_and_how_often_or_a_reason() {
        let yes = headers(&[("ypresponse", "1"), ("sid", "77"), ("touchfreq", "200")]);
        assert_eq!(entry(&yes, ""), Ok(Entry { id: "77".into(), every: Duration::from_secs(200) }));

        let kept = headers(&[("ypresponse", "1"), ("touchfreq", "often")]);
        assert_eq!(entry(&kept, "77"), Ok(Entry { id: "77".into(), every: USUAL }));
        assert!(entry(&kept, "").is_err());

        let no = headers(&[("ypresponse", "0"), ("ypmessage", "not today")]);
        assert_eq!(entry(&no, ""), Err("not today".to_owned()));
        assert!(entry(&headers(&[]), "77").is_err());
    }
}
