-- +goose Up

-- The ids and subjects of users who were deleted. Neither is ever given to another user (OpenID Connect
-- Core section 5.7), or to a client, whose tokens have its id as the subject.
CREATE TABLE ended_subjects (
    subject text COLLATE "C" PRIMARY KEY
);
-- Of users who were deleted before this table existed, as far as something else still names them.
INSERT INTO ended_subjects (subject)
SELECT g.user_id::text FROM grants g WHERE g.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = g.user_id)
UNION
SELECT g.subject FROM grants g WHERE g.user_id IS NOT NULL AND g.subject IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = g.user_id)
UNION
SELECT a.user_id FROM audit_logs a WHERE a.action = 'user.delete' AND a.outcome = 'done' AND a.user_id <> '';

-- +goose Down

DROP TABLE ended_subjects;
