//! What differs between architectures. x86_64 here: arch/x86/entry/syscalls/syscall_64.tbl and
//! arch/x86/include/uapi/asm/stat.h.

use super::Errno;

pub(super) const READ: usize = 0;
pub(super) const WRITE: usize = 1;
pub(super) const CLOSE: usize = 3;
pub(super) const STAT: usize = 4;
pub(super) const RT_SIGPROCMASK: usize = 14;
pub(super) const SOCKET: usize = 41;
pub(super) const CONNECT: usize = 42;
pub(super) const SENDTO: usize = 44;
pub(super) const EXECVE: usize = 59;
pub(super) const FCNTL: usize = 72;
pub(super) const READLINK: usize = 89;
pub(super) const EXIT_GROUP: usize = 231;
pub(super) const OPENAT: usize = 257;

/// `struct stat`, of which only the mode is looked at.
#[repr(C)]
#[derive(Default)]
pub(super) struct Status {
    before: [u64; 3],
    pub(super) mode: u32,
    after: [u32; 29],
}

/// Makes a system call.
///
/// # Safety
///
/// The arguments are what this call takes; memory that they point to is there and, where the kernel
/// writes, belongs to the caller alone.
pub(super) unsafe fn call(number: usize, arguments: [usize; 5]) -> Result<usize, Errno> {
    let [first, second, third, fourth, fifth] = arguments;
    let result: isize;
    // SAFETY: the caller's part is above; the kernel changes rax, rcx and r11 only (syscall(2)). Of the calls
    // here sendto(2) alone takes a sixth argument, the length of an address: there is none.
    unsafe {
        core::arch::asm!(
            "syscall",
            inlateout("rax") number => result,
            in("rdi") first,
            in("rsi") second,
            in("rdx") third,
            in("r10") fourth,
            in("r8") fifth,
            in("r9") 0,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    usize::try_from(result).map_err(|_| Errno::of(result))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::{offset_of, size_of};

    #[test]
    fn numbers_and_layout_are_those_of_the_c_library() {
        let own = [READ, WRITE, CLOSE, STAT, RT_SIGPROCMASK, SOCKET, CONNECT, SENDTO, EXECVE, FCNTL, READLINK];
        let theirs = [
            libc::SYS_read,
            libc::SYS_write,
            libc::SYS_close,
            libc::SYS_stat,
            libc::SYS_rt_sigprocmask,
            libc::SYS_socket,
            libc::SYS_connect,
            libc::SYS_sendto,
            libc::SYS_execve,
            libc::SYS_fcntl,
            libc::SYS_readlink,
        ];
        assert_eq!(own.map(|number| i64::try_from(number).unwrap()), theirs);
        assert_eq!([EXIT_GROUP, OPENAT].map(|n| i64::try_from(n).unwrap()), [libc::SYS_exit_group, libc::SYS_openat]);
        assert_eq!(size_of::<Status>(), size_of::<libc::stat>());
        assert_eq!(offset_of!(Status, mode), offset_of!(libc::stat, st_mode));
    }
}
