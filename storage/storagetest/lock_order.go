package storagetest

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/storage"
)

// usedVerifications notes that a verification was locked by its use.
type usedVerifications struct {
	*storage.Store

	used *atomic.Bool
}

func (s usedVerifications) UseVerification(ctx context.Context, id provider.ID) error {
	s.used.Store(true)
	return s.Store.UseVerification(ctx, id)
}

// Whatever uses a verification waits for a change of its user before it locks the verification: changes of
// users lock their verifications after them, and two transactions would wait for each other.
func testUsersAreLockedFirst(t *testing.T, f *fixture) {
	s := f.selfService(t, nil)
	var used atomic.Bool
	codes := verification.NewCodes(usedVerifications{f.Store, &used}, s.ring.Key(keyring.Verification), "https://id.example.com", f.clock, rand.Reader)
	s.SelfService = account.NewSelfService(s.registry, f.Store, f.Store, codes, notify.NewOutbox(f.Store, f.clock, rand.Reader), s.Policy())
	for purpose, use := range map[verification.Purpose]func(ctx context.Context, u *account.User, id provider.ID, code string) error{
		verification.Recovery: func(ctx context.Context, _ *account.User, id provider.ID, code string) error {
			_, err := s.Reset(ctx, id, code, newPassword)
			return err
		},
		verification.NewEmail: func(ctx context.Context, u *account.User, id provider.ID, code string) error {
			_, err := s.ConfirmContact(ctx, u.ID, id, code)
			return err
		},
		verification.UndoFactor: func(ctx context.Context, _ *account.User, id provider.ID, code string) error {
			_, err := s.Undo(ctx, id, code)
			return err
		},
		verification.UndoEmail: func(ctx context.Context, _ *account.User, id provider.ID, code string) error {
			_, err := s.Undo(ctx, id, code)
			return err
		},
	} {
		u := f.user(t, "user-of-"+string(purpose))
		id, code := s.opened(t, u, purpose, "new-"+string(purpose)+"@example.com")
		used.Store(false)
		done := make(chan error, 1)
		begin := func() { done <- use(t.Context(), u, id, code) } // not in the transaction below
		require.NoError(t, f.InTx(t.Context(), func(ctx context.Context) error {
			if _, err := f.LockUser(ctx, u.ID); err != nil {
				return err
			}
			go begin()
			assert.Never(t, used.Load, 300*time.Millisecond, 10*time.Millisecond, purpose)
			return f.CloseVerifications(ctx, u.ID)
		}))
		require.ErrorIs(t, <-done, verification.ErrClosed, purpose)
	}
}
