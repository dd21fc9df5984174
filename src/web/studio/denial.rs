//! Why someone may not come into the studio.

/// Why someone may not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// There is no session, key or password, or the wrong one.
    #[error("expected a session of the studio, its key, or a name with a password")]
    Unknown,
    /// Too many failed logins.
    #[error("too many failed logins; try again in a minute")]
    MustWait,
}
