//! Alerts: a webhook is called when trouble begins and when it is over.
//!
//! A [`Trouble`] is what is wrong now. The [`ledger`] compares the troubles of a second with those before
//! and makes [`Notice`]s of what has begun or ended; [`webhook`] sends them.

pub mod ledger;
pub mod webhook;

use serde::Serialize;

/// A kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A station sends nothing, silence, or a stuck sound.
    Silence,
    /// The fallback plays since no bar is composed in time.
    LateComposer,
    /// A push is not connected.
    Push,
    /// Files can't be uploaded.
    Upload,
    /// A disk that the radio writes to has no room.
    DiskFull,
    /// A change of radio.toml was refused.
    Config,
    /// A certificate ends soon.
    Certificate,
}

impl Kind {
    /// Seconds that a trouble must last before it is sent; shorter ones mend themselves.
    fn patience(self) -> u64 {
        match self {
            // Both are measured as lasting already.
            Self::Silence | Self::Certificate | Self::Config => 0,
            Self::LateComposer => 10,
            Self::Push | Self::Upload => 30,
            Self::DiskFull => 5,
        }
    }
}

/// Something that is wrong now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its kind.
    pub kind: Kind,
    /// What it is about, unique within its kind: a station, a server, a file.
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
    /// What it is about.
    pub subject: String,
    /// A sentence for people, also for chats that show only this field.
    pub text: String,
    /// Since when, as RFC 3339 in UTC.
    pub since: String,
    /// The radio: its `public_url`, or its version.
    pub radio: String,
}

/// Whether a trouble has begun or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeState {
    /// It lasts.
    Raised,
    /// It is over.
    Cleared,
}
