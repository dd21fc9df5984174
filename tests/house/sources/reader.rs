//! Parses one file.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, File, ImplItem, Item, ItemMod, ItemUse, Macro, Meta, Type, UseTree, VisRestricted,
    Visibility,
    spanned::Spanned as _,
    visit::{self, Visit},
};

use super::{Mention, Module, Path};

/// What a file contains.
#[derive(Default)]
pub struct Found {
    /// Its own module and those written out in it.
    pub modules: BTreeMap<Path, Module>,
    /// The modules that it declares to be in files of their own, and whether only tests compile them.
    pub declared: Vec<(Path, bool)>,
    /// The paths into the crate that it contains.
    pub mentions: Vec<Mention>,
    /// The lines that spawn threads or import what does, tests aside.
    pub spawns: Vec<usize>,
}

/// Walks the syntax tree of a file.
pub struct Reader {
    file: usize,
    module: Path,
    /// The modules that are children of `module`.
    children: BTreeSet<String>,
    is_test: bool,
    /// The item of the file that is being read.
    item: Option<String>,
    found: Found,
}

impl Reader {
    /// What is in the file of `module`, which has the index `file`.
    pub fn read(syntax: &File, module: &Path, file: usize, is_test: bool) -> Found {
        let mut reader = Self {
            file,
            module: module.clone(),
            children: children(&syntax.items),
            is_test,
            item: None,
            found: Found::default(),
        };
        reader.here();
        reader.visit_file(syntax);
        reader.found
    }

    /// The module that is being read.
    fn here(&mut self) -> &mut Module {
        let new = || Module { file: self.file, ..Module::default() };
        self.found.modules.entry(self.module.clone()).or_insert_with(new)
    }

    /// `path` from the root of the crate, where a name without `crate`, `self` or `super` is taken for one of
    /// this module.
    fn absolute(&self, path: &[String]) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        let mut base = self.module.clone();
        match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => {}
            "super" => {
                base.pop()?;
                let n_more = rest.iter().take_while(|name| *name == "super").count();
                base.truncate(base.len().checked_sub(n_more)?);
                return Some([&base, &rest[n_more..]].concat());
            }
            _ => return Some([&base, path].concat()),
        }
        Some([&base, rest].concat())
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

    /// Runs `read` on what has `attributes`.
    fn with_attributes(&mut self, attributes: &[Attribute], read: impl FnOnce(&mut Self)) {
        let outer = self.is_test;
        self.is_test |= attributes.iter().any(is_for_tests);
        read(self);
        self.is_test = outer;
    }

    /// Mentions paths in `tokens`, which are not parsed: those of macros and attributes.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path: Path = Vec::new();
        let (mut n_colons, mut line) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(name) if path.is_empty() || n_colons == 2 => {
                    if path.is_empty() {
                        line = name.span().start().line;
                    }
                    path.push(name.to_string());
                    n_colons = 0;
                }
                TokenTree::Punct(point) if point.as_char() == ':' && !path.is_empty() => {
                    n_colons += 1;
                }
                other => {
                    self.end_scan(&mut path, line);
                    n_colons = 0;
                    match other {
                        TokenTree::Group(group) => self.scan(group.stream()),
                        TokenTree::Ident(name) => {
                            line = name.span().start().line;
                            path.push(name.to_string());
                        }
                        _ => {}
                    }
                }
            }
        }
        self.end_scan(&mut path, line);
    }

    fn end_scan(&mut self, path: &mut Path, line: usize) {
        let path = std::mem::take(path);
        if !path.is_empty() {
            self.mention(line, &path, false);
        }
    }

    fn import(&mut self, item: &ItemUse, tree: &UseTree, before: &[String]) {
        let is_public = !matches!(item.vis, Visibility::Inherited);
        let line = tree.span().start().line;
        let (path, name) = match tree {
            UseTree::Path(tree) => {
                let path = [before, &[tree.ident.to_string()]].concat();
                return self.import(item, &tree.tree, &path);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(item, tree, before));
            }
            UseTree::Glob(_) => {
                self.mention(line, before, false);
                let module = self.absolute(before);
                return self.here().globs.extend(module);
            }
            UseTree::Name(tree) if tree.ident == "self" => {
                (before.to_vec(), before.last().cloned())
            }
            UseTree::Name(tree) => {
                let name = tree.ident.to_string();
                ([before, std::slice::from_ref(&name)].concat(), Some(name))
            }
            UseTree::Rename(tree) => {
                let path = [before, &[tree.ident.to_string()]].concat();
                (path, Some(tree.rename.to_string()))
            }
        };
        let is_of_child = path.first().is_some_and(|name| self.children.contains(name))
            || (path.len() > 1 && path[0] == "self" && self.children.contains(&path[1]));
        self.mention(line, &path, is_public && is_of_child);
        // `use std::...`, and an import that has the name of what it imports, would lead to themselves.
        let is_of_crate = is_of_child || ["crate", "self", "super"].contains(&&*path[0]);
        if let (Some(path), Some(name)) = (self.absolute(&path), name.filter(|_| is_of_crate)) {
            self.here().imports.insert(name, path);
        }
    }
}

