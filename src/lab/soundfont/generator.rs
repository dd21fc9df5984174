//! The generators of SoundFont 2.04 that we set, in everyday units.
//!
//! Source: SoundFont Technical Specification 2.04, section 8.1.2. Only those are here that
//! rustysynth honours; it ignores modulators, so velocity acts through velocity ranges and its own
//! fixed curve of amplitude.

/// A zone's setting; what is not set keeps the specification's default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Generator {
    /// Where in the sample a note begins, 0 to 32767 samples after its start.
    StartOffset(u16),
    /// Depth of the vibrato in cents.
    VibratoToPitch(f64),
    /// Corner of the low-pass filter in hertz; open from about 20 kHz.
    Cutoff(f64),
    /// Height of the filter's resonance in decibels. Synths take half of it off the level.
    Resonance(f64),
    /// How far the filter's envelope bends the pitch at its top, in cents.
    EnvelopeToPitch(f64),
    /// How far the slow oscillator moves the corner, in cents.
    LfoToCutoff(f64),
    /// How far the filter's envelope raises the corner at its top, in cents.
    EnvelopeToCutoff(f64),
    /// Depth of the tremolo in decibels.
    LfoToVolume(f64),
    /// Part of the sound that goes to the chorus, 0 to 1.
    Chorus(f64),
    /// Part of the sound that goes to the reverb, 0 to 1.
    Reverb(f64),
    /// -0.5 is left, 0.5 right.
    Pan(f64),
    /// Rate of the slow oscillator in hertz.
    LfoRate(f64),
    /// Seconds before the vibrato begins.
    VibratoDelay(f64),
    /// Rate of the vibrato in hertz.
    VibratoRate(f64),
    /// Seconds in which the filter's envelope rises.
    FilterAttack(f64),
    /// Seconds in which the filter's envelope falls from its top to 0, straight in cents.
    FilterDecay(f64),
    /// Where the filter's envelope rests, 0 to 1.
    FilterSustain(f64),
    /// Seconds in which the filter's envelope falls after the key is up.
    FilterRelease(f64),
    /// The sound begins at once, not after the default millisecond.
    NoDelay,
    /// Seconds in which the level rises, straight in amplitude.
    Attack(f64),
    /// The level is there at once, not after the default millisecond.
    NoAttack,
    /// Seconds in which the level would fall by 100 dB, straight in decibels (rustysynth: 80 dB).
    Decay(f64),
    /// How much faster the level falls on each key than on the key below it, in timecents; key 60 keeps
    /// its decay. 100 halves it with each octave.
    DecayPerKey(i16),
    /// Where the level rests, in decibels below its top.
    Sustain(f64),
    /// Seconds in which the level would fall by 100 dB after the key is up.
    Release(f64),
    /// Detuning in cents, -99 to 99.
    Tune(i16),
    /// The sample goes round in its loop for as long as the note sounds.
    Looped,
    /// Cents that a key is above the key below it.
    CentsPerKey(i16),
    /// A new note cuts off those of the same class, 1 to 127.
    ExclusiveClass(u8),
    /// The key that plays the sample at its own rate.
    RootKey(u8),
}

impl Generator {
    /// The operator's number and its amount as a file has them.
    pub fn to_record(self) -> (u16, i16) {
        match self {
            Self::StartOffset(samples) => (0, samples.min(i16::MAX as u16) as i16),
            Self::VibratoToPitch(cents) => (6, cents.round() as i16),
            Self::EnvelopeToPitch(cents) => (7, cents.round() as i16),
            Self::Cutoff(hz) => (8, absolute_cents(hz).clamp(1500, 13_500)),
            Self::Resonance(db) => (9, (db * 10.0).round() as i16),
            Self::LfoToCutoff(cents) => (10, cents.round() as i16),
            Self::EnvelopeToCutoff(cents) => (11, cents.round() as i16),
            Self::LfoToVolume(db) => (13, (db * 10.0).round() as i16),
            Self::Chorus(part) => (15, permille(part)),
            Self::Reverb(part) => (16, permille(part)),
            Self::Pan(place) => (17, permille(place)),
            Self::LfoRate(hz) => (22, absolute_cents(hz)),
            Self::VibratoDelay(seconds) => (23, timecents(seconds)),
            Self::VibratoRate(hz) => (24, absolute_cents(hz)),
            Self::FilterAttack(seconds) => (26, timecents(seconds)),
            Self::FilterDecay(seconds) => (28, timecents(seconds)),
            Self::FilterSustain(part) => (29, permille(1.0 - part)),
            Self::FilterRelease(seconds) => (30, timecents(seconds)),
            // The most negative number stands for no time at all.
            Self::NoDelay => (33, i16::MIN),
            Self::NoAttack => (34, i16::MIN),
            Self::Attack(seconds) => (34, timecents(seconds)),
            Self::Decay(seconds) => (36, timecents(seconds)),
            Self::Sustain(db) => (37, (db * 10.0).round() as i16),
            Self::Release(seconds) => (38, timecents(seconds)),
            Self::DecayPerKey(timecents) => (40, timecents),
            Self::Tune(cents) => (52, cents),
            Self::Looped => (54, 1),
            Self::CentsPerKey(cents) => (56, cents),
            Self::ExclusiveClass(class) => (57, i16::from(class)),
            Self::RootKey(key) => (58, i16::from(key)),
        }
    }
}

/// Cents above 8.176 Hz, which is key 0.
fn absolute_cents(hz: f64) -> i16 {
    (1200.0 * libm::log2(hz / 8.175_798_915_643_707)).round() as i16
}

/// 1200 times the binary logarithm of a time in seconds.
fn timecents(seconds: f64) -> i16 {
    (1200.0 * libm::log2(seconds)).round().clamp(-12_000.0, 8000.0) as i16
}

fn permille(part: f64) -> i16 {
    (part * 1000.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_become_those_of_the_specification() {
        assert_eq!(Generator::Cutoff(440.0).to_record(), (8, 6900));
        assert_eq!(Generator::Attack(1.0).to_record(), (34, 0));
        assert_eq!(Generator::Attack(0.0).to_record(), (34, -12_000));
        assert_eq!(Generator::FilterSustain(0.25).to_record(), (29, 750));
        assert_eq!(Generator::Sustain(6.0).to_record(), (37, 60));
        assert_eq!(Generator::NoAttack.to_record(), (34, -32_768));
    }
}
