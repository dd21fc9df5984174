//! Identifies users: by a session's cookie, by the key of this run, or by name and password.

use std::{net::IpAddr, time::Instant};

use hyper::{HeaderMap, header::AUTHORIZATION};

use crate::{
    stream::client::address_block,
    web::{
        auth,
        request::ClientRequest,
        site::Site,
        studio::{
            denial::Denial,
            session::{Role, is_equal},
        },
    },
};

/// Name of the cookie.
pub const COOKIE: &str = "studio";

/// The name of the key's user.
pub const KEY_OWNER: &str = "console";

/// The user name for `viewer_password`.
const VIEWER: &str = "viewer";

/// A user of the studio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// The user's role.
    pub role: Role,
    /// The name in the log of moves.
    pub name: String,
    /// The token of the session; none for a program that sends a key or a password.
    pub token: Option<String>,
}

/// The user who sends `request`. A wrong key or password in `Authorization` counts as a failed login; the
/// cookie of an ended session does not.
///
/// # Errors
/// Access is denied.
pub fn identify<B>(site: &Site, request: &ClientRequest<B>) -> Result<Visitor, Denial> {
    let now = Instant::now();
    if let Some(token) = request.cookie(COOKIE)
        && let Some((role, name)) = site.studio_access.sessions.find(token, now)
    {
        return Ok(Visitor { role, name, token: Some(token.to_owned()) });
    }
    let (role, name) = if let Some(key) = bearer(request.headers()) {
        (enter(site, request.address, key)?, KEY_OWNER.to_owned())
    } else {
        let (user, password) = auth::credentials(request.headers()).ok_or(Denial::Unknown)?;
        (log_in(site, request.address, &user, &password)?, user)
    };
    Ok(Visitor { role, name, token: None })
}

/// The token of the Bearer scheme (RFC 6750).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The role that `key` grants.
///
/// # Errors
/// It is not the key of this run, or `address` must wait.
pub fn enter(site: &Site, address: IpAddr, key: &str) -> Result<Role, Denial> {
    let is_key = is_equal(&site.studio_access.key, key);
    judge(site, address, is_key.then_some(Role::Operator))
}

/// The role of `user` with `password`.
///
/// # Errors
/// There is no such user with that password, or `address` must wait.
pub fn log_in(site: &Site, address: IpAddr, user: &str, password: &str) -> Result<Role, Denial> {
    let is = |name: &str, expected: &str| {
        bool::from(auth::is_equal(user, name) & auth::is_equal(password, expected))
    };
    let admin = site.admin.as_ref();
    let is_admin = admin.is_some_and(|admin| is(&admin.user, admin.password.expose()));
    let viewer = site.studio_settings.viewer_password.as_ref();
    let is_viewer = viewer.is_some_and(|password| is(VIEWER, password.expose()));
    let role = if is_admin { Some(Role::Operator) } else { is_viewer.then_some(Role::Viewer) };
    judge(site, address, role)
}

/// Counts a login from `address`. An address that must wait fails even with the right password.
fn judge(site: &Site, address: IpAddr, role: Option<Role>) -> Result<Role, Denial> {
    let (address, now) = (address_block(address), Instant::now());
    if site.logins.must_wait(address, now) {
        return Err(Denial::MustWait);
    }
    match role {
        // A viewer's login doesn't clear failures: it would help to guess the admin's password.
        Some(Role::Operator) => site.logins.succeeded(address, now),
        Some(Role::Viewer) => {}
        None => site.logins.failed(address, now),
    }
    role.ok_or(Denial::Unknown)
}