impl Visit<'_> for Reader {
    fn visit_item(&mut self, item: &Item) {
        let name = name(item);
        let outer = self.item.clone();
        if outer.is_none() {
            self.here().items.extend(name.clone());
            self.item = name.or_else(|| implementor(item));
        }
        self.with_attributes(attributes(item), |reader| visit::visit_item(reader, item));
        self.item = outer;
    }

    fn visit_impl_item(&mut self, item: &ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs[..],
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            _ => &[],
        };
        self.with_attributes(attributes, |reader| visit::visit_impl_item(reader, item));
    }

    fn visit_item_mod(&mut self, item: &ItemMod) {
        let path = [&self.module[..], &[item.ident.to_string()]].concat();
        let Some((_, items)) = &item.content else {
            return self.found.declared.push((path, self.is_test));
        };
        let outer = std::mem::replace(&mut self.module, path);
        let outer_item = self.item.take();
        let outer_children = std::mem::replace(&mut self.children, children(items));
        self.here();
        items.iter().for_each(|item| self.visit_item(item));
        (self.module, self.children, self.item) = (outer, outer_children, outer_item);
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        self.import(item, &item.tree, &[]);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let names: Path = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if path.leading_colon.is_none() {
            self.mention(path.span().start().line, &names, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &Macro) {
        self.visit_path(&item.path);
        self.scan(item.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.scan(list.tokens.clone());
        }
    }

    /// Naming the module that may see an item is no import.
    fn visit_vis_restricted(&mut self, _: &VisRestricted) {}
}

/// Whether it is `#[test]` or a `#[cfg(...)]` that tests alone fulfil.
fn is_for_tests(attribute: &Attribute) -> bool {
    let is_cfg_test = |list: &syn::MetaList| {
        let condition = list.tokens.to_string();
        condition == "test" || condition.starts_with("all (") && condition.contains("test")
    };
    match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && is_cfg_test(list),
        Meta::NameValue(_) => false,
    }
}

/// The type that `item` implements something for.
fn implementor(item: &Item) -> Option<String> {
    let Item::Impl(item) = item else { return None };
    let Type::Path(of) = &*item.self_ty else { return None };
    of.path.segments.last().map(|segment| segment.ident.to_string())
}

/// Whether `module::item` spawns threads.
fn spawns(module: &str, item: &str) -> bool {
    ["thread", "threads"].contains(&module) && ["spawn", "scope", "Builder"].contains(&item)
}

fn children(items: &[Item]) -> BTreeSet<String> {
    let modules = items.iter().filter_map(|item| match item {
        Item::Mod(item) => Some(item.ident.to_string()),
        _ => None,
    });
    modules.collect()
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
