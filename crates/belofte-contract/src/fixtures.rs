//! Named examples of the wire's objects, used alike by the tests of contract, server, widget and demo.
//!
//! Plain JSON texts; nothing here is linked into a program that does not name it.

macro_rules! fixtures {
    ($($name:ident $file:literal),* $(,)?) => {
        $(pub const $name: &str = include_str!(concat!("../fixtures/", $file, ".json"));)*
        /// Every fixture with its name, `<word>/<case>`.
        pub const ALL: &[(&str, &str)] = &[$(($file, $name)),*];
    };
}

fixtures! {}
