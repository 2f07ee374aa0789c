-- Questions that were not answered well, for officials to look at. Nothing leads to a person: no
-- conversation, no channel, no hour, one row for equal questions. Texts are masked and scrubbed
-- before they come here (bot/privacy.py, knowledge_base/review/personal.py).

CREATE TABLE missed_questions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,                 -- without accents and punctuation: equal questions
    wording text NOT NULL,
    settled text,                             -- taught: added to the data; dropped: of no use
    settled_on date
);

CREATE TABLE misses (
    question bigint NOT NULL REFERENCES missed_questions ON DELETE CASCADE,
    origin text NOT NULL,                     -- '': met here; otherwise the list it came with
    kind text NOT NULL,
    offered text[] NOT NULL,                  -- codes
    chosen text NOT NULL,                     -- a code, or ''
    day date NOT NULL,
    count integer NOT NULL,
    PRIMARY KEY (question, origin, kind, offered, chosen, day)
);
CREATE INDEX misses_by_day ON misses (day);
