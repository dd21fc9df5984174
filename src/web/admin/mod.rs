//! `/admin/`: Icecast's commands, for panels and scripts written for Icecast.
//!
//! A command answers as XML or, with `.json` after its name, as JSON. Messages and names are spelled like
//! those of Icecast 2.4.4 (`admin.c`).

mod command;
pub(super) mod page;
mod report;

use hyper::{Method, StatusCode};

use crate::web::{
    auth::{Denial, Role, authorise},
    origin,
    request::ClientRequest,
    response::{CONTENT_POLICY, FullResponse, HTML, JSON, TEXT, private, with},
    site::Site,
    tree::Element,
};
use command::Command;

const XML: &str = "text/xml; charset=UTF-8";

/// The outcome of a command.
enum Outcome {
    Report(Element),
    /// A message, and whether the change was made.
    Done(String, bool),
    Text(String),
    Page(String),
}

/// Answers `command`, the path after `/admin/`.
pub fn answer<B>(site: &Site, command: &str, request: &ClientRequest<B>) -> FullResponse {
    let (name, is_json) = match command.strip_suffix(".json") {
        Some(name) => (name, true),
        None => (command, false),
    };
    let Some(command) = Command::of(name) else {
        return private(StatusCode::NOT_FOUND, TEXT, "no such command\n");
    };
    let method = request.method();
    let is_read = *method == Method::HEAD && !command.is_change();
    if ![Method::GET, Method::POST].contains(method) && !is_read {
        let response = private(StatusCode::METHOD_NOT_ALLOWED, TEXT, "expected GET or POST\n");
        return with(response, "allow", "GET, HEAD, POST");
    }
    let headers = request.headers();
    if let Err(denial) = authorise(site, headers, request.address, command.needs()) {
        return deny(denial);
    }
    if command.needs() == Role::Admin
        && command.is_change()
        && !origin::is_own(method, headers, site.server.public_url.as_deref())
    {
        let text = "refused: a browser may change something only from a page of this server\n";
        return private(StatusCode::FORBIDDEN, TEXT, text);
    }
    match command.run(site, request) {
        // A button on the admin page: redirect to it.
        Ok(Outcome::Done(..)) if origin::wants_page(headers) => {
            with(private(StatusCode::SEE_OTHER, TEXT, ""), "location", "./")
        }
        Ok(outcome) => show(outcome, is_json),
        Err(failure) => private(StatusCode::BAD_REQUEST, TEXT, format!("{failure}\n")),
    }
}

fn show(outcome: Outcome, is_json: bool) -> FullResponse {
    let tree = match outcome {
        Outcome::Text(text) => return private(StatusCode::OK, TEXT, text),
        // The policy also prevents clickjacking: other sites can't frame the page.
        Outcome::Page(page) => {
            let response = private(StatusCode::OK, HTML, page);
            return with(response, "content-security-policy", CONTENT_POLICY);
        }
        Outcome::Report(tree) => tree,
        Outcome::Done(message, is_done) => Element::of(
            "iceresponse",
            vec![Element::text("message", message), Element::text("return", u8::from(is_done))],
        ),
    };
    if is_json {
        return private(StatusCode::OK, JSON, tree.to_json().to_string());
    }
    private(StatusCode::OK, XML, tree.to_xml())
}

fn deny(denial: Denial) -> FullResponse {
    match denial {
        Denial::Disabled => {
            let text = "admin access is off: radio.toml sets no [admin] password\n";
            private(StatusCode::FORBIDDEN, TEXT, text)
        }
        Denial::Unauthenticated => {
            let response = private(StatusCode::UNAUTHORIZED, TEXT, "name and password required\n");
            with(response, "www-authenticate", "Basic realm=\"electropunk\", charset=\"UTF-8\"")
        }
        // 401 rather than 403, as in Icecast: the client may try another login.
        Denial::Forbidden => {
            let response =
                private(StatusCode::UNAUTHORIZED, TEXT, "the admin's login is required\n");
            with(response, "www-authenticate", "Basic realm=\"electropunk\", charset=\"UTF-8\"")
        }
        Denial::MustWait => {
            let text = "too many failed logins from this address; try again in a minute\n";
            with(private(StatusCode::TOO_MANY_REQUESTS, TEXT, text), "retry-after", "60")
        }
    }
}
