//! Sessions of the studio: their users, and when each was last active.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use subtle::ConstantTimeEq as _;

use crate::web::studio::rate::Rate;

/// The most sessions at a time; a new one replaces the one that was idle longest.
pub const MAX_SESSIONS: usize = 64;

/// A session that is idle for this long has ended.
pub const MAX_IDLE: Duration = Duration::from_hours(1);

/// The role of a user; each includes the rights of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May see everything.
    Viewer,
    /// May change everything.
    Operator,
}

impl Role {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
        }
    }
}

/// All sessions.
#[derive(Default)]
pub struct Sessions(Mutex<Open>);

#[derive(Default)]
struct Open {
    sessions: Vec<Session>,
    n_ever: u64,
}

struct Session {
    token: String,
    role: Role,
    name: String,
    seen: Instant,
    changes: Rate,
}

/// 128 random bits as 32 hexadecimal digits.
pub fn token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

impl Sessions {
    /// Opens a session of `user`; returns its token.
    pub fn open(&self, role: Role, user: &str, now: Instant) -> String {
        let mut open = self.0.lock();
        open.end_idle(now);
        if open.sessions.len() == MAX_SESSIONS {
            let oldest = (0..MAX_SESSIONS).min_by_key(|&index| open.sessions[index].seen);
            oldest.map(|index| open.sessions.swap_remove(index));
        }
        open.n_ever += 1;
        let name = format!("{user}-{}", open.n_ever);
        let token = token();
        let session =
            Session { token: token.clone(), role, name, seen: now, changes: Rate::default() };
        open.sessions.push(session);
        token
    }

    /// Role and name of the session of `token`. Resets its idle time.
    pub fn find(&self, token: &str, now: Instant) -> Option<(Role, String)> {
        let mut open = self.0.lock();
        open.end_idle(now);
        let session = open.of(token)?;
        session.seen = now;
        Some((session.role, session.name.clone()))
    }

    /// Counts a change by the session of `token`; false if there are too many.
    pub fn may_change(&self, token: &str, now: Instant) -> bool {
        self.0.lock().of(token).is_some_and(|session| session.changes.allows(now))
    }

    /// Ends the session of `token`.
    pub fn end(&self, token: &str) {
        self.0.lock().sessions.retain(|session| !is_equal(&session.token, token));
    }

    /// Ends all sessions: the passwords have changed.
    pub fn end_all(&self) {
        self.0.lock().sessions.clear();
    }
}

impl Open {
    fn end_idle(&mut self, now: Instant) {
        self.sessions.retain(|session| now.saturating_duration_since(session.seen) < MAX_IDLE);
    }

    fn of(&mut self, token: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| is_equal(&session.token, token))
    }
}

/// Whether two tokens are the same; timing reveals only whether the lengths are.
pub fn is_equal(token: &str, given: &str) -> bool {
    token.as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second less than the limit.
    const LESS: Duration = Duration::from_secs(3599);

    #[test]
    fn a_session_ends_after_an_idle_hour() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let token = sessions.open(Role::Operator, "admin", start);
        let later = start + LESS;

        let found = sessions.find(&token, later);
        assert_eq!(found, Some((Role::Operator, "admin-1".to_owned())));
        assert!(sessions.find(&token, later + LESS).is_some());
        assert_eq!(sessions.find(&token, later + 2 * MAX_IDLE), None);
        assert_eq!(sessions.find(&token, later), None, "an ended session came back");
    }

    #[test]
    fn the_session_that_is_idle_longest_makes_room() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let at = |second: usize| start + Duration::from_secs(second as u64);
        let tokens: Vec<String> =
            (0..MAX_SESSIONS).map(|n| sessions.open(Role::Viewer, "viewer", at(n))).collect();
        sessions.find(&tokens[0], at(100));

        let new = sessions.open(Role::Viewer, "viewer", at(101));

        assert_eq!(sessions.find(&tokens[1], at(102)), None);
        for token in [&tokens[0], &tokens[2], &new] {
            assert!(sessions.find(token, at(102)).is_some());
        }
        assert_eq!(sessions.0.lock().sessions.len(), MAX_SESSIONS);
    }

    #[test]
    fn only_a_whole_token_finds_its_session() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let token = sessions.open(Role::Viewer, "viewer", now);

        for wrong in ["", &token[1..], &format!("{token}0"), &token.to_uppercase(), &self::token()]
        {
            let is_same = *wrong == token;
            assert_eq!(sessions.find(wrong, now).is_some(), is_same, "{wrong}");
        }
        sessions.end(&token);
        assert_eq!(sessions.find(&token, now), None);
    }
}
