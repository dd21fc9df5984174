//! Splits Rust source into tokens.

use std::{iter::Peekable, str::Chars};

/// A name, a punctuation mark or a bracket. Comments are left out, and so is the content of literals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// A name, `::`, or one other character; `"` is any literal.
    pub text: String,
    /// Its line.
    pub line: usize,
}

/// The tokens of `source`.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: source.chars().peekable(), line: 1 };
    std::iter::from_fn(|| lexer.next()).collect()
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<Token> {
        loop {
            let line = self.line;
            let text = match self.advance()? {
                space if space.is_whitespace() => continue,
                '/' if self.is_next('/') => {
                    while self.rest.peek().is_some_and(|next| *next != '\n') {
                        self.advance();
                    }
                    continue;
                }
                '/' if self.is_next('*') => {
                    self.block_comment();
                    continue;
                }
                '"' => self.string(),
                '\'' => match self.character() {
                    true => "\"".to_owned(),
                    false => continue,
                },
                ':' if self.is_next(':') => {
                    self.advance();
                    "::".to_owned()
                }
                digit if digit.is_ascii_digit() => self.number(),
                first if first.is_alphabetic() || first == '_' => self.word(first),
                other => other.to_string(),
            };
            return Some(Token { text, line });
        }
    }

    fn advance(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn is_next(&mut self, expected: char) -> bool {
        self.rest.peek() == Some(&expected)
    }

    fn block_comment(&mut self) {
        let (mut depth, mut last) = (1, self.advance());
        while depth > 0 && last.is_some() {
            let next = self.advance();
            match (last, next) {
                (Some('*'), Some('/')) => depth -= 1,
                (Some('/'), Some('*')) => depth += 1,
                _ => {
                    last = next;
                    continue;
                }
            }
            last = self.advance();
        }
    }

    /// Skips a string whose opening quote has been read.
    fn string(&mut self) -> String {
        while let Some(next) = self.advance() {
            match next {
                '"' => break,
                '\\' => drop(self.advance()),
                _ => {}
            }
        }
        "\"".to_owned()
    }

    /// Skips a raw string whose `r` has been read.
    fn raw_string(&mut self) -> String {
        let mut n_hashes = 0;
        while self.is_next('#') {
            self.advance();
            n_hashes += 1;
        }
        self.advance();
        let mut n_found = None;
        while n_found != Some(n_hashes) {
            n_found = match (self.advance(), n_found) {
                (None, _) => break,
                (Some('"'), _) => Some(0),
                (Some('#'), Some(n)) => Some(n + 1),
                _ => None,
            };
        }
        "\"".to_owned()
    }

    /// Skips a character or a lifetime whose quote has been read; whether it was a character.
    fn character(&mut self) -> bool {
        let first = self.advance();
        if first == Some('\\') {
            self.advance();
            while self.advance().is_some_and(|next| next != '\'') {}
            return true;
        }
        if self.is_next('\'') {
            self.advance();
            return true;
        }
        while self.rest.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_') {
            self.advance();
        }
        false
    }

    fn number(&mut self) -> String {
        loop {
            let mut ahead = self.rest.clone();
            let is_more = match ahead.next() {
                Some('.') => ahead.next().is_some_and(|next| next.is_ascii_digit()),
                next => next.is_some_and(|next| next.is_alphanumeric() || next == '_'),
            };
            if !is_more {
                return "\"".to_owned();
            }
            self.advance();
        }
    }

    fn word(&mut self, first: char) -> String {
        let mut word = first.to_string();
        while self.rest.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_') {
            word.extend(self.advance());
        }
        let mut ahead = self.rest.clone().skip_while(|next| *next == '#');
        let is_raw = ["r", "br", "cr"].contains(&&*word) && ahead.next() == Some('"');
        match word.as_str() {
            _ if is_raw => self.raw_string(),
            "b" | "c" if self.is_next('"') => {
                self.advance();
                self.string()
            }
            "b" if self.is_next('\'') => {
                self.advance();
                self.character();
                "\"".to_owned()
            }
            _ => word,
        }
    }
}

#[test]
fn comments_literals_and_lifetimes_are_no_names() {
    let source =
        "a::b /* x /* y */ z */ // c\n\"d \\\" e\" r#\"f \" g\"# 'h' '\\'' 'i 1.5e3 1..j b'k' l";

    let found: Vec<(String, usize)> =
        tokens(source).into_iter().map(|token| (token.text, token.line)).collect();

    let expected = ["a", "::", "b", "\"", "\"", "\"", "\"", "\"", "\"", ".", ".", "j", "\"", "l"];
    assert_eq!(found.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), expected);
    assert_eq!((found[2].1, found[3].1), (1, 2));
}
