//! The figures of `/admin`, as Icecast spells them.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::SystemTime,
};

use crate::{
    stream::mount::Mount,
    web::{
        date::Date,
        server::SERVER,
        site::{Site, title},
        tree::Element,
    },
};

/// Everything about the server and its mounts, or about `only` one of these.
pub fn stats(site: &Site, base_url: &str, only: Option<&Arc<Mount>>) -> Element {
    let started = Date::of(site.started);
    let (n_now, n_ever) = (site.audience.len(), site.audience.n_ever());
    let n_mounts = site.mounts().count();
    let mut elements = vec![
        Element::text("admin", &site.server.contact),
        Element::text("client_connections", n_ever),
        Element::text("clients", n_now),
        Element::text("connections", n_ever),
        Element::text("host", crate::web::status::host(base_url)),
        Element::text("listener_connections", n_ever),
        Element::text("listeners", n_now),
        Element::text("location", &site.server.location),
        Element::text("server_id", SERVER),
        Element::text("server_start", started.to_rfc_2822()),
        Element::text("server_start_iso8601", started.to_iso_8601()),
        Element::text("sources", n_mounts),
    ];
    let wanted = site.mounts().map(|(_, mount)| mount);
    let wanted = wanted.filter(|mount| only.is_none_or(|only| Arc::ptr_eq(only, mount)));
    elements.extend(wanted.map(|mount| source(site, mount, base_url)));
    Element::of("icestats", elements)
}

fn source(site: &Site, mount: &Mount, base_url: &str) -> Element {
    let about = &mount.about;
    let kbps = about.coding.kbps();
    let started = Date::of(mount.started);
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
        Element::text("stream_start", started.to_rfc_2822()),
        Element::text("stream_start_iso8601", started.to_iso_8601()),
        Element::text("subtype", about.coding.subtype().unwrap_or_default()),
        Element::text("title", title(mount)),
        Element::text("total_bytes_sent", mount.bytes_sent()),
    ];
    Element::of("source", elements).with("mount", &about.path)
}

/// The mounts, with what an operator who moves listeners needs to know.
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

/// Who listens to `mount`.
pub fn clients(site: &Site, mount: &Mount) -> Element {
    let path = &mount.about.path;
    let guests = site.audience.guests();
    let here: Vec<_> = guests.iter().filter(|guest| guest.path() == *path).collect();
    let mut elements = vec![Element::text("Listeners", here.len())];
    elements.extend(here.iter().map(|guest| {
        let about = vec![
            Element::text("IP", guest.address),
            Element::text("UserAgent", &guest.agent),
            Element::text("Connected", guest.since.elapsed().as_secs()),
            Element::text("ID", guest.id),
            Element::text("bytes_sent", guest.n_bytes.load(Relaxed)),
        ];
        Element::of("listener", about).with("id", guest.id)
    }));
    Element::of("icestats", vec![Element::of("source", elements).with("mount", path)])
}
