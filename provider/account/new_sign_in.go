package account

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// NewSignIn tells a user that a browser signed in that had not before. Device is what the browser says
// about itself, in words. That it cannot be told is no reason to refuse the sign-in.
func (s *SelfService) NewSignIn(ctx context.Context, u *User, device string) {
	m := notify.Message{Kind: notify.NewSignIn, Data: notify.Data{At: s.registry.clock.Now(ctx)}.SeenFrom(ctx)}
	m.Data.Device = device
	if err := s.tx.InTx(ctx, func(ctx context.Context) error { return s.notices.tell(ctx, u, m) }); err != nil {
		s.registry.events.Publish(ctx, event.NoticeFailed{UserID: u.ID, Kind: string(m.Kind), Fault: err})
	}
}
