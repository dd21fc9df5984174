//! All unsafe code of the crate: one call to LAME and one to glibc, which no safe crate wraps.
//!
//! `unsafe_code` is denied elsewhere.

#![allow(unsafe_code)]

use mp3lame_encoder::Builder;

/// Turns LAME's bit reservoir off. Returns false if LAME rejects the setting.
///
/// MP3 frames normally borrow bits from earlier frames (the bit reservoir). A listener who joins
/// mid-stream doesn't have those frames, so the radio needs frames that decode on their own.
/// `mp3lame-encoder` wraps every other setting but `lame_set_disable_reservoir`; its `Builder::as_ptr`
/// exposes the LAME handle for such cases.
pub fn disable_reservoir(builder: &mut Builder) -> bool {
    // SAFETY: `as_ptr` returns the LAME handle that `builder` owns. The exclusive borrow keeps the
    // handle alive and unshared for the whole call. `lame_set_disable_reservoir` writes one integer
    // in the structure behind the handle and retains no pointer.
    unsafe { mp3lame_sys::lame_set_disable_reservoir(builder.as_ptr(), 1) == 0 }
}

/// Has glibc return each freed allocation of 128 KB or more to the system. Other C libraries are left
/// as they are.
///
/// By default glibc raises that threshold to the size of what was freed last: after loading, tens of
/// megabytes of weights would remain as holes in the heap for the rest of the process.
pub fn return_large_allocations() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` takes two integers, sets an option of the allocator under its own lock, and may
    // be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 128 * 1024);
    }
}
