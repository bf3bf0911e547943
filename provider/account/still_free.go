package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// stillFree refuses a contact that another user has by now.
func (s *SelfService) stillFree(ctx context.Context, u, before *User) error {
	wrong, err := s.registry.wrong(ctx, u, before)
	if err != nil {
		return err
	}
	if newlyProved(u, before) {
		owner, err := s.phoneOwner(ctx, u.Phone)
		if err != nil {
			return err
		}
		if owner != nil && owner.ID != u.ID {
			wrong.add(invalid("phone", ErrPhoneTaken, fault.PhoneTaken))
		}
	}
	return wrong.orNil()
}

// provePhone keeps two users from proving one number at once: both find it free.
func (s *SelfService) provePhone(ctx context.Context, u, before *User) error {
	if !newlyProved(u, before) {
		return nil
	}
	return s.registry.store.ProvePhone(ctx, u.ID)
}

func newlyProved(u, before *User) bool {
	return u.PhoneVerified && (u.Phone != before.Phone || !before.PhoneVerified)
}

// explained says of a conflict in the database what another user took meanwhile. The transaction has ended by
// then.
func (s *SelfService) explained(ctx context.Context, err error, u, before *User) error {
	var wrong Wrong
	if !errors.Is(err, provider.ErrConflict) || errors.As(err, &wrong) {
		return err
	}
	if again := s.stillFree(ctx, u, before); errors.As(again, &wrong) {
		return again
	}
	return err
}
