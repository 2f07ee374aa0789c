"""Finding procedures: lexical and dense search, their fusion, and when to abstain."""
