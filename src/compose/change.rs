//! Changes to a composer's music, each from a given bar on.

use std::{mem::discriminant, sync::Arc};

use crate::{
    compose::{
        liked::LikedPoint,
        loaded_theme::LoadedTheme,
        progress::Progress,
        setting::Setting,
        steering::{BeatPlace, LinePlace, Order, Steering},
    },
    config::Station,
};

/// A change to a composer's setting or progress.
#[derive(Clone)]
pub enum Change {
    /// Another version of the station, with its theme loaded.
    Station(Box<(Station, LoadedTheme)>),
    /// All of the steering.
    Steering(Steering),
    /// The place of the beat.
    Beat(BeatPlace),
    /// The place of bass and lead.
    Line(LinePlace),
    /// Whether the section is held.
    Hold(bool),
    /// An order to the form.
    Order(Order),
    /// Points that listeners liked: later legs of the walk may return to them.
    Liked(Arc<[LikedPoint]>),
    /// A progress to replace the current one.
    Progress(Box<Progress>),
}

impl Change {
    /// Applies the change in bar `bar` of the phrase that follows `progress`.
    pub(super) fn apply(&self, setting: &mut Setting, progress: &mut Progress, bar: u64) {
        match self {
            Self::Station(change) => {
                let (station, loaded) = (**change).clone();
                *setting = setting.changed_to(station, loaded);
                progress.change_setting(setting);
            }
            Self::Steering(steering) => setting.steering.clone_from(steering),
            Self::Beat(place) => setting.steering.beat.clone_from(place),
            Self::Line(place) => setting.steering.line.clone_from(place),
            Self::Hold(on) => setting.steering.hold = *on,
            Self::Liked(points) => *setting = setting.with_liked(points),
            Self::Order(order) => progress.obey(setting, *order, bar),
            Self::Progress(other) => {
                let n_later = progress.bar as i64 - other.bar as i64;
                setting.steering = setting.steering.clone().later(n_later);
                *progress = other.moved_to(progress.bar);
                progress.change_setting(setting);
            }
        }
    }

    /// Whether the change overrides `earlier` if both apply in the same bar.
    pub(super) fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Order(order), Self::Order(earlier)) => order == earlier,
            (Self::Steering(_), Self::Beat(_) | Self::Line(_) | Self::Hold(_)) => true,
            _ => discriminant(self) == discriminant(earlier),
        }
    }
}
