//! When a line was written: the wall clock for people, the boot clock for order.

use super::AuditError;
use jiff::Timestamp;
use jiff::tz::Offset;
use nix::time::{ClockId, clock_gettime};
use std::io::Write as _;
use std::time::Duration;

/// How far the wall clock may leave the boot clock before the record says so.
const STEP_LIMIT_US: u64 = 250_000;

/// The moment of one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    /// CLOCK_BOOTTIME in microseconds since the session began; never goes back.
    pub(super) mono_us: u64,
    /// CLOCK_REALTIME in microseconds since 1970.
    unix_us: u64,
    /// The same as RFC 3339 in UTC with six decimals.
    text: [u8; 27],
}

impl Stamp {
    /// Returns the wall time as RFC 3339, `2026-11-20T09:00:00.001373Z`.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Returns the wall time as text.
    pub(super) fn to_text(self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// Returns the date, `2026-11-20`.
    pub(super) fn date(&self) -> String {
        self.to_text().chars().take(10).collect()
    }
}

/// The clocks of one session.
#[derive(Debug)]
pub(super) struct Clock {
    start: Duration,
    /// Wall time minus boot time when the session began, or after the last step.
    offset_us: i128,
    /// The second whose text is in `text`.
    second: u64,
    text: [u8; 27],
}

fn read(id: ClockId) -> Result<Duration, AuditError> {
    clock_gettime(id).map(Duration::from).map_err(|errno| AuditError::Clock { source: errno.into() })
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Clock {
    /// Starts the clocks of a session.
    pub(super) fn start() -> Result<Self, AuditError> {
        let start = read(ClockId::CLOCK_BOOTTIME)?;
        let real = read(ClockId::CLOCK_REALTIME)?;
        let offset_us = i128::from(micros(real)) - i128::from(micros(start));
        Ok(Self { start, offset_us, second: u64::MAX, text: [0; 27] })
    }

    /// Reads both clocks.
    pub(super) fn now(&mut self) -> Result<Stamp, AuditError> {
        let boot = read(ClockId::CLOCK_BOOTTIME)?;
        let real = read(ClockId::CLOCK_REALTIME)?;
        if real.as_secs() != self.second {
            self.text = format_second(real.as_secs())?;
            self.second = real.as_secs();
        }
        let mut text = self.text;
        let mut left = real.subsec_micros();
        for digit in text.iter_mut().skip(20).take(6).rev() {
            *digit = b'0' + u8::try_from(left % 10).unwrap_or_default();
            left /= 10;
        }
        Ok(Stamp { mono_us: micros(boot.saturating_sub(self.start)), unix_us: micros(real), text })
    }

    /// Returns by how much the wall clock left the boot clock since the last call that said so, in
    /// microseconds, when it is too much to be drift.
    pub(super) fn step(&mut self, stamp: &Stamp) -> Option<i128> {
        let boot_us = i128::from(micros(self.start)) + i128::from(stamp.mono_us);
        let offset = i128::from(stamp.unix_us) - boot_us;
        let change = offset - self.offset_us;
        if change.unsigned_abs() <= u128::from(STEP_LIMIT_US) {
            return None;
        }
        self.offset_us = offset;
        Some(change)
    }
}

/// Returns `YYYY-MM-DDTHH:MM:SS.000000Z`.
fn format_second(second: u64) -> Result<[u8; 27], AuditError> {
    let wrong = || AuditError::ClockRange { second };
    let timestamp = Timestamp::from_second(i64::try_from(second).map_err(|_| wrong())?).map_err(|_| wrong())?;
    let time = Offset::UTC.to_datetime(timestamp);
    let mut text = [0; 27];
    write!(
        text.as_mut_slice(),
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000000Z",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
    .map_err(|_| wrong())?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_rfc_3339_with_six_decimals() {
        assert_eq!(&format_second(1_795_165_200).expect("formats"), b"2026-11-20T09:00:00.000000Z");
        let mut clock = Clock::start().expect("clocks");
        let first = clock.now().expect("now");
        let second = clock.now().expect("now");
        assert!(first.mono_us <= second.mono_us);
        assert!(first.to_text() <= second.to_text());
        let read: Timestamp = first.to_text().parse().expect("RFC 3339");
        assert_eq!(u64::try_from(read.as_microsecond()).expect("positive"), first.unix_us);
    }

    #[test]
    fn a_clock_that_was_set_is_noticed_once() {
        let mut clock = Clock::start().expect("clocks");
        let stamp = clock.now().expect("now");
        assert_eq!(clock.step(&stamp), None);
        let set = Stamp { unix_us: stamp.unix_us + 3_600_000_000, ..stamp };
        let step = clock.step(&set).expect("a step");
        assert!((3_599_000_000..3_601_000_000).contains(&step), "{step}");
        assert_eq!(clock.step(&set), None);
    }
}
