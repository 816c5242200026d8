//! Unix sockets: pairs, descriptors handed over, and the session's own socket with its peer check.

use nix::sys::socket::{
    AddressFamily, Backlog, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixAddr, accept4, bind,
    getsockopt, listen, recvmsg, sendmsg, socket, socketpair, sockopt,
};
use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Returns two connected ends that keep the borders of messages.
///
/// # Errors
///
/// Those of socketpair(2).
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)?)
}

/// Sends a message, with a descriptor where one is given.
///
/// # Errors
///
/// Those of sendmsg(2).
pub fn send(end: &impl AsFd, message: &[u8], descriptor: Option<&OwnedFd>) -> io::Result<()> {
    let descriptors: Vec<i32> = descriptor.iter().map(|fd| fd.as_raw_fd()).collect();
    let control = [ControlMessage::ScmRights(&descriptors)];
    let control = if descriptors.is_empty() { &[][..] } else { &control[..] };
    sendmsg::<()>(end.as_fd().as_raw_fd(), &[IoSlice::new(message)], control, MsgFlags::MSG_NOSIGNAL, None)?;
    Ok(())
}

/// One message.
#[derive(Debug, Default)]
pub struct Message {
    /// Its bytes; none where the other end is closed.
    pub bytes: Vec<u8>,
    /// A descriptor that came with it.
    pub descriptor: Option<OwnedFd>,
}

/// Receives a message of at most 64 bytes.
///
/// # Errors
///
/// Those of recvmsg(2).
pub fn receive(end: &impl AsFd) -> io::Result<Message> {
    let mut bytes = [0_u8; 64];
    let mut space = nix::cmsg_space!([std::os::fd::RawFd; 1]);
    let mut slices = [IoSliceMut::new(&mut bytes)];
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let received = loop {
        match recvmsg::<()>(end.as_fd().as_raw_fd(), &mut slices, Some(&mut space), flags) {
            Err(nix::Error::EINTR) => {}
            other => break other?,
        }
    };
    let mut descriptor = None;
    for message in received.cmsgs()? {
        if let ControlMessageOwned::ScmRights(descriptors) = message {
            for fd in descriptors {
                // SAFETY: the kernel just made this descriptor for us and nobody else knows it.
                descriptor = Some(unsafe { OwnedFd::from_raw_fd(fd) });
            }
        }
    }
    let length = received.bytes;
    Ok(Message { bytes: bytes.get(..length).unwrap_or_default().to_vec(), descriptor })
}

/// A folder opened so that sockets in it can be named however long its path is: the address of a unix
/// socket holds 108 bytes (unix(7)).
fn through(folder: &Path, name: &str) -> io::Result<(File, UnixAddr)> {
    let flags = libc::O_PATH | libc::O_DIRECTORY;
    let handle = File::options().read(true).custom_flags(flags).open(folder)?;
    let short: PathBuf = format!("/proc/self/fd/{}/{name}", handle.as_raw_fd()).into();
    Ok((handle, UnixAddr::new(&short)?))
}

/// Listens at a new socket in `folder`.
///
/// # Errors
///
/// Those of socket(2), bind(2) and listen(2).
pub fn listen_in(folder: &Path, name: &str) -> io::Result<OwnedFd> {
    let (_handle, address) = through(folder, name)?;
    let end = socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    bind(end.as_raw_fd(), &address)?;
    listen(&end, Backlog::MAXCONN)?;
    Ok(end)
}

/// Who is at the other end, by the kernel's word.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its process.
    pub process: i32,
    /// Its user.
    pub user: u32,
}

/// Takes the next connection.
///
/// # Errors
///
/// Those of accept4(2) and getsockopt(2).
pub fn accept(listener: &OwnedFd) -> io::Result<(File, Peer)> {
    let fd = loop {
        match accept4(listener.as_raw_fd(), SockFlag::SOCK_CLOEXEC) {
            Err(nix::Error::EINTR | nix::Error::ECONNABORTED) => {}
            other => break other?,
        }
    };
    // SAFETY: the kernel just returned this descriptor to us and nobody else knows it.
    let end = unsafe { OwnedFd::from_raw_fd(fd) };
    let credentials = getsockopt(&end, sockopt::PeerCredentials)?;
    Ok((File::from(end), Peer { process: credentials.pid(), user: credentials.uid() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    #[test]
    fn a_descriptor_travels_with_its_message() {
        let (left, right) = pair().unwrap();
        let file = OwnedFd::from(File::open("/proc/self/comm").unwrap());
        send(&left, b"here", Some(&file)).unwrap();
        let message = receive(&right).unwrap();
        assert_eq!(message.bytes, b"here");
        let mut text = String::new();
        File::from(message.descriptor.unwrap()).read_to_string(&mut text).unwrap();
        assert!(!text.is_empty());
        drop(left);
        assert!(receive(&right).unwrap().bytes.is_empty());
    }

    #[test]
    fn a_socket_in_a_deep_folder_is_reached_and_knows_its_peer() {
        let top = tempfile::tempdir().unwrap();
        let deep = top.path().join("d".repeat(120)).join("e".repeat(120));
        std::fs::create_dir_all(&deep).unwrap();
        let listener = listen_in(&deep, "gate").unwrap();
        let (handle, _address) = through(&deep, "gate").unwrap();
        let mut client = UnixStream::connect(format!("/proc/self/fd/{}/gate", handle.as_raw_fd())).unwrap();
        client.write_all(b"x").unwrap();
        let (mut server, peer) = accept(&listener).unwrap();
        assert_eq!(peer.process, i32::try_from(std::process::id()).unwrap());
        assert_eq!(server.read(&mut [0; 8]).unwrap(), 1);
    }
}
