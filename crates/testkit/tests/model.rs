//! The model passes what every store must pass.

use store::contract::{self, Database};
use store::{Store, StoreError};
use testkit::model::Model;

struct Kept(Model);

impl Database for Kept {
    fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(self.0.clone()))
    }
}

#[test]
fn the_contract() {
    contract::run(&|| Box::new(Kept(Model::default())));
}
