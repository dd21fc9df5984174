//! `[directory]`: the list of radio stations in which listeners look for one.

use std::path::PathBuf;

use crate::config::{push::read_ca_file, remote::Remote, section::Section};

/// A directory that public stations are listed in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    /// Where it takes entries. Default none: nothing is listed and nothing is sent to anybody.
    pub url: Option<Remote>,
    /// Who vouches for it, as for a server that a station is sent to. Default nobody.
    pub ca_file: Option<PathBuf>,
}

impl Directory {
    /// `has_public_url`: whether the radio knows how the world reaches it.
    pub(super) fn read(section: &mut Section, has_public_url: bool) -> Self {
        let url = section.parsed("url");
        if url.is_some() && !has_public_url {
            section.note("url", "expected public_url in [server] too: it is what is listed".into());
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
    fn only_a_radio_that_the_world_can_reach_can_be_listed() {
        let read = |text: &str| parse(text, "radio.toml", Path::new(""));

        assert_eq!(
            read(LISTED).unwrap_err().to_string(),
            "radio.toml:2: url: expected public_url in [server] too: it is what is listed"
        );
        let config = read(&format!("{LISTED}[server]\npublic_url = \"http://a.example\"")).unwrap();
        assert_eq!(config.directory.url.unwrap().host, "dir.example");
        assert!(config.stations[0].public);
    }
}
