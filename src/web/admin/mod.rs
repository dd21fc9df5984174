//! `/admin/`: Icecast's commands, for the panels and scripts that know them.
//!
//! Every command is there as XML and, with `.json` after its name, as JSON. Answers and their spelling
//! are those of Icecast 2.4.4 where it has them (`admin.c`), capital letters and all.

mod command;
mod origin;
mod page;
mod report;

use hyper::{Method, StatusCode};

use crate::web::{
    answer::{Asked, CONTENT_POLICY, HTML, JSON, TEXT, Whole, private, with},
    auth::{Denial, Role, authorise},
    site::Site,
    tree::Element,
};
use command::Command;

const XML: &str = "text/xml; charset=UTF-8";

/// What a command comes to.
enum Outcome {
    Report(Element),
    /// A change was made, or could not be: the sentence and whether.
    Done(String, bool),
    Text(String),
    Page(String),
}

/// Answers `command`, which is what follows `/admin/`.
pub fn answer<B>(site: &Site, command: &str, asked: &Asked<B>) -> Whole {
    let (name, is_json) = match command.strip_suffix(".json") {
        Some(name) => (name, true),
        None => (command, false),
    };
    let Some(command) = Command::of(name) else {
        return private(StatusCode::NOT_FOUND, TEXT, "there is no such command\n");
    };
    let method = asked.request.method();
    let is_look = *method == Method::HEAD && !command.is_change();
    if ![Method::GET, Method::POST].contains(method) && !is_look {
        let response = private(StatusCode::METHOD_NOT_ALLOWED, TEXT, "expected GET or POST\n");
        return with(response, "allow", "GET, HEAD, POST");
    }
    let headers = asked.request.headers();
    if let Err(denial) = authorise(site, headers, asked.address, command.needs()) {
        return deny(denial);
    }
    if command.needs() == Role::Admin && command.is_change() && !origin::is_own(method, headers) {
        let text = "a page of another origin asked for this: nothing was changed\n";
        return private(StatusCode::FORBIDDEN, TEXT, text);
    }
    match command.run(site, asked) {
        // A person pressed a button: back to the page that it was on.
        Ok(Outcome::Done(..)) if origin::wants_page(headers) => {
            with(private(StatusCode::SEE_OTHER, TEXT, ""), "location", "/admin/")
        }
        Ok(outcome) => show(outcome, is_json),
        Err(failure) => private(StatusCode::BAD_REQUEST, TEXT, format!("{failure}\n")),
    }
}

fn show(outcome: Outcome, is_json: bool) -> Whole {
    let tree = match outcome {
        Outcome::Text(text) => return private(StatusCode::OK, TEXT, text),
        // Nor may a page elsewhere show it and have its buttons pressed.
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

fn deny(denial: Denial) -> Whole {
    match denial {
        Denial::Closed => {
            let text = "radio.toml sets no [admin] password, so nobody is let in\n";
            private(StatusCode::FORBIDDEN, TEXT, text)
        }
        Denial::Unknown => {
            let response = private(StatusCode::UNAUTHORIZED, TEXT, "name and password, please\n");
            with(response, "www-authenticate", "Basic realm=\"electropunk\", charset=\"UTF-8\"")
        }
        // As Icecast does: another name might be let in.
        Denial::Forbidden => {
            let response = private(StatusCode::UNAUTHORIZED, TEXT, "this needs the admin's name\n");
            with(response, "www-authenticate", "Basic realm=\"electropunk\", charset=\"UTF-8\"")
        }
        Denial::MustWait => {
            let text = "too many wrong passwords from this address, please wait a minute\n";
            with(private(StatusCode::TOO_MANY_REQUESTS, TEXT, text), "retry-after", "60")
        }
    }
}
