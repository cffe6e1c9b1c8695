-- Every accepted event: `message_id` stays for ever, for it is what makes a repeated one a duplicate.
-- `body` and `visitor` are empty once the event is over (see spent.rs).
CREATE TABLE event (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT    NOT NULL UNIQUE,
    visitor    TEXT    NOT NULL,
    received   INTEGER NOT NULL,
    body       TEXT    NOT NULL
) STRICT;

-- `pending` and `dead` are counted along, for counting rows is slow when the queue is long.
CREATE TABLE destination (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE,
    pending INTEGER NOT NULL DEFAULT 0,
    dead    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row for each visitor with something pending at a destination. A lease is a `due` in the future:
-- `leased_to` is the last event handed out, and `token` tells this lease from the next. Each row handed
-- out bears the token in `lease`: a replayed event may join a lane before its end, and is none of them.
CREATE TABLE lane (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    destination INTEGER NOT NULL REFERENCES destination (id),
    visitor     TEXT    NOT NULL,
    due         INTEGER NOT NULL,
    token       INTEGER NOT NULL DEFAULT 0,
    leased_to   INTEGER,
    UNIQUE (destination, visitor)
) STRICT;
CREATE INDEX lane_due ON lane (destination, due, id);

CREATE TABLE outbox (
    lane     INTEGER NOT NULL REFERENCES lane (id),
    seq      INTEGER NOT NULL REFERENCES event (seq),
    since    INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (lane, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letter (
    destination INTEGER NOT NULL REFERENCES destination (id),
    seq         INTEGER NOT NULL REFERENCES event (seq),
    at          INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    status      INTEGER,
    reason      TEXT    NOT NULL,
    response    TEXT    NOT NULL,
    PRIMARY KEY (destination, seq)
) STRICT, WITHOUT ROWID;

-- How far the event log has come, and how long each of its files is by right.
CREATE TABLE log_cursor (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO log_cursor VALUES (1, 0);
CREATE TABLE log_file (
    name  TEXT    PRIMARY KEY,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
