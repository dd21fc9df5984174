//! The last answers of the tools, which a browser plays or drags from the page.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;

use crate::web::studio::{session, tools::ToolAnswer};

/// Most answers kept; a new one replaces the oldest. Each has at most some 100 KB.
const MOST: usize = 64;

/// The answers for all browsers, one per process.
#[derive(Default)]
pub struct Answers(Mutex<VecDeque<(String, Arc<ToolAnswer>)>>);

impl Answers {
    /// Keeps `answer`, and returns its name, which can't be guessed.
    pub fn keep(&self, answer: ToolAnswer) -> String {
        let name = session::token();
        let mut answers = self.0.lock();
        if answers.len() == MOST {
            answers.pop_front();
        }
        answers.push_back((name.clone(), Arc::new(answer)));
        name
    }

    /// The answer called `name`, unless it was forgotten.
    pub fn get(&self, name: &str) -> Option<Arc<ToolAnswer>> {
        let answers = self.0.lock();
        answers.iter().find(|(known, _)| known == name).map(|(_, answer)| answer.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::note::NoteSequence;

    #[test]
    fn the_oldest_answer_is_forgotten() {
        let answers = Answers::default();
        let answer = |number: usize| {
            let piece = NoteSequence { notes: vec![], tempos: vec![], meters: vec![] };
            ToolAnswer { midi: vec![number as u8], piece }
        };
        let names: Vec<String> = (0..=MOST).map(|number| answers.keep(answer(number))).collect();

        assert_eq!(answers.get(&names[0]), None);
        for (number, name) in names.iter().enumerate().skip(1) {
            assert_eq!(answers.get(name).unwrap().midi, [number as u8]);
        }
    }
}
