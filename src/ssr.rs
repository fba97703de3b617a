//! The same views as whole strings, for pages without JavaScript.
