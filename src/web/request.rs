//! A request with details of its client.

use std::net::IpAddr;

use hyper::{HeaderMap, Method, Request, header::COOKIE};

use crate::web::query::Query;

/// A request with its client.
pub struct ClientRequest<'a, B> {
    /// The request.
    pub request: &'a Request<B>,
    /// The client's address.
    pub address: IpAddr,
    /// Base of the URLs in the response.
    pub base_url: String,
    /// Whether `base_url` is a known URL of the radio: from radio.toml or the request.
    pub is_url_known: bool,
    /// Whether the client uses HTTPS.
    pub is_secure: bool,
}

impl<B> ClientRequest<'_, B> {
    /// The method.
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The value of the cookie `name`; the first one counts.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers().get_all(COOKIE).into_iter();
        let pairs = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
        let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
        named.find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The parameters of the query.
    pub fn query(&self) -> Query<'_> {
        Query::of(self.request)
    }
}
