//! Takes and moments: what was on air lately, as files.

pub mod permit;

use hyper::{Method, StatusCode};

use crate::{
    config::{Studio, WhoTakes},
    station::takes::{
        file::{self, SoundFile, TakeError},
        moment::{MomentError, moment},
        take::Take,
    },
    web::{
        admission::Answer,
        download::{Content, Download, Failure},
        request::ClientRequest,
        response::{TEXT, private, with},
        site::{ServedStation, Site},
        studio::identity::identify,
        takes::permit::NoTake,
    },
};

/// Numbers of bars that can be requested, and the default.
const N_BARS: [usize; 4] = [8, 16, 32, 64];
const DEFAULT_N_BARS: usize = 16;

/// The requested file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// `take.mid`: the notes of the last bars.
    Notes,
    /// `take.wav`, `take.flac` and `take.zip`: their sound.
    Sound(SoundFile),
    /// `moment.mp3`: a minute that starts at a bar.
    Moment,
}

impl Kept {
    /// The kind of the file `name`.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "take.mid" => Self::Notes,
            "take.wav" => Self::Sound(SoundFile::Wav),
            "take.flac" => Self::Sound(SoundFile::Flac),
            "take.zip" => Self::Sound(SoundFile::Zip),
            "moment.mp3" => Self::Moment,
            _ => return None,
        })
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Notes => "audio/midi",
            Self::Sound(SoundFile::Wav) => "audio/wav",
            Self::Sound(SoundFile::Flac) => "audio/flac",
            Self::Sound(SoundFile::Zip) => "application/zip",
            Self::Moment => "audio/mpeg",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Notes => "mid",
            Self::Sound(SoundFile::Wav) => "wav",
            Self::Sound(SoundFile::Flac) => "flac",
            Self::Sound(SoundFile::Zip) => "zip",
            Self::Moment => "mp3",
        }
    }
}

/// Answers a request for `kept` of `station`.
pub fn answer<B>(
    site: &Site,
    station: &ServedStation,
    kept: Kept,
    request: &ClientRequest<B>,
) -> Answer {
    let refuse =
        |status, sentence: &str| Answer::Full(private(status, TEXT, format!("{sentence}\n")));
    match *request.method() {
        Method::GET | Method::HEAD => {}
        _ => {
            let response = private(StatusCode::METHOD_NOT_ALLOWED, TEXT, "expected GET or HEAD\n");
            return Answer::Full(with(response, "allow", "GET, HEAD"));
        }
    }
    if !may_take(site, request) {
        let sentence = "takes are for the studio: log in at /studio/";
        return refuse(StatusCode::FORBIDDEN, sentence);
    }
    if request.method() == Method::HEAD {
        return Answer::Full(private(StatusCode::OK, kept.content_type(), ""));
    }
    match kept {
        Kept::Moment => answer_moment(site, station, request),
        _ => answer_take(site, station, kept, request),
    }
    .unwrap_or_else(|(status, sentence)| refuse(status, &sentence))
}

/// Whether radio.toml lets the client have takes.
fn may_take<B>(site: &Site, request: &ClientRequest<B>) -> bool {
    let Studio { enabled, takes, .. } = site.studio_settings;
    takes == WhoTakes::Listeners || enabled && identify(site, request).is_ok()
}

type Refusal = (StatusCode, String);

fn answer_take<B>(
    site: &Site,
    station: &ServedStation,
    kept: Kept,
    request: &ClientRequest<B>,
) -> Result<Answer, Refusal> {
    let n_bars = n_bars(request)?;
    let take = station.takes.last(n_bars, station.heard_second()).ok_or_else(|| {
        let sentence = "nothing has been heard yet: try again after the first bar";
        (StatusCode::SERVICE_UNAVAILABLE, sentence.to_owned())
    })?;
    let name = file_name(station, &take);
    let disposition = format!("attachment; filename=\"{name}.{}\"", kept.ending());
    let Kept::Sound(form) = kept else {
        let mut response = private(StatusCode::OK, kept.content_type(), take.midi());
        if let Ok(value) = disposition.parse() {
            response.headers_mut().insert("content-disposition", value);
        }
        return Ok(Answer::Full(response));
    };
    let permit = site.take_limits.permit(request.address).map_err(limited)?;
    let make = move |is_wanted: &dyn Fn() -> bool| {
        let mut file =
            file::sound(&take, form, &name, is_wanted).map_err(|error| failed(&error))?;
        let length = file::length(&mut file).map_err(|error| failed(&error.into()))?;
        Ok(Content::File(file, length))
    };
    Ok(Answer::Download(Box::new(Download {
        content_type: kept.content_type(),
        disposition,
        make: Box::new(make),
        turn: site.take_limits.takes.clone(),
        permit,
    })))
}

fn answer_moment<B>(
    site: &Site,
    station: &ServedStation,
    request: &ClientRequest<B>,
) -> Result<Answer, Refusal> {
    let found = request.query().get("bar").unwrap_or_default();
    let bar: u64 = found.parse().map_err(|_| {
        let sentence = format!("bar: expected the number of a bar, found {found:?}");
        (StatusCode::BAD_REQUEST, sentence)
    })?;
    let permit = site.take_limits.permit(request.address).map_err(limited)?;
    let (takes, name) = (station.takes.clone(), station.name.clone());
    let recompose = site.recompose.clone();
    let disposition = format!("inline; filename=\"{name}-{bar}.mp3\"");
    let make = move |is_wanted: &dyn Fn() -> bool| {
        let again = |bar| match &recompose {
            Some(recompose) => recompose(&name, bar),
            None => Err("only the last minutes are".to_owned()),
        };
        moment(&takes, bar, &again, is_wanted).map(Content::Whole).map_err(|error| match error {
            MomentError::Forgotten { .. } => {
                Failure { status: StatusCode::NOT_FOUND, sentence: error.to_string() }
            }
            MomentError::Take(error) => failed(&error),
        })
    };
    Ok(Answer::Download(Box::new(Download {
        content_type: Kept::Moment.content_type(),
        disposition,
        make: Box::new(make),
        turn: site.take_limits.moments.clone(),
        permit,
    })))
}

fn n_bars<B>(request: &ClientRequest<B>) -> Result<usize, Refusal> {
    let Some(found) = request.query().get("bars") else { return Ok(DEFAULT_N_BARS) };
    let known = N_BARS.into_iter().find(|n_bars| n_bars.to_string() == found);
    known.ok_or_else(|| {
        let sentence = format!("bars: expected one of 8, 16, 32, 64, found {found:?}");
        (StatusCode::BAD_REQUEST, sentence)
    })
}

/// The name of a file without its ending: station and first bar.
fn file_name(station: &ServedStation, take: &Take) -> String {
    let first = take.bars().first().map_or(0, |bar| bar.number);
    format!("{}-{first}", station.name)
}

fn limited(reason: NoTake) -> Refusal {
    let status = match reason {
        NoTake::AddressBusy => StatusCode::TOO_MANY_REQUESTS,
        NoTake::Full => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, reason.to_string())
}

fn failed(error: &TakeError) -> Failure {
    tracing::warn!("{error}");
    Failure { status: StatusCode::INTERNAL_SERVER_ERROR, sentence: error.to_string() }
}
