//! The question to the gate, and its answer. What both look like is in `wire`.

use super::place::Place;
use crate::door::shim::names::SOCKET;
use crate::sys::bare::{self, Descriptor, Errno, Start};
use core::ffi::CStr;

/// The longest answer.
const ANSWER_LIMIT_BYTES: usize = 64 * 1024;
/// What is read or sent at once.
const BUFFER_BYTES: usize = 4096;

/// What the gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Become it; whether `argv[0]` is to be the path.
    Allowed { absolute: bool },
    /// End with this status. The reason was printed.
    Denied { status: u8 },
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A system call failed.
    Call(Errno),
    /// The answer is cut or strange.
    Answer,
}

impl From<Errno> for Fault {
    fn from(error: Errno) -> Self {
        Self::Call(error)
    }
}

/// Asks whether this process may become `program`.
pub(super) fn ask(session: &[u8], program: &Place, start: &Start) -> Result<Answer, Fault> {
    let gate = reach(session)?;
    send(&gate, program.as_c_str(), start.arguments())?;
    receive(&gate, bare::tell)
}

/// Connects to the gate: where the path is too long for the address of a socket, through the folder.
fn reach(session: &[u8]) -> Result<Descriptor, Errno> {
    let folder = || Place::of(session).ok_or(Errno::NAME_TOO_LONG);
    let whole = folder()?.join(SOCKET.as_bytes()).ok_or(Errno::NAME_TOO_LONG)?;
    if let Some(gate) = bare::connect(whole.as_c_str())? {
        return Ok(gate);
    }
    let handle = bare::open_folder(folder()?.as_c_str())?;
    let mut short = Place::of(b"/proc/self/fd/");
    let mut unit = 1;
    while handle.number() / unit >= 10 {
        unit *= 10;
    }
    while unit > 0 {
        let digit = u8::try_from(handle.number() / unit % 10).unwrap_or(0);
        short = short.and_then(|place| place.append(&[b'0' + digit]));
        unit /= 10;
    }
    let short = short.and_then(|place| place.join(SOCKET.as_bytes())).ok_or(Errno::NAME_TOO_LONG)?;
    bare::connect(short.as_c_str())?.ok_or(Errno::NAME_TOO_LONG)
}

/// Bytes on their way to the gate, sent together where they are few.
struct Outgoing<'a> {
    gate: &'a Descriptor,
    buffer: [u8; BUFFER_BYTES],
    used: usize,
}

impl Outgoing<'_> {
    fn push(&mut self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            if self.used == BUFFER_BYTES {
                self.flush()?;
            }
            let free = self.buffer.get_mut(self.used..).unwrap_or_default();
            let (now, later) = bytes.split_at_checked(free.len()).unwrap_or((bytes, &[]));
            if let Some(place) = free.get_mut(..now.len()) {
                place.copy_from_slice(now);
            }
            self.used += now.len();
            bytes = later;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Errno> {
        self.gate.send(self.buffer.get(..self.used).unwrap_or_default())?;
        self.used = 0;
        Ok(())
    }
}

/// Sends the question.
fn send<'a>(gate: &Descriptor, program: &CStr, argv: impl Iterator<Item = &'a CStr> + Clone) -> Result<(), Errno> {
    let program = program.to_bytes_with_nul();
    let items = argv.map(CStr::to_bytes_with_nul);
    let length = program.len() + items.clone().map(<[u8]>::len).sum::<usize>();
    // A length that does not fit is one that the gate refuses: it takes far less.
    let head = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut outgoing = Outgoing { gate, buffer: [0; BUFFER_BYTES], used: 0 };
    outgoing.push(&head)?;
    outgoing.push(program)?;
    for item in items {
        outgoing.push(item)?;
    }
    outgoing.flush()
}

