//! Views of a station's pad and map for the studio's pages, as JSON.

use serde::Serialize;

use crate::station::studio::grid::Grid;

/// The pad as the page draws it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PadLook {
    /// Top left, top right, bottom left, bottom right.
    pub corners: Vec<CornerLook>,
    /// Hits a step, 0 to 1 (more count as 1), of the beats at 11 x 11 places, row by row from the top left.
    pub heat: Vec<f64>,
    /// Where the beat of the next phrase lies: x, y, 0 to 1 each.
    pub puck: [f64; 2],
    /// The path set by hand, if any.
    pub path: Vec<[f64; 2]>,
}

/// A corner of the pad.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CornerLook {
    /// Its anchor's text, of a file without the folder.
    pub name: String,
    /// The anchor's own beat; of a draw or a point, what the model decodes there.
    pub grid: Grid,
}

/// The map of bass and lead as the page draws it. Coordinates are about -1 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MapLook {
    /// The names of the axes.
    pub axes: AxesLook,
    /// The theme's anchors, or the waypoints that replace them.
    pub anchors: Vec<AnchorLook>,
    /// Where the next phrase is drawn.
    pub here: [f64; 2],
    /// The next points of the walk, or of the path set by hand.
    pub ahead: Vec<[f64; 2]>,
    /// The path set by hand, if any.
    pub path: Vec<[f64; 2]>,
}

/// Words for the axes of the map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AxesLook {
    /// From left to right.
    pub x: String,
    /// From bottom to top.
    pub y: String,
}

/// An anchor on the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnchorLook {
    /// Its text, of a file without the folder.
    pub name: String,
    /// From left to right.
    pub x: f64,
    /// From bottom to top.
    pub y: f64,
}

/// Four bars of bass and lead. Each note: first step, length in steps, MIDI pitch, velocity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TuneLook {
    /// Bars: 4.
    pub bars: u32,
    /// The bass.
    pub bass: Vec<(usize, usize, u8, u8)>,
    /// The lead.
    pub lead: Vec<(usize, usize, u8, u8)>,
}
