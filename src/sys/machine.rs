//! What differs between architectures: system call numbers, registers, machine code. x86_64 here.

use super::trace::Call;

/// The numbers of one system call table.
pub(crate) struct Table {
    pub(crate) execve: u32,
    pub(crate) execveat: u32,
    pub(crate) write: u32,
    pub(crate) exit_group: u32,
    pub(crate) seccomp: u32,
    pub(crate) prctl: u32,
    pub(crate) prlimit64: u32,
    pub(crate) process_vm_writev: u32,
    pub(crate) ptrace: u32,
    pub(crate) ioctl: u32,
    pub(crate) io_uring_setup: u32,
    pub(crate) kill: u32,
    pub(crate) tkill: u32,
    pub(crate) tgkill: u32,
    pub(crate) rt_sigqueueinfo: u32,
    pub(crate) rt_tgsigqueueinfo: u32,
    pub(crate) pidfd_open: u32,
    pub(crate) fcntl: &'static [u32],
    /// Numbers from here on belong to another ABI that shares the arch value.
    pub(crate) foreign_from: Option<u32>,
    /// Bytes of a pointer.
    pub(crate) pointer_bytes: usize,
}

/// `AUDIT_ARCH_X86_64`, linux/audit.h; numbers of arch/x86/entry/syscalls/syscall_64.tbl.
const NATIVE: Table = Table {
    execve: 59,
    execveat: 322,
    write: 1,
    exit_group: 231,
    seccomp: 317,
    prctl: 157,
    prlimit64: 302,
    process_vm_writev: 311,
    ptrace: 101,
    ioctl: 16,
    io_uring_setup: 425,
    kill: 62,
    tkill: 200,
    tgkill: 234,
    rt_sigqueueinfo: 129,
    rt_tgsigqueueinfo: 297,
    pidfd_open: 434,
    fcntl: &[72],
    foreign_from: Some(0x4000_0000),
    pointer_bytes: 8,
};

/// `AUDIT_ARCH_I386`, linux/audit.h; numbers of arch/x86/entry/syscalls/syscall_32.tbl.
const COMPAT: Table = Table {
    execve: 11,
    execveat: 358,
    write: 4,
    exit_group: 252,
    seccomp: 354,
    prctl: 172,
    prlimit64: 340,
    process_vm_writev: 348,
    ptrace: 26,
    ioctl: 54,
    io_uring_setup: 425,
    kill: 37,
    tkill: 238,
    tgkill: 270,
    rt_sigqueueinfo: 178,
    rt_tgsigqueueinfo: 335,
    pidfd_open: 434,
    fcntl: &[55, 221],
    foreign_from: None,
    pointer_bytes: 4,
};

/// The tables that programs on this machine can use, by the arch value of `struct seccomp_data`.
pub(crate) const TABLES: &[(u32, &Table)] = &[(0xc000_003e, &NATIVE), (0x4000_0003, &COMPAT)];

/// Returns the table of an arch value.
pub(crate) fn table(arch: u32) -> Option<&'static Table> {
    TABLES.iter().find(|(value, _)| *value == arch).map(|(_, found)| *found)
}

/// The code selector of a 32-bit program under a 64-bit kernel, arch/x86/include/asm/segment.h.
const COMPAT_CODE_SEGMENT: u64 = 0x23;

/// Returns the size of a word of the image that the registers belong to.
pub(crate) fn word_bytes(registers: &libc::user_regs_struct) -> usize {
    if registers.cs == COMPAT_CODE_SEGMENT { 4 } else { 8 }
}

/// A stub that says why and ends: where it goes, and where its text goes.
pub(crate) struct Stub {
    pub(crate) entry: u64,
    pub(crate) code: Vec<u8>,
    pub(crate) text_at: u64,
}

/// Says whether a call is one of the two that a stub makes.
pub(crate) fn is_of_stub(call: &Call, text_at: u64, text_bytes: usize) -> bool {
    let Some(table) = table(call.arch) else { return false };
    let [descriptor, text, length, ..] = call.arguments;
    let writes = call.number == u64::from(table.write)
        && (descriptor, text, usize::try_from(length)) == (2, text_at, Ok(text_bytes));
    writes || call.number == u64::from(table.exit_group)
}

/// Builds `write(2, text, length); exit_group(status)` for the image that `registers` belong to.
///
/// The text goes below the stack pointer, beyond the red zone; the image has not run and uses nothing
/// there.
pub(crate) fn stub(registers: &libc::user_regs_struct, text_bytes: usize, status: u8) -> Option<Stub> {
    let room = u64::try_from(text_bytes).ok()?.checked_add(256)?;
    let text_at = registers.rsp.checked_sub(room)? & !15;
    let length = u32::try_from(text_bytes).ok()?.to_le_bytes();
    let status = u32::from(status).to_le_bytes();
    let mut code = Vec::with_capacity(64);
    if registers.cs == COMPAT_CODE_SEGMENT {
        let address = u32::try_from(text_at).ok()?.to_le_bytes();
        code.extend([0xb8, 4, 0, 0, 0]); // mov eax, __NR_write
        code.extend([0xbb, 2, 0, 0, 0]); // mov ebx, 2
        code.push(0xb9); // mov ecx, text
        code.extend(address);
        code.push(0xba); // mov edx, length
        code.extend(length);
        code.extend([0xcd, 0x80]); // int 0x80
        code.push(0xbb); // mov ebx, status
        code.extend(status);
        code.extend([0xb8, 252, 0, 0, 0]); // mov eax, __NR_exit_group
        code.extend([0xcd, 0x80, 0x0f, 0x0b]); // int 0x80; ud2
    } else {
        code.extend([0xb8, 1, 0, 0, 0]); // mov eax, __NR_write
        code.extend([0xbf, 2, 0, 0, 0]); // mov edi, 2
        code.extend([0x48, 0xbe]); // mov rsi, text
        code.extend(text_at.to_le_bytes());
        code.push(0xba); // mov edx, length
        code.extend(length);
        code.extend([0x0f, 0x05]); // syscall
        code.push(0xbf); // mov edi, status
        code.extend(status);
        code.extend([0xb8, 231, 0, 0, 0]); // mov eax, __NR_exit_group
        code.extend([0x0f, 0x05, 0x0f, 0x0b]); // syscall; ud2
    }
    Some(Stub { entry: registers.rip, code, text_at })
}
