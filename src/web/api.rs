//! `/api`: what is on air, as JSON, for the player page and other clients.

use std::time::Duration;

use serde::Serialize;

use crate::{
    art,
    config::WhoTakes,
    music::bar::{Bar, Hit},
    station::{
        history::{Heard, PastTitle},
        on_air::AiredBar,
    },
    stream::mount::Mount,
    web::{
        hls,
        site::{ServedStation, Site},
    },
};

/// A mount without a new chunk for this long is silent. Chunks arrive every half second.
const MAX_SILENCE: Duration = Duration::from_secs(10);

/// A station now. `title`, `tempo_bpm` and `key` are those that a new listener hears first.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // The names say it.
pub struct StationNow {
    pub station: String,
    pub name: String,
    pub description: String,
    pub genre: String,
    pub title: String,
    /// Number of the bar, and of its piece.
    pub bar: Option<u64>,
    pub piece: Option<u64>,
    /// Picture of the piece.
    pub art_url: String,
    /// Number of likes of the piece.
    pub likes: u32,
    /// Whether listeners may download the last bars.
    pub takes: bool,
    pub tempo_bpm: Option<f64>,
    pub key: Option<String>,
    pub listeners: u64,
    pub listener_peak: u64,
    pub bitrate_kbps: u16,
    pub path: String,
    pub listen_url: String,
    /// None unless radio.toml enables HLS.
    pub hls_url: Option<String>,
    /// Clients that request HLS playlists, not included in `listeners`.
    pub hls_listeners: usize,
    /// Seconds of the station's sound up to the live edge.
    pub rendered_seconds: f64,
    /// How far behind the live edge a new listener starts.
    pub burst_seconds: f64,
}

/// The answer of `/api/stations/NAME/bars`. Times are seconds of the station's sound.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // The names say it.
pub struct BarsNow {
    pub station: String,
    pub rendered_seconds: f64,
    pub burst_seconds: f64,
    pub bars: Vec<BarNow>,
}

/// A bar of 16 steps, and when it plays.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // The names say it.
pub struct BarNow {
    pub number: u64,
    pub piece: u64,
    pub start_second: f64,
    pub tempo_bpm: f64,
    pub key: String,
    pub chord: String,
    pub section: &'static str,
    pub title: String,
    pub drums: Vec<HitNow>,
    pub bass: Vec<HitNow>,
    pub lead: Vec<HitNow>,
    pub chords: Vec<HitNow>,
}

/// Start and length in steps, MIDI pitch, MIDI velocity: an array, since a page receives thousands.
pub type HitNow = (f64, f64, u8, u8);

/// All stations, in the order of radio.toml.
pub fn stations(site: &Site, base_url: &str) -> Vec<StationNow> {
    let now = |station| now(station, base_url, site.studio_settings.takes == WhoTakes::Listeners);
    site.stations.iter().map(now).collect()
}

fn now(station: &ServedStation, base_url: &str, takes: bool) -> StationNow {
    let now = station.now();
    let piece = now.as_ref().map(|bar| bar.piece);
    let mount = station.main();
    let about = &mount.about;
    StationNow {
        station: station.name.clone(),
        name: about.name.clone(),
        description: about.description.clone(),
        genre: about.genre.clone(),
        title: station.title().to_string(),
        bar: now.as_ref().map(|bar| bar.number),
        piece,
        art_url: art_url(station, piece, base_url),
        likes: piece.map_or(0, |piece| station.likes.n_of(piece)),
        takes,
        tempo_bpm: now.as_ref().map(|bar| bar.tempo.get()),
        key: now.as_ref().map(|bar| bar.key.to_string()),
        listeners: station.listeners(),
        listener_peak: mount.peak(),
        bitrate_kbps: about.coding.kbps(),
        path: about.path.clone(),
        listen_url: format!("{base_url}{}", about.path),
        hls_url: hls::url(station, base_url),
        hls_listeners: station.hls_listeners(),
        rendered_seconds: station.on_air.borrow().rendered_seconds,
        burst_seconds: mount.burst_seconds(),
    }
}

/// URL of the picture of a piece, or of what is on air.
fn art_url(station: &ServedStation, piece: Option<u64>, base_url: &str) -> String {
    let name = &station.name;
    match piece {
        Some(piece) => format!("{base_url}{}", art::path(name, piece)),
        None => format!("{base_url}/art/{name}.png"),
    }
}

/// The known bars; with `after`, only those with higher numbers.
pub fn bars(station: &ServedStation, after: Option<u64>) -> BarsNow {
    let on_air = station.on_air.borrow().clone();
    let is_new = |aired: &&AiredBar| after.is_none_or(|after| aired.bar.number > after);
    BarsNow {
        station: station.name.clone(),
        rendered_seconds: on_air.rendered_seconds,
        burst_seconds: station.main().burst_seconds(),
        bars: on_air.bars.iter().filter(is_new).map(bar).collect(),
    }
}

