package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

// keptVerifications is how many results of verifications are kept.
const keptVerifications = 100

// AddLogVerification keeps the result of a verification, and removes those that are too many.
func (s *Store) AddLogVerification(ctx context.Context, v chain.Verification) error {
	var fault *string
	if v.Fault != nil {
		text, err := json.Marshal(v.Fault)
		if err != nil {
			return fmt.Errorf("storage: result of a verification: %w", err)
		}
		shown := string(text)
		fault = &shown
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		err := s.exec(ctx, `INSERT INTO audit_verifications (id, verified_at, actor_kind, actor_id, host, whole, records, first, reached, reached_hash, fault, mac)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			rowID(v.ID), v.At, string(v.Actor.Kind), v.Actor.ID, v.Actor.Host, v.Whole, v.Records, v.First, v.Reached.Sequence, v.Reached.Hash, fault, v.MAC)
		if err != nil {
			return err
		}
		return s.exec(ctx, "DELETE FROM audit_verifications WHERE id < (SELECT id FROM audit_verifications ORDER BY id DESC LIMIT 1 OFFSET ?)", keptVerifications-1)
	})
}

// LastLogVerification is the last result, or the last one without a fault. It returns provider.ErrNotFound.
func (s *Store) LastLogVerification(ctx context.Context, intact bool) (chain.Verification, error) {
	where := ""
	if intact {
		where = "WHERE fault IS NULL "
	}
	var rows []struct {
		ID                      rowID
		VerifiedAt              time.Time
		ActorKind               string
		ActorID, Host           string
		Whole                   bool
		Records, First, Reached int64
		ReachedHash             []byte
		Fault                   *string
		MAC                     []byte
	}
	if err := s.on(ctx).Raw("SELECT * FROM audit_verifications " + where + "ORDER BY id DESC LIMIT 1").Scan(&rows).Error; err != nil {
		return chain.Verification{}, s.fault(err)
	}
	if len(rows) == 0 {
		return chain.Verification{}, provider.ErrNotFound
	}
	r := &rows[0]
	v := chain.Verification{
		ID: provider.ID(r.ID), At: r.VerifiedAt.UTC(), Actor: audit.Actor{Kind: audit.ActorKind(r.ActorKind), ID: r.ActorID, Host: r.Host},
		Whole: r.Whole, Records: r.Records, First: r.First, Reached: chain.Link{Sequence: r.Reached, Hash: r.ReachedHash}, MAC: r.MAC,
	}
	if r.Fault != nil {
		v.Fault = new(chain.Fault)
		if err := json.Unmarshal([]byte(*r.Fault), v.Fault); err != nil { // somebody has changed it
			v.Fault = &chain.Fault{Kind: chain.Invented}
		}
	}
	return v, nil
}
