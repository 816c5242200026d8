//! One file per topic, over the harness.

mod harness;
mod needs;
mod process;
mod programs;
mod records;
mod terminal;

mod answers;
mod asking;
mod attacks;
mod caller_gives_up;
mod compat;
mod crash;
mod debugging;
mod demands;
mod denial;
mod doors;
mod evasions;
mod full_disk;
mod identity;
mod job_control;
mod one_decision;
mod policy_commands;
mod races;
mod run;
mod screen;
mod shim;
mod signals;
