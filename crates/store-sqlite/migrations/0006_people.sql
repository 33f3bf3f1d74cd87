-- People: whoever works for an account has a row in both of its ledgers.

CREATE TABLE person (
  ledger_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL, -- folded
  role TEXT NOT NULL,
  created INTEGER NOT NULL,
  disabled INTEGER,
  password TEXT, -- a hash; in the live ledger only
  password_since INTEGER,
  PRIMARY KEY (ledger_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX person_email ON person (email, ledger_id);

-- Who is signed in. No part of a ledger, and not moved with one.
CREATE TABLE user_session (
  token BLOB PRIMARY KEY, -- a hash
  user_id INTEGER NOT NULL,
  ledger_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX user_session_user ON user_session (user_id, created);
CREATE INDEX user_session_expires ON user_session (expires);
