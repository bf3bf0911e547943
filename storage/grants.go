package storage

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

type grantRow struct {
	ID          rowID
	ClientID    string
	Scopes      list
	Audience    list
	StandingKey []byte
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt   *time.Time
	EndedAt     *time.Time
	UserID      optionalID
	Subject     optionalText
	SessionID   optionalID
	SID         optionalID `gorm:"column:sid"`
	AuthTime    *time.Time
	ACR         optionalText `gorm:"column:acr"`
	AMR         optionalText `gorm:"column:amr"`
	Claims      optionalText
	Agreed      bool `gorm:"column:claims_agreed"`
	Offline     bool
}

// grantColumns and into read a grant in a statement without GORM, whose reflection would cost more
// than the row.
const grantColumns = `g.id, g.client_id, g.scopes, g.audience, g.created_at, g.expires_at, g.ended_at,
	g.user_id, g.subject, g.session_id, g.auth_time, g.acr, g.amr, g.claims, g.claims_agreed, g.offline, g.sid`

func (r *grantRow) into() []any {
	return []any{
		&r.ID, &r.ClientID, &r.Scopes, &r.Audience, &r.CreatedAt, &r.ExpiresAt, &r.EndedAt,
		&r.UserID, &r.Subject, &r.SessionID, &r.AuthTime, &r.ACR, &r.AMR, &r.Claims, &r.Agreed, &r.Offline, &r.SID,
	}
}

func (grantRow) TableName() string { return "grants" }

func (r grantRow) grant() *grant.Grant {
	return &grant.Grant{
		ID: provider.ID(r.ID), ClientID: r.ClientID, Scopes: r.Scopes, Audience: r.Audience, StandingKey: r.StandingKey,
		CreatedAt: r.CreatedAt.UTC(), ExpiresAt: utc(r.ExpiresAt), EndedAt: utc(r.EndedAt),
		UserID: provider.ID(r.UserID), Subject: string(r.Subject), SessionID: provider.ID(r.SessionID), SID: provider.ID(r.SID), AuthTime: utc(r.AuthTime),
		ACR: string(r.ACR), AMR: words(r.AMR), Claims: string(r.Claims), ClaimsAgreed: r.Agreed, Offline: r.Offline,
	}
}

// StandingGrant finds the live standing grant with the given key.
func (s *Store) StandingGrant(ctx context.Context, key []byte) (*grant.Grant, error) {
	var row grantRow
	if err := s.on(ctx).Where("standing_key = ? AND ended_at IS NULL", key).Take(&row).Error; err != nil {
		return nil, s.fault(err)
	}
	return row.grant(), nil
}

// CreateGrant stores a grant. For a missing client it returns provider.ErrNotFound.
func (s *Store) CreateGrant(ctx context.Context, g *grant.Grant) error {
	if !g.UserID.IsZero() {
		return s.createUserGrant(ctx, g)
	}
	row := grantRow{
		ID: rowID(g.ID), ClientID: g.ClientID, Scopes: g.Scopes, Audience: g.Audience, StandingKey: g.StandingKey,
		CreatedAt: g.CreatedAt, ExpiresAt: g.ExpiresAt,
	}
	return s.fault(s.on(ctx).Create(&row).Error)
}

// createUserGrant stores a grant that a user approved. A password grant has no session. The deletion of an account may
// have been asked for since the user was read, and has ended the grants that there were.
func (s *Store) createUserGrant(ctx context.Context, g *grant.Grant) error {
	// The row of the client is locked as well: a restriction waits for this grant, and ends it.
	from, joined := "users u JOIN clients k ON k.id = ?", []any{g.ClientID}
	if !g.SessionID.IsZero() {
		from, joined = from+" JOIN sessions s ON s.user_id = u.id AND s.id = ? AND s.ended_at IS NULL", append(joined, rowID(g.SessionID))
	}
	values := []any{
		rowID(g.ID), g.ClientID, list(g.Scopes), list(g.Audience), g.CreatedAt, g.ExpiresAt, optionalID(g.SessionID), g.AuthTime,
		optionalText(g.ACR), optionalText(strings.Join(g.AMR, " ")), optionalText(g.Claims), g.ClaimsAgreed, g.Offline,
	}
	return s.insertIfVerified(ctx, `INSERT INTO grants (id, client_id, scopes, audience, created_at, expires_at, session_id, auth_time,
			acr, amr, claims, claims_agreed, offline, user_id, subject)
		SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, u.id, u.subject FROM `+from+`
		WHERE u.id = ? AND u.generation = ? AND NOT u.disabled AND u.delete_at IS NULL AND `+mayUse("u.id")+" AND "+sameAccess,
		append(append(values, joined...), rowID(g.UserID), g.UserGeneration)...)
}

// EndGrant ends one grant; the first end time is kept.
func (s *Store) EndGrant(ctx context.Context, id provider.ID, at time.Time) error {
	return s.retry(ctx, func() error {
		return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE id = ? AND ended_at IS NULL", at, rowID(id))
	})
}

// words splits a list; an empty text gives none.
func words(text optionalText) []string {
	if text == "" {
		return nil
	}
	return strings.Fields(string(text))
}
