package account

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Undoable is a change that a link undoes, for whoever is to decide about that.
type Undoable struct {
	Purpose verification.Purpose
	User    *User
	// Action is what was done, such as audit.FactorAdd; empty: the version before did not say.
	Action audit.Action
	// Factor is the kind of the second factor that was added or removed, and FactorName what the user called it.
	Factor, FactorName string
	// Contact is the new address or number or, where there is none, the one that was removed.
	Contact string
	// Device and Network are from where it was done; empty: that is not known.
	Device, Network string
	At              time.Time
}

// Undoable tells what Undo would undo. The code is compared, and a wrong one is counted as by Undo: an id alone tells
// nobody whose account it is. It returns verification.ErrCode or ErrClosed.
func (s *SelfService) Undoable(ctx context.Context, id provider.ID, code string) (*Undoable, error) {
	v, err := s.codes.Check(ctx, id, code, verification.UndoEmail, verification.UndoPhone, verification.UndoFactor)
	if err != nil {
		return nil, err
	}
	u, err := s.registry.store.User(ctx, v.UserID)
	if err != nil {
		return nil, closedIfGone(err)
	}
	of := &Undoable{Purpose: v.Purpose, User: u, At: v.CreatedAt}
	if v.Purpose == verification.UndoFactor {
		return of, s.ofFactors(v, of)
	}
	left, err := s.notices.formerIn(v)
	if err != nil {
		return nil, err
	}
	of.Action, of.Contact, of.Device, of.Network = audit.UserChangeContact, left.Address, left.Device, left.Network
	if left.Gave != nil && *left.Gave != "" {
		of.Contact = *left.Gave
	}
	return of, nil
}

// factorChange are the details of a verification that undoes a change of factors.
type factorChange struct {
	Kind notify.Kind `json:"kind"`
	Data notify.Data `json:"data"`
}

func (s *SelfService) ofFactors(v *verification.Verification, of *Undoable) error {
	details, err := s.codes.Details(v)
	if err != nil || len(details) == 0 { // of the version before
		return err
	}
	var c factorChange
	if err := json.Unmarshal(details, &c); err != nil {
		return fmt.Errorf("account: undo %s: %w", v.ID, err)
	}
	of.Action = map[notify.Kind]audit.Action{
		notify.FactorAdded: audit.FactorAdd, notify.FactorRemoved: audit.FactorRemove,
		notify.RecoveryCodesRenewed: audit.RecoveryCodesRenew, notify.RecoveryCodeUsed: audit.RecoveryCodesUse,
	}[c.Kind]
	of.Factor, of.FactorName, of.Device, of.Network = c.Data.Factor, c.Data.FactorName, c.Data.Device, c.Data.Network
	return nil
}
