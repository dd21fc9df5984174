//! The one call to LAME that its safe wrapper lacks, and the only unsafe code of this project.

#![allow(unsafe_code)]

use mp3lame_encoder::Builder;

/// Turns the bit reservoir off, so that no frame borrows bits from those before it.
///
/// Gives false if LAME refuses.
pub(super) fn disable_reservoir(builder: &mut Builder) -> bool {
    // SAFETY: the pointer is the builder's own, valid while the builder is borrowed here, and it is
    // neither kept nor closed; the setter writes one integer of the structure it points to.
    unsafe { mp3lame_sys::lame_set_disable_reservoir(builder.as_ptr(), 1) == 0 }
}
