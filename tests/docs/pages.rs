//! Reading man pages: their sections, what is set in bold, their examples.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Returns a path in the package.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Returns the text of a file of the package.
#[track_caller]
pub(crate) fn file(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A man page.
pub(crate) struct Page {
    text: String,
}

impl Page {
    #[track_caller]
    pub(crate) fn open(name: &str) -> Self {
        Self { text: file(&format!("man/{name}")) }
    }

    /// Returns the words that stand in bold, in the whole page.
    pub(crate) fn bold(&self) -> BTreeSet<String> {
        bold(&self.text)
    }

    /// Returns the words that stand in bold below a heading.
    #[track_caller]
    pub(crate) fn bold_in(&self, heading: &str) -> BTreeSet<String> {
        let wanted = [format!(".SS {heading}"), format!(".SH {heading}"), format!(".SH \"{heading}\"")];
        let mut lines = self.text.lines().skip_while(|line| !wanted.iter().any(|wanted| line == wanted));
        assert!(lines.next().is_some(), "the page has no section {heading}");
        let body: Vec<&str> = lines.take_while(|line| !line.starts_with(".SS") && !line.starts_with(".SH")).collect();
        bold(&body.join("\n"))
    }

    /// Returns the blocks behind a comment of this name, as a person would copy them.
    pub(crate) fn blocks(&self, comment: &str) -> Vec<String> {
        let mark = format!(".\\\" {comment}");
        let mut blocks = Vec::new();
        let mut lines = self.text.lines();
        while lines.any(|line| line == mark) {
            let block = lines.by_ref().skip_while(|line| *line != ".nf").skip(1).take_while(|line| *line != ".fi");
            blocks.push(block.map(|line| plain(line) + "\n").collect());
        }
        blocks
    }
}

/// Returns a line without the escapes of roff.
fn plain(line: &str) -> String {
    let mut text = line.to_owned();
    for (escape, meaning) in [
        ("\\&", ""),
        ("\\-", "-"),
        ("\\(aq", "'"),
        ("\\*(Aq", "'"),
        ("\\(ga", "`"),
        ("\\(ha", "^"),
        ("\\(ti", "~"),
        ("\\e", "\\"),
    ] {
        text = text.replace(escape, meaning);
    }
    text
}

/// Returns the words in bold, parted at what no key, flag or member has in it.
fn bold(text: &str) -> BTreeSet<String> {
    let spans = text.split("\\fB").skip(1).filter_map(|rest| rest.split("\\fR").next());
    let words = spans.flat_map(|span| {
        let span = plain(span);
        let parts = span.split(|c: char| !(c.is_alphanumeric() || "_-~:".contains(c)));
        parts.map(str::to_owned).collect::<Vec<_>>()
    });
    words.filter(|word| !word.is_empty()).collect()
}

#[test]
fn a_page_is_read_as_a_person_reads_it() {
    let page = Page {
        text: ".SH ONE\n\\fB\\-\\-all\\fR and \\fIfile\\fR\n.SH TWO\n.\\\" example\n.nf\na: \\(aq\\ed\\(aq\n.fi\n"
            .to_owned(),
    };
    assert_eq!(page.bold_in("ONE"), BTreeSet::from(["--all".to_owned()]));
    assert!(page.bold_in("TWO").is_empty());
    assert_eq!(page.blocks("example"), ["a: '\\d'\n"]);
}

#[test]
fn every_page_is_rendered_without_a_warning() {
    if !Path::new("/usr/bin/man").exists() || !Path::new("/usr/bin/groff").exists() {
        println!("skipped: man and groff are not installed");
        return;
    }
    for entry in std::fs::read_dir(path("man")).unwrap() {
        let page = entry.unwrap().path();
        let mut command = std::process::Command::new("/usr/bin/man");
        command.args(["--warnings", "-E", "UTF-8", "-l"]).arg(&page).env("LC_ALL", "C.UTF-8").env("MANPAGER", "cat");
        let output = command.stdin(std::process::Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{}: {said}", page.display());
        assert!(output.stdout.len() > 500, "{} is nearly empty", page.display());
    }
}
