//! Arrangement books: for each style, the sections of a piece and the parts that play in each phrase.
//!
//! A book is a table. Its rows hold common knowledge about a style (techno adds a layer every eight
//! bars, dub mutes, jazz trades fours), never a transcription of a record.

mod book;
mod cast;
mod club;
mod deep;
mod loose;
mod shapes;
mod song;
#[cfg(test)]
mod tests;

pub use self::{
    book::{Book, Leads, Mute, Scene},
    cast::{Cast, Move},
};
use crate::{
    config::{Shape, Theme},
    patterns::style::Style,
};

impl Book {
    /// The book of `theme`: that of its arrangement, or else of its shape.
    pub fn of(theme: &Theme) -> &'static Self {
        match (theme.arrangement, theme.shape) {
            (Some(style), _) => Self::of_style(style),
            (None, Shape::Club) => &shapes::CLUB,
            (None, Shape::Song) => &shapes::SONG,
            (None, Shape::Flow) => &shapes::FLOW,
        }
    }

    fn of_style(style: Style) -> &'static Self {
        match style {
            Style::Techno => &club::TECHNO,
            Style::House => &club::HOUSE,
            Style::Acid => &club::ACID,
            Style::Dub => &deep::DUB,
            Style::HipHop => &deep::HIP_HOP,
            Style::DrumAndBass => &deep::DRUM_AND_BASS,
            Style::Punk => &song::PUNK,
            Style::FreeJazz => &song::FREE_JAZZ,
            Style::Ambient => &loose::AMBIENT,
            Style::LoFi => &loose::LO_FI,
        }
    }
}

/// Every book.
#[cfg(test)]
pub fn all() -> impl Iterator<Item = &'static Book> {
    let shapes = [&shapes::CLUB, &shapes::SONG, &shapes::FLOW];
    Style::ALL.map(Book::of_style).into_iter().chain(shapes)
}
