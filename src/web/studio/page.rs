//! The studio's page, and the login page before it.

use crate::web::studio::denial::Denial;

const SCRIPT: &str = "text/javascript; charset=UTF-8";
const PICTURE: &str = "image/svg+xml";
const STYLE: &str = "text/css; charset=UTF-8";

/// HTML of the studio.
pub const INDEX: &str = include_str!("page/index.html");

/// Its other files, which hold no secrets: name, content type, text.
const FILES: [(&str, &str, &str); 31] = [
    ("air.js", SCRIPT, include_str!("page/air.js")),
    ("anchors.js", SCRIPT, include_str!("page/anchors.js")),
    ("api.js", SCRIPT, include_str!("page/api.js")),
    ("clock.js", SCRIPT, include_str!("page/clock.js")),
    ("corners.js", SCRIPT, include_str!("page/corners.js")),
    ("cue.js", SCRIPT, include_str!("page/cue.js")),
    ("desk.js", SCRIPT, include_str!("page/desk.js")),
    ("difference.js", SCRIPT, include_str!("page/difference.js")),
    ("dom.js", SCRIPT, include_str!("page/dom.js")),
    ("editor.js", SCRIPT, include_str!("page/editor.js")),
    ("fader.js", SCRIPT, include_str!("page/fader.js")),
    ("files.js", SCRIPT, include_str!("page/files.js")),
    ("grid.js", SCRIPT, include_str!("page/grid.js")),
    ("kit.js", SCRIPT, include_str!("page/kit.js")),
    ("macros.js", SCRIPT, include_str!("page/macros.js")),
    ("map.js", SCRIPT, include_str!("page/map.js")),
    ("midi.js", SCRIPT, include_str!("page/midi.js")),
    ("moves.js", SCRIPT, include_str!("page/moves.js")),
    ("orders.js", SCRIPT, include_str!("page/orders.js")),
    ("pad.js", SCRIPT, include_str!("page/pad.js")),
    ("padlink.js", SCRIPT, include_str!("page/padlink.js")),
    ("plane.js", SCRIPT, include_str!("page/plane.js")),
    ("say.js", SCRIPT, include_str!("page/say.js")),
    ("store.js", SCRIPT, include_str!("page/store.js")),
    ("studio.js", SCRIPT, include_str!("page/studio.js")),
    ("takes.js", SCRIPT, include_str!("page/takes.js")),
    ("tools.js", SCRIPT, include_str!("page/tools.js")),
    ("values.js", SCRIPT, include_str!("page/values.js")),
    ("words.js", SCRIPT, include_str!("page/words.js")),
    ("studio.css", STYLE, include_str!("page/studio.css")),
    ("mark.svg", PICTURE, include_str!("page/mark.svg")),
];

/// HTML of the login page, with placeholders `{BASE}`, `{MESSAGE}` and `{FORM}`.
const LOGIN: &str = include_str!("page/login.html");

/// Its form.
const FORM: &str = include_str!("page/form.html");

/// Content type and text of the file `name`.
pub fn file(name: &str) -> Option<(&'static str, &'static str)> {
    let file = FILES.iter().find(|(known, ..)| *known == name);
    file.map(|&(_, content_type, text)| (content_type, text))
}

/// The login page. `base` is the studio relative to its URL; without a password there is no form.
pub fn login(base: &str, has_password: bool, denial: Option<Denial>) -> String {
    let message = match denial {
        None => "Open the address that the radio printed at its start, or log in.",
        Some(Denial::Unknown) => "That key or password is wrong. The key changes at each start.",
        Some(Denial::MustWait) => "Too many failed logins. Try again in a minute.",
    };
    let form = if has_password {
        FORM
    } else {
        "<p>To log in with a password, set one in [admin] of radio.toml.</p>"
    };
    LOGIN.replace("{MESSAGE}", message).replace("{FORM}", form).replace("{BASE}", base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_load_nothing_from_other_origins() {
        let files = FILES.iter().map(|(.., text)| *text);
        for text in files.chain([INDEX, LOGIN, FORM]) {
            let without_svg = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!without_svg.contains("http://") && !without_svg.contains("https://"));
        }
    }

    #[test]
    fn each_file_that_the_page_names_is_served() {
        let endings = [".js", ".css", ".svg"];
        for text in FILES.iter().map(|(.., text)| *text).chain([INDEX, LOGIN]) {
            let names = text.split('"').map(|name| name.trim_start_matches("{BASE}"));
            for name in names.filter(|name| endings.iter().any(|ending| name.ends_with(ending))) {
                assert!(file(name.trim_start_matches("./")).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn the_login_page_has_no_place_left() {
        for denial in [None, Some(Denial::Unknown), Some(Denial::MustWait)] {
            for has_password in [false, true] {
                let page = login("studio/", has_password, denial);
                assert!(!page.contains('{'), "{page}");
                assert_eq!(page.contains("type=\"password\""), has_password);
            }
        }
    }
}
