package metrics

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/event"
)

// Record counts an event. It is an event.Listener.
func (m *Metrics) Record(_ context.Context, e event.Event) {
	switch e := e.(type) {
	case event.TokenIssued:
		m.Tokens.issued.of(issued{grantTypeLabel(e.GrantType), e.Refresh}).Inc()
	case event.ClientRegistered:
		m.Registrations.registered(e.Anonymous)
	case event.ClientDocumentRead:
		m.Registrations.documents.WithLabelValues(string(e.Outcome)).Inc()
	case event.TokenRevoked:
		m.Tokens.revoked.Inc()
	case event.RefreshReuseDetected:
		m.Tokens.reused.Inc()
	case event.AuthorizationApproved:
		m.Tokens.approved.Inc()
	case event.SignedIn:
		m.SignIns.ended(signedIn)
		m.SignIns.by(e.Methods)
	case event.SteppedUp:
		m.SignIns.steppedUp(e.Methods)
	case event.SignInRefused:
		m.SignIns.ended(e.Reason)
	case event.FactorAdded:
		m.Factors.changed(e.Kind, "added")
	case event.FactorRemoved:
		m.Factors.changed(e.Kind, "removed")
	case event.FactorRefused:
		m.Factors.refuse(e.Kind, e.Reason)
	case event.PasswordLookedUp:
		m.SignIns.lookedUp(string(e.Outcome))
	case event.SessionEnded:
		m.SignIns.sessions.Inc()
	case event.KeyRotated:
		m.Keys.rotations.Inc()
	}
}
