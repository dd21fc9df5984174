//! Authorises requests under `/admin`; reads and compares names and passwords.

use std::{net::IpAddr, time::Instant};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::{HeaderMap, header::AUTHORIZATION};
use subtle::{Choice, ConstantTimeEq as _};

use crate::{config::Secret, stream::client::address_block, web::site::Site};

/// The longest name or password in bytes. All are padded to this length, so that the time of a comparison
/// reveals nothing.
const LENGTH: usize = 256;

/// A role of a login; each includes the rights of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May see the list of streams.
    Relay,
    /// May do everything.
    Admin,
}

/// Why a request is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// No password is set in radio.toml.
    Disabled,
    /// Name or password is missing or wrong.
    Unauthenticated,
    /// The login's role may not do this.
    Forbidden,
    /// Too many failed logins from this address.
    MustWait,
}

/// Checks that the request with `headers` from `address` has the role `needed`.
///
/// # Errors
/// The request is denied.
pub fn authorise(
    site: &Site,
    headers: &HeaderMap,
    address: IpAddr,
    needed: Role,
) -> Result<(), Denial> {
    let admin = site.admin.as_ref().ok_or(Denial::Disabled)?;
    let (address, now) = (address_block(address), Instant::now());
    if site.logins.must_wait(address, now) {
        return Err(Denial::MustWait);
    }
    // A request without credentials is not a failed login: browsers and curl send one first.
    let (user, password) = credentials(headers).ok_or(Denial::Unauthenticated)?;
    let is = |name: &str, secret: &Secret| {
        bool::from(is_equal(&user, name) & is_equal(&password, secret.expose()))
    };
    let is_admin = is(&admin.user, &admin.password);
    let is_relay =
        admin.relay_password.as_ref().is_some_and(|secret| is(&admin.relay_user, secret));
    let role = if is_admin { Some(Role::Admin) } else { is_relay.then_some(Role::Relay) };
    let Some(role) = role else {
        site.logins.failed(address, now);
        return Err(Denial::Unauthenticated);
    };
    // A relay's login doesn't clear failures: it would help to guess the admin's password.
    if role == Role::Admin {
        site.logins.succeeded(address, now);
    }
    if role < needed { Err(Denial::Forbidden) } else { Ok(()) }
}

/// Name and password of the Basic scheme (RFC 7617).
pub(in crate::web) fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, coded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(coded.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// Whether `given` is `expected`, compared in constant time.
pub(in crate::web) fn is_equal(given: &str, expected: &str) -> Choice {
    let padded = |text: &str| {
        let mut bytes = [0; LENGTH];
        let n = text.len().min(LENGTH);
        bytes[..n].copy_from_slice(&text.as_bytes()[..n]);
        bytes
    };
    padded(given).ct_eq(&padded(expected)) & (given.len() as u64).ct_eq(&(expected.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Admin, web::site::tests::site};

    fn guarded() -> Site {
        let admin = Admin {
            user: "admin".into(),
            password: Secret::new("hackme").unwrap(),
            relay_user: "relay".into(),
            relay_password: Some(Secret::new("relayme").unwrap()),
        };
        Site { admin: Some(admin), ..site(Vec::new()) }
    }

    fn ask(site: &Site, authorization: &str, needed: Role) -> Result<(), Denial> {
        let mut headers = HeaderMap::new();
        if !authorization.is_empty() {
            headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        }
        authorise(site, &headers, "10.0.0.1".parse().unwrap(), needed)
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(text))
    }

    #[test]
    fn roles_limit_what_a_login_may_do() {
        let site = guarded();
        let unknown = Err(Denial::Unauthenticated);

        assert_eq!(ask(&site, &basic("admin:hackme"), Role::Admin), Ok(()));
        assert_eq!(ask(&site, &basic("admin:hackme"), Role::Relay), Ok(()));
        assert_eq!(ask(&site, &basic("relay:relayme"), Role::Relay), Ok(()));
        assert_eq!(ask(&site, &basic("relay:relayme"), Role::Admin), Err(Denial::Forbidden));
        let four = ["admin:1", "admin:2", "admin:3", "admin:4"];
        assert!(four.iter().all(|guess| ask(&site, &basic(guess), Role::Relay) == unknown));
        assert_eq!(ask(&site, &basic("relay:relayme"), Role::Relay), Ok(()));
        assert_eq!(ask(&site, &basic("admin:5"), Role::Relay), unknown);
        assert_eq!(ask(&site, &basic("relay:relayme"), Role::Relay), Err(Denial::MustWait));
        let site = guarded();
        for wrong in ["admin:hackme2", "admin:", "admin", "Admin:hackme", "admin:relayme"] {
            assert_eq!(ask(&site, &basic(wrong), Role::Relay), unknown, "{wrong}");
            // A success in between clears the failures.
            assert_eq!(ask(&site, &basic("admin:hackme"), Role::Admin), Ok(()));
        }
        for nonsense in ["", "Basic", "Basic !!!", "Bearer YWRtaW46aGFja21l"] {
            assert_eq!(ask(&site, nonsense, Role::Relay), unknown, "{nonsense}");
        }
    }

    #[test]
    fn guessers_must_wait_and_a_site_without_a_password_is_closed() {
        let site = guarded();
        for _ in 0..5 {
            assert!(ask(&site, &basic("admin:guess"), Role::Admin).is_err());
        }

        assert_eq!(ask(&site, &basic("admin:hackme"), Role::Admin), Err(Denial::MustWait));
        let closed = Site { admin: None, ..site };
        assert_eq!(ask(&closed, &basic("admin:hackme"), Role::Relay), Err(Denial::Disabled));
    }
}
