//! The operator's page: listeners, with a button to disconnect each, and push and upload targets.

use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::escape::escape;

use crate::{
    out::status::RegisteredTarget,
    stream::mount::Mount,
    web::{
        likes,
        site::{Site, title},
    },
};

/// HTML of the page.
pub fn html(site: &Site) -> String {
    let mounts: String = site.mounts().map(|(_, mount)| section(site, mount)).collect();
    let (targets, likes, refused) = (targets(site), likes::tables(site, "../art"), refused(site));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>electropunk: admin</title>\
         <link rel=\"stylesheet\" href=\"../style.css\"></head><body class=\"status\">\
         {refused}<h1>Listeners</h1>{mounts}{targets}{likes}</body></html>"
    )
}

/// The mistakes in a refused change of radio.toml; empty if there is none.
fn refused(site: &Site) -> String {
    site.refused.as_ref().map_or_else(String::new, |refused| {
        let text = escape(&refused.text);
        format!("<h1>radio.toml</h1><pre>{text}</pre><p>The previous settings are kept.</p>")
    })
}

/// The targets of pushes and uploads with their status; empty if there are none.
fn targets(site: &Site) -> String {
    let row = |target: &RegisteredTarget| {
        let state = target.status.borrow().state.to_string();
        let [station, server, state] = [&target.station, &target.server, &state].map(escape);
        format!("<tr><td>{station}</td><td>{server}</td><td>{state}</td></tr>")
    };
    let rows: String = site.current_targets().map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<h1>Pushes and uploads</h1>\
         <table><tr><th>Station</th><th>Server</th><th>Status</th></tr>{rows}</table>"
    )
}

fn section(site: &Site, mount: &Mount) -> String {
    let path = &mount.about.path;
    let in_query = utf8_percent_encode(path, NON_ALPHANUMERIC).to_string();
    let listeners = site.audience.clients();
    let mut rows = String::new();
    for listener in listeners.iter().filter(|listener| listener.path() == *path) {
        let (id, address, agent) = (listener.id, listener.address, escape(&listener.agent));
        let minutes = listener.since.elapsed().as_secs() / 60;
        let _ = write!(
            rows,
            "<tr><td>{id}</td><td>{address}</td><td>{agent}</td><td>{minutes} min</td>\
             <td><form method=\"post\" action=\"killclient?mount={in_query}&amp;id={id}\">\
             <button>Disconnect</button></form></td></tr>"
        );
    }
    let (path, title, n) = (escape(path), title(mount), mount.listeners());
    let title = escape(&*title);
    format!(
        "<h2>{path}</h2><p>{title}; listeners: {n}</p>\
         <table><tr><th>ID</th><th>Address</th><th>Player</th><th>Connected</th><th></th></tr>{rows}</table>"
    )
}
