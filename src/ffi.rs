//! All unsafe code of the crate: a call to LAME, options of glibc's allocator and of candle, which no safe
//! crate wraps.
//!
//! `unsafe_code` is denied elsewhere.

#![allow(unsafe_code)]

use mp3lame_encoder::Builder;

/// Turns LAME's bit reservoir off. Returns false if LAME rejects the setting.
///
/// MP3 frames normally borrow bits from earlier frames (the bit reservoir). A listener who joins
/// mid-stream doesn't have those frames, so the radio needs frames that decode on their own.
/// `mp3lame-encoder` wraps every setting except `lame_set_disable_reservoir`; its `Builder::as_ptr` exposes
/// the LAME handle for such cases.
pub fn disable_reservoir(builder: &mut Builder) -> bool {
    // SAFETY: `as_ptr` returns the LAME handle that `builder` owns. The exclusive borrow keeps the
    // handle alive and unshared for the whole call. `lame_set_disable_reservoir` writes one integer
    // in the structure behind the handle and retains no pointer.
    unsafe { mp3lame_sys::lame_set_disable_reservoir(builder.as_ptr(), 1) == 0 }
}

/// Makes glibc return each freed allocation of 128 KB or more to the system. No effect with other C
/// libraries.
///
/// By default glibc raises that threshold to the size of the last freed allocation: after loading, tens of
/// megabytes of freed weights would stay in the heap for the rest of the process.
pub fn return_large_allocations() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` takes two integers, sets an option of the allocator under its own lock, and may
    // be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 128 * 1024);
    }
}

/// Makes glibc keep freed memory for the next allocation. No effect with other C libraries.
///
/// A training step allocates and frees the same hundreds of megabytes each time. By default the kernel zeroes
/// each page again.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: as above.
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, -1);
        libc::mallopt(libc::M_TOP_PAD, 64 * 1024 * 1024);
    }
}

/// Makes candle compute each operation on its caller's thread.
///
/// Training runs a graph on each core. By default candle also spreads each operation over all cores, so twice
/// as many threads as cores contend.
pub fn compute_on_one_thread() {
    // SAFETY: commands call this before they start a thread, so no other thread reads the environment.
    unsafe {
        std::env::set_var("CANDLE_NUM_THREADS", "1");
    }
}
