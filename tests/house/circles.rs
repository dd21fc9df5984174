//! The library has no circular imports.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::sources::{Sources, assert_none, library, parse};

#[test]
fn no_files_import_one_another_in_a_circle() {
    assert_none(&circles(&library()));
}

/// A node of the graph of imports: a file, or an item of a `mod.rs`. Children may use an item of their
/// parent, such as an error, as long as that item does not need them.
type Unit = (usize, Option<String>);

/// For each unit those that it imports from, except in tests, with the first line that does so.
fn imports(sources: &Sources) -> BTreeMap<Unit, BTreeMap<Unit, usize>> {
    let is_parent = |file: usize| sources.files[file].name.ends_with("mod.rs");
    let unit = |file, item: Option<&String>| (file, item.filter(|_| is_parent(file)).cloned());
    let mut imports: BTreeMap<Unit, BTreeMap<Unit, usize>> = BTreeMap::new();
    for (file, source) in sources.files.iter().enumerate() {
        for mention in source.mentions.iter().filter(|it| !it.is_test && !it.is_reexport) {
            // An import in a parent is attributed to the items that use it.
            if is_parent(file) && mention.item.is_none() {
                continue;
            }
            let Some((other, item)) = sources.definition(&mention.path) else { continue };
            // In code a module alone is no path: the name is a variable's.
            if mention.item.is_some() && item.is_none() {
                continue;
            }
            let (from, to) = (unit(file, mention.item.as_ref()), unit(other, item.as_ref()));
            if from != to {
                imports.entry(from).or_default().entry(to).or_insert(mention.line);
            }
        }
    }
    imports
}

/// A sentence for each circle of imports. The shortest come first, and none shares an import with one
/// before it.
fn circles(sources: &Sources) -> Vec<String> {
    let imports = imports(sources);
    let pairs = imports.iter().flat_map(|(from, others)| others.keys().map(move |to| (from, to)));
    let mut circles: Vec<Vec<&Unit>> =
        pairs.filter_map(|(from, to)| shortest_way(&imports, to, from)).collect();
    circles.retain(|circle| circle.iter().any(|unit| unit.0 != circle[0].0));
    for circle in &mut circles {
        let first = (0..circle.len()).min_by_key(|index| circle[*index]).unwrap_or_default();
        circle.rotate_left(first);
    }
    circles.sort_by_key(|circle| (circle.len(), circle.clone()));
    let mut seen = BTreeSet::new();
    circles.retain(|circle| {
        let n_seen = seen.len();
        let steps = circle.iter().copied().zip(circle.iter().copied().cycle().skip(1));
        seen.extend(steps);
        seen.len() == n_seen + circle.len()
    });
    circles.iter().map(|circle| sentence(sources, &imports, circle)).collect()
}

fn sentence(
    sources: &Sources,
    imports: &BTreeMap<Unit, BTreeMap<Unit, usize>>,
    circle: &[&Unit],
) -> String {
    let name = |(file, item): &Unit| {
        let item = item.as_ref().map(|item| format!(" ({item})"));
        format!("{}{}", sources.files[*file].name, item.unwrap_or_default())
    };
    let steps = circle
        .iter()
        .zip(circle.iter().cycle().skip(1))
        .map(|(from, to)| format!("imports {} in line {}", name(to), imports[*from][*to]));
    format!("{} {}", name(circle[0]), steps.collect::<Vec<_>>().join(", which "))
}

/// The units on the shortest path of imports from one to another, both included.
fn shortest_way<'a>(
    imports: &'a BTreeMap<Unit, BTreeMap<Unit, usize>>,
    from: &'a Unit,
    to: &Unit,
) -> Option<Vec<&'a Unit>> {
    let mut before = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(unit) = queue.pop_front() {
        if unit == to {
            let mut way = vec![unit];
            while way[way.len() - 1] != from {
                way.push(before[way[way.len() - 1]]);
            }
            way.reverse();
            return Some(way);
        }
        for next in imports.get(unit).into_iter().flat_map(BTreeMap::keys) {
            before.entry(next).or_insert_with(|| {
                queue.push_back(next);
                unit
            });
        }
    }
    None
}

#[test]
fn a_circle_is_named_with_its_files_and_lines() {
    let circles = |parent: &str, a: &str, b: &str| {
        let parent = format!("pub mod a;\npub mod b;\npub use a::A;\n{parent}");
        let (a, b) = (format!("pub struct A;\n{a}"), format!("pub struct B;\n{b}"));
        let files = [("src/music/mod.rs", parent), ("src/music/a.rs", a), ("src/music/b.rs", b)];
        circles(&parse(&files.each_ref().map(|(name, text)| (*name, &**text))))
    };

    let found = circles("", "use super::b::B;", "\nuse crate::music::A;");
    let step = "src/music/a.rs imports src/music/b.rs in line 2";
    assert_eq!(found, [format!("{step}, which imports src/music/a.rs in line 3")]);
    assert!(circles("", "use super::b::B;", "#[cfg(test)] use super::A;").is_empty());

    // A parent may define an item for its children and use the children in another item.
    let shares = "pub struct Error;\nfn f() -> Error { A::f(b::B) }";
    assert!(circles(shares, "use super::{Error, b};", "use super::*;").is_empty());
    let needs = "pub struct Error;\nimpl From<A> for Error {}";
    let found = circles(needs, "use super::Error;", "");
    let step = "src/music/mod.rs (Error) imports src/music/a.rs in line 5";
    assert_eq!(found, [format!("{step}, which imports src/music/mod.rs (Error) in line 2")]);
}
