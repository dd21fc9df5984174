//! One writer, and readers of every speed.

use super::*;

/// Four bytes of audio, so that `burst: 8` is two chunks.
fn chunk(n: u8) -> Chunk {
    Chunk::mp3(vec![n; 4], "test")
}

const LIMITS: RingLimits = RingLimits { burst: 8, keep: 16 };

#[tokio::test]
async fn a_new_reader_starts_with_the_burst() {
    let (mut writer, tap) = ring(LIMITS);
    (0..4).for_each(|n| writer.push(chunk(n)));

    let mut reader = tap.reader();

    assert_eq!(reader.next().await, Ok(chunk(2)));
    assert_eq!(reader.next().await, Ok(chunk(3)));
}

#[tokio::test]
async fn a_slow_reader_skips_to_the_burst() {
    let (mut writer, tap) = ring(LIMITS);
    let mut reader = tap.reader();
    (0..9).for_each(|n| writer.push(chunk(n)));

    assert_eq!(reader.next().await, Err(ReadError::Lagged { chunks: 7 }));
    assert_eq!(reader.next().await, Ok(chunk(7)));
}

#[tokio::test]
async fn remaining_chunks_are_read_before_the_end() {
    let (mut writer, tap) = ring(LIMITS);
    let mut reader = tap.reader();
    writer.push(chunk(0));
    drop(writer);

    assert_eq!(reader.next().await, Ok(chunk(0)));
    assert_eq!(reader.next().await, Err(ReadError::Ended));
}

#[test]
fn try_next_never_waits() {
    let (mut writer, tap) = ring(LIMITS);
    let mut reader = tap.reader();

    assert_eq!(reader.try_next(), Ok(None));
    (0..2).for_each(|n| writer.push(chunk(n)));
    assert_eq!((reader.n_waiting(), reader.try_next()), (2, Ok(Some(chunk(0)))));
    (2..9).for_each(|n| writer.push(chunk(n)));
    assert_eq!(reader.try_next(), Err(ReadError::Lagged { chunks: 6 }));
    drop(writer);
    assert!(reader.is_over());
    assert_eq!(reader.try_next(), Ok(Some(chunk(7))));
    assert_eq!(reader.try_next(), Ok(Some(chunk(8))));
    assert_eq!(reader.try_next(), Err(ReadError::Ended));
}

#[test]
fn an_overridden_title_lasts_until_the_music_changes_its_own() {
    let (mut writer, tap) = ring(LIMITS);
    let mut titles = |own: &str| {
        writer.push(Chunk { title: own.into(), ..chunk(0) });
        tap.ring.state().chunks.back().unwrap().title.to_string()
    };

    assert_eq!(titles("one"), "one");
    tap.retitle("request");
    assert_eq!(
        [titles("one"), titles("one"), titles("two"), titles("one")],
        ["request", "request", "two", "one"]
    );
}

#[tokio::test]
async fn the_limit_can_change_but_stays_above_the_burst() {
    let (mut writer, tap) = ring(LIMITS);
    let mut reader = tap.reader();
    writer.keep(0);
    (0..3).for_each(|n| writer.push(chunk(n)));

    assert_eq!(tap.burst_bytes(), 8);
    assert_eq!(reader.next().await, Err(ReadError::Lagged { chunks: 1 }));
    writer.keep(40);
    (3..9).for_each(|n| writer.push(chunk(n)));
    assert_eq!(reader.next().await, Ok(chunk(1)));
}

#[tokio::test]
async fn without_a_burst_a_reader_starts_at_the_live_edge() {
    let (mut writer, tap) = ring(RingLimits { burst: 0, keep: 16 });
    writer.push(chunk(0));
    let mut reader = tap.reader();
    writer.push(chunk(1));

    assert_eq!(tap.burst_bytes(), 0);
    assert_eq!(reader.next().await, Ok(chunk(1)));
}

#[tokio::test]
async fn a_live_reader_starts_with_the_next_chunk() {
    let (mut writer, tap) = ring(LIMITS);
    (0..4).for_each(|n| writer.push(chunk(n)));

    let mut reader = tap.live_reader();
    writer.push(chunk(4));

    assert_eq!(reader.next().await, Ok(chunk(4)));
}

#[tokio::test]
async fn a_waiting_reader_is_woken() {
    let (mut writer, tap) = ring(LIMITS);
    let mut reader = tap.reader();
    let waiting = tokio::spawn(async move { reader.next().await });
    tokio::task::yield_now().await;
    writer.push(chunk(5));
    assert_eq!(waiting.await.unwrap(), Ok(chunk(5)));
}
