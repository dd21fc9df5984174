//! `/status.xsl`: the status page, for people and for scripts that parse Icecast's page.

use quick_xml::escape::escape;

use crate::{
    stream::mount::Mount,
    web::site::{ServedStation, Site, title},
};

/// HTML of the page. Its links are relative: a proxy may serve it under a path.
pub fn html(site: &Site) -> String {
    let rows: String = site.mounts().map(|(station, mount)| row(station, mount)).collect();
    let refused = site.refused.as_ref().map(|refused| format!("<p>{refused}.</p>"));
    let refused = refused.unwrap_or_default();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>electropunk: status</title>\
         <link rel=\"stylesheet\" href=\"style.css\"></head><body class=\"status\"><h1>On air</h1>\
         <table><tr><th>Mount</th><th>Station</th><th>Playing</th><th>Listeners</th><th>Peak</th>\
         <th>kbit/s</th><th></th></tr>{rows}</table>{refused}</body></html>"
    )
}

fn row(station: &ServedStation, mount: &Mount) -> String {
    let about = &mount.about;
    let title = title(mount);
    let [path, name, title] = [&about.path, &about.name, &*title].map(escape);
    let (now, peak, kbps) = (mount.listeners(), mount.peak(), about.coding.kbps());
    let station = escape(&station.name);
    format!(
        "<tr><td><a href=\".{path}\">{path}</a></td>\
         <td><a href=\"./#{station}\">{name}</a></td><td>{title}</td><td>{now}</td><td>{peak}</td>\
         <td>{kbps}</td><td><a href=\".{path}.m3u\">M3U</a> <a href=\".{path}.xspf\">XSPF</a></td></tr>",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        stream::ring::Chunk,
        web::site::{
            RefusedChange,
            tests::{site, station},
        },
    };

    #[test]
    fn titles_and_problems_are_escaped() {
        let (station, mut writer, _on_air) = station("a");
        writer.push(Chunk::mp3(vec![0; 4], "<script>\"'&"));
        let mut site = site(vec![station]);
        site.refused = Some(RefusedChange { n_mistakes: 2, text: "radio.toml:1: <b>".into() });

        let page = html(&site);

        assert!(page.contains("<td>&lt;script&gt;&quot;&apos;&amp;</td>"), "{page}");
        assert!(page.contains("radio.toml has 2 mistakes") && !page.contains("radio.toml:1"));
        let admin = crate::web::admin::page::html(&site);
        assert!(admin.contains("radio.toml:1: &lt;b&gt;"));
        assert!(page.contains("href=\"./a.mp3\""));
    }
}
