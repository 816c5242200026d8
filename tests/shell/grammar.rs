//! Lines whose programs are stubs: `m…` succeed, `n…` fail. No line has a slash, so that none leaves its folder.

use crate::random::Random;

/// Programs that succeed.
pub(crate) const GOOD: &[&str] =
    &["m1", "m2", "m3", "m4", "c1", "rm", "ls", "git", "cat", "sort", "id", "a", "b", "x", "y"];
/// Programs that fail.
pub(crate) const BAD: &[&str] = &["n1", "n2"];

/// Makes lines.
pub(crate) struct Grammar<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) depth: usize,
}

impl Grammar<'_> {
    fn deeper<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let made = make(self);
        self.depth -= 1;
        made
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.random.below(one_in) == 0
    }

    /// Makes a list of commands.
    pub(crate) fn list(&mut self) -> String {
        let mut line = self.item();
        let most = if self.depth > 2 { 1 } else { 3 };
        for _ in 0..self.random.below(most + 1) {
            let separator = self
                .random
                .one(&["; ", " && ", " || ", "\n", " & ", " | ", " |& ", " |\n", " &&\n", "\n\n", " ; # c\n"]);
            // After a here-document there is a new line anyway.
            let separator = if line.ends_with('\n') { "" } else { separator };
            line = format!("{line}{separator}{}", self.item());
        }
        line
    }

    fn item(&mut self) -> String {
        if self.depth > 3 || self.random.below(5) < 3 {
            return self.simple();
        }
        self.deeper(Self::compound)
    }

    /// Ends a list before a closing word.
    fn body(&mut self) -> String {
        let list = self.list();
        if list.ends_with('\n') || list.ends_with(" &") {
            list
        } else {
            format!("{list}{}", self.random.one(&["; ", "\n", " ; "]))
        }
    }

    fn compound(&mut self) -> String {
        let made = match self.random.below(17) {
            0 => format!("if {}then {}fi", self.body(), self.body()),
            1 => format!(
                "if {}then {}elif {}then {}else {}fi",
                self.body(),
                self.body(),
                self.body(),
                self.body(),
                self.body()
            ),
            2 => format!("while n1; do {}done", self.body()),
            3 => format!("until m1; do {}done", self.body()),
            4 => format!("for i in {} {}; do {}done", self.argument(), self.argument(), self.body()),
            5 => format!("for ((i=0;i<2;i++)); do {}done", self.body()),
            6 => format!("case {} in a) {};; b|*) {};; esac", self.argument(), self.list(), self.list()),
            7 => format!("{{ {}}}", self.body()),
            8 => format!("({})", self.list()),
            9 => format!("( ( {} ) )", self.list()),
            10 => format!("f() {{ {}}}; f {}", self.body(), self.argument()),
            11 => format!("function g {{ {}}}\ng {}", self.body(), self.argument()),
            12 => format!("[[ -n {} && a == {} ]]", self.argument(), self.argument()),
            13 => format!("(( 1 + {} ))", self.number()),
            14 => format!("! {}", self.simple()),
            15 => format!("time {}", self.simple()),
            _ => format!("coproc {{ {}}}", self.body()),
        };
        if self.chance(5) { format!("{made} {}", self.redirection()) } else { made }
    }

    fn number(&mut self) -> String {
        match self.random.below(4) {
            0 => format!("$({})0", self.deeper(Self::list)),
            1 => "2".to_owned(),
            2 => "(1<<2)".to_owned(),
            _ => "$#".to_owned(),
        }
    }

    fn program(&mut self) -> String {
        let all: Vec<&str> = GOOD.iter().chain(BAD).copied().collect();
        self.random.one(&all).to_owned()
    }

    fn head(&mut self) -> String {
        let program = self.program();
        let (first, rest) = program.split_at(1);
        match self.random.below(24) {
            0 => format!("\"{program}\""),
            1 => format!("'{first}'{rest}"),
            2 => format!("\\{program}"),
            3 => format!("$'{program}'"),
            4 => format!("{first}\\\n{rest}"),
            5 => format!("{{{program},z}}"),
            6 => format!("$(echo {program})"),
            7 => format!("command {program}"),
            8 => format!("builtin eval {program}"),
            9 => format!("eval '{program}'"),
            10 => format!("X={program}; $X"),
            11 => format!("\"\"{program}"),
            12 => format!("A=1 B=\"$({})\" {program}", self.deeper(Self::list)),
            13 => format!("$\"{program}\""),
            _ => program,
        }
    }

    fn simple(&mut self) -> String {
        if self.chance(7) {
            return self.builtin();
        }
        let mut line = self.head();
        for _ in 0..self.random.below(4) {
            line = format!("{line} {}", self.argument());
        }
        if self.chance(4) {
            line = if self.chance(3) {
                format!("{} {line}", self.redirection())
            } else {
                format!("{line} {}", self.redirection())
            };
        }
        if self.chance(12) { format!("{line} {}", self.document()) } else { line }
    }

    fn builtin(&mut self) -> String {
        match self.random.below(14) {
            0 => "cd d".to_owned(),
            1 => "cd d || cd e".to_owned(),
            2 => "cd ..".to_owned(),
            3 => "cd nowhere".to_owned(),
            4 => "pushd e".to_owned(),
            5 => "popd".to_owned(),
            6 => "cd -".to_owned(),
            7 => format!("X={}", self.argument()),
            8 => format!("export X={}", self.argument()),
            9 => format!("trap '{}' EXIT", self.program()),
            10 => "true".to_owned(),
            11 => format!("eval \"{} a\"", self.program()),
            12 => format!("arr=({} {})", self.argument(), self.argument()),
            _ => "false".to_owned(),
        }
    }

    fn argument(&mut self) -> String {
        if self.depth > 3 {
            return self.random.one(&["a", "-x", "'b c'", "\"d\"", "--", "a=b"]).to_owned();
        }
        match self.random.below(34) {
            0 => format!("$({})", self.deeper(Self::list)),
            1 => format!("\"$({})\"", self.deeper(Self::list)),
            2 => format!("`{}`", self.program()),
            3 => format!("\"a `{} b` c\"", self.program()),
            4 => format!("<({})", self.deeper(Self::list)),
            5 => format!("${{Y:-$({})}}", self.deeper(Self::list)),
            6 => format!("\"${{Y:-{}}}\"", self.argument().replace(['\'', '"'], "")),
            7 => format!("$(( 1 + {} ))", self.number()),
            8 => "{a,b}".to_owned(),
            9 => "x{1..3}y".to_owned(),
            10 => "'$(m1)'".to_owned(),
            11 => "\"\\$(m1)\"".to_owned(),
            12 => "\"a;b && m1\"".to_owned(),
            13 => "a#b".to_owned(),
            14 => "$'a\\'b\\n'".to_owned(),
            15 => "\\;".to_owned(),
            16 => "\"$X\"".to_owned(),
            17 => "$X".to_owned(),
            18 => "\"$1\"".to_owned(),
            19 => "\"$@\"".to_owned(),
            20 => "*".to_owned(),
            21 => "~".to_owned(),
            22 => "'a\nb'".to_owned(),
            23 => "\"\"".to_owned(),
            24 => "$(echo 'p q')".to_owned(),
            25 => "\"$(cat <<'EOF'\nit's \"x\" `y\nEOF\n)\"".to_owned(),
            26 => "${X#a}".to_owned(),
            27 => "[ab]".to_owned(),
            28 => "{a,{b,c}d}".to_owned(),
            29 => format!("\"$(printf '%s' {})\"", self.random.one(&["a", "'a b'"])),
            _ => self.random.one(&["a", "-x", "b", "--", "c=d", "if", "done", "}"]).to_owned(),
        }
    }

    fn redirection(&mut self) -> String {
        match self.random.below(10) {
            0 => ">out".to_owned(),
            1 => "2>&1".to_owned(),
            2 => ">>out".to_owned(),
            3 => "&>out".to_owned(),
            4 => "2>err".to_owned(),
            5 => format!("<<<\"$({})\"", self.deeper(Self::list)),
            6 => format!("< <({})", self.deeper(Self::list)),
            7 => format!("> >({})", self.deeper(Self::list)),
            8 => "<out".to_owned(),
            _ => "<<<'a b'".to_owned(),
        }
    }

    fn document(&mut self) -> String {
        let text = match self.random.below(5) {
            0 => format!("$({})", self.deeper(Self::list)),
            1 => "it's".to_owned(),
            2 => "EOF ".to_owned(),
            3 => " EOF".to_owned(),
            _ => format!("`{}` \"", self.program()),
        };
        let start = self.random.one(&["<<EOF", "<<'EOF'", "<<-EOF", "<<\"EOF\"", "<<E\\OF"]);
        format!("{start}\n{text}\nEOF\n")
    }
}
