//! What holds for the reading of any text. For the fuzz target, and for the test that does without it.

use tollgate::shell::{Reading, Spot, read};

/// Reads a line and checks what must hold.
pub(crate) fn shell_line(line: &str) -> Reading {
    let reading = read(line);
    let count = reading.commands.len();
    assert!(count <= 501, "no end of commands in {line:?}");
    assert!(reading.unknown.len() <= 32, "no end of reasons in {line:?}");
    for (index, command) in reading.commands.iter().enumerate() {
        assert!(!command.places.is_empty(), "{index} runs nowhere in {line:?}");
        assert!(command.upstream.iter().all(|writer| *writer < count), "{index} is fed by nothing in {line:?}");
        for substitution in &command.substitutions {
            let there = match substitution.spot {
                Spot::Word(word) => word < command.words.len(),
                Spot::Assignment(assignment) => assignment < command.assignments.len(),
                Spot::Redirection => true,
            };
            assert!(there, "{index} has a substitution nowhere in {line:?}");
            assert!(
                substitution.commands.iter().all(|inner| *inner < count),
                "{index} has no substitution in {line:?}"
            );
        }
    }
    assert_eq!(reading, read(line), "{line:?} is read in two ways");
    reading
}
