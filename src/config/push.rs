//! `[[stations.push]]`: other servers that a station is pushed to.

use std::path::PathBuf;

use crate::config::{
    paths::read_ca_file,
    remote::Remote,
    secret::{PASSWORD, Secret},
    section::Section,
    text::quoted,
    value::set,
};

/// A mount on another server (Icecast, Liquidsoap, `AzuraCast`) that a station feeds as its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The URL of the mount there.
    pub server: Remote,
    /// The path of the station's own mount to send. Default its first.
    pub mount: Option<String>,
    /// The source user. Default `source`.
    pub user: String,
    /// The source password.
    pub password: Secret,
    /// Whether that server may list the stream in directories (`ice-public`). Default no.
    pub public: bool,
    /// Certificate authorities (PEM) trusted in addition to the system's. Default none.
    pub ca_file: Option<PathBuf>,
}

impl Push {
    /// `None`, and a mistake, without URL or password. `paths` are those of the station's own mounts.
    pub(super) fn read(section: &mut Section, paths: &[&str]) -> Option<Self> {
        section.require("url", "the address of a mount on another server");
        let given = [PASSWORD.text, PASSWORD.env, PASSWORD.file].map(|key| section.has(key));
        if given == [false; 3] {
            section.require(PASSWORD.text, "the server's source password");
        }
        let server = section.text_as("url", mount);
        let own = section.text_as("mount", |path| own_mount(path, paths));
        let mut user = "source".to_owned();
        set(&mut user, section.text_as("user", user_name));
        let password = Secret::read(section, &PASSWORD);
        let public = section.flag("public").unwrap_or(false);
        let ca_file = read_ca_file(section);
        let (server, password) = (server?, password?);
        Some(Self { server, mount: own, user, password, public, ca_file })
    }
}

fn mount(text: &str) -> Result<Remote, String> {
    let server: Remote = text.parse()?;
    let expected = "expected a URL that ends with a mount, such as /live.mp3";
    match server.path == "/" {
        true => Err(format!("{expected}, found {}", quoted(text))),
        false => Ok(server),
    }
}

fn own_mount(path: &str, paths: &[&str]) -> Result<String, String> {
    let expected = || format!("expected one of the station's mounts {}", paths.join(", "));
    let is_own = paths.contains(&path);
    is_own.then(|| path.to_owned()).ok_or_else(|| format!("{}, found {}", expected(), quoted(path)))
}

/// HTTP Basic authentication ends the user name at the first colon (RFC 7617, section 2).
fn user_name(text: &str) -> Result<String, String> {
    let is_name = (1..=100).contains(&text.len())
        && !text.contains(|letter: char| letter == ':' || letter.is_control());
    let expected = "expected 1 to 100 bytes without a colon";
    is_name.then(|| text.to_owned()).ok_or_else(|| format!("{expected}, found {}", quoted(text)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Problems, parse};

    const STATION: &str = "[themes.x]\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n";

    fn pushes(text: &str) -> Result<Vec<Push>, Problems> {
        let text = format!("{STATION}[[stations.push]]\n{text}");
        Ok(parse(&text, "radio.toml", Path::new("/nowhere"))?.stations.remove(0).push)
    }

    #[test]
    fn a_mount_and_a_password_are_enough() {
        let pushes = pushes("url = \"http://a:8000/live.mp3\"\npassword = \"hackme\"").unwrap();

        let [push] = &pushes[..] else { panic!("{pushes:?}") };
        assert_eq!(push.server.to_string(), "http://a:8000/live.mp3");
        assert_eq!((push.user.as_str(), push.public, &push.mount), ("source", false, &None));
        assert_eq!(push.password.expose(), "hackme");
        assert!(!format!("{push:?}").contains("hackme"));
    }

    #[test]
    fn mistakes_have_sentences() {
        let mistakes = "url = \"http://a:8000\"\nuser = \"a:b\"\nca_file = \"gone.pem\"\n\
                        mount = \"/y.mp3\"";
        assert_eq!(
            pushes(mistakes).unwrap_err().to_string(),
            "radio.toml:5: [[stations.push]]: missing key password, expected the server's source \
             password\n\
             radio.toml:6: url: expected a URL that ends with a mount, such as /live.mp3, found \
             \"http://a:8000\"\n\
             radio.toml:7: user: expected 1 to 100 bytes without a colon, found \"a:b\"\n\
             radio.toml:8: ca_file: expected a file, found none at \"/nowhere/gone.pem\"\n\
             radio.toml:9: mount: expected one of the station's mounts /x.mp3, found \"/y.mp3\""
        );
    }

    #[test]
    fn two_pushes_to_one_mount_are_a_mistake() {
        let one = "url = \"http://a:8000/live.mp3\"\npassword = \"hackme\"";
        let other = "url = \"http://a:8000/low.mp3\"\npassword = \"hackme\"";
        let found = pushes(&format!("{one}\n[[stations.push]]\n{one}")).unwrap_err().to_string();
        assert_eq!(
            found,
            "radio.toml:9: url: \"http://a:8000/live.mp3\" is already used in line 6"
        );
        pushes(&format!("{one}\n[[stations.push]]\n{other}")).unwrap();
    }
}
