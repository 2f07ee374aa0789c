-- How content citizens are. Counts only: no conversation, no channel, no hour. Reasons in words are
-- masked and scrubbed before they come here, stand apart from the place, and are removed after
-- REVIEW_DAYS.

CREATE TABLE ratings (
    day date NOT NULL,                        -- on which it was asked
    unit text NOT NULL,                       -- code of the commune or province, '' where not known
    ending text NOT NULL,                     -- what had come to its end: answer, guide, ticket
    about text NOT NULL,                      -- code of a procedure, id of an event or guide, or ''
    score smallint NOT NULL CHECK (score BETWEEN 0 AND 5),  -- 0: asked; 1 to 5: a face pressed
    reason text NOT NULL,                     -- '': the press itself; else a reason given after it
    count integer NOT NULL CHECK (count >= 0),
    PRIMARY KEY (day, unit, ending, about, score, reason)
);

CREATE TABLE rating_words (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day date NOT NULL,
    ending text NOT NULL,
    about text NOT NULL,
    score smallint NOT NULL,
    words text NOT NULL
);
CREATE INDEX rating_words_by_day ON rating_words (day);
