//! Login and logout: the key of this run, the login form, and the end of a session.

use std::{sync::Arc, time::Instant};

use hyper::{StatusCode, body::Incoming};

use crate::web::{
    body,
    query::Query,
    request::ClientRequest,
    response::FullResponse,
    site::Site,
    studio::{
        denial::Denial,
        identity::{self, COOKIE, KEY_OWNER},
        page,
        reply::{html, redirect, refuse},
        session::Role,
    },
};

/// The longest login form in bytes: a password of 256 bytes, each percent-encoded, and a name.
const MAX_FORM: usize = 4096;

/// Exchanges the key of this run for a session; without a key, redirects to the studio.
pub fn enter<B>(site: &Site, request: &ClientRequest<B>) -> FullResponse {
    let Some(key) = request.query().get("key") else { return redirect("studio/", None) };
    match identity::enter(site, request.address, &key) {
        Ok(role) => open(site, role, KEY_OWNER, request.is_secure, "studio/"),
        Err(denial) => login_page(site, "studio/", Some(denial)),
    }
}

/// Ends the session of `token`, if any, and redirects to the login page.
pub fn leave(site: &Site, token: Option<&str>, is_secure: bool) -> FullResponse {
    if let Some(token) = token {
        site.studio_access.sessions.end(token);
    }
    redirect("./", Some(&format!("{}; Max-Age=0", cookie("", is_secure))))
}

/// What a login needs besides its form.
pub struct Login {
    site: Arc<Site>,
    address: std::net::IpAddr,
    is_secure: bool,
}

impl Login {
    /// A login by `request`.
    pub fn by<B>(site: &Arc<Site>, request: &ClientRequest<B>) -> Self {
        Self { site: site.clone(), address: request.address, is_secure: request.is_secure }
    }

    /// Reads the form, and opens a session if its name and password are right.
    pub async fn answer(self, form: Incoming) -> FullResponse {
        let form = match body::read(form, MAX_FORM, body::PATIENCE).await {
            Ok(form) => String::from_utf8_lossy(&form).into_owned(),
            Err(error) => return refuse(&error.into()),
        };
        let field = |name| Query::new(&form).get(name).unwrap_or_default();
        let (user, password) = (field("user"), field("password"));
        match identity::log_in(&self.site, self.address, &user, &password) {
            Ok(role) => open(&self.site, role, &user, self.is_secure, "./"),
            Err(denial) => login_page(&self.site, "./", Some(denial)),
        }
    }
}

fn open(site: &Site, role: Role, user: &str, is_secure: bool, to: &'static str) -> FullResponse {
    let token = site.studio_access.sessions.open(role, user, Instant::now());
    redirect(to, Some(&cookie(&token, is_secure)))
}

fn cookie(token: &str, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    // For all paths: takes of a station are under /api.
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// The login page; `base` is the studio relative to the request's path.
pub fn login_page(site: &Site, base: &str, denial: Option<Denial>) -> FullResponse {
    let status = match denial {
        Some(Denial::MustWait) => StatusCode::TOO_MANY_REQUESTS,
        Some(Denial::Unknown) => StatusCode::UNAUTHORIZED,
        None => StatusCode::OK,
    };
    let has_password = site.admin.is_some() || site.studio_settings.viewer_password.is_some();
    html(status, page::login(base, has_password, denial))
}
