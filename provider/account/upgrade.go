package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
	passwordhash "github.com/gatehouse-id/gatehouse/provider/password"
)

// upgrade replaces the hash of another system, now that the password is known. The user who changed
// the password meanwhile keeps the new one. A failure does not keep the user from signing in: the next
// sign-in tries again.
func (s *SignIn) upgrade(ctx context.Context, u *User, password string) {
	if !passwordhash.Outdated(u.PasswordHash) || !passwordhash.Whole(u.PasswordHash, password) {
		return
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err == nil {
		err = s.users.UpgradePassword(ctx, u.ID, u.PasswordHash, hash)
	}
	if errors.Is(err, provider.ErrStale) {
		return
	}
	s.events.Publish(ctx, event.PasswordUpgraded{UserID: u.ID, Fault: err})
	if err == nil {
		u.PasswordHash = hash
	}
}
