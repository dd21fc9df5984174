//! `SHOUTcast`'s status pages, which some players and panels request from every radio. They show the first
//! station.

use crate::web::{
    site::{Site, title},
    tree::Element,
};

/// `/7.html`: listeners, status, peak, maximum, unique listeners, bitrate, title.
pub fn seven(site: &Site) -> String {
    let fields = site.stations.first().map(|station| {
        let mount = station.main();
        let (now, peak, kbps) = (mount.listeners(), mount.peak(), mount.about.coding.kbps());
        let most = site.server.max_listeners;
        // A comma in a title stays: it is the last field.
        format!("{now},1,{peak},{most},{now},{kbps},{}", station.title())
    });
    let fields = fields.unwrap_or_else(|| "0,0,0,0,0,0,".to_owned());
    format!("<html><body>{}</body></html>", quick_xml::escape::escape(fields.as_str()))
}

/// `/stats`, as XML or JSON.
pub fn stats(site: &Site) -> Element {
    let Some(station) = site.stations.first() else {
        return Element::of("SHOUTCASTSERVER", vec![Element::text("STREAMSTATUS", 0)]);
    };
    let (mount, title) = (station.main(), station.title());
    let about = &mount.about;
    let fields = vec![
        Element::text("CURRENTLISTENERS", mount.listeners()),
        Element::text("PEAKLISTENERS", mount.peak()),
        Element::text("MAXLISTENERS", site.server.max_listeners),
        Element::text("UNIQUELISTENERS", mount.listeners()),
        Element::text("SERVERGENRE", &about.genre),
        Element::text("SERVERTITLE", &about.name),
        Element::text("SONGTITLE", title),
        Element::text("STREAMHITS", mount.total()),
        Element::text("STREAMSTATUS", 1),
        Element::text("STREAMPATH", &about.path),
        Element::text("BITRATE", about.coding.kbps()),
        Element::text("CONTENT", about.coding.content_type()),
        Element::text("VERSION", crate::web::response::SERVER),
    ];
    Element::of("SHOUTCASTSERVER", fields)
}

/// `/currentsong`: the title alone.
pub fn current_song(site: &Site) -> String {
    site.stations.first().map_or_else(String::new, |station| title(station.main()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        stream::ring::Chunk,
        web::site::tests::{site, station},
    };

    #[test]
    fn the_first_station_is_shown() {
        let (station, mut writer, _on_air) = station("a");
        writer.push(Chunk::mp3(vec![0; 4], "One, <two>"));
        let site = site(vec![station]);

        let seven = "<html><body>0,1,0,500,0,128,One, &lt;two&gt;</body></html>";
        assert_eq!(crate::web::shoutcast::seven(&site), seven);
        assert_eq!(current_song(&site), "One, <two>");
        assert_eq!(stats(&site).to_json()["SONGTITLE"], "One, <two>");
        assert!(stats(&site).to_xml().contains("<STREAMPATH>/a.mp3</STREAMPATH>"));
    }

    #[test]
    fn a_radio_without_stations_answers() {
        let site = site(Vec::new());

        assert_eq!(seven(&site), "<html><body>0,0,0,0,0,0,</body></html>");
        assert_eq!(current_song(&site), "");
        assert!(stats(&site).to_xml().contains("<STREAMSTATUS>0<"));
    }
}
