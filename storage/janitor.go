package storage

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/provider/revocation"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

const (
	janitorTick  = 30 * time.Second
	janitorLease = 5 * time.Minute
	// batchSize limits how many rows a statement of the janitor locks.
	batchSize = 1000
	// batchesPerTick limits how much the janitor reads per run, and so how long it competes with
	// requests for the database.
	batchesPerTick = 100
	// keepTokens and keepGrants are how long expired rows are kept for operators who investigate
	// an incident.
	keepTokens = time.Hour
	keepGrants = 24 * time.Hour
	// keepLogouts is how long it is kept what clients were told of ended sessions. By then none is tried
	// any more.
	keepLogouts = 7 * 24 * time.Hour
	// logoutBatches limits how many batches of them are removed per run: 20,000 rows, where one statement
	// for all would keep every other writer of the embedded database waiting for more than a second.
	logoutBatches = 20
	// keepMessages is how long messages to people are kept after they were written. By then none is
	// tried any more.
	keepMessages = 7 * 24 * time.Hour
	// keepImports is how long it is kept how imports went; their batches are in the audit log.
	keepImports = 180 * 24 * time.Hour
)

// Janitor removes expired rows, in small batches, on one replica at a time.
type Janitor struct {
	store *Store
	log   *slog.Logger
	clock provider.Clock
	// removed, when set, is called with the number of rows removed from a table.
	removed func(table string, rows int64)
	// cursor is the position of the slow walk over the tokens.
	cursor provider.ID
}

// NewJanitor makes a Janitor for a process. Removed, when set, is called with the number of rows
// removed from a table.
func NewJanitor(s *Store, log *slog.Logger, clock provider.Clock, removed func(table string, rows int64)) *Janitor {
	return &Janitor{store: s, log: log, clock: clock, removed: removed}
}

// Job returns the janitor's work as a background job.
func (j *Janitor) Job() Job {
	return Job{Name: "janitor", Every: janitorTick, Lease: janitorLease, Work: j.sweep}
}

func (j *Janitor) sweep(ctx context.Context) error {
	removed, err := j.Sweep(ctx)
	if j.removed != nil {
		// Also for zero rows: rate() of a series that starts with the first rows
		// would not show them.
		j.removed("tokens", removed.Tokens)
		j.removed("grants", removed.Grants)
		j.removed("sessions", removed.Sessions)
		j.removed("used_jtis", removed.Assertions)
		j.removed("signing_keys", removed.SigningKeys)
		j.removed("idempotency_keys", removed.IdempotencyKeys)
		j.removed("verifications", removed.Verifications)
		j.removed("outbox", removed.Messages)
		j.removed("revocations", removed.Revocations)
		j.removed("used_challenges", removed.Challenges)
		j.removed("statistics", removed.Figures)
		j.removed("logouts", removed.Logouts)
	}
	if removed != (Swept{}) {
		j.log.InfoContext(ctx, "expired rows removed", "tokens", removed.Tokens, "grants", removed.Grants, "sessions", removed.Sessions, "assertions", removed.Assertions, "signing_keys", removed.SigningKeys, "idempotency_keys", removed.IdempotencyKeys, "verifications", removed.Verifications, "messages", removed.Messages, "revocations", removed.Revocations, "challenges", removed.Challenges, "figures", removed.Figures, "logouts", removed.Logouts)
	}
	return err
}

// Swept counts the rows that a sweep removed.
type Swept struct{ Tokens, Grants, Sessions, Assertions, SigningKeys, IdempotencyKeys, Verifications, Messages, Revocations, Challenges, Figures, Logouts int64 }

