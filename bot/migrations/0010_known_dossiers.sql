-- What other systems last said of a dossier, for when they do not answer.

CREATE TABLE known_dossiers (LIKE dossiers INCLUDING ALL);
CREATE INDEX known_dossiers_by_age ON known_dossiers (seen_at);