/// Receives the answer; what it says to the person goes to `tell` as it comes.
fn receive(gate: &Descriptor, mut tell: impl FnMut(&[u8])) -> Result<Answer, Fault> {
    let mut buffer = [0; BUFFER_BYTES];
    let mut length = 0;
    // Three bytes: a permission is two, and the end.
    while length < 3 {
        let read = gate.read(buffer.get_mut(length..).unwrap_or_default())?;
        if read == 0 {
            break;
        }
        length += read;
    }
    let (status, text) = match buffer.get(..length) {
        Some(b"A0") => return Ok(Answer::Allowed { absolute: false }),
        Some(b"A1") => return Ok(Answer::Allowed { absolute: true }),
        Some([b'D', status, text @ ..]) => (*status, text),
        Some(_) | None => return Err(Fault::Answer),
    };
    tell(text);
    let mut total = length;
    while total < ANSWER_LIMIT_BYTES {
        // It is denied, however the text ends.
        let Ok(read @ 1..) = gate.read(&mut buffer) else { break };
        total += read;
        tell(buffer.get(..read).unwrap_or_default());
    }
    Ok(Answer::Denied { status })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::door::shim::wire;
    use std::ffi::CString;
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    fn pair() -> (UnixStream, Descriptor) {
        let (server, client) = UnixStream::pair().unwrap();
        (server, Descriptor::from(std::os::fd::OwnedFd::from(client)))
    }

    #[test]
    fn questions_survive_the_wire() {
        let long = vec![b'x'; 3 * BUFFER_BYTES];
        let fits = vec![b'y'; BUFFER_BYTES - 4 - 2 - 1];
        for argv in [vec![&b"git"[..], b"", b"\xff"], vec![&long, b"z", &long], vec![&fits]] {
            let (mut server, client) = pair();
            let items: Vec<CString> = argv.iter().map(|item| CString::new(*item).unwrap()).collect();
            send(&client, c"p", items.iter().map(CString::as_c_str)).unwrap();
            let question = wire::Question::read(&mut server).unwrap();
            assert_eq!(question.program, "p");
            assert_eq!(question.argv.iter().map(|item| item.as_encoded_bytes()).collect::<Vec<_>>(), argv);
        }
    }

    fn heard(bytes: &[u8]) -> (Result<Answer, Fault>, Vec<u8>) {
        let (mut server, client) = pair();
        server.write_all(bytes).unwrap();
        drop(server);
        let mut told = Vec::new();
        let answer = receive(&client, |text| told.extend_from_slice(text));
        (answer, told)
    }

    #[test]
    fn answers_survive_the_wire() {
        let long = "x".repeat(3 * BUFFER_BYTES);
        for text in ["no\n", "", &long] {
            let mut bytes = Vec::new();
            let denied = wire::Answer::Denied { status: 126, text: text.as_bytes().to_vec() };
            denied.write(&mut bytes).unwrap();
            assert_eq!(heard(&bytes), (Ok(Answer::Denied { status: 126 }), text.as_bytes().to_vec()));
        }
        for absolute in [false, true] {
            let mut bytes = Vec::new();
            wire::Answer::Allowed { absolute }.write(&mut bytes).unwrap();
            assert_eq!(heard(&bytes), (Ok(Answer::Allowed { absolute }), Vec::new()));
        }
    }

    #[test]
    fn what_is_cut_or_strange_is_no_answer() {
        for bytes in [&b""[..], b"A", b"A2", b"A0x", b"D", b"a0"] {
            assert_eq!(heard(bytes), (Err(Fault::Answer), Vec::new()), "{bytes:?}");
        }
    }

    #[test]
    fn a_gate_in_a_deep_folder_is_reached() {
        let top = tempfile::tempdir().unwrap();
        for deep in [top.path().join("d"), top.path().join("d".repeat(120)).join("e".repeat(120))] {
            std::fs::create_dir_all(&deep).unwrap();
            let listener = crate::sys::socket::listen_in(&deep, SOCKET).unwrap();
            let client = reach(deep.as_os_str().as_encoded_bytes()).unwrap();
            client.send(b"x").unwrap();
            crate::sys::socket::accept(&listener).unwrap();
        }
        assert_eq!(reach(b"/no/such").err(), Some(Errno::NOT_FOUND));
    }
}
