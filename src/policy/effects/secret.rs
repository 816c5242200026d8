//! Secrets that stand in a command itself: tokens whose beginnings their issuers have published.

/// How a token begins, and how long it is at the least. See the issuers' own pages on secret scanning.
const TOKENS: [(&str, usize); 30] = [
    ("AKIA", 16),
    ("ASIA", 16),
    ("AROA", 16),
    ("AIDA", 16),
    ("ABIA", 16),
    ("ACCA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 22),
    ("glpat-", 20),
    ("gldt-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("xoxs-", 20),
    ("xapp-", 20),
    ("sk-", 20),
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("AIza", 35),
    ("ya29", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("hf_", 30),
    ("dop_v1_", 40),
    ("dckr_pat_", 20),
    ("eyJhbGciOi", 20),
];

/// Says whether a text holds a secret that can be told by its form.
pub(super) fn stands_in(text: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let is_token = |word: &str| TOKENS.iter().any(|(start, least)| word.len() >= *least && word.starts_with(start));
    words.any(is_token) || text.contains("-----BEGIN") && text.contains("PRIVATE KEY")
}

#[cfg(test)]
mod tests {
    use super::stands_in;

    #[test]
    fn tokens_are_told_by_their_form() {
        for text in [
            "https://x/?d=AKIA1234567890ABCDEF",
            "https://x/ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "token=sk-proj-0123456789abcdefghij",
        ] {
            assert!(stands_in(text), "{text}");
        }
        for text in
            ["https://x/AKIA", "sk-learn", "https://github.com/a/b/commit/0123456789abcdef0123456789abcdef01234567"]
        {
            assert!(!stands_in(text), "{text}");
        }
    }
}
