//! How a program is linked: whether a loader (ld.so(8)) comes first, which does what the environment says.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// `PT_INTERP`, elf(5).
const PT_INTERP: u32 = 3;
/// Bytes of an entry of the program header table, `Elf64_Phdr`.
const ENTRY_BYTES: u16 = 56;

/// How a program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Linkage {
    /// The kernel starts it alone.
    Static,
    /// The kernel starts its loader.
    Dynamic,
}

impl Linkage {
    /// Looks at a 64 bit ELF file.
    ///
    /// # Errors
    ///
    /// Those of read(2), and InvalidData for another kind of file.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let mut file = File::open(path)?;
        let mut head = [0; 64];
        file.read_exact(&mut head)?;
        if !head.starts_with(b"\x7fELF\x02\x01") {
            return Err(invalid());
        }
        // e_phoff, e_phentsize and e_phnum of `Elf64_Ehdr`.
        let offset = head.get(32..40).and_then(<[u8]>::first_chunk).map(|bytes| u64::from_le_bytes(*bytes));
        let two = |at: usize| head.get(at..).and_then(<[u8]>::first_chunk).map(|bytes| u16::from_le_bytes(*bytes));
        let (Some(offset), Some(ENTRY_BYTES), Some(count)) = (offset, two(54), two(56)) else { return Err(invalid()) };
        file.seek(SeekFrom::Start(offset))?;
        for _ in 0..count {
            let mut entry = [0; ENTRY_BYTES as usize];
            file.read_exact(&mut entry)?;
            if entry.first_chunk().map(|kind| u32::from_le_bytes(*kind)) == Some(PT_INTERP) {
                return Ok(Self::Dynamic);
            }
        }
        Ok(Self::Static)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_a_loader_is_told_from_other_files() {
        assert_eq!(Linkage::of(Path::new("/proc/self/exe")).unwrap(), Linkage::Dynamic);
        assert!(Linkage::of(Path::new("/proc/self/comm")).is_err());
        assert!(Linkage::of(Path::new("/dev/null")).is_err());
    }
}
