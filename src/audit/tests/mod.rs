//! Whole sessions: written, cut short, on a full disk, and in the hands of stock tools.

mod crash;
mod full_disk;
mod session;
mod stock;
