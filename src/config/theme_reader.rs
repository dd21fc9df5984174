//! The keys of `[themes.NAME]`.

use serde_json::json;

use crate::{
    config::{
        anchor::Anchor,
        assets::AssetRef,
        dream::Dream,
        hymns,
        macro_reader::read_macros,
        part::{Sound, read_limits, read_sound},
        personal,
        room::read_room,
        section::Section,
        text::one_line,
        theme::Theme,
        value::set,
    },
    music::scale::{Key, Mode, NotAKey},
};

/// Placeholders in title patterns, written `{word}`.
const TITLE_SLOTS: [&str; 5] = ["word", "quality", "number", "key", "tempo"];

impl Theme {
    /// Reads the keys of `section`; missing keys keep the values of `self`.
    pub(super) fn overridden(mut self, name: &str, section: &mut Section) -> Self {
        name.clone_into(&mut self.name);
        self.read_walk(section);
        self.read_playing(section);
        let voices = self.voices.iter_mut().zip(&mut self.programs).zip(&mut self.fonts);
        let mut sounds = voices.map(|((voice, programs), font)| Sound { voice, programs, font });
        let mut read = |section: &mut Section| {
            if let Some(sound) = sounds.next() {
                read_sound(section, sound);
            }
        };
        section.table("drums", |section| {
            read(section);
            self.drums.read(section);
        });
        section.table("bass", |section| {
            read(section);
            read_limits(section, &mut self.bass);
        });
        section.table("lead", |section| {
            read(section);
            read_limits(section, &mut self.lead);
            set(&mut self.lead_role, section.choice("role"));
        });
        section.table("chords", |section| {
            read(section);
            self.chords.read(section);
        });
        read_macros(section, &mut self.macros);
        if self.chorale_model.is_some() {
            hymns::check(section, self.key);
        }
        self
    }

    /// Models and anchors.
    fn read_walk(&mut self, section: &mut Section) {
        let base_dir = section.reading.base_dir;
        let model = |text: &str| AssetRef::model(text, base_dir);
        let anchor = |text: &str| Anchor::read(text, base_dir);
        set(&mut self.drums_model, section.text_as("drums_model", model));
        set(&mut self.trio_model, section.text_as("trio_model", model));
        let chorale = section.text_as("chorale_model", model);
        set(&mut self.chorale_model, chorale.map(Some));
        set(&mut self.groove_model, section.text_as("groove_model", model));
        let pad = section.list_like("pad", 4..=4, Anchor::schema, anchor);
        set(&mut self.pad, pad.and_then(|pad| pad.try_into().ok()));
        set(&mut self.beat, section.choice("beat"));
        set(&mut self.bars_per_round, section.whole("bars_per_round", 8..=512));
        let anchors = section.list_like("anchors", 2..=16, Anchor::schema, anchor);
        set(&mut self.anchors, anchors);
        set(&mut self.dreams, section.list_like("dreams", 1..=2, Dream::schema, Dream::read));
        if let Some(prior) = section.text_as("prior", |text| personal::file(text, base_dir)) {
            self.prior = Some(prior);
        }
        section.table("personal", |section| personal::read(section, &mut self.personal));
        set(&mut self.wander, section.number("wander", 0.0..=0.8));
        set(&mut self.likes, section.number("likes", 0.0..=1.0));
        set(&mut self.temperature, section.number("temperature", 0.05..=2.0));
        self.decoding.read(section);
    }

    /// Key, tempo, form and feel.
    fn read_playing(&mut self, section: &mut Section) {
        set(&mut self.key, read_key(section));
        set(&mut self.tempo, section.number_as("tempo", 30.0..=300.0));
        set(&mut self.tempo_spread, section.number("tempo_spread", 0.0..=20.0));
        set(&mut self.minutes, section.span("minutes", 1.0..=20.0));
        set(&mut self.shape, section.choice("shape"));
        if let Some(style) = section.choice("arrangement") {
            self.arrangement = Some(style);
        }
        set(&mut self.harmony, section.choice("harmony"));
        set(&mut self.swing, section.number("swing", 0.0..=0.75));
        set(&mut self.humanise, section.number("humanise", 0.0..=1.0));
        set(&mut self.groove, section.number("groove", 0.0..=1.0));
        set(&mut self.groove_time, section.number("groove_time", 0.0..=1.0));
        set(&mut self.echo_steps, section.number("echo_steps", 0.5..=16.0));
        set(&mut self.echo_feedback, section.number("echo_feedback", 0.0..=0.9));
        set(&mut self.throws, section.number("throws", 0.0..=1.0));
        section.table("room", |section| read_room(section, &mut self.room));
        set(&mut self.words, section.list("words", 2..=200, |text| one_line(text, 40)));
        set(&mut self.qualities, section.list("qualities", 1..=200, |text| one_line(text, 40)));
        set(&mut self.titles, section.list("titles", 1..=50, title_pattern));
    }
}

/// The key; the schema has all keys as examples, since the reader also takes flats and capitals.
fn read_key(section: &mut Section) -> Option<Key> {
    let keys = (0..12).flat_map(|root| Mode::all().map(move |mode| Key { root, mode }.to_string()));
    let hints = || json!({ "examples": keys.collect::<Vec<_>>() });
    section.text_like("key", hints, |text| text.parse().map_err(|error: NotAKey| error.to_string()))
}

/// A title pattern, if it has only known placeholders.
fn title_pattern(text: &str) -> Result<String, String> {
    let pattern = one_line(text, 80)?;
    let mut rest = pattern.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let (slot, after) = after.split_once('}').unwrap_or((after, ""));
        if !TITLE_SLOTS.contains(&slot) {
            let known = TITLE_SLOTS.map(|slot| format!("{{{slot}}}")).join(", ");
            return Err(format!("expected one of {known} in a title pattern, found {{{slot}}}"));
        }
        rest = after;
    }
    Ok(pattern)
}
