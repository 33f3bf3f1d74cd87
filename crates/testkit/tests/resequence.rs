//! Numbering documents anew, through an engine on every store: who gets which number, what keeps
//! it from being done, what is left behind, and what takes it back.

#[path = "resequence/life.rs"]
mod life;
#[path = "resequence/shop.rs"]
mod shop;
#[path = "resequence/table.rs"]
mod table;
