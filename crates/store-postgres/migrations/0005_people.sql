-- People: whoever works for an account has a row in both of its ledgers.
CREATE TABLE person (
  ledger_id bigint NOT NULL,
  user_id bigint NOT NULL,
  created bigint NOT NULL,
  disabled bigint,
  password_since bigint,
  role text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  email text COLLATE "C" NOT NULL, -- folded
  password text COLLATE "C", -- a hash; in the live ledger only
  PRIMARY KEY (ledger_id, user_id),
  CONSTRAINT person_email UNIQUE (ledger_id, email)
);

-- Who signs in names no ledger.
CREATE TABLE person_route (
  ledger_id bigint NOT NULL,
  user_id bigint NOT NULL,
  email text COLLATE "C" NOT NULL,
  PRIMARY KEY (ledger_id, user_id)
);
CREATE INDEX person_route_email ON person_route (email, ledger_id, user_id);

-- Who is signed in. No part of a ledger, and not moved with one.
CREATE TABLE user_session (
  user_id bigint NOT NULL,
  ledger_id bigint NOT NULL,
  created bigint NOT NULL,
  seen bigint NOT NULL,
  expires bigint NOT NULL,
  token bytea NOT NULL, -- a hash
  PRIMARY KEY (token)
);
CREATE INDEX user_session_user ON user_session (user_id, created);
CREATE INDEX user_session_expires ON user_session (expires);
