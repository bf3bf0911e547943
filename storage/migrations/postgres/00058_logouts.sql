-- +goose Up

-- A change of these tables waits for their readers, and all others wait behind it: better it fails, and is tried again.
SET LOCAL lock_timeout = '5s';

-- Whether a client is told of the end of sessions by a request of this server, and by a frame in the browser. The
-- addresses are in its metadata; by these columns the end of a session finds the clients. The previous version leaves
-- them as they are.
ALTER TABLE clients ADD COLUMN logout_back boolean NOT NULL DEFAULT false;
ALTER TABLE clients ADD COLUMN logout_front boolean NOT NULL DEFAULT false;

-- What the ID tokens of a grant call its session, if that was replaced since: by another sign-in, or another factor.
-- Applications know the session by it.
ALTER TABLE grants ADD COLUMN sid uuid;

-- Written in the transaction that ends the session. There is no foreign key: deleting a client must not make a concurrent
-- sign-out fail.
CREATE TABLE logouts (
    id         uuid PRIMARY KEY,
    client_id  text COLLATE "C" NOT NULL,
    sid        uuid NOT NULL,
    user_id    uuid NOT NULL,
    subject    text NOT NULL,
    state      text NOT NULL,
    tries      integer NOT NULL,
    created_at timestamptz NOT NULL,
    next_at    timestamptz NOT NULL,
    tried_at   timestamptz,
    took_ms    integer NOT NULL DEFAULT 0,
    status     integer NOT NULL DEFAULT 0,
    fault      text NOT NULL DEFAULT ''
);
CREATE INDEX logouts_client ON logouts (client_id, id);
CREATE INDEX logouts_due ON logouts (next_at, client_id) WHERE state = 'pending';
CREATE INDEX logouts_next ON logouts (client_id, next_at) WHERE state = 'pending';

-- +goose Down

DROP TABLE logouts;
ALTER TABLE grants DROP COLUMN sid;
ALTER TABLE clients DROP COLUMN logout_front;
ALTER TABLE clients DROP COLUMN logout_back;
