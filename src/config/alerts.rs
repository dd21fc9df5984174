//! `[alerts]`: the webhook that is called when a trouble begins and when it ends.

use std::{fmt, path::PathBuf};

use crate::config::{
    paths::read_ca_file,
    remote::Remote,
    secret::{Secret, SecretKeys},
    section::Section,
    value::set,
};

/// The keys of the webhook's URL.
const URL: SecretKeys = SecretKeys { text: "url", env: "url_env", file: "url_file" };

/// What counts as trouble, and the webhook to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerts {
    /// The webhook. Default none: troubles are only logged and shown.
    pub webhook: Option<Webhook>,
    /// Seconds of silence or of a stuck sound that are trouble, 0 to 86 400; 0 is off. Default 30.
    pub silence_seconds: u32,
    /// Certificate authorities (PEM) trusted in addition to the system's. Default none.
    pub ca_file: Option<PathBuf>,
}

/// The URL of a webhook. It may hold a token, so it is shown only without path and query.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The server.
    pub server: Remote,
    /// Path and query.
    pub target: String,
}

impl Default for Alerts {
    fn default() -> Self {
        Self { webhook: None, silence_seconds: 30, ca_file: None }
    }
}

impl Alerts {
    pub(super) fn read(section: &mut Section) -> Self {
        let mut alerts = Self::default();
        if let Some(url) = Secret::read(section, &URL) {
            let key = [URL.text, URL.env, URL.file].into_iter().find(|key| section.has(key));
            match Webhook::read(url.expose()) {
                Some(webhook) => alerts.webhook = Some(webhook),
                // Not quoted: it may hold a token.
                None => section.note(key.unwrap_or(URL.text), expected_url()),
            }
        }
        set(&mut alerts.silence_seconds, section.whole("silence_seconds", 0..=86_400));
        alerts.ca_file = read_ca_file(section);
        alerts
    }
}

fn expected_url() -> String {
    "expected a URL such as \"https://hooks.example.org/radio?token=...\", found something else"
        .to_owned()
}

impl Webhook {
    /// The webhook at `url`, which may have a query.
    fn read(url: &str) -> Option<Self> {
        let (address, query) = match url.split_once('?') {
            Some((address, query)) => (address, format!("?{query}")),
            None => (url, String::new()),
        };
        let server: Remote = address.parse().ok()?;
        let is_plain = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        let target = format!("{}{query}", server.path);
        is_plain.then_some(Self { server, target })
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.server.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}/...", self.server.authority())
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::{Alerts, parse};

    fn read(lines: &str) -> Result<Alerts, String> {
        let stations = "[themes.x]\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n";
        let config = parse(&format!("[alerts]\n{lines}{stations}"), "radio.toml", Path::new(""));
        config.map(|config| config.alerts).map_err(|problems| problems.to_string())
    }

    #[test]
    fn a_webhook_may_have_a_query_and_is_shown_without_it() {
        let alerts = read("url = \"https://hooks.example/a/b?token=hackme\"\n").unwrap();
        let webhook = alerts.webhook.unwrap();

        assert_eq!(webhook.target, "/a/b?token=hackme");
        assert_eq!(
            format!("{webhook} {webhook:?}"),
            "https://hooks.example/... https://hooks.example/..."
        );
        assert_eq!(read("").unwrap(), Alerts::default());
    }

    #[test]
    fn an_invalid_webhook_is_not_quoted() {
        for url in [
            "hackme",
            "ftp://a/hackme",
            "http://u:hackme@a/",
            "http://a/?hackme#x",
            "http://a/? hackme",
        ] {
            let problem = read(&format!("url = \"{url}\"\n")).unwrap_err();
            assert!(problem.starts_with("radio.toml:2: url: expected a URL"), "{problem}");
            assert!(!problem.contains("hackme"), "{problem}");
        }
    }
}
