package storage

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

type importedTokenRow struct {
	Digest    []byte
	TokenID   rowID
	ExpiresAt time.Time
}

func (importedTokenRow) TableName() string { return "imported_refresh_tokens" }

// issuedRow is a row of tokens, for inserting several at once.
type issuedRow struct {
	ID          rowID
	GrantID     rowID
	IssuedAt    time.Time
	AtExpiresAt time.Time
	AtHash      []byte
	RtHash      []byte
	RtExpiresAt *time.Time
}

func (issuedRow) TableName() string { return "tokens" }

// ImportedRefreshToken finds the token with a digest.
func (s *Store) ImportedRefreshToken(ctx context.Context, digest []byte) (provider.ID, error) {
	var id rowID
	err := s.row(ctx, "SELECT token_id FROM imported_refresh_tokens WHERE digest = ?", digest).Scan(&id)
	return provider.ID(id), s.fault(err)
}

// ImportedDigests returns those of the digests that were imported.
func (s *Store) ImportedDigests(ctx context.Context, digests [][]byte) ([][]byte, error) {
	var found [][]byte
	for from := 0; from < len(digests); from += rowsAtOnce {
		var rows []importedTokenRow
		some := digests[from:min(from+rowsAtOnce, len(digests))]
		if err := s.on(ctx).Select("digest").Where("digest IN ?", some).Find(&rows).Error; err != nil {
			return nil, s.fault(err)
		}
		for _, r := range rows {
			found = append(found, r.Digest)
		}
	}
	return found, nil
}

// CreateImported stores grants with the refresh tokens under them. It returns provider.ErrConflict when
// one of the tokens was imported before.
func (s *Store) CreateImported(ctx context.Context, chains []*grant.Chain) error {
	grants := make([]*grantRow, len(chains))
	var issued []*issuedRow
	var imported []*importedTokenRow
	for i, c := range chains {
		g := c.Grant
		grants[i] = &grantRow{
			ID: rowID(g.ID), ClientID: g.ClientID, UserID: optionalID(g.UserID), Subject: optionalText(g.Subject),
			Scopes: g.Scopes, Audience: g.Audience, CreatedAt: g.CreatedAt, ExpiresAt: g.ExpiresAt, AuthTime: g.AuthTime,
			ACR: optionalText(g.ACR), AMR: optionalText(strings.Join(g.AMR, " ")), Offline: g.Offline,
		}
		for _, t := range c.Tokens {
			issued = append(issued, &issuedRow{rowID(t.ID), rowID(g.ID), t.IssuedAt, t.AccessExpiresAt, t.AccessHash, t.RefreshHash, t.RefreshExpiresAt})
			imported = append(imported, &importedTokenRow{t.Digest, rowID(t.ID), t.KeptUntil})
		}
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		for _, rows := range []any{imported, grants, issued} {
			if err := s.on(ctx).CreateInBatches(rows, rowsAtOnce).Error; err != nil {
				return s.fault(err)
			}
		}
		return nil
	})
}

type importedSecretRow struct {
	ID          rowID
	Sealed      []byte
	NeededUntil time.Time
}

func (importedSecretRow) TableName() string { return "imported_secrets" }

// ImportedSecrets reads the keys of other servers.
func (s *Store) ImportedSecrets(ctx context.Context) ([]grant.ImportedSecret, error) {
	var rows []importedSecretRow
	if err := s.on(ctx).Order("id").Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	secrets := make([]grant.ImportedSecret, len(rows))
	for i, r := range rows {
		secrets[i] = grant.ImportedSecret{ID: provider.ID(r.ID), Sealed: r.Sealed}
	}
	return secrets, nil
}

// KeepImportedSecret stores a key, or keeps the one with that id until a later time.
func (s *Store) KeepImportedSecret(ctx context.Context, secret grant.ImportedSecret, until time.Time) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		return s.exec(ctx, `INSERT INTO imported_secrets (id, sealed, needed_until) VALUES (?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET needed_until = excluded.needed_until WHERE imported_secrets.needed_until < excluded.needed_until`,
			rowID(secret.ID), secret.Sealed, until)
	})
}

// ResealImportedSecret replaces the sealed key if it is still the given one.
func (s *Store) ResealImportedSecret(ctx context.Context, id provider.ID, before, after []byte) error {
	return s.exec(ctx, "UPDATE imported_secrets SET sealed = ? WHERE id = ? AND sealed = ?", after, rowID(id), before)
}
