//! Numbers that look random and come again with the same seed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// xorshift64*, see Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled".
pub(crate) struct Random(u64);

impl Random {
    /// Starts from TOLLGATE_FUZZ_SEED, or from the time, and says from what.
    pub(crate) fn new() -> Self {
        let given = std::env::var("TOLLGATE_FUZZ_SEED").ok().and_then(|text| text.parse().ok());
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.subsec_nanos().into());
        let seed: u64 = given.unwrap_or_else(now);
        println!("TOLLGATE_FUZZ_SEED={seed}");
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// Returns a number below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap() % limit.max(1)
    }

    /// Returns one of some.
    pub(crate) fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Returns how long or how often, where the environment says so.
pub(crate) fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Returns a time in seconds from the environment.
pub(crate) fn seconds(name: &str, otherwise: u64) -> Duration {
    Duration::from_secs(setting(name, otherwise))
}
