//! The smallest SoundFont for tests: a looped sine of 441 Hz at pitch 69 as programs 0 and 5 of
//! bank 0, and a decaying burst of noise as program 0 of bank 128.
//!
//! Source of the layout: SoundFont Technical Specification 2.04, sections 4 to 8.

const PERIOD: usize = 100; // 441 Hz at 44.1 kHz
const SINE: usize = 40 * PERIOD;
const BURST: usize = 4000;
const GUARD: usize = 46; // zeros that must follow each sample

/// The bytes of the file.
pub fn build() -> Vec<u8> {
    let info = [chunk(*b"ifil", &[2, 0, 1, 0]), chunk(*b"isng", b"E\0"), chunk(*b"INAM", b"T\0")];
    let lists = [
        list(*b"INFO", &info.concat()),
        list(*b"sdta", &chunk(*b"smpl", &samples())),
        list(*b"pdta", &hydra()),
    ];
    chunk(*b"RIFF", &[b"sfbk", &lists.concat()[..]].concat())
}

fn samples() -> Vec<u8> {
    let mut noise = 1u32;
    let sine = (0..SINE).map(|n| (std::f32::consts::TAU * n as f32 / PERIOD as f32).sin());
    let burst = (0..BURST).map(|n| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise as i32 as f32 / 2f32.powi(31)) * (1.0 - n as f32 / BURST as f32)
    });
    let guard = || std::iter::repeat_n(0.0, GUARD);
    let all = sine.chain(guard()).chain(burst).chain(guard());
    all.flat_map(|x: f32| ((x * 32_000.0) as i16).to_le_bytes()).collect()
}

/// Presets, instruments and sample headers, each list with its terminal record.
fn hydra() -> Vec<u8> {
    let phdr = [preset(0, 0, 0), preset(5, 0, 1), preset(0, 128, 2), preset(0, 0, 3)];
    let pgen = [[41, 0], [41, 0], [41, 1], [0, 0]];
    let inst = [instrument(0), instrument(1), instrument(2)];
    // Loop mode and root key precede the sample, which must be last.
    let igen = [[54, 1], [58, 69], [53, 0], [58, 60], [53, 1], [0, 0]];
    let burst = SINE + GUARD;
    let shdr = [
        header([0, SINE, PERIOD, 2 * PERIOD]),
        header([burst, burst + BURST, burst + 8, burst + 16]),
        header([0; 4]),
    ];
    let chunks = [
        chunk(*b"phdr", &phdr.concat()),
        chunk(*b"pbag", &words(&[[0, 0], [1, 0], [2, 0], [3, 0]])),
        chunk(*b"pmod", &[0; 10]),
        chunk(*b"pgen", &words(&pgen)),
        chunk(*b"inst", &inst.concat()),
        chunk(*b"ibag", &words(&[[0, 0], [3, 0], [5, 0]])),
        chunk(*b"imod", &[0; 10]),
        chunk(*b"igen", &words(&igen)),
        chunk(*b"shdr", &shdr.concat()),
    ];
    chunks.concat()
}

fn preset(program: u16, bank: u16, first_bag: u16) -> Vec<u8> {
    let numbers = [program, bank, first_bag].map(u16::to_le_bytes).concat();
    [&[b'p'; 20][..], &numbers, &[0; 12]].concat()
}

fn instrument(first_bag: u16) -> Vec<u8> {
    [&[b'i'; 20][..], &first_bag.to_le_bytes()].concat()
}

/// `[start, end, loop start, loop end]`.
fn header(places: [usize; 4]) -> Vec<u8> {
    let places = places.map(|n| (n as u32).to_le_bytes()).concat();
    let rate = 44_100u32.to_le_bytes();
    [&[b's'; 20][..], &places, &rate, &[69, 0, 0, 0, 1, 0]].concat()
}

fn words(pairs: &[[u16; 2]]) -> Vec<u8> {
    pairs.iter().flatten().flat_map(|n| n.to_le_bytes()).collect()
}

fn list(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    chunk(*b"LIST", &[&name, body].concat())
}

fn chunk(id: [u8; 4], body: &[u8]) -> Vec<u8> {
    let n_bytes = (body.len() as u32).to_le_bytes();
    [&id, &n_bytes[..], body, &[0][..body.len() % 2]].concat()
}
