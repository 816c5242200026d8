//! The second opinion: another parser's outline of a text.
//!
//! Neither parser is a shell. Fuzzed against one, each misses commands that the other sees; both together
//! missed none. So a text is only known where their outlines are the same.

use super::outline::Outline;
use rable::{ListOperator, Node, NodeKind};

/// What the second parser sees in a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Opinion {
    pub(super) outline: Outline,
    /// The outlines of the substitutions in its words, as far as it looks into them.
    pub(super) inside: Vec<Outline>,
}

/// Returns the second parser's view. Nothing where it does not read the text.
pub(super) fn opinion(text: &str) -> Option<Opinion> {
    let nodes = rable::parse(text, true).ok()?;
    let mut opinion = Opinion::default();
    nodes.iter().try_for_each(|node| opinion.node(node))?;
    Some(opinion)
}

fn fd(number: i32) -> Option<i32> {
    (number >= 0).then_some(number)
}

impl Opinion {
    fn mark(&mut self, mark: &str) {
        self.outline.mark(mark);
    }

    fn body(&mut self, open: &str, node: &Node, close: &str) -> Option<()> {
        self.mark(open);
        self.node(node)?;
        self.mark(close);
        Some(())
    }

    /// Adds a part of the tree. Nothing for a part that has no place here.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not known of another crate's tree is no agreement")]
    fn node(&mut self, node: &Node) -> Option<()> {
        match &node.kind {
            NodeKind::Command { assignments, words, redirects } => {
                self.mark("command");
                assignments.iter().chain(words).try_for_each(|word| self.word(word))?;
                redirects.iter().try_for_each(|redirect| self.redirect(redirect))
            }
            NodeKind::Pipeline { commands, .. } => {
                for (index, command) in commands.iter().enumerate() {
                    if index > 0 {
                        self.mark("|");
                    }
                    self.node(command)?;
                }
                Some(())
            }
            NodeKind::List { items } => items.iter().try_for_each(|item| {
                self.node(&item.command)?;
                match item.operator {
                    Some(ListOperator::And) => self.mark("&&"),
                    Some(ListOperator::Or) => self.mark("||"),
                    Some(ListOperator::Background) => self.mark("&"),
                    Some(ListOperator::Semi) | None => {}
                }
                Some(())
            }),
            NodeKind::If { condition, then_body, else_body, redirects } => {
                self.body("if", condition, "then")?;
                self.node(then_body)?;
                if let Some(other) = else_body {
                    self.mark("else");
                    self.node(other)?;
                }
                self.mark("fi");
                self.redirects(redirects)
            }
            NodeKind::While { condition, body, redirects } => self.looped("while", condition, body, redirects),
            NodeKind::Until { condition, body, redirects } => self.looped("until", condition, body, redirects),
            NodeKind::For { var, words, body, redirects } => {
                self.mark("for");
                self.outline.text(var);
                words.iter().flatten().try_for_each(|word| self.word(word))?;
                self.body("do", body, "done")?;
                self.redirects(redirects)
            }
            NodeKind::ForArith { init, cond, incr, body, redirects } => {
                self.mark("for((");
                [init, cond, incr].iter().for_each(|part| self.outline.arithmetic(part));
                self.body("do", body, "done")?;
                self.redirects(redirects)
            }
            NodeKind::Case { word, patterns, redirects } => {
                self.mark("case");
                self.word(word)?;
                for case in patterns {
                    self.mark("in");
                    case.patterns.iter().try_for_each(|pattern| self.word(pattern))?;
                    self.mark(")");
                    case.body.iter().try_for_each(|body| self.node(body))?;
                }
                self.mark("esac");
                self.redirects(redirects)
            }
            NodeKind::Function { name, body } => {
                self.mark("function");
                self.outline.text(name);
                self.node(body)
            }
            NodeKind::Subshell { body, redirects } => {
                self.body("(", body, ")")?;
                self.redirects(redirects)
            }
            NodeKind::BraceGroup { body, redirects } => {
                self.body("{", body, "}")?;
                self.redirects(redirects)
            }
            NodeKind::Coproc { name, command } => {
                self.mark("coproc");
                self.outline.text(name.as_deref().filter(|name| *name != "COPROC").unwrap_or_default());
                self.node(command)
            }
            NodeKind::ArithmeticCommand { redirects, raw_content, .. } => {
                self.mark("((");
                self.outline.arithmetic(raw_content);
                self.redirects(redirects)
            }
            NodeKind::ConditionalExpr { body, redirects } => {
                self.body("[[", body, "]]")?;
                self.redirects(redirects)
            }
            NodeKind::UnaryTest { operand, .. } => self.node(operand),
            NodeKind::BinaryTest { left, right, .. } => {
                self.node(left)?;
                self.node(right)
            }
            NodeKind::CondAnd { left, right } => self.between(left, "&&", right),
            NodeKind::CondOr { left, right } => self.between(left, "||", right),
            NodeKind::CondNot { operand } => {
                self.mark("!");
                self.node(operand)
            }
            NodeKind::CondParen { inner } => self.body("(", inner, ")"),
            NodeKind::CondTerm { value, .. } => {
                self.outline.text(value);
                Some(())
            }
            NodeKind::Negation { pipeline } => {
                self.mark("!");
                self.node(pipeline)
            }
            NodeKind::Time { pipeline, .. } => {
                self.mark("time");
                self.node(pipeline)
            }
            NodeKind::Empty | NodeKind::Comment { .. } => Some(()),
            _ => None,
        }
    }

    fn looped(&mut self, open: &str, condition: &Node, body: &Node, redirects: &[Node]) -> Option<()> {
        self.body(open, condition, "do")?;
        self.body("", body, "done")?;
        self.redirects(redirects)
    }

    fn between(&mut self, left: &Node, mark: &str, right: &Node) -> Option<()> {
        self.node(left)?;
        self.mark(mark);
        self.node(right)
    }

    fn word(&mut self, node: &Node) -> Option<()> {
        let NodeKind::Word { value, parts, .. } = &node.kind else { return None };
        if let [Node { kind: NodeKind::ProcessSubstitution { direction, command }, .. }] = parts.as_slice() {
            self.mark(if direction.starts_with('<') { "<(" } else { ">(" });
            self.node(command)?;
            self.mark(")");
            return Some(());
        }
        for part in parts {
            if let NodeKind::CommandSubstitution { command, .. } = &part.kind {
                let mut inner = Self::default();
                inner.node(command)?;
                self.inside.push(inner.outline);
                self.inside.append(&mut inner.inside);
            }
        }
        let named = value.split_once("=(").is_some_and(|(name, _)| !name.contains(['\'', '"', '$', '`', '(']));
        if named && value.ends_with(')') {
            self.outline.array(value);
        } else {
            self.outline.text(value);
        }
        Some(())
    }

    fn redirects(&mut self, redirects: &[Node]) -> Option<()> {
        redirects.iter().try_for_each(|redirect| self.redirect(redirect))
    }

    fn redirect(&mut self, node: &Node) -> Option<()> {
        if let NodeKind::HereDoc { content, quoted, fd: number, .. } = &node.kind {
            self.outline.document(fd(*number), *quoted, content);
            return Some(());
        }
        let NodeKind::Redirect { op, target, fd: number, varfd: None } = &node.kind else { return None };
        let NodeKind::Word { value, parts, .. } = &target.kind else { return None };
        if let [Node { kind: NodeKind::ProcessSubstitution { .. }, .. }] = parts.as_slice() {
            self.mark(op);
            return self.word(target);
        }
        self.outline.redirect(fd(*number), op, value);
        Some(())
    }
}
