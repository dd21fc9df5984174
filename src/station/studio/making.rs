//! Makes moves: checks each and passes it to the thread concerned.

use std::{
    sync::{Arc, mpsc},
    time::Instant,
};

use crate::{
    compose::{change::Change, progress::Progress, steering::When},
    station::{
        playout_orders::PlayoutOrder,
        studio::{
            Studio,
            controls::Controls,
            error::MoveError,
            hand::Hand,
            knobs,
            moves::{Move, Receipt},
            request::{Request, What},
        },
    },
};

/// The longest title set by hand, in characters.
const MOST_TITLE: usize = 100;

impl Studio {
    /// Makes a move on `station`; waits until the station's threads have accepted it, for seconds on a busy
    /// machine. `by` is shown in the log and to other browsers.
    ///
    /// # Errors
    /// The move is not possible; nothing has changed then.
    pub fn make(
        &self,
        station: &str,
        by: &str,
        what: Move,
        when: When,
    ) -> Result<Receipt, MoveError> {
        let (controls, asked) = (self.controls(station)?, Instant::now());
        let what = knobs::with_numbers(what, &controls.theme_macros())?;
        let _turn = controls.making.lock();
        controls.begin(asked);
        let hand = controls.hand();
        let is_place = matches!(what, Move::Beat { .. } | Move::Line { .. } | Move::Tune { .. });
        if is_place && controls.has_hymns() {
            let sentence =
                "expected a move of anything but the pad and the map, which lead no hymns";
            return Err(MoveError::Refused(sentence.to_owned()));
        }
        let changes = match &what {
            Move::Set { .. } | Move::Reset { .. } => {
                let overlay = hand.after(&what, 0).overlay;
                return self.ask_with(&controls, by, What::Move(what), when, overlay, Vec::new());
            }
            Move::Tune { place, .. } => {
                place.check(controls.n_latent())?;
                let changes = vec![Change::Line(place.clone())];
                let overlay = hand.after(&what, 0).overlay;
                return self.ask_with(&controls, by, What::Move(what), when, overlay, changes);
            }
            Move::KeepDesk { .. } => {
                let sentence = "keep-desk: expected another move; what is kept is kept as a whole";
                return Err(MoveError::Refused(sentence.to_owned()));
            }
            Move::Macro { .. } => return self.turn(&controls, by, what, when, &hand),
            Move::Undo | Move::Redo => return self.step(&controls, by, what, when, &hand),
            Move::Desk { fader, .. } => {
                fader.checked()?;
                let order = PlayoutOrder::Desk(hand.after(&what, 0).desk);
                return controls.order(by, &what, order);
            }
            Move::Jingle { list } => {
                let order = PlayoutOrder::Jingle(controls.list(list)?);
                return controls.order(by, &what, order);
            }
            Move::Title { text } => {
                let order = PlayoutOrder::Title(title(text.as_deref())?);
                return controls.order(by, &what, order);
            }
            Move::Beat { place } => {
                place.check()?;
                Change::Beat(place.clone())
            }
            Move::Line { place } => {
                place.check(controls.n_latent())?;
                Change::Line(place.clone())
            }
            Move::Hold { on } => Change::Hold(*on),
            Move::Order { order } => Change::Order(*order),
        };
        ask(&controls, by, What::Move(what), when, vec![changes])
    }

    /// Drops the values set on `station`. Waits as [`Self::make`].
    ///
    /// # Errors
    /// The station can't play without them.
    pub fn drop_values(&self, station: &str, by: &str) -> Result<Receipt, MoveError> {
        self.make(station, by, Move::Reset { key: None }, When::Phrase)
    }

    /// Takes over a cue at the next phrase or section: `hand` as the station's, and `progress`, the cue's
    /// before a phrase, as the composer's.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub fn adopt(
        &self,
        station: &str,
        by: &str,
        hand: Hand,
        progress: &Progress,
        when: When,
    ) -> Result<Receipt, MoveError> {
        let controls = self.controls(station)?;
        let _turn = controls.making.lock();
        hand.steering.check(controls.n_latent())?;
        let desk = hand.desk.checked()?;
        let progress = Box::new(progress.clone());
        let changes =
            vec![Change::Steering(hand.steering.clone()), Change::Progress(progress.clone())];
        let target = Hand { desk, ..hand.clone() };
        let what = What::Adopted(Box::new(hand), progress);
        self.replace_hand(&controls, by, what, when, &target, changes)
    }

    /// Moves a macro: its values are heard as `when` says, its faders at once.
    fn turn(
        &self,
        controls: &Controls,
        by: &str,
        what: Move,
        when: When,
        hand: &Hand,
    ) -> Result<Receipt, MoveError> {
        let target = hand.after(&what, 0);
        if target.overlay == hand.overlay {
            return controls.order(by, &what, PlayoutOrder::Desk(target.desk));
        }
        self.replace_hand(controls, by, What::Move(what), when, &target, Vec::new())
    }

    /// Undoes the last move, or redoes it.
    fn step(
        &self,
        controls: &Controls,
        by: &str,
        what: Move,
        when: When,
        hand: &Hand,
    ) -> Result<Receipt, MoveError> {
        let words = if what == Move::Redo { "make again" } else { "take back" };
        let target = controls.target(&what).ok_or(MoveError::Nothing(words))?;
        let is_heard_at_once = target.overlay == hand.overlay && target.steering == hand.steering;
        if is_heard_at_once {
            return controls.order(by, &what, PlayoutOrder::Desk(target.desk));
        }
        let changes = vec![Change::Steering(target.steering.clone())];
        self.replace_hand(controls, by, What::Move(what), when, &target, changes)
    }

    /// Replaces the hand of a station by `target`: its values, if they differ, by the thread `config`, then
    /// `changes` by the composer, both as `when` says; the desk at once.
    fn replace_hand(
        &self,
        controls: &Controls,
        by: &str,
        what: What,
        when: When,
        target: &Hand,
        changes: Vec<Change>,
    ) -> Result<Receipt, MoveError> {
        let before = controls.hand();
        let receipt = match target.overlay == before.overlay {
            true => ask(controls, by, what, when, changes),
            false => self.ask_with(controls, by, what, when, target.overlay.clone(), changes),
        }?;
        if target.desk != before.desk {
            controls.set_desk(target.desk);
        }
        Ok(receipt)
    }
}

/// Asks the composer for changes.
fn ask(
    controls: &Controls,
    by: &str,
    what: What,
    when: When,
    changes: Vec<Change>,
) -> Result<Receipt, MoveError> {
    let (answer, answered) = mpsc::sync_channel(1);
    let (by, answer) = (by.to_owned(), Some(answer));
    controls.send(Request { by, what, when, changes, version: None, answer })?;
    controls.wait(&answered)
}

/// A title set by hand, if it can be shown.
fn title(text: Option<&str>) -> Result<Option<Arc<str>>, MoveError> {
    let Some(text) = text else { return Ok(None) };
    let is_line =
        (1..=MOST_TITLE).contains(&text.chars().count()) && !text.contains(char::is_control);
    let expected = format!("1 to {MOST_TITLE} characters on one line");
    let found = || text.chars().take(60).collect();
    let refused = || MoveError::Value { what: "title".to_owned(), expected, found: found() };
    is_line.then(|| Some(text.into())).ok_or_else(refused)
}
