//! `/status-json.xsl`, compatible with the quirks of Icecast 2.4, for which its clients were written.

use serde_json::{Value, json};

use crate::{
    stream::mount::Mount,
    web::{
        date,
        site::{Site, title},
    },
};

/// The answer of `/status-json.xsl`, limited to the mount at path `mount` if given.
///
/// `source` is an object for one mount, an array for more and absent for none. A title is always a string,
/// while Icecast turns a numeric one into a number.
pub fn icecast(site: &Site, base_url: &str, mount: Option<&str>) -> Value {
    let is_listed = |listed: &Mount| mount.is_none_or(|path| listed.about.path == path);
    let listed = site.mounts().filter(|(_, mount)| is_listed(mount));
    let mut sources: Vec<_> = listed.map(|(_, mount)| source(mount, base_url)).collect();
    let mut stats = json!({
        "admin": site.server.contact,
        "host": host(base_url),
        "location": site.server.location,
        "server_id": crate::web::response::SERVER,
        "server_start": date::to_rfc_2822(site.started),
        "server_start_iso8601": date::to_iso_8601(site.started),
    });
    match sources.len() {
        0 => stats["dummy"] = Value::Null,
        1 => stats["source"] = sources.remove(0),
        _ => stats["source"] = sources.into(),
    }
    json!({ "icestats": stats })
}

/// Public facts only: nothing about individual listeners.
fn source(mount: &Mount, base_url: &str) -> Value {
    let about = &mount.about;
    let (bitrate, sample_rate) = (about.coding.kbps(), about.coding.sample_rate());
    let mut source = json!({
        "audio_info": about.coding.info(),
        "bitrate": bitrate,
        "channels": 2,
        "genre": about.genre,
        "ice-bitrate": bitrate,
        "ice-channels": 2,
        "ice-samplerate": sample_rate,
        "listener_peak": mount.peak(),
        "listeners": mount.listeners(),
        "listenurl": format!("{base_url}{}", about.path),
        "samplerate": sample_rate,
        "server_description": about.description,
        "server_name": about.name,
        "server_type": about.coding.content_type(),
        "server_url": base_url,
        "stream_start": date::to_rfc_2822(mount.started),
        "stream_start_iso8601": date::to_iso_8601(mount.started),
        "title": &*title(mount),
        "dummy": null,
    });
    if let Some(subtype) = about.coding.subtype() {
        source["subtype"] = subtype.into();
    }
    source
}

/// The host name in `base_url`, without scheme and port.
pub fn host(base_url: &str) -> &str {
    let (_, authority) = base_url.split_once("://").unwrap_or(("", base_url));
    match authority.find(']') {
        Some(end) => &authority[..=end],
        None => authority.split([':', '/']).next().unwrap_or(authority),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        stream::ring::Chunk,
        web::site::tests::{site, station},
    };

    fn status(stations: &[&str], mount: Option<&str>) -> Value {
        let stations = stations.iter().map(|name| station(name).0).collect();
        icecast(&site(stations), "http://radio.example:8000", mount)["icestats"].take()
    }

    #[test]
    fn the_source_is_an_object_an_array_or_absent() {
        assert!(status(&["a"], None)["source"].is_object());
        assert_eq!(status(&["a", "b"], None)["source"].as_array().unwrap().len(), 2);
        let none = status(&[], None);
        assert!(none.get("source").is_none() && none.get("dummy").is_some());
    }

    #[test]
    fn the_status_can_be_limited_to_one_mount() {
        let one = status(&["a", "b"], Some("/b.mp3"));

        assert_eq!(one["source"]["listenurl"], "http://radio.example:8000/b.mp3");
        assert!(status(&["a", "b"], Some("/c.mp3")).get("source").is_none());
    }

    #[test]
    fn a_title_that_is_a_number_stays_a_string() {
        let (station, mut writer, _on_air) = station("a");
        writer.push(Chunk::mp3(vec![0; 4], "1979"));
        let site = site(vec![station]);

        let status = icecast(&site, "http://[::1]:8000", None);

        assert_eq!(status["icestats"]["source"]["title"], "1979");
        assert_eq!(status["icestats"]["host"], "[::1]");
    }
}
