//! What a command can do to the world: the words of the policy language.

use std::fmt;

/// One kind of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EffectKind {
    /// The content of a file is read.
    FsRead,
    /// A file is made or changed.
    FsWrite,
    /// A file or folder is removed.
    FsDelete,
    /// Owner, permissions or attributes of a file are changed.
    FsChmod,
    /// A host is spoken to.
    NetConnect,
    /// Data is sent to a host.
    NetUpload,
    /// A host gets a shell, or input and output of a program.
    NetShell,
    /// Data leaves in the name that is looked up.
    NetDnsData,
    /// Code runs that is none of the programs that are judged themselves.
    CodeExec,
    /// Code runs that stands in the command itself.
    CodeInline,
    /// Code runs that comes straight from the network.
    CodeNetwork,
    /// A package is fetched and its code run, and nobody has pinned it.
    CodeRemotePackage,
    /// A variable is set that changes what other programs run.
    EnvInject,
    /// The environment is shown.
    EnvDump,
    /// A store of secrets is asked for one.
    SecretRead,
    /// Work that is nowhere else is lost.
    VcsLossy,
    /// History that others may have is written anew.
    VcsRewrite,
    /// A branch of a remote is overwritten.
    VcsForcePush,
    /// A branch or tag of a remote is removed.
    VcsRemoteDelete,
    /// Data in a database is lost.
    DbDestructive,
    /// Infrastructure, or data in it, is lost.
    InfraDestructive,
    /// Infrastructure is changed.
    InfraChange,
    /// Something is made public, or given to others.
    Publish,
    /// More rights are taken.
    Privilege,
    /// Guards of the machine, or of the agent, are weakened.
    Tamper,
}

use EffectKind as K;

/// Every kind with its word.
const WORDS: [(&str, EffectKind); 25] = [
    ("fs.read", K::FsRead),
    ("fs.write", K::FsWrite),
    ("fs.delete", K::FsDelete),
    ("fs.chmod", K::FsChmod),
    ("net.connect", K::NetConnect),
    ("net.upload", K::NetUpload),
    ("net.shell", K::NetShell),
    ("net.dns-data", K::NetDnsData),
    ("code.exec", K::CodeExec),
    ("code.inline", K::CodeInline),
    ("code.network", K::CodeNetwork),
    ("code.remote-package", K::CodeRemotePackage),
    ("env.inject", K::EnvInject),
    ("env.dump", K::EnvDump),
    ("secret.read", K::SecretRead),
    ("vcs.lossy", K::VcsLossy),
    ("vcs.rewrite", K::VcsRewrite),
    ("vcs.force-push", K::VcsForcePush),
    ("vcs.remote-delete", K::VcsRemoteDelete),
    ("db.destructive", K::DbDestructive),
    ("infra.destructive", K::InfraDestructive),
    ("infra.change", K::InfraChange),
    ("publish", K::Publish),
    ("privilege", K::Privilege),
    ("tamper", K::Tamper),
];

impl EffectKind {
    /// Returns the kind that a word of the language stands for.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        WORDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
    }

    /// Returns the word of the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// Every word of the language.
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks it")]
    pub const WORDS: [&'static str; WORDS.len()] = {
        let mut words = [""; WORDS.len()];
        let mut at = 0;
        while at < WORDS.len() {
            words[at] = WORDS[at].0;
            at += 1;
        }
        words
    };

    /// Says whether an effect of this kind is about files.
    pub(crate) fn is_on_files(self) -> bool {
        matches!(self, K::FsRead | K::FsWrite | K::FsDelete | K::FsChmod)
    }

    /// Says whether an effect of this kind is about hosts.
    pub(crate) fn is_on_hosts(self) -> bool {
        matches!(self, K::NetConnect | K::NetUpload | K::NetShell | K::NetDnsData)
    }
}

impl fmt::Display for EffectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KindSet(u32);

impl KindSet {
    /// Returns the set of all kinds.
    pub(crate) fn all() -> Self {
        Self(u32::MAX)
    }

    pub(crate) fn with(self, kind: EffectKind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    pub(crate) fn contains(self, kind: EffectKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the kinds in it.
    pub(crate) fn iter(self) -> impl Iterator<Item = EffectKind> {
        WORDS.iter().map(|(_, kind)| *kind).filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<EffectKind> for KindSet {
    fn from_iter<I: IntoIterator<Item = EffectKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::default(), Self::with)
    }
}

/// Where code comes from that a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeSource {
    /// From the command itself (`python -c`).
    Inline,
    /// From a file.
    File,
    /// From the network.
    Network,
    /// From a package registry.
    Package,
    /// From somewhere that only shows when it runs.
    Unknown,
}

/// Every source with its word.
pub(crate) const SOURCES: [(&str, CodeSource); 5] = [
    ("inline", CodeSource::Inline),
    ("file", CodeSource::File),
    ("network", CodeSource::Network),
    ("package", CodeSource::Package),
    ("unknown", CodeSource::Unknown),
];

impl CodeSource {
    /// Returns the source that a kind of effect says by itself.
    pub(crate) fn of(kind: EffectKind) -> Option<Self> {
        match kind {
            K::CodeInline => Some(Self::Inline),
            K::CodeNetwork => Some(Self::Network),
            K::CodeRemotePackage => Some(Self::Package),
            K::CodeExec => Some(Self::File),
            K::FsRead
            | K::FsWrite
            | K::FsDelete
            | K::FsChmod
            | K::NetConnect
            | K::NetUpload
            | K::NetShell
            | K::NetDnsData
            | K::EnvInject
            | K::EnvDump
            | K::SecretRead
            | K::VcsLossy
            | K::VcsRewrite
            | K::VcsForcePush
            | K::VcsRemoteDelete
            | K::DbDestructive
            | K::InfraDestructive
            | K::InfraChange
            | K::Publish
            | K::Privilege
            | K::Tamper => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_word() {
        for (word, kind) in WORDS {
            assert_eq!(EffectKind::read(word), Some(kind));
            assert_eq!(kind.as_str(), word);
        }
        let all: KindSet = WORDS.iter().map(|(_, kind)| *kind).collect();
        assert_eq!(all.iter().count(), WORDS.len());
    }
}
