//! How a lead is arranged, by its role.

use crate::config::Role;

/// How a lead is arranged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Longest gap between two notes, in steps, over which the first one is held.
    pub tie: usize,
    /// Steps of rest at the end of bar two and of bar four.
    pub breaths: [usize; 2],
    /// Largest share of onsets shared with the bass.
    pub shared: f64,
    /// Whether each bar moves with its chord instead of keeping its pitches.
    pub is_moved: bool,
    /// Whether passing notes link long notes to the next one.
    pub has_passing: bool,
    /// Whether a phrase reaches its highest pitch only once.
    pub has_peak: bool,
    /// Costs by which pitches are chosen.
    pub costs: Costs,
}

/// Costs of the interval to a note, against the cost of moving the note.
#[derive(Debug, Clone, Copy)]
pub(super) struct Costs {
    /// Each semitone away from the note as developed.
    pub moved: u32,
    /// The same pitch again.
    pub repeat: u32,
    /// A third.
    pub third: u32,
    /// A fourth or fifth.
    pub fourth: u32,
    /// A sixth to an octave.
    pub leap: u32,
    /// A turn of direction after a step or third.
    pub turn: u32,
    /// A leap of a fourth or more that continues in its direction.
    pub unanswered: u32,
}

const TUNE: Costs =
    Costs { moved: 3, repeat: 11, third: 1, fourth: 4, leap: 14, turn: 3, unanswered: 4 };

impl Manner {
    /// The manner of a lead in `role`.
    pub fn of(role: Role) -> Self {
        match role {
            Role::Riff => Self {
                tie: 0,
                breaths: [0, 0],
                shared: 0.5,
                is_moved: false,
                has_passing: false,
                has_peak: false,
                costs: Costs { moved: 3, repeat: 5, third: 1, fourth: 2, leap: 6, turn: 0, ..TUNE },
            },
            Role::Hook => Self {
                tie: 4,
                breaths: [2, 4],
                shared: 0.35,
                is_moved: true,
                has_passing: false,
                has_peak: true,
                costs: TUNE,
            },
            Role::Call => Self {
                tie: 4,
                breaths: [4, 6],
                shared: 0.35,
                is_moved: true,
                has_passing: false,
                has_peak: true,
                costs: TUNE,
            },
            Role::PadLine => Self {
                tie: 16,
                breaths: [0, 4],
                shared: 0.5,
                is_moved: true,
                has_passing: true,
                has_peak: true,
                costs: Costs { leap: 16, fourth: 10, ..TUNE },
            },
        }
    }
}
