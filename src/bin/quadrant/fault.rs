//! Failures of the command line: said once, with what to do, and turned into an exit code.

use std::fmt;
use std::process::ExitCode;

/// Why a command ended without a result.
#[derive(Debug)]
pub(crate) struct Fault {
    code: u8,
    message: String,
    hint: String,
}

impl Fault {
    /// The input cannot be used (exit code 2).
    pub(crate) fn input(message: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self { code: 2, message: message.to_string(), hint: hint.into() }
    }

    /// A bug in this program (exit code 1).
    pub(crate) fn bug(message: impl fmt::Display) -> Self {
        let hint = "this is a bug in quadrant: please report it with the command line and the file schemas".to_owned();
        Self { code: 1, message: message.to_string(), hint }
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n  what to do: {}", self.hint) }
    }
}
