//! `[directory]`: the public list of radio stations (YP) in which stations are listed.

use std::path::PathBuf;

use crate::config::{paths::read_ca_file, remote::Remote, section::Section};

/// A directory that public stations are listed in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    /// The URL that accepts entries. Default none: nothing is listed and nothing is sent.
    pub url: Option<Remote>,
    /// Certificate authorities (PEM) trusted in addition to the system's. Default none.
    pub ca_file: Option<PathBuf>,
}

impl Directory {
    /// `has_public_url`: whether `[server]` gives the URL to list.
    pub(super) fn read(section: &mut Section, has_public_url: bool) -> Self {
        let url = section.parsed("url");
        if url.is_some() && !has_public_url {
            let sentence = "expected public_url in [server] as well: it is the URL to list";
            section.note("url", sentence.to_owned());
        }
        Self { url, ca_file: read_ca_file(section) }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::parse;

    const LISTED: &str = "[directory]\nurl = \"https://dir.example/cgi-bin/yp-cgi\"\n[themes.x]\n\
                          [[stations]]\nname = \"x\"\ntheme = \"x\"\npublic = true\n";

    #[test]
    fn only_a_radio_with_a_public_url_can_be_listed() {
        let read = |text: &str| parse(text, "radio.toml", Path::new(""));

        assert_eq!(
            read(LISTED).unwrap_err().to_string(),
            "radio.toml:2: url: expected public_url in [server] as well: it is the URL to list"
        );
        let config = read(&format!("{LISTED}[server]\npublic_url = \"http://a.example\"")).unwrap();
        assert_eq!(config.directory.url.unwrap().host, "dir.example");
        assert!(config.stations[0].public);
    }
}
