-- From format 3 on the queue knows who is behind the ids (see people.rs).
CREATE TABLE person (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    customer TEXT,
    email    TEXT,
    phone    TEXT,
    traits   TEXT    NOT NULL,
    updated  INTEGER NOT NULL
) STRICT;
-- By what a person is known: `u:<userId>`, `e:<e-mail>`, `p:<phone>`, `a:<anonymousId>`.
CREATE TABLE alias (
    key    TEXT    PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_person ON alias (person);
CREATE INDEX lane_visitor ON lane (visitor);
