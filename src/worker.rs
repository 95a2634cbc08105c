//! The engine behind the protocol; no logic of its own.
