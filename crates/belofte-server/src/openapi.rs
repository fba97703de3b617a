//! The OpenAPI 3.1 document, made from the contract's types and the handlers.

use crate::StartError;

pub fn print() -> Result<(), StartError> {
    Ok(())
}
