package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// redeem ends the invitation of a contact that a person proved by registering without its link, and gives the
// user the roles that the inviter chose. Who has the contact could have followed the link as well. It is called
// in the transaction that makes the user. One that is replaced or withdrawn in this moment gives nothing.
func (s *SelfService) redeem(ctx context.Context, proved *verification.Verification, u *User) error {
	if proved.Purpose != verification.Registration {
		return nil
	}
	u.Roles = nil // a transaction may run again
	if !s.policy.Invitations {
		return nil
	}
	v, err := s.codes.At(ctx, verification.Invitation, proved.Address)
	if err == nil {
		err = s.codes.Use(ctx, v)
	}
	if errors.Is(err, verification.ErrClosed) {
		return nil
	}
	if err != nil {
		return err
	}
	inv, err := s.invitation(v)
	if err != nil {
		return err
	}
	u.Roles = inv.Roles
	return nil
}
