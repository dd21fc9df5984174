use std::sync::mpsc;

use super::*;

fn thread() -> StudioThread {
    StudioThread::new(&Supervisor::default(), Precision::default())
}

#[test]
fn requests_are_answered_in_their_order() {
    let thread = thread();
    let answers: Vec<_> = (0..5).map(|n| thread.ask(move |_| Ok(n)).unwrap()).collect();
    let found: Vec<i32> = answers.into_iter().map(|answer| answer.wait().unwrap()).collect();

    assert_eq!(found, [0, 1, 2, 3, 4]);
}

#[test]
fn a_full_queue_refuses_and_empties() {
    let thread = thread();
    let (release, held) = mpsc::channel::<()>();
    let (started, has_started) = mpsc::channel();
    let first = thread.ask(move |_| {
        let _ = (started.send(()), held.recv());
        Ok(())
    });
    has_started.recv().unwrap();
    let waiting: Vec<_> = (0..32).map(|_| thread.ask(|_| Ok(())).unwrap()).collect();

    let refused = thread.ask(|_| Ok(())).err().unwrap().to_string();
    assert_eq!(refused, "the studio is busy with 32 other requests: try again");
    release.send(()).unwrap();
    first.unwrap().wait().unwrap();
    assert!(waiting.into_iter().all(|answer| answer.wait().is_ok()));
    assert!(thread.ask(|_| Ok(())).unwrap().wait().is_ok());
}

#[test]
fn a_request_that_nobody_waits_for_is_left_out() {
    let thread = thread();
    let (release, held) = mpsc::channel::<()>();
    let first = thread.ask(move |_| held.recv().map_err(|_| LabError::NoAnswer)).unwrap();
    let (done, is_done) = mpsc::channel();
    drop(thread.ask(move |_| done.send(()).map_err(|_| LabError::NoAnswer)).unwrap());
    release.send(()).unwrap();
    first.wait().unwrap();
    thread.ask(|_| Ok(())).unwrap().wait().unwrap();

    assert!(is_done.try_recv().is_err());
}

#[test]
fn a_panic_fails_its_request_alone() {
    let thread = thread();
    let panicking = thread.ask(|_| -> Result<(), LabError> { panic!("a broken model") });

    assert!(matches!(panicking.unwrap().wait(), Err(LabError::NoAnswer)));
    assert!(thread.ask(|_| Ok(())).unwrap().wait().is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn the_thread_is_nicer_than_others() {
    use rustix::process::getpriority_process;
    let (own, studio) = (
        getpriority_process(None).unwrap(),
        thread().ask(|_| Ok(getpriority_process(None).unwrap())).unwrap().wait().unwrap(),
    );
    assert_eq!(studio, (own + NICE).min(19));
}
