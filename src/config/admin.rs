//! `[admin]`: who may look behind the curtain.

use crate::config::{
    secret::{PASSWORD, Secret, SecretKeys},
    section::Section,
    value::{quoted, set},
};

/// The key of the other password.
const RELAY: SecretKeys =
    SecretKeys { text: "relay_password", env: "relay_password_env", file: "relay_password_file" };

/// The operator's account, and the one that relays have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Default admin.
    pub user: String,
    /// Without one nobody is let in.
    pub password: Secret,
    /// Default relay.
    pub relay_user: String,
    /// Lets relays ask for the list of streams. Default none.
    pub relay_password: Option<Secret>,
}

impl Admin {
    /// None without a password.
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let (mut user, mut relay_user) = ("admin".to_owned(), "relay".to_owned());
        set(&mut user, section.text_as("user", name));
        set(&mut relay_user, section.text_as("relay_user", name));
        let password = Secret::read(section, &PASSWORD);
        let relay_password = Secret::read(section, &RELAY);
        if relay_password.is_some() && password.is_none() {
            section.note(RELAY.text, "expected the admin's password, too".to_owned());
        }
        Some(Self { user, password: password?, relay_user, relay_password })
    }
}

/// HTTP's Basic scheme ends a name at the first colon.
fn name(text: &str) -> Result<String, String> {
    let is_name =
        (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    (is_name && !text.contains(':')).then(|| text.to_owned()).ok_or_else(|| {
        format!("expected 1 to 64 letters and digits without a colon, found {}", quoted(text))
    })
}