// Sweep removes a bounded number of expired rows.
func (j *Janitor) Sweep(ctx context.Context) (Swept, error) {
	var removed Swept
	now := j.clock.Now(ctx)
	errs := []error{j.sweepTokens(ctx, now, &removed.Tokens)}
	remove := func(statement string, args ...any) int64 {
		n, err := j.store.count(ctx, statement, args...)
		errs = append(errs, err)
		return n
	}
	old := now.Add(-keepGrants)
	removed.Grants = remove(`DELETE FROM grants WHERE id IN
		(SELECT id FROM grants WHERE (ended_at < ? OR expires_at < ?) AND NOT `+toBeTold+` LIMIT ?)`, old, old, now, batchSize) // their codes go with them
	removed.Sessions = remove(`DELETE FROM sessions WHERE id IN
		(SELECT id FROM sessions WHERE ended_at < ? OR expires_at < ? LIMIT ?)`, old, old, batchSize)
	removed.Assertions = remove(`DELETE FROM used_jtis WHERE (client_id, jti) IN
		(SELECT client_id, jti FROM used_jtis WHERE expires_at < ? LIMIT ?)`, now, batchesPerTick*batchSize)
	removed.Challenges = remove(`DELETE FROM used_challenges WHERE hash IN
		(SELECT hash FROM used_challenges WHERE expires_at < ? LIMIT ?)`, now, batchesPerTick*batchSize)
	removed.Figures = remove("DELETE FROM statistics WHERE hour < ?", int64(statistics.HourOf(now.Add(-statistics.Kept))))
	removed.Figures += remove(`DELETE FROM client_statistics WHERE (client_id, hour, series, label) IN
		(SELECT client_id, hour, series, label FROM client_statistics WHERE hour < ? LIMIT ?)`, int64(statistics.HourOf(now.Add(-statistics.KeptOfClients))), 10*batchSize)
	removed.IdempotencyKeys = remove(`DELETE FROM idempotency_keys WHERE id IN
		(SELECT id FROM idempotency_keys WHERE expires_at < ? LIMIT ?)`, now, batchSize)
	removed.Verifications = remove(`DELETE FROM verifications WHERE id IN
		(SELECT id FROM verifications WHERE expires_at < ? LIMIT ?)`, now, batchSize)
	removed.Messages = remove(`DELETE FROM outbox WHERE id IN
		(SELECT id FROM outbox WHERE id < ? ORDER BY id LIMIT ?)`, rowID(provider.FirstID(now.Add(-keepMessages))), batchSize)
	// The last of all stays: by it processes and readers tell whether the database is the one that they know.
	removed.Revocations = remove(`DELETE FROM revocations WHERE sequence IN
		(SELECT sequence FROM revocations WHERE revoked_at < ? AND sequence < (SELECT max(sequence) FROM revocations) LIMIT ?)`, now.Add(-revocation.Keep), batchesPerTick*batchSize)
	for range logoutBatches {
		n := remove(`DELETE FROM logouts WHERE id IN
			(SELECT id FROM logouts WHERE id < ? ORDER BY id LIMIT ?)`, rowID(provider.FirstID(now.Add(-keepLogouts))), batchSize)
		if removed.Logouts += n; n < batchSize {
			break
		}
	}
	remove("DELETE FROM registration_counts WHERE hour <= ?", registration.CountedSince(now))
	remove("DELETE FROM ended_mail_factors WHERE ended_at < ?", endedMailBefore(now))
	// Without the key no token of the other server is valid: it goes with the last of them.
	remove(`DELETE FROM imported_refresh_tokens WHERE digest IN
		(SELECT digest FROM imported_refresh_tokens WHERE expires_at < ? LIMIT ?)`, now, batchesPerTick*batchSize)
	remove(`DELETE FROM imports WHERE id IN
		(SELECT id FROM imports WHERE id < ? ORDER BY id LIMIT ?)`, rowID(provider.FirstID(now.Add(-keepImports))), batchSize)
	remove("DELETE FROM imported_secrets WHERE needed_until < ?", now)
	remove("DELETE FROM imported_signing_keys WHERE gone_at < ?", now)
	var err error
	removed.SigningKeys, err = j.store.RemoveSigningKeys(ctx, now.Add(-keys.Overlap))
	return removed, errors.Join(append(errs, err)...)
}

// toBeTold: the client of a grant is to be told when its session ends, which may be long after all of its
// tokens have expired.
const toBeTold = `EXISTS (SELECT 1 FROM sessions s JOIN clients c ON c.id = grants.client_id AND (c.logout_back OR c.logout_front)
	WHERE s.id = grants.session_id AND s.ended_at IS NULL AND s.expires_at > ?)`

// sweepTokens walks the tokens by id, which is by age, without an index on expiry. The first walk
// starts at the oldest and stops when there is nothing to remove: with one lifetime for all, that
// finds everything. Tokens that expired behind longer-lived ones are found by a second walk, which
// continues where it stopped the last time and restarts at the end.
func (j *Janitor) sweepTokens(ctx context.Context, now time.Time, removed *int64) error {
	from := provider.ID{}
	for range batchesPerTick {
		last, n, err := j.tokenBatch(ctx, from, now)
		*removed += n
		if err != nil {
			return err
		}
		if n == 0 || last == nil {
			break
		}
		from = *last
	}
	for range batchesPerTick {
		last, n, err := j.tokenBatch(ctx, j.cursor, now)
		*removed += n
		if err != nil {
			return err
		}
		if last == nil {
			j.cursor = provider.ID{}
			return nil
		}
		j.cursor = *last
	}
	return nil
}

// tokenBatch removes the expired ones among the next tokens after the given one, and returns the
// last of them, or nil at the end.
func (j *Janitor) tokenBatch(ctx context.Context, after provider.ID, now time.Time) (*provider.ID, int64, error) {
	s := j.store
	var last *rowID
	err := s.row(ctx, `SELECT id FROM tokens WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?`, rowID(after), batchSize-1).Scan(&last)
	until, end := rowID(provider.FirstID(now)), true
	switch fault := s.fault(err); {
	case fault == nil && last != nil:
		until, end = *last, false
	case fault != nil && !errors.Is(fault, provider.ErrNotFound):
		return nil, 0, fault
	}
	// A spent refresh token is kept until it would have expired: its reuse indicates a theft. Once
	// its grant is gone there is nothing left to protect.
	old := now.Add(-keepTokens)
	n, err := s.count(ctx, `DELETE FROM tokens WHERE id > ? AND id <= ? AND at_expires_at < ? AND
		(rt_expires_at IS NULL OR rt_expires_at < ? OR NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = tokens.grant_id))`,
		rowID(after), until, old, old)
	if err != nil || end {
		return nil, n, err
	}
	id := provider.ID(until)
	return &id, n, nil
}
