//! How well a rule fits a command.

/// How well a rule, or a part of one, fits a command. Ordered.
///
/// `deny` and `ask` rules match from [`Fit::Possible`] on, `allow` rules only at [`Fit::Certain`].
/// [`Fit::Unknown`] is never a match; it says that the policy's defaults for unknown parts apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It does not.
    No,
    /// It might, once a part is known that is not known now (`rm $X`).
    Unknown,
    /// In one way to read the command it does (`tool -C /tmp publish`, a name that a file may have).
    Possible,
    /// It does.
    Certain,
}

impl Fit {
    /// Returns [`Fit::Certain`] or [`Fit::No`].
    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::Certain } else { Self::No }
    }

    /// Returns the fit of the opposite. What is unclear stays unclear.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::No => Self::Certain,
            Self::Unknown => Self::Unknown,
            Self::Possible => Self::Possible,
            Self::Certain => Self::No,
        }
    }

    /// Lowers a certain fit to a possible one.
    pub(crate) fn at_most_possible(self) -> Self {
        self.min(Self::Possible)
    }

    /// Returns the best of several; [`Fit::No`] of none.
    pub(crate) fn any(fits: impl Iterator<Item = Self>) -> Self {
        let mut best = Self::No;
        for fit in fits {
            best = best.max(fit);
            if best == Self::Certain {
                break;
            }
        }
        best
    }

    /// Returns the worst of several; [`Fit::Certain`] of none.
    pub(crate) fn all(fits: impl Iterator<Item = Self>) -> Self {
        let mut worst = Self::Certain;
        for fit in fits {
            worst = worst.min(fit);
            if worst == Self::No {
                break;
            }
        }
        worst
    }
}
