use electropunk::picture::palette::Voice;
use electropunk::{music::style::Style, patterns, picture::*};
fn main() {
    let log = std::fs::read_to_string("/tmp/log.jsonl").unwrap();
    let p = learning::panels(&learning::read(&log), &["melody", "bass", "drums"]);
    write("/tmp/look.svg".as_ref(), curve::svg(&p).as_bytes()).unwrap();
    let mut rolls = vec![];
    for style in Style::ALL {
        for n in 0..2 {
            let t = patterns::pattern(style, n).trio;
            let n = t.melody.len().min(64);
            rolls.push(roll::Roll {
                caption: format!("{style} {n} a long caption of a song été"),
                lines: vec![
                    (Voice::Melody, t.melody[..n].to_vec()),
                    (Voice::Bass, t.bass[..n].to_vec()),
                    (Voice::Drums, t.drums[..n].to_vec()),
                ],
            });
        }
    }
    let png = sheet::sheet(&rolls, 4).to_png().unwrap();
    println!("{}", png.len());
    write("/tmp/look.png".as_ref(), &png).unwrap();
    let d: Vec<_> = rolls
        .iter()
        .map(|r| roll::Roll {
            caption: r.caption.clone(),
            lines: vec![(Voice::Drums, r.lines[2].1[..32].to_vec())],
        })
        .collect();
    write("/tmp/look2.png".as_ref(), &sheet::sheet(&d, 4).to_png().unwrap()).unwrap();
}
