use std::collections::{HashMap, HashSet};

use rand::RngExt as _;

use super::*;
use crate::{config::TimeOfDay, rng};

fn playlist(when: When, on: Edge) -> Playlist {
    Playlist { when: Some(when), on, ..Playlist::new("list.m3u8".into()) }
}

fn at(times: &[&str]) -> When {
    When::At(times.iter().map(|time| time.parse().unwrap()).collect())
}

/// Music at 120 bpm: a beat each half second, bars of 4, phrases of 16 beats, tracks of 256.
fn moment(beat: u64) -> Moment {
    let edge = match beat {
        phrase if phrase.is_multiple_of(16) => Edge::Phrase,
        bar if bar.is_multiple_of(4) => Edge::Bar,
        _ => Edge::Beat,
    };
    Moment { second: beat as f64 / 2.0, edge, n_tracks: 1 + beat / 256, local_time: None }
}

/// The music starts at local time `start`.
fn at_local_time(beat: u64, start: i64) -> Moment {
    Moment { local_time: Some(LocalTime(start + beat as i64 / 2)), ..moment(beat) }
}

/// Second and rule of each insert, all of length `seconds`, that starts at one of `moments`.
fn played(
    playlists: &[Playlist],
    seconds: f64,
    moments: impl Iterator<Item = Moment>,
) -> Vec<(f64, usize)> {
    let mut schedule = Schedule::new(playlists);
    let mut played = Vec::new();
    for moment in moments {
        if let Some(&index) = schedule.due(&moment).first() {
            schedule.mark_played(index, &moment, seconds);
            played.push((moment.second, index));
        }
    }
    played
}

#[test]
fn every_15_minutes_starts_at_the_next_phrase() {
    let rules = [playlist(When::EveryMinutes(15.0), Edge::Phrase)];

    let played = played(&rules, 5.0, (0..2 * 3600 * 2).map(moment));

    // Phrases begin every 8 seconds: 904 is the first after 900.
    let expected = [904.0, 1800.0, 2704.0, 3600.0, 4504.0, 5400.0, 6304.0];
    assert_eq!(played, expected.map(|second| (second, 0)));
}

#[test]
fn every_3_tracks_starts_with_the_fourth_track() {
    let rules = [playlist(When::EveryTracks(3), Edge::Phrase)];

    let played = played(&rules, 5.0, (0..256 * 10).map(moment));

    assert_eq!(played, [384.0, 768.0, 1152.0].map(|second| (second, 0)));
}

#[test]
fn a_time_of_day_plays_once_a_day_and_not_if_it_had_passed() {
    let rules = [playlist(at(&["08:00", "12:00"]), Edge::Bar)];
    // From 08:03 to 12:30 of the next day.
    let start = 20_000 * DAY + 8 * 3600 + 180;
    let moments = (0..(28 * 3600 + 27 * 60) * 2).map(|beat| at_local_time(beat, start));

    let played: Vec<f64> =
        played(&rules, 5.0, moments).into_iter().map(|(second, _)| second).collect();

    let since = |hour: i64, minute: i64| (hour * 3600 + minute * 60) as f64;
    assert_eq!(played, [since(3, 57), since(23, 57), since(27, 57)]);
}

#[test]
fn a_time_during_another_insert_plays_after_it_or_is_skipped() {
    let rules = [playlist(at(&["08:00"]), Edge::Bar), playlist(When::EveryMinutes(1.0), Edge::Bar)];
    let start = 20_000 * DAY + 8 * 3600 - 120;
    let moments = |n: u64| (0..n).map(move |beat| at_local_time(beat, start));

    // The music starts two minutes before eight; the other insert starts a minute later.
    assert_eq!(played(&rules, 600.0, moments(2000))[..2], [(60.0, 1), (660.0, 0)]);
    assert!(played(&rules, 1200.0, moments(6000)).iter().all(|(_, index)| *index == 1));
}

#[test]
fn a_clock_set_back_repeats_no_time_and_one_put_forward_skips_times() {
    let rules = [playlist(at(&["02:30"]), Edge::Beat)];
    let night = 20_000 * DAY;
    // Set back from 03:00 to 02:00; then put forward from 02:00 to 03:00 on the day after.
    let beats = 0..36 * 3600 * 2;
    let shown = |beat: u64| match night + 3600 + beat as i64 / 2 {
        first if first < night + 3 * 3600 => first,
        second if second - 3600 < night + DAY + 2 * 3600 => second - 3600,
        third => third,
    };
    let moments =
        beats.map(|beat| Moment { local_time: Some(LocalTime(shown(beat))), ..moment(beat) });

    assert_eq!(played(&rules, 5.0, moments), [(5400.0, 0)]);
}

