//! `/status.xsl`: the status page, for people and for scripts that parse Icecast's page.

use quick_xml::escape::escape;

use crate::{
    stream::mount::Mount,
    web::site::{ServedStation, Site, title},
};

/// HTML of the page.
pub fn html(site: &Site, base_url: &str) -> String {
    let rows: String =
        site.mounts().map(|(station, mount)| row(station, mount, base_url)).collect();
    let problem = site.problem.as_ref().map_or_else(String::new, |problem| {
        format!(
            "<h2>radio.toml</h2><pre>{}</pre><p>The change was refused; the radio keeps its previous settings.</p>",
            escape(problem)
        )
    });
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>electropunk: status</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"></head><body class=\"status\"><h1>On air</h1>\
         <table><tr><th>Mount</th><th>Station</th><th>Playing</th><th>Listeners</th><th>Peak</th>\
         <th>kbit/s</th><th></th></tr>{rows}</table>{problem}</body></html>"
    )
}

fn row(station: &ServedStation, mount: &Mount, base_url: &str) -> String {
    let about = &mount.about;
    let title = title(mount);
    let [path, name, title] = [&about.path, &about.name, &*title].map(escape);
    let (now, peak, kbps) = (mount.listeners(), mount.peak(), about.coding.kbps());
    let station = escape(&station.name);
    format!(
        "<tr><td><a href=\"{base_url}{path}\">{path}</a></td>\
         <td><a href=\"/#{station}\">{name}</a></td><td>{title}</td><td>{now}</td><td>{peak}</td>\
         <td>{kbps}</td><td><a href=\"{path}.m3u\">M3U</a> <a href=\"{path}.xspf\">XSPF</a></td></tr>",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        stream::ring::Chunk,
        web::site::tests::{site, station},
    };

    #[test]
    fn titles_and_problems_are_escaped() {
        let (station, mut writer, _on_air) = station("a");
        writer.push(Chunk::mp3(vec![0; 4], "<script>\"'&"));
        let mut site = site(vec![station]);
        site.problem = Some("radio.toml:1: <b>".into());

        let page = html(&site, "http://radio.example");

        assert!(page.contains("<td>&lt;script&gt;&quot;&apos;&amp;</td>"), "{page}");
        assert!(page.contains("radio.toml:1: &lt;b&gt;"));
        assert!(page.contains("href=\"http://radio.example/a.mp3\""));
    }
}
