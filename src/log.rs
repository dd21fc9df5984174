//! The log and the radio's other output: a line that can't be written is dropped and counted.
//!
//! `println!`, `eprintln!` and the writer of `tracing-subscriber` panic when a write fails, and block when
//! the reader of a pipe stops. Here a dedicated thread writes from a bounded queue that drops lines when
//! full: a full disk, a closed terminal or a stopped reader blocks no other thread. Before [`start`], which
//! only the radio calls, lines are written directly, errors ignored.

use std::{
    fmt,
    io::{self, Write, stderr, stdout},
    mem,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{self, Receiver, SyncSender},
    },
    time::Duration,
};

use crate::threads::{self, SpawnError};

/// Capacity of the queue in lines: some hundred kilobytes.
const MOST_WAITING: usize = 1024;

/// The longest wait of [`finish`].
const FINISH_TIMEOUT: Duration = Duration::from_millis(500);

/// Lines dropped since the start.
static N_LOST: AtomicU64 = AtomicU64::new(0);

/// The queue of the thread, once it runs.
static QUEUE: OnceLock<SyncSender<Message>> = OnceLock::new();

/// A message to the thread.
enum Message {
    Write(Output, Vec<u8>),
    /// Drops the sender once everything before it is written.
    Finish(SyncSender<()>),
}

/// Where a line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    Stdout,
    Stderr,
}

/// The writer for the log, which never fails. Each call of `write` is one line.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogWriter;

/// Starts the thread that writes.
///
/// # Errors
/// Spawning it failed; lines are then written directly.
pub fn start() -> Result<(), SpawnError> {
    let (queue, messages) = mpsc::sync_channel(MOST_WAITING);
    threads::spawn("log", move || write_all(&messages, write_to, &N_LOST))?;
    // A second start leaves the first thread in place.
    let _ = QUEUE.set(queue);
    Ok(())
}

/// Writes `text` and a line break to standard output.
pub fn say(text: fmt::Arguments) {
    put(Output::Stdout, format!("{text}\n").into_bytes());
}

/// Writes `text` and a line break to standard error, outside the log.
pub fn complain(text: fmt::Arguments) {
    put(Output::Stderr, format!("{text}\n").into_bytes());
}

/// Lines that were dropped since the start: the output was full, closed or blocked.
pub fn n_lost() -> u64 {
    N_LOST.load(Relaxed)
}

/// Waits, up to half a second, until all lines so far are written.
pub fn finish() {
    let Some(queue) = QUEUE.get() else { return };
    let (sender, is_written) = mpsc::sync_channel(1);
    if queue.try_send(Message::Finish(sender)).is_ok() {
        // Disconnected once all is written; on a timeout the output is blocked.
        let _ = is_written.recv_timeout(FINISH_TIMEOUT);
    }
}

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        put(Output::Stderr, line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn put(output: Output, line: Vec<u8>) {
    let is_accepted = match QUEUE.get() {
        Some(queue) => queue.try_send(Message::Write(output, line)).is_ok(),
        None => write_to(output, &line).is_ok(),
    };
    if !is_accepted {
        N_LOST.fetch_add(1, Relaxed);
    }
}

fn write_to(output: Output, line: &[u8]) -> io::Result<()> {
    match output {
        Output::Stdout => {
            let mut out = stdout().lock();
            out.write_all(line).and_then(|()| out.flush())
        }
        Output::Stderr => stderr().write_all(line),
    }
}

/// Writes messages until all senders are dropped. After lines were lost, the next line written is followed by
/// their count.
fn write_all(
    messages: &Receiver<Message>,
    mut write: impl FnMut(Output, &[u8]) -> io::Result<()>,
    n_lost: &AtomicU64,
) {
    let mut n_told = 0;
    while let Ok(message) = messages.recv() {
        let (output, line) = match message {
            Message::Write(output, line) => (output, line),
            Message::Finish(is_written) => {
                drop(is_written);
                continue;
            }
        };
        if write(output, &line).is_err() {
            n_lost.fetch_add(1, Relaxed);
            continue;
        }
        let n = n_lost.load(Relaxed);
        let n_new = n - mem::replace(&mut n_told, n);
        if 0 < n_new {
            let text = format!("{n_new} lines before this one could not be written\n");
            // If this line is lost too, the next count repeats it.
            let _ = write(Output::Stderr, text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_cannot_be_written_are_counted_and_the_count_is_told() {
        let (queue, messages) = mpsc::sync_channel(9);
        for line in ["one\n", "two\n", "three\n", "four\n"] {
            queue.send(Message::Write(Output::Stderr, line.into())).unwrap();
        }
        drop(queue);
        let (n_lost, mut n_tries, mut written) = (AtomicU64::new(0), 0, String::new());

        let full_at_first = |_, line: &[u8]| {
            n_tries += 1;
            if n_tries < 3 {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            written.push_str(std::str::from_utf8(line).unwrap());
            Ok(())
        };
        write_all(&messages, full_at_first, &n_lost);

        assert_eq!(written, "three\n2 lines before this one could not be written\nfour\n");
        assert_eq!(n_lost.into_inner(), 2);
    }

    #[test]
    fn a_finish_is_answered_after_the_lines_before_it() {
        let (queue, messages) = mpsc::sync_channel(9);
        let (sender, is_written) = mpsc::sync_channel(1);
        queue.send(Message::Write(Output::Stdout, b"one\n".to_vec())).unwrap();
        queue.send(Message::Finish(sender)).unwrap();
        drop(queue);
        let mut n_written = 0;

        let count = |_, _: &[u8]| {
            n_written += 1;
            Ok(())
        };
        write_all(&messages, count, &AtomicU64::new(0));

        assert_eq!((n_written, is_written.recv()), (1, Err(mpsc::RecvError)));
    }
}