#[test]
fn unchanged_rules_keep_counting() {
    let stays = playlist(When::EveryMinutes(10.0), Edge::Beat);
    let new = playlist(When::EveryMinutes(1.0), Edge::Beat);
    let mut schedule = Schedule::new(std::slice::from_ref(&stays));
    assert!(schedule.due(&moment(0)).is_empty());

    schedule.replace(&[new, stays]);

    assert!(schedule.due(&moment(1000)).is_empty());
    assert_eq!(schedule.due(&moment(1120)), [0]);
    assert_eq!(schedule.due(&moment(1200)), [0, 1]);
}

#[test]
fn a_list_without_a_rule_is_never_due() {
    let rules = [Playlist::new("waypoints.m3u8".into())];
    assert!(played(&rules, 1.0, (0..100_000).map(moment)).is_empty());
}

/// Random rules and lengths, and a clock that jumps.
#[test]
fn inserts_never_overlap_nor_start_early_nor_off_their_edge() {
    for seed in 0..60 {
        let mut rng = rng::stream(seed, "schedule");
        let edges = [Edge::Beat, Edge::Bar, Edge::Phrase];
        let rules: Vec<Playlist> = (0..rng.random_range(1..5))
            .map(|_| {
                let when = match rng.random_range(0..3) {
                    0 => When::EveryMinutes(f64::from(rng.random_range(1..40)) / 2.0),
                    1 => When::EveryTracks(rng.random_range(1..4)),
                    _ => {
                        let time = |_| TimeOfDay { second: 60 * rng.random_range(0..1440) };
                        When::At((0..6).map(time).collect())
                    }
                };
                playlist(when, edges[rng.random_range(0..3)])
            })
            .collect();
        let mut schedule = Schedule::new(&rules);
        let (mut free_from, mut local) = (0.0, 20_000 * DAY);
        let mut last: HashMap<usize, (f64, u64)> = HashMap::new(); // second and track of the last insert
        let mut times = HashSet::new();
        for beat in 0..40_000 {
            local += i64::from(beat % 2 == 0);
            if rng.random_range(0..4000) == 0 {
                local += rng.random_range(-7200..7200);
            }
            let moment = Moment { local_time: Some(LocalTime(local)), ..moment(beat) };
            let due = schedule.due(&moment);
            assert!(due.is_empty() || free_from <= moment.second, "two at a time");
            for &index in &due {
                let (second, n_tracks) = last.get(&index).copied().unwrap_or((0.0, 1));
                match rules[index].when.as_ref().unwrap() {
                    When::EveryMinutes(minutes) => {
                        // From one point of the grid to the next, however late the last insert was.
                        let point = |second: f64| (second / (minutes * 60.0)).floor();
                        assert!(point(second) < point(moment.second), "early");
                    }
                    When::EveryTracks(every) => assert!(n_tracks + every <= moment.n_tracks),
                    When::At(_) => {}
                }
            }
            let Some(&index) = due.first() else { continue };
            assert!(rules[index].on <= moment.edge, "off its edge");
            if let Some(Timer::Played(before)) = &schedule.rules[index].timer {
                let when = rules[index].when.as_ref().unwrap();
                let time = first_missed(when, before, &moment).expect("one is due");
                assert!(times.insert((index, time)), "twice");
            }
            let seconds = f64::from(rng.random_range(1..200));
            schedule.mark_played(index, &moment, seconds);
            free_from = moment.second + seconds;
            last.insert(index, (moment.second, moment.n_tracks));
        }
    }
}

#[test]
fn a_lone_rule_plays_within_a_phrase() {
    for minutes in [0.5, 1.0, 7.5, 33.0] {
        let rules = [playlist(When::EveryMinutes(minutes), Edge::Phrase)];
        let played = played(&rules, 3.0, (0..100_000).map(moment));
        assert!(!played.is_empty());
        for (n, (second, _)) in played.iter().enumerate() {
            let late = second - (n + 1) as f64 * minutes * 60.0;
            assert!((0.0..8.0).contains(&late), "{late} s late");
        }
    }
}
