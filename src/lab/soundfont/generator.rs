//! The SoundFont 2.04 generators in use, in everyday units.
//!
//! Source: SoundFont Technical Specification 2.04, section 8.1.2. Only generators that rustysynth
//! supports are here. It ignores modulators, so velocity acts through velocity ranges and
//! rustysynth's fixed amplitude curve.

/// A setting of a zone; unset generators have the specification's default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Generator {
    /// Start of playback in the sample, 0 to 32767 samples after its start.
    StartOffset(u16),
    /// Vibrato depth in cents.
    VibratoToPitch(f64),
    /// Low-pass cut-off in hertz; fully open from about 20 kHz.
    Cutoff(f64),
    /// Filter resonance in decibels. Synthesizers lower the level by half of it.
    Resonance(f64),
    /// Pitch change by the filter envelope at its peak, in cents.
    EnvelopeToPitch(f64),
    /// Cut-off modulation by the LFO, in cents.
    LfoToCutoff(f64),
    /// Cut-off change by the filter envelope at its peak, in cents.
    EnvelopeToCutoff(f64),
    /// Tremolo depth in decibels.
    LfoToVolume(f64),
    /// Delay of the LFO in seconds.
    LfoDelay(f64),
    /// Send to the chorus, 0 to 1.
    Chorus(f64),
    /// Send to the reverb, 0 to 1.
    Reverb(f64),
    /// Pan, -0.5 left to 0.5 right.
    Pan(f64),
    /// LFO rate in hertz.
    LfoRate(f64),
    /// Delay of the vibrato in seconds.
    VibratoDelay(f64),
    /// Vibrato rate in hertz.
    VibratoRate(f64),
    /// Attack of the filter envelope in seconds.
    FilterAttack(f64),
    /// Decay of the filter envelope from its peak to 0 in seconds, linear in cents.
    FilterDecay(f64),
    /// Sustain of the filter envelope, 0 to 1.
    FilterSustain(f64),
    /// Release of the filter envelope in seconds.
    FilterRelease(f64),
    /// Removes the default volume delay of a millisecond.
    NoDelay,
    /// Volume attack in seconds, linear in amplitude.
    Attack(f64),
    /// Removes the default volume attack of a millisecond.
    NoAttack,
    /// Seconds at the peak before the decay.
    Hold(f64),
    /// Time in seconds for a decay by 100 dB, linear in decibels (rustysynth: 80 dB).
    Decay(f64),
    /// Change of the decay per key in timecents; key 60 has the nominal decay, and 100 halves it
    /// per octave.
    DecayPerKey(i16),
    /// Volume sustain in decibels below the peak.
    Sustain(f64),
    /// Time in seconds for a release by 100 dB.
    Release(f64),
    /// Attenuation in decibels. Synthesizers divide the stored amount by 2.5, as hardware did.
    Attenuation(f64),
    /// Transposition in semitones.
    Transpose(i16),
    /// Detuning in cents, -99 to 99.
    Tune(i16),
    /// Loops the sample while the note sounds.
    Looped,
    /// Pitch change per key in cents.
    CentsPerKey(i16),
    /// A new note cuts off sounding notes of the same class, 1 to 127.
    ExclusiveClass(u8),
    /// The key at which the sample plays at its own rate.
    RootKey(u8),
}

impl Generator {
    /// The generator's number and amount as stored in a file.
    pub fn to_record(self) -> (u16, i16) {
        match self {
            Self::StartOffset(samples) => (0, samples.min(i16::MAX as u16) as i16),
            Self::LfoDelay(seconds) => (21, timecents(seconds)),
            Self::Hold(seconds) => (35, timecents(seconds)),
            Self::Attenuation(db) => (48, (25.0 * db).round() as i16),
            Self::Transpose(semitones) => (51, semitones),
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
            // The most negative value means no time at all.
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

/// Cents above 8.176 Hz, the pitch of key 0.
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
    fn units_convert_to_those_of_the_specification() {
        assert_eq!(Generator::Cutoff(440.0).to_record(), (8, 6900));
        assert_eq!(Generator::Attack(1.0).to_record(), (34, 0));
        assert_eq!(Generator::Attack(0.0).to_record(), (34, -12_000));
        assert_eq!(Generator::FilterSustain(0.25).to_record(), (29, 750));
        assert_eq!(Generator::Sustain(6.0).to_record(), (37, 60));
        assert_eq!(Generator::NoAttack.to_record(), (34, -32_768));
    }
}
