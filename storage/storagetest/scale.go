package storagetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Scale is a Postgres database with many rows, for measuring lists.
type Scale struct{ url string }

// Ids and names in it. BusyClient has a third of all tokens under one standing grant, LargeClient as
// many grants of users as there can be, SmallClient 900; those of OldClient, 1500, and of OldUser, who
// has as many sessions, have only the oldest tokens. RareScope is one of a thousand grants'.
const (
	BusyClient, LargeClient, SmallClient, OldClient = "busy", "large", "small", "old"
	RareScope                                       = "rare"
)

// OldUser and SomeUser are users; SomeUser has a few sessions and grants.
func OldUser() provider.ID  { return scaleID(0) }
func SomeUser() provider.ID { return scaleID(7) }

// scaleID is the nth id of Fill.
func scaleID(n int64) provider.ID {
	id, err := provider.ParseID(fmt.Sprintf("01900000-%04x-7%03x-8000-%012x", n>>12&0xffff, n&0xfff, n))
	if err != nil {
		panic(err)
	}
	return id
}

// Fill makes n tokens, n/10 users and sessions, n/100 clients, and grants, in a migrated database of
// Postgres. Only the newest fifth of the tokens and sessions is active.
func Fill(t testing.TB, url string, n int) *Scale {
	t.Helper()
	const id = `(lpad(to_hex(x'01900000'::bigint), 8, '0') || lpad(to_hex((%[1]s)::bigint >> 12 & 65535), 4, '0') || '7' || lpad(to_hex((%[1]s)::bigint & 4095), 3, '0') || '8000' || lpad(to_hex((%[1]s)::bigint), 12, '0'))::uuid`
	of := func(expression string) string { return fmt.Sprintf(id, expression) }
	when := fmt.Sprintf("now() - interval '1 day' + make_interval(secs => 86400.0 * i / %d)", n)
	clients, users, grants := n/100, n/10, n/4
	for _, statement := range []string{
		fmt.Sprintf(`INSERT INTO clients (id, name, type, auth_method, grant_types, redirect_uris, scopes, default_scopes, audience, token_format, id_token_alg, access_token_lifetime, require_pkce, allow_plain_pkce, first_party, may_introspect, disabled, created_at, updated_at)
			SELECT i, i, 'web', 'client_secret_basic', 'authorization_code', '', 'openid', '', '', 'opaque', '', 0, false, false, false, false, false, now(), now()
			FROM (SELECT 'c' || g FROM generate_series(1, %d) g UNION ALL VALUES ('busy'), ('large'), ('small'), ('old')) c(i)`, clients),
		fmt.Sprintf(`INSERT INTO users (id, username, password_hash, email, email_verified, phone, phone_verified, profile, roles, disabled, created_at, updated_at)
			SELECT %s, 'user' || i, '', 'mail' || i || '@example.com', true, '', false, '{}', '', false, now(), now() FROM generate_series(0, %d) i`, of("i"), users-1),
		fmt.Sprintf(`INSERT INTO sessions (id, user_id, hash, auth_time, methods, seen_at, expires_at)
			SELECT %s, %s, repeat('x', 33)::bytea, %[3]s, 'pwd', %[3]s, now() + interval '6 days' FROM generate_series(0, %[4]d) i`,
			of("i"), of("CASE WHEN i < 1500 THEN 0 ELSE i END"), fmt.Sprintf("now() - interval '1 day' + make_interval(secs => 86400.0 * i / %d)", users), users-1),
		fmt.Sprintf(`INSERT INTO grants (id, client_id, scopes, audience, created_at, expires_at, ended_at, user_id, session_id, subject)
			SELECT %[1]s, CASE WHEN i = 0 THEN 'busy' WHEN i <= 1500 THEN 'old' WHEN i <= 2400 THEN 'small' WHEN i %% 2 = 0 THEN 'large' ELSE 'c' || (1 + i %% %[2]d) END,
				CASE WHEN i %% 1000 = 7 THEN 'openid rare' ELSE 'openid profile' END, '', %[3]s, now() + interval '30 days', CASE WHEN i %% 50 = 9 THEN now() END,
				CASE WHEN i > 0 THEN %[4]s END, CASE WHEN i > 0 THEN %[5]s END, CASE WHEN i > 0 THEN 's' || i END
			FROM generate_series(0, %[6]d) i`, of("i"), clients, when, of(fmt.Sprintf("CASE WHEN i <= 1500 THEN 0 ELSE i %% %d END", users)), of(fmt.Sprintf("i %% %d", users)), grants-1),
		fmt.Sprintf(`INSERT INTO tokens (id, grant_id, issued_at, at_expires_at, revoked_at, at_hash)
			SELECT %s, %s, %[3]s, %[3]s + interval '288 minutes', CASE WHEN i %% 100 = 3 THEN now() END, repeat('x', 33)::bytea FROM generate_series(1, %[4]d) i`,
			of("i"), of(fmt.Sprintf("CASE WHEN i <= 4500 THEN i %% 1500 + 1 WHEN i %% 3 = 0 THEN 0 ELSE 1501 + i %% %d END", grants-1501)), when, n),
		"ANALYZE",
	} {
		Exec(t, url, statement)
	}
	return &Scale{url}
}

// Near is the id of the token, session or user at a part of the way from the newest to the oldest.
func (s *Scale) Near(t testing.TB, table string, part float64) (id provider.ID) {
	t.Helper()
	var text string
	db := inspect(t, s.url)
	defer func() { _ = db.Close() }()
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT id FROM "+table+" ORDER BY id DESC OFFSET (SELECT (count(*) * $1::float8)::bigint - 20 FROM "+table+") LIMIT 1", part).Scan(&text))
	id, err := provider.ParseID(text)
	require.NoError(t, err)
	return id
}

// Read is how many rows and index entries Postgres has read so far, and how many of that by reading a
// table from end to end, in connections that have ended.
func (s *Scale) Read(t testing.TB) (all, scanned int64) {
	t.Helper()
	time.Sleep(200 * time.Millisecond) // the end of a connection is not waited for
	db := inspect(t, s.url)
	defer func() { _ = db.Close() }()
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint, sum(seq_tup_read)::bigint FROM pg_stat_user_tables
		WHERE relname IN ('tokens', 'grants', 'sessions', 'users')`).Scan(&all, &scanned))
	var entries int64
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname IN ('tokens', 'grants', 'sessions', 'users')").Scan(&entries))
	return all + entries, scanned
}
