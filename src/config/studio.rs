//! `[studio]`: the control room.

use crate::config::{
    choice::Choice,
    secret::{Secret, SecretKeys},
    section::Section,
    value::set,
};

/// The keys of the viewer's password.
const VIEWER: SecretKeys = SecretKeys {
    text: "viewer_password",
    env: "viewer_password_env",
    file: "viewer_password_file",
};

/// Settings of the control room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Studio {
    /// Whether it is on. Default true: access requires the key of this run or a password.
    pub enabled: bool,
    /// Grants access to see everything and change nothing. Default none: there is no viewer.
    pub viewer_password: Option<Secret>,
    /// Who may save what was on air. Default the studio.
    pub takes: WhoTakes,
}

/// Who may save the last bars as files, and replay moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoTakes {
    /// Everybody.
    Listeners,
    /// Users of the studio.
    Studio,
}

impl Choice for WhoTakes {
    const WORDS: &'static [(&'static str, Self)] =
        &[("listeners", Self::Listeners), ("studio", Self::Studio)];
}

impl Default for Studio {
    fn default() -> Self {
        Self { enabled: true, viewer_password: None, takes: WhoTakes::Studio }
    }
}

impl Studio {
    pub(super) fn read(section: &mut Section) -> Self {
        let mut studio = Self::default();
        set(&mut studio.enabled, section.flag("enabled"));
        studio.viewer_password = Secret::read(section, &VIEWER);
        set(&mut studio.takes, section.choice("takes"));
        studio
    }
}
