//! A title that was set by hand.

use std::sync::Arc;

/// A title that is shown in place of the music's until that changes.
#[derive(Debug, Clone, Default)]
pub struct ShownTitle {
    shown: Option<Arc<str>>,
    /// The music's title that it replaces; none before it is first shown.
    over: Option<Arc<str>>,
}

impl ShownTitle {
    /// Shows `title` in place of the music's next title; none shows the music's.
    pub fn new(title: Option<Arc<str>>) -> Self {
        Self { shown: title, over: None }
    }

    /// The title to show while the music's is `of_music`.
    pub fn over(&mut self, of_music: Arc<str>) -> Arc<str> {
        let over = self.over.get_or_insert_with(|| of_music.clone());
        if *over != of_music {
            self.shown = None;
        }
        self.shown.clone().unwrap_or(of_music)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_shown_until_the_music_s_changes() {
        let mut title = ShownTitle::default();
        assert_eq!(&*title.over("one".into()), "one");

        title = ShownTitle::new(Some("live set".into()));
        assert_eq!(&*title.over("one".into()), "live set");
        assert_eq!(&*title.over("one".into()), "live set");
        assert_eq!(&*title.over("two".into()), "two");
        assert_eq!(&*title.over("one".into()), "one");

        title = ShownTitle::new(Some("live set".into()));
        title.over("one".into());
        title = ShownTitle::new(None);
        assert_eq!(&*title.over("one".into()), "one");
    }
}
