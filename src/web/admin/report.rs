//! The reports of `/admin`, in Icecast's format.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::SystemTime,
};

use crate::{
    stream::mount::Mount,
    web::{
        date,
        response::SERVER,
        site::{Site, title},
        tree::Element,
    },
};

/// The server and its mounts, or `only` one of them.
pub fn stats(site: &Site, base_url: &str, only: Option<&Arc<Mount>>) -> Element {
    let (n_now, n_total) = (site.audience.len(), site.audience.n_total());
    let n_mounts = site.mounts().count();
    let mut elements = vec![
        Element::text("admin", &site.server.contact),
        Element::text("client_connections", n_total),
        Element::text("clients", n_now),
        Element::text("connections", n_total),
        Element::text("host", crate::web::status::host(base_url)),
        Element::text("listener_connections", n_total),
        Element::text("listeners", n_now),
        Element::text("location", &site.server.location),
        Element::text("server_id", SERVER),
        Element::text("server_start", date::to_rfc_2822(site.started)),
        Element::text("server_start_iso8601", date::to_iso_8601(site.started)),
        Element::text("sources", n_mounts),
    ];
    let mounts = site.mounts().map(|(_, mount)| mount);
    let mounts = mounts.filter(|mount| only.is_none_or(|only| Arc::ptr_eq(only, mount)));
    elements.extend(mounts.map(|mount| source(site, mount, base_url)));
    Element::of("icestats", elements)
}

fn source(site: &Site, mount: &Mount, base_url: &str) -> Element {
    let about = &mount.about;
    let kbps = about.coding.kbps();
    let elements = vec![
        Element::text("audio_info", about.coding.info()),
        Element::text("bitrate", kbps),
        Element::text("genre", &about.genre),
        Element::text("ice-bitrate", kbps),
        Element::text("listener_peak", mount.peak()),
        Element::text("listeners", mount.listeners()),
        Element::text("listenurl", format!("{base_url}{}", about.path)),
        Element::text(
            "max_listeners",
            mount.rules.max_listeners.unwrap_or(site.server.max_listeners),
        ),
        Element::text("public", u8::from(about.public)),
        Element::text("server_description", &about.description),
        Element::text("server_name", &about.name),
        Element::text("server_type", about.coding.content_type()),
        Element::text("stream_start", date::to_rfc_2822(mount.started)),
        Element::text("stream_start_iso8601", date::to_iso_8601(mount.started)),
        Element::text("subtype", about.coding.subtype().unwrap_or_default()),
        Element::text("title", title(mount)),
        Element::text("total_bytes_sent", mount.bytes_sent()),
    ];
    Element::of("source", elements).with("mount", &about.path)
}

/// All mounts, with their listeners and fallback mounts.
pub fn mounts(site: &Site) -> Element {
    let mount = |mount: &Arc<Mount>| {
        let age = SystemTime::now().duration_since(mount.started).unwrap_or_default();
        let fallback = mount.fallback().map(|mount| mount.about.path.clone());
        let elements = vec![
            Element::text("fallback", fallback.unwrap_or_default()),
            Element::text("listeners", mount.listeners()),
            Element::text("Connected", age.as_secs()),
            Element::text("content-type", mount.about.coding.content_type()),
        ];
        Element::of("source", elements).with("mount", &mount.about.path)
    };
    Element::of("icestats", site.mounts().map(|(_, of)| mount(of)).collect())
}

/// The listeners of `mount`.
pub fn clients(site: &Site, mount: &Mount) -> Element {
    let path = &mount.about.path;
    let listeners = site.audience.clients();
    let here: Vec<_> = listeners.iter().filter(|listener| listener.path() == *path).collect();
    let mut elements = vec![Element::text("Listeners", here.len())];
    elements.extend(here.iter().map(|listener| {
        let about = vec![
            Element::text("IP", listener.address),
            Element::text("UserAgent", &listener.agent),
            Element::text("Connected", listener.since.elapsed().as_secs()),
            Element::text("ID", listener.id),
            Element::text("bytes_sent", listener.n_bytes.load(Relaxed)),
        ];
        Element::of("listener", about).with("id", listener.id)
    }));
    Element::of("icestats", vec![Element::of("source", elements).with("mount", path)])
}
