-- From format 2 on, what is over is forgotten (see spent.rs), which asks whether anything still waits for
-- an event.
CREATE INDEX outbox_seq ON outbox (seq);
CREATE INDEX dead_letter_seq ON dead_letter (seq);

UPDATE event SET body = '', visitor = ''
WHERE seq <= (SELECT seq FROM log_cursor)
AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.seq = event.seq)
AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.seq = event.seq);
