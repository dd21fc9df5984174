//! Why access to the studio is denied.

/// Why access is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The session, key or password is missing or wrong.
    #[error("expected a session of the studio, its key, or a name with a password")]
    Unknown,
    /// Too many failed logins.
    #[error("too many failed logins; try again in a minute")]
    MustWait,
}
