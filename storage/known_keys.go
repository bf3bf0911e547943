package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// KnownSigningKey reads a current or former signing key.
func (s *Store) KnownSigningKey(ctx context.Context, kid string) (keys.Known, error) {
	k := keys.Known{KID: kid}
	var algorithm string
	err := s.row(ctx, "SELECT algorithm, removed_at, withdrawn_at FROM known_signing_keys WHERE kid = ?", kid).
		Scan(&algorithm, &k.RemovedAt, &k.WithdrawnAt)
	k.Algorithm, k.RemovedAt, k.WithdrawnAt = keys.Algorithm(algorithm), utc(k.RemovedAt), utc(k.WithdrawnAt)
	return k, s.fault(err)
}

// WithdrawnSigningKeys lists the keys that were withdrawn.
func (s *Store) WithdrawnSigningKeys(ctx context.Context) ([]string, error) {
	var kids []string
	err := s.on(ctx).Raw("SELECT kid FROM known_signing_keys WHERE withdrawn_at IS NOT NULL ORDER BY kid").Scan(&kids).Error
	return kids, s.fault(err)
}

// WithdrawSigningKey forgets the key and puts another in its place, all at once: at no moment
// is there none that signs. It returns provider.ErrNotFound for a key that is gone, and
// provider.ErrConflict when the other keys are not what the withdrawal was decided on.
func (s *Store) WithdrawSigningKey(ctx context.Context, w keys.Withdrawal) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		// Withdrawals happen one after the other: two at once would each count on the other's key.
		err := s.row(ctx, "SELECT value FROM settings WHERE name = 'catalogue_version'"+s.dialect.locking("FOR UPDATE")).Scan(new(int64))
		if err != nil {
			return s.fault(err)
		}
		// The version before this one adds keys without making them known.
		err = s.exec(ctx, `INSERT INTO known_signing_keys (kid, algorithm, created_at)
			SELECT kid, algorithm, created_at FROM signing_keys WHERE kid = ? ON CONFLICT (kid) DO NOTHING`, w.KID)
		if err != nil {
			return err
		}
		err = s.change(ctx, `UPDATE known_signing_keys SET withdrawn_at = coalesce(withdrawn_at, ?), removed_at = coalesce(removed_at, ?)
			WHERE kid = ?`, w.At, w.At, w.KID)
		if err != nil {
			return err
		}
		return s.replaceSigningKey(ctx, w)
	})
}

func (s *Store) replaceSigningKey(ctx context.Context, w keys.Withdrawal) error {
	var algorithm string
	var since time.Time
	err := s.row(ctx, "SELECT algorithm, active_from FROM signing_keys WHERE kid = ?", w.KID).Scan(&algorithm, &since)
	if err != nil {
		return s.fault(err)
	}
	if err := s.change(ctx, "DELETE FROM signing_keys WHERE kid = ?", w.KID); err != nil {
		return err
	}
	switch {
	case w.Successor != nil:
		return s.insertSigningKey(ctx, *w.Successor)
	case w.Promoted != "":
		n, err := s.count(ctx, "UPDATE signing_keys SET active_from = ? WHERE kid = ? AND active_from > ?", w.At, w.Promoted, w.At)
		if err == nil && n == 0 {
			return provider.ErrConflict
		}
		return err
	}
	// It does not sign, or not yet: a younger key does, or one of before.
	var replaced bool
	err = s.row(ctx, "SELECT EXISTS (SELECT 1 FROM signing_keys WHERE algorithm = ? AND active_from <= ? AND (active_from >= ? OR ?))",
		algorithm, w.At, since, since.After(w.At)).Scan(&replaced)
	if err == nil && !replaced {
		return provider.ErrConflict
	}
	return s.fault(err)
}

// SignedWith lists the clients whose tokens the algorithm signs, with how many JWT access
// tokens of each, issued since then, are good now.
func (s *Store) SignedWith(ctx context.Context, alg keys.Algorithm, since, now time.Time) ([]keys.Affected, error) {
	var rows []struct {
		ClientID     string
		IDTokens     bool
		AccessTokens int64
	}
	// Tokens are found by their ids, which begin with the time.
	err := s.on(ctx).Raw(`SELECT c.id AS client_id, c.id_tokens, coalesce(n.live, 0) AS access_tokens
		FROM (SELECT id, token_format, coalesce(nullif(access_token_alg, ''), 'ES256') AS access_token_alg,
			coalesce(nullif(id_token_alg, ''), 'RS256') = ? AND
			(grant_types LIKE '%authorization_code%' OR grant_types LIKE '%password%') AS id_tokens FROM clients) c
		LEFT JOIN (
			SELECT g.client_id, count(*) AS live FROM tokens t JOIN grants g ON g.id = t.grant_id
			WHERE t.id >= ? AND t.at_expires_at > ? AND t.revoked_at IS NULL AND g.ended_at IS NULL
			GROUP BY g.client_id) n ON n.client_id = c.id AND c.token_format = 'jwt'
				AND c.access_token_alg = ?
		WHERE c.id_tokens OR n.live > 0 ORDER BY c.id`, string(alg), rowID(provider.FirstID(since)), now, string(alg)).Scan(&rows).Error
	if err != nil {
		return nil, s.fault(err)
	}
	list := make([]keys.Affected, len(rows))
	for i, r := range rows {
		list[i] = keys.Affected(r)
	}
	return list, nil
}
