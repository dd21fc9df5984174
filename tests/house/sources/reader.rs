//! Reads one file.

use std::collections::BTreeMap;

use super::{
    Mention, Module, Path,
    tokens::{Token, tokens},
};

/// Keywords that begin an item and are followed by its name.
const NAMED: [&str; 9] =
    ["const", "enum", "fn", "macro_rules", "static", "struct", "trait", "type", "union"];

/// The contents of a file.
#[derive(Default)]
pub struct Checkpoint {
    /// Its own module and its inline modules.
    pub modules: BTreeMap<Path, Module>,
    /// The modules that it declares in files of their own, and whether only tests compile them.
    pub declared: Vec<(Path, bool)>,
    /// The paths into the crate that it contains.
    pub mentions: Vec<Mention>,
    /// Lines that spawn a thread or import a function that does, except in tests.
    pub spawns: Vec<usize>,
}

/// Reads the file of `module`, whose index is `file`.
pub fn read(text: &str, module: &Path, file: usize, is_test: bool) -> Checkpoint {
    let mut reader =
        Reader { file, module: module.clone(), is_test, item: None, found: Checkpoint::default() };
    reader.here();
    reader.items(&tokens(text));
    reader.found
}

struct Reader {
    file: usize,
    /// The module that is being read.
    module: Path,
    is_test: bool,
    /// The item that is being read.
    item: Option<String>,
    found: Checkpoint,
}

impl Reader {
    fn here(&mut self) -> &mut Module {
        let new = || Module { file: self.file, ..Module::default() };
        self.found.modules.entry(self.module.clone()).or_insert_with(new)
    }

    /// Reads the items of a module.
    fn items(&mut self, mut tokens: &[Token]) {
        while !tokens.is_empty() {
            let (item, rest) = tokens.split_at(end_of_item(tokens));
            tokens = rest;
            self.item(item);
        }
    }

    /// Reads an item with its attributes.
    fn item(&mut self, mut tokens: &[Token]) {
        let outer = self.is_test;
        while is(tokens, 0, "#") {
            let start = if is(tokens, 1, "!") { 2 } else { 1 };
            let (attribute, rest) = tokens.split_at(start + end_of_group(&tokens[start..]));
            self.is_test |= is_for_tests(&attribute[start..]);
            self.code(&attribute[start..]);
            tokens = rest;
        }
        let is_public = is(tokens, 0, "pub");
        if is_public {
            let end = if is(tokens, 1, "(") { 1 + end_of_group(&tokens[1..]) } else { 1 };
            tokens = &tokens[end..];
        }
        let modifiers = ["async", "const", "default", "extern", "unsafe", "\""];
        while tokens.len() > 1
            && modifiers.contains(&&*tokens[0].text)
            && ["extern", "fn", "impl", "trait", "unsafe", "\""].contains(&&*tokens[1].text)
        {
            tokens = &tokens[1..];
        }
        match tokens.first().map(|token| token.text.as_str()) {
            Some("mod") => self.module(&tokens[1..]),
            Some("use") => {
                let end = tokens.len() - 1;
                self.import(&tokens[1..end], &[], is_public);
            }
            first => {
                let name = first.filter(|first| NAMED.contains(first)).and_then(|_| {
                    let name = tokens[1..].iter().find(|token| is_name(&token.text))?;
                    Some(name.text.clone())
                });
                self.here().items.extend(name.clone());
                self.item = name.or_else(|| implementor(tokens));
                self.code(tokens);
                self.item = None;
            }
        }
        self.is_test = outer;
    }

    /// Reads a module from its name on.
    fn module(&mut self, tokens: &[Token]) {
        let path = [&self.module[..], &[tokens[0].text.clone()]].concat();
        self.here().children.insert(tokens[0].text.clone());
        if !is(tokens, 1, "{") {
            return self.found.declared.push((path, self.is_test));
        }
        let outer = std::mem::replace(&mut self.module, path);
        self.here();
        self.items(&tokens[2..tokens.len() - 1]);
        self.module = outer;
    }

    /// Reads the tree of a `use` after the path `before`.
    fn import(&mut self, tree: &[Token], before: &[String], is_public: bool) {
        let n_names = tree.iter().step_by(2).zip(tree.iter().skip(1).step_by(2));
        let n_names = n_names.take_while(|(_, after)| after.text == "::").count();
        let (names, last) = tree.split_at(2 * n_names);
        let names = names.iter().step_by(2).map(|token| token.text.clone());
        let before: Path = before.iter().cloned().chain(names).collect();
        let Some(token) = last.first() else { return };
        match token.text.as_str() {
            "{" => {
                let group = &last[1..last.len() - 1];
                for part in split_at_commas(group) {
                    self.import(part, &before, is_public);
                }
            }
            "*" => {
                self.mention(token.line, &before, false);
                let module = self.absolute(&before);
                self.here().globs.extend(module);
            }
            name => {
                let is_self = name == "self" && !before.is_empty();
                let own = (!is_self).then(|| name.to_owned());
                let path: Path = before.into_iter().chain(own).collect();
                let name = match last.get(2) {
                    Some(renamed) => renamed.text.clone(),
                    None => path[path.len() - 1].clone(),
                };
                self.end_import(token.line, &path, name, is_public);
            }
        }
    }

