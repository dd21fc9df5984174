//! A call of the API that may be answered.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::{
    station::studio::Studio,
    web::{
        query::Query,
        site::{ServedStation, Site},
        studio::{identity::Visitor, lab::Lab, reply::Failure},
    },
};

/// A call by an authorised user, on an existing station.
pub struct Call {
    /// The site at the time of the call.
    pub site: Arc<Site>,
    /// Receives moves.
    pub studio: Arc<Studio>,
    /// Decodes for views, anchors and cues.
    pub lab: Arc<Lab>,
    /// The user.
    pub visitor: Visitor,
    /// The station's name; empty if the path has none.
    pub station: String,
    /// The other parameter of the path, such as a corner's number; else empty.
    pub argument: String,
    /// The query.
    pub query: String,
    /// Whether the body is a MIDI file.
    pub is_midi: bool,
    /// The body.
    pub body: Bytes,
}

impl Call {
    /// The parameters of the query.
    pub fn query(&self) -> Query<'_> {
        Query::new(&self.query)
    }

    /// The station as the server shows it.
    ///
    /// # Errors
    /// A change of radio.toml has just removed it.
    pub fn served(&self) -> Result<&ServedStation, Failure> {
        let name = &self.station;
        self.site.station(name).ok_or_else(|| Failure::missing(format!("no station {name:?}")))
    }

    /// The body, in JSON.
    ///
    /// # Errors
    /// It is not JSON, or does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Failure::bad(format!("the request's body: {error}")))
    }

    /// The number `name` in the query.
    ///
    /// # Errors
    /// It is missing, or not from `low` to `high`.
    pub fn number(&self, name: &str, low: f64, high: f64) -> Result<f64, Failure> {
        let text = self.query().get(name).unwrap_or_default();
        let number = text.parse().ok().filter(|number| (low..=high).contains(number));
        number.ok_or_else(|| {
            Failure::bad(format!("{name}: expected a number from {low} to {high}, found {text:?}"))
        })
    }
}
