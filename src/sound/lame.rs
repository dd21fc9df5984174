//! The only unsafe code of the crate: one call to LAME that its safe wrapper lacks.
//!
//! MP3 frames normally borrow bits from earlier frames (the bit reservoir). A listener who joins
//! mid-stream doesn't have those frames, so the radio needs frames that decode on their own.
//! `mp3lame-encoder` wraps every other setting but not `lame_set_disable_reservoir`; its
//! `Builder::as_ptr` exposes the LAME handle for such cases. Everything else in the crate is safe:
//! `unsafe_code` is denied, and allowed again in this file alone.

#![allow(unsafe_code)]

use mp3lame_encoder::Builder;

/// Turns the bit reservoir off. Returns false if LAME rejects the setting.
pub(super) fn disable_reservoir(builder: &mut Builder) -> bool {
    // SAFETY: `as_ptr` returns the LAME handle that `builder` owns. The exclusive borrow keeps the
    // handle alive and unshared for the whole call. `lame_set_disable_reservoir` writes one integer
    // in the structure behind the handle and retains no pointer.
    unsafe { mp3lame_sys::lame_set_disable_reservoir(builder.as_ptr(), 1) == 0 }
}
