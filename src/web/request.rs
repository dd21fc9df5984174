//! A request with what the server knows about its client.

use std::net::IpAddr;

use hyper::{HeaderMap, Method, Request};

use crate::web::query::Query;

/// A request with its client.
pub struct ClientRequest<'a, B> {
    /// The request.
    pub request: &'a Request<B>,
    /// The client's address.
    pub address: IpAddr,
    /// Base of the URLs in the response.
    pub base_url: String,
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

    /// The parameters of the query.
    pub fn query(&self) -> Query<'_> {
        Query::of(self.request)
    }
}