    fn end_import(&mut self, line: usize, path: &[String], name: String, is_public: bool) {
        let first = path.iter().find(|name| *name != "self");
        let is_of_child = first.is_some_and(|first| self.here().children.contains(first));
        self.mention(line, path, is_public && is_of_child);
        // `absolute` treats other crates, as in `use std::fs`, as names of this module.
        let is_of_crate = is_of_child || ["crate", "self", "super"].contains(&&*path[0]);
        if let Some(path) = self.absolute(path).filter(|_| is_of_crate) {
            self.here().imports.insert(name, path);
        }
    }

    /// Records the paths in code.
    fn code(&mut self, tokens: &[Token]) {
        let mut at = 0;
        while at < tokens.len() {
            at += match tokens[at].text.as_str() {
                "#" if is(tokens, at + 1, "[") => self.attributed(&tokens[at..]),
                "use" => {
                    let n = tokens[at..].iter().take_while(|token| token.text != ";").count();
                    self.import(&tokens[at + 1..at + n], &[], false);
                    n
                }
                "pub" if is(tokens, at + 1, "(") => 1 + end_of_group(&tokens[at + 1..]),
                name if is_name(name) => {
                    let n_more = tokens[at + 1..]
                        .chunks_exact(2)
                        .take_while(|pair| pair[0].text == "::" && is_name(&pair[1].text));
                    let n = 1 + 2 * n_more.count();
                    let is_field = at > 0
                        && [".", "::", "fn", "let"].contains(&&*tokens[at - 1].text)
                        || is(tokens, at + n, ":");
                    if n > 1 || !is_field {
                        let names = tokens[at..at + n].iter().step_by(2);
                        let path: Path = names.map(|token| token.text.clone()).collect();
                        self.mention(tokens[at].line, &path, false);
                    }
                    n
                }
                _ => 1,
            };
        }
    }

    /// Reads an attribute within an item, and its target if that is for tests; returns the number of tokens.
    fn attributed(&mut self, tokens: &[Token]) -> usize {
        let end = 1 + end_of_group(&tokens[1..]);
        self.code(&tokens[1..end]);
        if !is_for_tests(&tokens[1..end]) {
            return end;
        }
        let n = end + end_of_item(&tokens[end..]);
        let outer = std::mem::replace(&mut self.is_test, true);
        self.code(&tokens[end..n]);
        self.is_test = outer;
        n
    }

    fn mention(&mut self, line: usize, path: &[String], is_reexport: bool) {
        if !self.is_test && path.windows(2).any(|pair| spawns(&pair[0], &pair[1])) {
            self.found.spawns.push(line);
        }
        if let Some(path) = self.absolute(path).filter(|path| !path.is_empty()) {
            let (item, is_test) = (self.item.clone(), self.is_test);
            self.found.mentions.push(Mention { line, path, item, is_test, is_reexport });
        }
    }

    /// `path` from the root of the crate; a name without `crate`, `self` or `super` is treated as one of this
    /// module. None if there is no such parent.
    fn absolute(&self, path: &[String]) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        let n_supers = path.iter().take_while(|name| *name == "super").count();
        let base = &self.module[..self.module.len().checked_sub(n_supers)?];
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([base, rest].concat()),
            _ => Some([base, &path[n_supers..]].concat()),
        }
    }
}

fn is(tokens: &[Token], index: usize, text: &str) -> bool {
    tokens.get(index).is_some_and(|token| token.text == text)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Whether `module::item` spawns threads.
fn spawns(module: &str, item: &str) -> bool {
    ["thread", "threads"].contains(&module) && ["spawn", "scope", "Builder"].contains(&item)
}

/// The number of tokens in the group of brackets that `tokens` begins with.
fn end_of_group(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 1 => return index + 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The number of tokens in the item that `tokens` begins with: up to a semicolon, or to the end of a block
/// that no `=` precedes.
fn end_of_item(tokens: &[Token]) -> usize {
    let (mut at, mut has_value) = (0, false);
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            ";" => return at + 1,
            "{" if !has_value && !is_use(&tokens[..at]) => return at + end_of_group(&tokens[at..]),
            "(" | "[" | "{" => at += end_of_group(&tokens[at..]),
            "=" => {
                has_value = true;
                at += 1;
            }
            _ => at += 1,
        }
    }
    tokens.len()
}

/// Whether an item that begins with `tokens` is a `use`, whose braces don't end it.
fn is_use(tokens: &[Token]) -> bool {
    tokens.last().is_some_and(|token| token.text == "::")
        || tokens.last().is_some_and(|token| token.text == "use")
}

fn split_at_commas(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (index, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 0 => {
                parts.push(&tokens[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[start..]);
    parts
}

/// Whether an attribute, with its brackets, is `test` or a `cfg` that only tests meet.
fn is_for_tests(attribute: &[Token]) -> bool {
    let is_named = |name| is(attribute, 1, name);
    let has_test = attribute.iter().any(|token| token.text == "test");
    let is_negated = attribute.iter().any(|token| ["not", "any"].contains(&&*token.text));
    (is_named("test") || is_named("cfg")) && has_test && !is_negated
        || attribute.iter().any(|token| token.text == "tokio") && has_test
}

/// The type that an `impl` is for: the last name of the path before its block, without generics.
fn implementor(tokens: &[Token]) -> Option<String> {
    if !is(tokens, 0, "impl") {
        return None;
    }
    let (mut depth, mut name, mut last) = (0, None, "");
    for token in &tokens[1..] {
        match token.text.as_str() {
            "<" => depth += 1,
            ">" if last != "-" => depth -= 1,
            "{" | "where" if depth == 0 => break,
            text if depth == 0 && is_name(text) && !["for", "dyn"].contains(&text) => {
                name = Some(text.to_owned());
            }
            _ => {}
        }
        last = &token.text;
    }
    name
}
