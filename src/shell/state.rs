//! What a shell remembers from one command to the next, as far as the line says it: folders, functions,
//! variables, aliases. A subshell has a copy.

use super::command::{Place, Word};
use brush_parser::ast::FunctionBody;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::rc::Rc;

/// The most folders that are told apart. What comes to more is "anywhere".
const PLACES: usize = 16;

/// A function of the line.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) body: Rc<FunctionBody>,
    /// Whether it is certainly defined where it is called.
    pub(super) certain: bool,
}

/// A folder, with what `cd -` and `popd` lead back to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    steps: Vec<Word>,
    previous: Option<Vec<Word>>,
    pushed: Vec<Vec<Word>>,
}

/// A step to somewhere that is not known.
fn anywhere() -> Vec<Word> {
    vec![Word::Dynamic("…".to_owned())]
}

impl Position {
    fn step(&self, target: Word) -> Vec<Word> {
        if target.literal().is_some_and(|text| text.starts_with(['/', '~'])) {
            return vec![target];
        }
        self.steps.iter().cloned().chain([target]).collect()
    }

    fn go(&self, steps: Vec<Word>) -> Self {
        Self { previous: Some(self.steps.clone()), pushed: self.pushed.clone(), steps }
    }

    /// `cd TARGET`
    fn changed(&self, target: Word) -> Self {
        self.go(self.step(target))
    }

    /// `cd -`
    fn back(&self) -> Self {
        self.go(self.previous.clone().unwrap_or_else(anywhere))
    }

    /// `pushd TARGET`
    fn pushed(&self, target: Word) -> Self {
        let mut next = self.changed(target);
        next.pushed.push(self.steps.clone());
        next
    }

    /// `popd`
    fn popped(&self) -> Self {
        let mut next = self.clone();
        let to = next.pushed.pop().unwrap_or_else(anywhere);
        next.previous = Some(std::mem::replace(&mut next.steps, to));
        next
    }
}

/// What a builtin does to the folder.
#[derive(Clone, Debug)]
pub(super) enum Move {
    To(Word),
    Back,
    Push(Word),
    Pop,
    Anywhere,
}

/// The folders that a command may leave a shell in.
#[derive(Clone, Debug, Default)]
pub(super) struct Positions(Vec<Position>);

impl Positions {
    /// Where the line starts.
    pub(super) fn start() -> Self {
        Self(vec![Position::default()])
    }

    pub(super) fn after(&self, change: &Move) -> Self {
        let mut next = Self::default();
        for position in &self.0 {
            next.add(match change {
                Move::To(target) => position.changed(target.clone()),
                Move::Back => position.back(),
                Move::Push(target) => position.pushed(target.clone()),
                Move::Pop => position.popped(),
                Move::Anywhere => position.go(anywhere()),
            });
        }
        next
    }

    fn add(&mut self, position: Position) {
        if self.0.contains(&position) {
            return;
        }
        if self.0.len() < PLACES {
            self.0.push(position);
        } else {
            // The last stands for all the others.
            self.0.pop();
            self.0.push(Position { steps: anywhere(), ..Position::default() });
        }
    }

    /// These, or those of others.
    pub(super) fn or(mut self, others: &Self) -> Self {
        others.0.iter().for_each(|other| self.add(other.clone()));
        self
    }

    /// These, or anywhere: after a loop that moves.
    pub(super) fn or_anywhere(self) -> Self {
        self.or(&Self(vec![Position { steps: anywhere(), ..Position::default() }]))
    }

    /// Adds "anywhere" to the folders of a command.
    pub(super) fn anywhere_too(places: &[Place]) -> Vec<Place> {
        let more = Place { steps: anywhere() };
        let known = places.contains(&more);
        places.iter().cloned().chain((!known).then_some(more)).collect()
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|position| other.0.contains(position))
    }

    pub(super) fn places(&self) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for position in &self.0 {
            let place = Place { steps: position.steps.clone() };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        if places.is_empty() {
            places.push(Place::default());
        }
        places
    }
}

/// A shell.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) positions: Positions,
    /// The targets of the `cd`s so far.
    pub(super) directories: Vec<Word>,
    pub(super) functions: BTreeMap<String, Function>,
    /// Names that `alias` gave a meaning.
    pub(super) aliases: BTreeSet<String>,
    /// Variables that certainly have this value.
    pub(super) constants: BTreeMap<String, OsString>,
    /// `$1`, `$2`, … where they are known: in the body of a function that is called.
    pub(super) positional: Option<Rc<Vec<Word>>>,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            positions: Positions::start(),
            directories: Vec::new(),
            functions: BTreeMap::new(),
            aliases: BTreeSet::new(),
            constants: BTreeMap::new(),
            positional: None,
        }
    }
}
