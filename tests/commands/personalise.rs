//! `electropunk personalise`: a prior of a band's songs, its report, samples and stations.

use std::{fs, path::Path};

use serde_json::Value;

use crate::program::{electropunk, fail, succeed};

/// Builds `NAME.dataset` from `n_songs` patterns of a style, the songs of an invented band.
fn band(folder: &Path, name: &str, style: &str, n_songs: u64) {
    succeed(folder, &format!("dataset patterns --style {style} --count {n_songs} --out {name}"));
    let build = "dataset build --config hier-trio_4bar --max-tensors-per-notesequence 0";
    succeed(folder, &format!("{build} {name} --out {name}.dataset --json"));
}

fn row<'a>(report: &'a Value, name: &str) -> &'a Value {
    let rows = report["report"].as_array().unwrap();
    rows.iter().find(|row| row["name"].as_str().unwrap().starts_with(name)).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

#[test]
fn draws_are_like_the_band_and_no_copies() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    band(folder, "punk", "punk", 150);
    band(folder, "dub", "dub", 40);

    let report = succeed(
        folder,
        "personalise --model models/trio-4bar --data punk.dataset --out mine --report \
         --others dub.dataset --json",
    );

    assert!(number(&report["seconds"]) < 10.0, "{}", report["seconds"]);
    // The small decoder of `vae` keeps less of the songs' spread, so more of its draws are near a song.
    for (kind, most_copies) in [("components", 0.05), ("vae", 0.1)] {
        let (mine, own) = (row(&report, kind), row(&report, "trio-4bar, whole space"));
        for distance in ["lines", "latents"] {
            let [near, whole, far] = [&mine["held_out"], &own["held_out"], &mine["others"]]
                .map(|d| number(&d[distance]));
            assert!(near < whole, "{kind}, {distance}: {near} of the band, {whole} without");
            assert!(near < far, "{kind}, {distance}: {near} of the band, {far} of others");
        }
        assert!(number(&mine["copies"]) <= most_copies, "{mine}");
        assert!(0.9 <= number(&mine["distinct"]), "{mine}");
    }
    let card: toml::Table = fs::read_to_string(folder.join("mine.toml")).unwrap().parse().unwrap();
    assert_eq!(card["model"].as_str(), Some("trio-4bar"));
    assert_eq!(card["sliders"].as_array().map(Vec::len), Some(4));
}

#[test]
fn the_same_seed_gives_the_same_prior_and_it_is_drawn_from_and_played() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    band(folder, "punk", "punk", 20);
    let fit =
        "personalise --model models/trio-4bar --data punk.dataset --kind vae --steps 40 --seed";
    for (name, seed) in [("mine", 1), ("again", 1), ("other", 2)] {
        succeed(folder, &format!("{fit} {seed} --out {name}"));
    }
    let file = |name: &str| fs::read(folder.join(format!("{name}.safetensors"))).unwrap();
    assert!(tensors(&file("mine")) == tensors(&file("again")));
    assert!(tensors(&file("mine")) != tensors(&file("other")));
    assert!(
        fail(folder, &format!("{fit} 1 --out mine")).contains("expected another name for --out")
    );

    let sample = "sample --model models/trio-4bar --seed 1 --n 2 --json --out";
    succeed(folder, &format!("{sample} plain"));
    succeed(folder, &format!("{sample} takes --prior mine"));
    let take = |name: &str| fs::read(folder.join(name).join("sample-000-seed-1.mid")).unwrap();
    assert_ne!(take("plain"), take("takes"));
    let other = "sample --model models/drums-2bar --prior mine";
    let expected = "mine.safetensors: expected a personal prior of the model drums-2bar, found one of trio-4bar";
    assert!(fail(folder, other).contains(expected));
    assert!(
        fail(folder, "sample --model models/trio-4bar --prior none").contains("none.safetensors")
    );

    let station = "[[stations]]\nname = \"x\"\ntheme = \"x\"\n";
    for (name, theme) in [
        ("low", "prior = \"mine\"\npersonal = { a = -2, spread = 0.2 }"),
        ("high", "prior = \"mine\"\npersonal = { a = 2, spread = 0.2 }"),
        ("none", ""),
    ] {
        fs::write(folder.join("radio.toml"), format!("[themes.x]\n{theme}\n{station}")).unwrap();
        succeed(folder, "check");
        succeed(folder, &format!("render --station x --minutes 0.5 --seed 1 --out {name}.mid"));
    }
    let played = |name: &str| fs::read(folder.join(format!("{name}.mid"))).unwrap();
    assert_ne!(played("low"), played("high"));
    assert_ne!(played("low"), played("none"));
    let wrong = "[themes.x]\nprior = \"mine\"\ntrio_model = \"models/trio-16bar\"\n";
    fs::create_dir(folder.join("models")).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/trio-16bar.safetensors");
    fs::copy(shipped, folder.join("models/trio-16bar.safetensors")).unwrap();
    fs::write(folder.join("radio.toml"), format!("{wrong}{station}")).unwrap();
    let refused = electropunk(folder, "check");
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    let refused = refused.stdout + &refused.stderr;
    assert!(refused.contains("a personal prior of the model trio-16bar, found one of trio-4bar"));
}

#[test]
fn too_few_windows_are_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    band(folder.path(), "few", "dub", 2);
    let refused =
        fail(folder.path(), "personalise --model models/trio-4bar --data few.dataset --out mine");
    assert!(refused.contains("few.dataset: expected at least 8 windows"), "{refused}");
    assert_eq!(refused.trim().lines().count(), 1, "{refused}");
}

/// Names and bytes of the tensors, sorted: their order in a file is arbitrary.
fn tensors(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
    let mut all: Vec<_> =
        file.iter().map(|(name, view)| (name.to_owned(), view.data().to_vec())).collect();
    all.sort();
    all
}
