//! Likes: a station's liked pieces, with their counts and latent points.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::{
    compose::liked::{LikedPoint, MOST_LIKED, is_away},
    station::history::PastTitle,
};

/// Number of liked pieces kept; the one liked longest ago is dropped first.
pub const MAX_PIECES: usize = 500;

/// A piece that listeners liked.
#[derive(Debug, Clone, PartialEq)]
pub struct LikedPiece {
    /// The radio's seed: another seed restarts the piece numbers.
    pub seed: u64,
    /// The model of bass and lead, whose latent space `place` is in.
    pub model: Arc<str>,
    /// Its number.
    pub piece: u64,
    /// Its title.
    pub title: Arc<str>,
    /// The bar of the last like.
    pub bar: u64,
    /// Its time, to the second.
    pub at: Timestamp,
    /// Number of likes.
    pub n: u32,
    /// Its point in the latent space of bass and lead; empty if it is not known.
    pub place: Arc<[f32]>,
}

impl LikedPiece {
    fn is_same_piece(&self, other: &Self) -> bool {
        (self.seed, self.piece) == (other.seed, other.piece)
    }
}

/// A liked place: pieces near one another in latent space.
#[derive(Debug, Clone, PartialEq)]
pub struct LikedPlace {
    /// The point of its most liked piece.
    pub z: Arc<[f32]>,
    /// Sum of the likes of its pieces.
    pub n: u32,
    /// The numbers of its pieces, the most liked first.
    pub pieces: Vec<u64>,
}

/// The likes of a station, shared by the web, the composer and the state's writer.
#[derive(Debug, Default)]
pub struct Likes {
    seed: u64,
    model: Mutex<Arc<str>>,
    /// The one liked last at the end.
    pieces: Mutex<VecDeque<LikedPiece>>,
    /// Counts changes.
    version: AtomicU64,
}

impl Likes {
    /// Likes under `seed` with the model `model`, continuing `pieces`, the one liked last at the end.
    pub fn new(seed: u64, model: &str, pieces: impl IntoIterator<Item = LikedPiece>) -> Self {
        let likes = Self { seed, model: Mutex::new(model.into()), ..Self::default() };
        for piece in pieces {
            likes.add(piece);
        }
        likes
    }

    /// Sets another model of bass and lead: points of the previous one no longer count.
    pub fn set_model(&self, model: &str) {
        *self.model.lock() = model.into();
        self.version.fetch_add(1, Ordering::Relaxed);
    }

    /// Records a like of the piece of `past` at bar `bar`. Returns the entry to save; none if the piece of
    /// the title is not known.
    pub fn note(&self, past: &PastTitle, bar: u64, now: Timestamp) -> Option<LikedPiece> {
        let heard = past.heard.as_ref()?;
        let liked = LikedPiece {
            seed: self.seed,
            model: self.model.lock().clone(),
            piece: heard.piece,
            title: past.title.clone(),
            bar,
            at: Timestamp::from_second(now.as_second()).unwrap_or(now),
            n: 1,
            place: heard.place.clone(),
        };
        self.add(liked.clone());
        Some(liked)
    }

    fn add(&self, liked: LikedPiece) {
        merge(&mut self.pieces.lock(), liked);
        self.version.fetch_add(1, Ordering::Relaxed);
    }

    /// Number of likes of a piece under the current seed.
    pub fn n_of(&self, piece: u64) -> u32 {
        let is_it = |liked: &&LikedPiece| (liked.seed, liked.piece) == (self.seed, piece);
        self.pieces.lock().iter().find(is_it).map_or(0, |liked| liked.n)
    }

    /// All pieces, the one with the most likes first.
    pub fn by_number(&self) -> Vec<LikedPiece> {
        let mut pieces: Vec<_> = self.pieces.lock().iter().rev().cloned().collect();
        pieces.sort_by_key(|liked| std::cmp::Reverse(liked.n));
        pieces
    }

    /// Liked places of the current model, sorted by likes, most first.
    pub fn by_place(&self) -> Vec<LikedPlace> {
        let model = self.model.lock().clone();
        let mut places: Vec<LikedPlace> = Vec::new();
        for liked in self.by_number() {
            if liked.model != model || liked.place.is_empty() {
                continue;
            }
            let near = places.iter_mut().find(|place| !is_away(&liked.place, &place.z));
            if let Some(place) = near {
                place.n = place.n.saturating_add(liked.n);
                place.pieces.push(liked.piece);
            } else {
                let (z, n, pieces) = (liked.place, liked.n, vec![liked.piece]);
                places.push(LikedPlace { z, n, pieces });
            }
        }
        places.sort_by_key(|place| std::cmp::Reverse(place.n));
        places
    }

