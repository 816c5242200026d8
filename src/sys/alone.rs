//! What a program needs that stands alone: its first instruction, what happens where it cannot go on, and
//! the six functions that the compiler takes for granted. Machine code of x86_64.
//!
//! Part of `src/shim.rs` only, never of the library, where the C library has all of these.

use super::bare::{Start, end, tell};
use core::arch::{asm, global_asm};
use core::ffi::{c_char, c_int, c_void};
use core::panic::PanicInfo;

/// The entry of the path that was executed in the list after the environment: getauxval(3).
const AT_EXECFN: usize = 31;
/// The status of a command that cannot be run, as `model::exit::REFUSED`.
const REFUSED: u8 = 126;

// The kernel leaves the count of the arguments at the top of the stack, then argv, a null pointer, the
// environment, a null pointer, and pairs of numbers (System V ABI for x86_64, 3.4.1).
global_asm!(
    ".globl _start",
    "_start:",
    "xor ebp, ebp",
    "mov rdi, rsp",
    "and rsp, -16",
    "call {begin}",
    "ud2",
    begin = sym begin,
);

/// # Safety
///
/// `stack` is what the kernel laid out, as above.
unsafe extern "C" fn begin(stack: *mut usize) -> ! {
    // SAFETY: the count stands there, by what this function asks for.
    let count = unsafe { *stack };
    // SAFETY: argv follows.
    let arguments = unsafe { stack.add(1) };
    // SAFETY: `count` arguments and a null pointer are in front of the environment.
    let environment = unsafe { arguments.add(count + 1) };
    // SAFETY: it ends with a zero, and so do the pairs after it, with one whose first number is zero.
    let executed = unsafe { find_executed(environment) };
    // SAFETY: this is what the kernel laid out, and nobody else knows of it.
    let start = unsafe { Start::new(arguments.cast(), environment.cast::<*const c_char>(), executed) };
    end(crate::run(&start))
}

/// # Safety
///
/// `environment` ends with a zero; pairs of numbers follow, the last with zero as its first.
unsafe fn find_executed(environment: *const usize) -> *const c_char {
    let mut place = environment;
    // SAFETY: the zero was not passed yet.
    while unsafe { *place } != 0 {
        // SAFETY: as above.
        place = unsafe { place.add(1) };
    }
    // SAFETY: the pairs begin behind the zero.
    place = unsafe { place.add(1) };
    loop {
        // SAFETY: the pair of zero was not passed yet.
        let kind = unsafe { *place };
        // SAFETY: each pair is two numbers.
        let value = unsafe { *place.add(1) };
        match kind {
            0 => return core::ptr::null(),
            AT_EXECFN => return core::ptr::with_exposed_provenance(value),
            // SAFETY: this was not the last pair.
            _ => place = unsafe { place.add(2) },
        }
    }
}

#[panic_handler]
fn cannot_go_on(_: &PanicInfo<'_>) -> ! {
    tell(b"tollgate: refused, because the shim failed\n");
    end(REFUSED)
}

// In machine code: from a loop the compiler could make a call of the very function that it stands in.

/// memcpy(3).
///
/// # Safety
///
/// As there.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut c_void, from: *const c_void, length: usize) -> *mut c_void {
    // SAFETY: the caller says that both are that long.
    unsafe {
        asm!("rep movsb", inout("rcx") length => _, inout("rdi") to => _, inout("rsi") from => _, options(nostack, preserves_flags));
    }
    to
}

/// memmove(3).
///
/// # Safety
///
/// As there.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut c_void, from: *const c_void, length: usize) -> *mut c_void {
    if to.addr().wrapping_sub(from.addr()) >= length {
        // SAFETY: nothing is written before it was read when it goes upwards.
        return unsafe { memcpy(to, from, length) };
    }
    let last = length.wrapping_sub(1);
    // SAFETY: the caller says that both are that long; downwards nothing is written before it was read, and
    // the direction is put back.
    unsafe {
        asm!(
            "std", "rep movsb", "cld",
            inout("rcx") length => _,
            inout("rdi") to.wrapping_byte_add(last) => _,
            inout("rsi") from.wrapping_byte_add(last) => _,
            options(nostack),
        );
    }
    to
}

/// memset(3).
///
/// # Safety
///
/// As there.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut c_void, byte: c_int, length: usize) -> *mut c_void {
    // SAFETY: the caller says that it is that long.
    unsafe {
        asm!("rep stosb", inout("rcx") length => _, inout("rdi") to => _, in("eax") byte, options(nostack, preserves_flags));
    }
    to
}

/// memcmp(3).
///
/// # Safety
///
/// As there.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const c_void, right: *const c_void, length: usize) -> c_int {
    let (more, less): (u8, u8);
    // SAFETY: the caller says that both are that long. The comparison of the registers sets the flags for
    // no bytes at all.
    unsafe {
        asm!(
            "cmp al, al", "repe cmpsb", "seta {more}", "setb {less}",
            inout("rcx") length => _, inout("rsi") left => _, inout("rdi") right => _, in("al") 0_u8,
            more = lateout(reg_byte) more, less = lateout(reg_byte) less,
            options(nostack, readonly),
        );
    }
    c_int::from(more) - c_int::from(less)
}

/// bcmp(3).
///
/// # Safety
///
/// As there.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const c_void, right: *const c_void, length: usize) -> c_int {
    // SAFETY: the caller says that both are that long.
    unsafe { memcmp(left, right, length) }
}

/// strlen(3).
///
/// # Safety
///
/// As there.
#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(text: *const c_char) -> usize {
    let left: usize;
    // SAFETY: the caller says that a NUL comes, at which this ends.
    unsafe {
        asm!("repne scasb", inout("rcx") usize::MAX => left, inout("rdi") text => _, in("al") 0_u8, options(nostack, readonly));
    }
    // It counts down from the greatest, the NUL included.
    usize::MAX - left - 1
}
