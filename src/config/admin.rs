//! `[admin]`: the accounts of the admin interface.

use crate::config::{
    secret::{PASSWORD, Secret, SecretKeys},
    section::Section,
    text::quoted,
    value::set,
};

/// The keys of the relay account's password.
const RELAY: SecretKeys =
    SecretKeys { text: "relay_password", env: "relay_password_env", file: "relay_password_file" };

/// The operator's account and the account of relays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// The operator's name. Default `admin`.
    pub user: String,
    /// The operator's password.
    pub password: Secret,
    /// The name of the relay account. Default `relay`.
    pub relay_user: String,
    /// Lets Icecast relays fetch the list of streams. Default none: no relay account.
    pub relay_password: Option<Secret>,
}

impl Admin {
    /// `None` without an operator password: the admin interface is off.
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let (mut user, mut relay_user) = ("admin".to_owned(), "relay".to_owned());
        set(&mut user, section.text_as("user", name));
        set(&mut relay_user, section.text_as("relay_user", name));
        let password = Secret::read(section, &PASSWORD);
        let relay_password = Secret::read(section, &RELAY);
        if relay_password.is_some() && password.is_none() {
            section.note(RELAY.text, "expected a password in [admin] as well".to_owned());
        }
        Some(Self { user, password: password?, relay_user, relay_password })
    }
}

/// HTTP Basic authentication ends the user name at the first colon (RFC 7617, section 2).
fn name(text: &str) -> Result<String, String> {
    let is_name =
        (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    (is_name && !text.contains(':')).then(|| text.to_owned()).ok_or_else(|| {
        format!(
            "expected 1 to 64 printable ASCII characters without a colon, found {}",
            quoted(text)
        )
    })
}