    /// The points of the current model that were liked most, at most [`MOST_LIKED`].
    pub fn points(&self) -> Vec<LikedPoint> {
        let model = self.model.lock().clone();
        let pieces = self.by_number().into_iter();
        pieces
            .filter(|liked| liked.model == model && !liked.place.is_empty())
            .map(|liked| LikedPoint { z: liked.place.to_vec(), n: liked.n })
            .take(MOST_LIKED)
            .collect()
    }

    /// A number that grows with each change.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }
}

/// Adds the likes of `liked` to those of its piece, which moves to the end of `pieces`.
pub fn merge(pieces: &mut VecDeque<LikedPiece>, mut liked: LikedPiece) {
    let known = pieces.iter().position(|known| known.is_same_piece(&liked));
    if let Some(known) = known.and_then(|index| pieces.remove(index)) {
        liked.n = liked.n.saturating_add(known.n);
        if liked.place.is_empty() {
            (liked.place, liked.model) = (known.place, known.model);
        }
    }
    if pieces.len() == MAX_PIECES {
        pieces.pop_front();
    }
    pieces.push_back(liked);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::cover::Cover, station::history::Heard, units::Bpm};

    fn past(piece: u64, place: &[f32]) -> PastTitle {
        let cover = Cover::new("A minor".parse().unwrap(), Bpm::DEFAULT, place);
        let heard = Heard { bar: 16 * piece, piece, cover, place: place.into() };
        PastTitle { at: Timestamp::UNIX_EPOCH, title: "one".into(), heard: Some(heard) }
    }

    fn note(likes: &Likes, past: &PastTitle) -> Option<LikedPiece> {
        likes.note(past, 20, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn likes_are_counted_by_piece_and_become_points_of_the_model() {
        let likes = Likes::new(7, "trio", []);
        for _ in 0..3 {
            assert_eq!(note(&likes, &past(2, &[0.5, 1.0])).unwrap().n, 1);
        }
        note(&likes, &past(1, &[0.0, 1.0])).unwrap();
        note(&likes, &past(3, &[])).unwrap();

        assert_eq!([1, 2, 3, 4].map(|piece| likes.n_of(piece)), [1, 3, 1, 0]);
        assert_eq!(
            likes.points(),
            [(vec![0.5, 1.0], 3), (vec![0.0, 1.0], 1)].map(|(z, n)| LikedPoint { z, n })
        );
        note(&likes, &past(4, &[0.5, 1.1])).unwrap();
        let places: Vec<_> =
            likes.by_place().into_iter().map(|place| (place.n, place.pieces)).collect();
        assert_eq!(places, [(4, vec![2, 4]), (1, vec![1])]);
        likes.set_model("other");
        assert!(likes.points().is_empty());
    }

    #[test]
    fn likes_of_another_seed_are_of_other_pieces_at_places_that_still_count() {
        let before = Likes::new(7, "trio", []);
        let piece = note(&before, &past(2, &[0.5, 1.0])).unwrap();
        let likes = Likes::new(8, "trio", [piece]);

        assert_eq!(likes.n_of(2), 0);
        assert_eq!(likes.points().len(), 1);
    }

    #[test]
    fn the_piece_liked_longest_ago_is_forgotten() {
        let likes = Likes::new(7, "trio", []);
        note(&likes, &past(0, &[1.0])).unwrap();
        note(&likes, &past(1, &[1.0])).unwrap();
        note(&likes, &past(0, &[1.0])).unwrap();
        for piece in 2..=MAX_PIECES as u64 {
            note(&likes, &past(piece, &[1.0])).unwrap();
        }

        assert_eq!((likes.n_of(0), likes.n_of(1)), (2, 0));
        assert_eq!((likes.by_number().len(), likes.points().len()), (MAX_PIECES, MOST_LIKED));
        assert!(note(&likes, &PastTitle { heard: None, ..past(1, &[]) }).is_none());
    }
}