fn bar(aired: &AiredBar) -> BarNow {
    let Bar { number, piece, tempo, key, chord, section, title, parts, .. } = &*aired.bar;
    let [drums, bass, lead, chords] = parts.each_ref().map(|hits| hits.iter().map(hit).collect());
    BarNow {
        number: *number,
        piece: *piece,
        start_second: aired.start_second,
        tempo_bpm: tempo.get(),
        key: key.to_string(),
        chord: chord.to_string(),
        section: section.name(),
        title: title.to_string(),
        drums,
        bass,
        lead,
        chords,
    }
}

fn hit(hit: &Hit) -> HitNow {
    let to_thousandths = |steps: f32| (f64::from(steps) * 1000.0).round() / 1000.0;
    (to_thousandths(hit.start_step), to_thousandths(hit.n_steps), hit.pitch, hit.velocity)
}

/// A title that was on air.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // The names say it.
pub struct TitleNow {
    /// RFC 3339, in UTC.
    pub at: String,
    pub title: String,
    /// Bar and piece, likes and URLs; none in entries of older versions.
    #[serde(flatten)]
    pub moment: Option<Moment>,
}

/// A moment that was on air.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // The names say it.
pub struct Moment {
    pub bar: u64,
    pub piece: u64,
    pub likes: u32,
    pub art_url: String,
    /// URL to replay the moment.
    pub moment_url: String,
}

/// The titles that were on air, the newest first.
pub fn history(station: &ServedStation, base_url: &str) -> Vec<TitleNow> {
    let title = |past: PastTitle| TitleNow {
        at: past.at.to_string(),
        title: past.title.to_string(),
        moment: past.heard.map(|heard| moment(station, &heard, base_url)),
    };
    station.history.newest_first().into_iter().map(title).collect()
}

fn moment(station: &ServedStation, heard: &Heard, base_url: &str) -> Moment {
    let (name, bar, piece) = (&station.name, heard.bar, heard.piece);
    Moment {
        bar,
        piece,
        likes: station.likes.n_of(piece),
        art_url: art_url(station, Some(piece), base_url),
        moment_url: format!("{base_url}/api/stations/{name}/moment.mp3?bar={bar}"),
    }
}

/// Whether a mount receives no sound.
pub fn is_silent(mount: &Mount) -> bool {
    mount.tap.pushed_at().is_none_or(|at| at.elapsed() > MAX_SILENCE)
}

/// The stations whose main mount receives no sound.
pub fn silent_stations(site: &Site) -> Vec<&str> {
    let silent = site.stations.iter().filter(|station| is_silent(station.main()));
    silent.map(|station| station.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        stream::ring::Chunk,
        web::site::tests::{aired, site, station},
    };

    #[test]
    fn a_station_shows_the_bar_that_a_new_listener_hears() {
        let (station, mut writer, on_air) = station("a");
        writer.push(Chunk::mp3(vec![0; 48_000], "two"));
        on_air.send_modify(|now| {
            let now = Arc::make_mut(now);
            now.rendered_seconds = 6.0;
            now.bars.extend([aired(0, "one"), aired(1, "two"), aired(2, "three")]);
        });
        let site = site(vec![station]);

        let now = stations(&site, "http://a").remove(0);

        assert_eq!((now.title.as_str(), now.tempo_bpm), ("two", Some(120.0)));
        assert_eq!((now.burst_seconds, now.rendered_seconds), (3.0, 6.0));
        assert_eq!(now.listen_url, "http://a/a.mp3");
    }

    #[test]
    fn only_newer_bars_are_sent() {
        let (station, _writer, on_air) = station("a");
        on_air.send_modify(|now| {
            Arc::make_mut(now).bars.extend([aired(0, "\"one\""), aired(1, "two")]);
        });

        assert_eq!(bars(&station, None).bars.len(), 2);
        let json = serde_json::to_value(bars(&station, Some(0))).unwrap();

        assert_eq!(json["bars"].as_array().unwrap().len(), 1);
        assert_eq!(json["bars"][0]["drums"], serde_json::json!([[0.1, 1.0, 36, 100]]));
    }

    #[test]
    fn a_station_without_a_chunk_is_silent() {
        let (station, mut writer, _on_air) = station("a");
        let site = site(vec![station]);

        assert_eq!(silent_stations(&site), ["a"]);
        writer.push(Chunk::mp3(vec![0; 4], ""));
        assert!(silent_stations(&site).is_empty());
    }
}
