//! One question at a time, to the person at the terminal.

use super::{Answer, Card, Screen};
use crate::sys::process::Prompt;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, TryLockError};
use std::time::{Duration, Instant};

/// How often a waiting question looks whether its caller is still there.
const LOOK: Duration = Duration::from_millis(50);

/// The person at the terminal.
#[derive(Debug)]
pub struct People {
    screen: Arc<Screen>,
    turn: Mutex<()>,
}

impl People {
    /// Asks on this screen.
    #[must_use]
    pub fn new(screen: Arc<Screen>) -> Self {
        Self { screen, turn: Mutex::new(()) }
    }

    /// Shows the card and waits: for its turn, then for an answer, at most `timeout` in all, and only
    /// as long as the caller does.
    #[must_use]
    pub fn ask(&self, card: &Card, timeout: Duration, gave_up: &dyn Fn() -> bool) -> Answer {
        let deadline = Instant::now() + timeout;
        let _turn = loop {
            match self.turn.try_lock() {
                Ok(turn) => break turn,
                Err(TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
            if gave_up() {
                return Answer::GaveUp;
            }
            if Instant::now() >= deadline {
                return Answer::Timeout;
            }
            std::thread::sleep(LOOK);
        };
        if gave_up() {
            return Answer::GaveUp;
        }
        self.show(card, deadline, gave_up).unwrap_or_else(|error| Answer::Failed(format!("asking failed: {error}")))
    }

    fn show(&self, card: &Card, deadline: Instant, gave_up: &dyn Fn() -> bool) -> io::Result<Answer> {
        let taken = self.screen.take()?;
        taken.clear()?;
        let terminal = self.screen.terminal().file().try_clone()?;
        let mut prompt = Prompt::start(terminal)?;
        let remaining = deadline.saturating_duration_since(Instant::now());
        let mut question = prompt.question()?;
        question.write_all(&[u8::from(card.may_remember())])?;
        question.write_all(card.text(remaining).as_bytes())?;
        drop(question);
        loop {
            if prompt.has_answer(LOOK)? {
                let mut text = Vec::new();
                prompt.answer()?.take(4096).read_to_end(&mut text)?;
                prompt.finish()?;
                return Ok(read_answer(&text));
            }
            if gave_up() {
                return Ok(Answer::GaveUp);
            }
            if Instant::now() >= deadline {
                return Ok(Answer::Timeout);
            }
        }
        // Dropping the prompt ends its process; dropping what was taken gives the screen back.
    }
}

/// Reads what the prompt process wrote: a word, and for a denial the person's own words.
fn read_answer(text: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(text);
    let (word, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let message = rest.trim();
    match word {
        "once" => Answer::Once,
        "session" => Answer::Session,
        "deny" => Answer::Denied { message: (!message.is_empty()).then(|| message.to_owned()) },
        // The prompt ended without an answer: interrupted, or its terminal is gone.
        _ => Answer::Denied { message: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_words_let_something_run() {
        assert_eq!(read_answer(b"once\n"), Answer::Once);
        assert_eq!(read_answer(b"session\n"), Answer::Session);
        assert_eq!(read_answer(b""), Answer::Denied { message: None });
        assert_eq!(read_answer(b"once more"), Answer::Denied { message: None });
        assert_eq!(read_answer(b"deny\nuse a branch\n"), Answer::Denied { message: Some("use a branch".to_owned()) });
    }
}
