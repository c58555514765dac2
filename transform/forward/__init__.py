"""Forward mode: the statements of a function, each with the statement of its tangent beside it."""
