//! A folder uses what stands above it in the table of `src/lib.rs`, never what stands below.

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// Returns the folders in the order of the table.
    fn folders() -> Vec<String> {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix("/` |"));
        rows.filter_map(|row| Some(row.rsplit_once('`')?.1.to_owned())).collect()
    }

    /// Returns every `.rs` file below a folder with its text.
    fn sources(folder: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(sources(&path));
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
        found
    }

    /// Returns the folder that each `crate::folder` in a text names.
    fn used(text: &str) -> impl Iterator<Item = &str> {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.flat_map(|line| line.split("crate::").skip(1))
            .filter_map(|rest| rest.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).next())
    }

    #[test]
    fn a_folder_uses_only_what_stands_above_it() {
        let folders = folders();
        assert!(folders.len() > 8, "the table of src/lib.rs was read as {folders:?}");
        let mut count = 0;
        for (rank, folder) in folders.iter().enumerate() {
            for (file, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder)) {
                for name in used(&text) {
                    let Some(other) = folders.iter().position(|known| known == name) else { continue };
                    assert!(other <= rank, "{file} is in {folder} and uses {name}, which stands below it");
                    count += 1;
                }
            }
        }
        assert!(count > 100, "only {count} uses were seen");
    }

    #[test]
    fn every_folder_stands_in_the_table() {
        let folders = folders();
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if entry.path().is_dir() && name != "bin" {
                assert!(folders.contains(&name), "src/{name} does not stand in the table of src/lib.rs");
            }
        }
    }

    #[test]
    fn unsafe_code_is_in_sys_alone() {
        for (file, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
            let has = text.lines().any(|line| {
                let code = line.split("//").next().unwrap_or_default();
                code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl")
            });
            assert!(!has || file.contains("/src/sys/"), "{file} has unsafe code");
        }
    }
}
