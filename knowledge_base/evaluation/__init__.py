"""How well citizens are understood: labelled questions, what is counted, what it is held to."""
