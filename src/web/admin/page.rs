//! The operator's page: who listens, and a button to send someone away.

use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::escape::escape;

use crate::{
    out::status::Told,
    stream::mount::Mount,
    web::site::{Site, title},
};

/// The page.
pub fn html(site: &Site) -> String {
    let mounts: String = site.mounts().map(|(_, mount)| section(site, mount)).collect();
    let sent = sent(site);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>electropunk: admin</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"></head><body class=\"status\">\
         <h1>Listeners</h1>{mounts}{sent}</body></html>"
    )
}

/// Where stations are sent to, if they are, and how that fares.
fn sent(site: &Site) -> String {
    let row = |told: &Told| {
        let state = told.status.borrow().state.to_string();
        let [station, server, state] = [&told.station, &told.server, &state].map(escape);
        format!("<tr><td>{station}</td><td>{server}</td><td>{state}</td></tr>")
    };
    let rows: String = site.sent().map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<h1>Sent to</h1><table><tr><th>Station</th><th>Server</th><th></th></tr>{rows}</table>"
    )
}

fn section(site: &Site, mount: &Mount) -> String {
    let path = &mount.about.path;
    let in_query = utf8_percent_encode(path, NON_ALPHANUMERIC).to_string();
    let guests = site.audience.guests();
    let mut rows = String::new();
    for guest in guests.iter().filter(|guest| guest.path() == *path) {
        let (id, address, agent) = (guest.id, guest.address, escape(&guest.agent));
        let minutes = guest.since.elapsed().as_secs() / 60;
        let _ = write!(
            rows,
            "<tr><td>{id}</td><td>{address}</td><td>{agent}</td><td>{minutes} min</td>\
             <td><form method=\"post\" action=\"/admin/killclient?mount={in_query}&amp;id={id}\">\
             <button>Send away</button></form></td></tr>"
        );
    }
    let (path, title, n) = (escape(path), title(mount), mount.listeners());
    let title = escape(&*title);
    format!(
        "<h2>{path}</h2><p>{title}; {n} listening</p>\
         <table><tr><th>No.</th><th>Address</th><th>Player</th><th>For</th><th></th></tr>{rows}</table>"
    )
}
