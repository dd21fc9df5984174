//! Alerts: a webhook is called when a trouble begins and when it ends.
//!
//! A [`Trouble`] is a current problem. Each second the [`ledger`] compares the troubles with earlier ones
//! and makes a [`Notice`] of each that has begun or ended; [`webhook`] sends the notices.

pub mod ledger;
pub mod webhook;

use serde::Serialize;

/// A kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A station sends nothing, silence, or a stuck sound.
    Silence,
    /// Fallback bars play since the composer is late.
    LateComposer,
    /// A push is not connected.
    Push,
    /// Files can't be uploaded.
    Upload,
    /// A disk that the radio writes to is full.
    DiskFull,
    /// A change of radio.toml was refused.
    Config,
    /// A certificate expires soon.
    Certificate,
}

impl Kind {
    /// Seconds that a trouble must last before it is sent; shorter ones are ignored.
    fn patience(self) -> u64 {
        match self {
            // Already lasting when reported.
            Self::Silence | Self::Certificate | Self::Config => 0,
            Self::LateComposer => 10,
            Self::Push | Self::Upload => 30,
            Self::DiskFull => 5,
        }
    }
}

/// A current problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its kind.
    pub kind: Kind,
    /// The station, server or file concerned; unique within the kind.
    pub subject: String,
    /// A sentence, without any secret.
    pub text: String,
}

/// A message to the webhook.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notice {
    /// Whether the trouble has begun or ended.
    pub state: NoticeState,
    /// Its kind.
    pub kind: Kind,
    /// As in [`Trouble`].
    pub subject: String,
    /// A sentence for people; chat services may show only this field.
    pub text: String,
    /// Its start, as RFC 3339 in UTC.
    pub since: String,
    /// The radio: its `public_url`, or its version.
    pub radio: String,
}

/// Whether a trouble has begun or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeState {
    /// It has begun.
    Raised,
    /// It is over.
    Cleared,
}
