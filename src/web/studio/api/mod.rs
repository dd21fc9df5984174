//! The API of the studio: its paths, and the handler of each.

mod cue;
mod hand;
mod map;
mod moves;
mod pad;
mod phrase;
mod state;
mod tools;

use hyper::Method;

use crate::web::studio::{
    call::Call,
    reply::{Failure, Reply},
};

/// The longest body in bytes: JSON, MIDI files, and two MIDI files in base 64.
const MAX_JSON: usize = 64 << 10;
const MAX_MIDI: usize = 1 << 20;
const MAX_CLIPS: usize = 2 * MAX_MIDI * 4 / 3 + MAX_JSON;

/// The format of an operation's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// JSON.
    Json,
    /// JSON or a MIDI file.
    JsonOrMidi,
    /// JSON that holds MIDI files.
    Clips,
}

/// An operation on a path.
pub struct Operation {
    /// GET or POST.
    pub method: Method,
    /// After `/studio`, with parameters in braces: `{station}`, and at most one other.
    pub path: &'static str,
    /// Its body's format.
    pub body: BodyKind,
    run: fn(&Call) -> Result<Reply, Failure>,
}

/// All operations.
pub static OPERATIONS: [Operation; 21] = [
    get("/api/state", state::state),
    get("/api/{station}/bars", state::bars),
    get("/api/{station}/likes", state::likes),
    get("/api/{station}/pad", pad::pad),
    get("/api/{station}/pad.mid", pad::pad_midi),
    get("/api/{station}/beat", pad::beat),
    get("/api/{station}/beat.mid", pad::beat_midi),
    get("/api/{station}/map", map::map),
    get("/api/{station}/tune", map::tune),
    get("/api/{station}/difference", hand::difference),
    post("/api/{station}/moves", moves::make),
    post("/api/{station}/line", map::line),
    post("/api/{station}/keep", hand::keep),
    post("/api/{station}/drop", hand::drop),
    post("/api/{station}/cue", cue::start),
    post("/api/{station}/cue/take", cue::take),
    post("/api/{station}/cue/stop", cue::stop),
    midi("/api/{station}/corner/{corner}", pad::corner),
    midi("/api/{station}/anchors", map::anchors),
    clips("/api/tools/{tool}", tools::answer),
    get("/api/answers/{answer}", tools::file_of_answer),
];

const fn get(path: &'static str, run: fn(&Call) -> Result<Reply, Failure>) -> Operation {
    Operation { method: Method::GET, path, body: BodyKind::Json, run }
}

const fn post(path: &'static str, run: fn(&Call) -> Result<Reply, Failure>) -> Operation {
    Operation { method: Method::POST, path, body: BodyKind::Json, run }
}

/// A POST of JSON or of a MIDI file.
const fn midi(path: &'static str, run: fn(&Call) -> Result<Reply, Failure>) -> Operation {
    Operation { method: Method::POST, path, body: BodyKind::JsonOrMidi, run }
}

/// A POST of JSON with MIDI files in it.
const fn clips(path: &'static str, run: fn(&Call) -> Result<Reply, Failure>) -> Operation {
    Operation { method: Method::POST, path, body: BodyKind::Clips, run }
}

/// The parameters in a path.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// A station's name, or empty.
    pub station: &'a str,
    /// The other parameter, or empty.
    pub argument: &'a str,
}

impl Operation {
    /// The longest body in bytes.
    pub fn max_body(&self, is_midi: bool) -> usize {
        match self.body {
            BodyKind::JsonOrMidi if is_midi => MAX_MIDI,
            BodyKind::Json | BodyKind::JsonOrMidi => MAX_JSON,
            BodyKind::Clips => MAX_CLIPS,
        }
    }

    /// Answers `call`; may take seconds.
    ///
    /// # Errors
    /// The call fails and changes nothing.
    pub fn answer(&self, call: &Call) -> Result<Reply, Failure> {
        if call.is_midi && self.body != BodyKind::JsonOrMidi {
            return Err(Failure::bad("the request's body: expected JSON, found a MIDI file"));
        }
        (self.run)(call)
    }

    /// The parameters in `path`, if it is one of this operation's.
    pub fn parts<'a>(&self, path: &'a str) -> Option<Parts<'a>> {
        if path.split('/').count() != self.path.split('/').count() {
            return None;
        }
        let mut parts = Parts::default();
        for (known, found) in self.path.split('/').zip(path.split('/')) {
            match known {
                "{station}" => parts.station = found,
                _ if known.contains('{') => {
                    let (before, named) = known.split_once('{')?;
                    let (_, after) = named.split_once('}')?;
                    let inner = found.strip_prefix(before)?.strip_suffix(after)?;
                    parts.argument = Some(inner).filter(|inner| !inner.is_empty())?;
                }
                _ if known == found => {}
                _ => return None,
            }
        }
        Some(parts)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_path_belongs_to_one_operation_of_a_method() {
        for operation in &OPERATIONS {
            let path = operation.path.replace(['{', '}'], "");
            let found = OPERATIONS
                .iter()
                .filter(|other| other.method == operation.method && other.parts(&path).is_some());
            assert_eq!(found.count(), 1, "{path}");
        }
    }

    #[test]
    fn the_description_has_each_operation_and_no_other() {
        let description: Value = serde_json::from_str(crate::web::studio::OPENAPI).unwrap();
        let mut described: Vec<String> = Vec::new();
        for (path, of_path) in description["paths"].as_object().unwrap() {
            let methods = of_path.as_object().unwrap().keys();
            described.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        let operations = OPERATIONS.iter();
        let mut known: Vec<String> =
            operations.map(|known| format!("{} /studio{}", known.method, known.path)).collect();
        // Answered without a call.
        for other in ["GET {}/events", "GET {}/cue/{id}.mp3", "GET {}/api/openapi.json"] {
            known.push(other.replacen("{}", "/studio", 1));
        }
        known.extend(["POST /studio/login", "POST /studio/logout"].map(str::to_owned));
        known.sort_unstable();
        described.sort_unstable();

        assert_eq!(described, known);
    }

    #[test]
    fn parts_are_found_where_the_path_has_them() {
        let corner = post("/api/{station}/corner/{corner}", moves::make);
        let file = get("/cue/{id}.mp3", state::state);
        let argument =
            |operation: &Operation, path| operation.parts(path).map(|parts| parts.argument);

        let parts = corner.parts("/api/dub/corner/2").unwrap();
        assert_eq!(parts, Parts { station: "dub", argument: "2" });
        assert_eq!(argument(&file, "/cue/7.mp3"), Some("7"));
        for path in ["/cue/.mp3", "/cue/7", "/cue/7/8.mp3", "/cue", "/x/7.mp3"] {
            assert_eq!(argument(&file, path), None, "{path}");
        }
    }
}
