package websession

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// manager begins and finds sessions.
type manager interface {
	Begin(ctx context.Context, user *account.User, methods []string, previous *session.Session) (*session.Session, string, error)
	Find(ctx context.Context, text string) (*session.Session, error)
}

// sealer encrypts for one context.
type sealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
}

// Config is the dependencies of the package; all are required.
type Config struct {
	Issuer  string
	Manager manager
	// Seal is for values that are bound to a browser, Devices for the cookie of browsers that have
	// signed in before.
	Seal, Devices sealer
	Clock         provider.Clock
	Random        io.Reader
}

// Sessions are the sign-in sessions of browsers.
type Sessions struct {
	Config

	secure bool
	origin *http.CrossOriginProtection
}

// New makes Sessions. It returns an error for an issuer that is not an origin.
func New(c Config) (*Sessions, error) {
	origin := http.NewCrossOriginProtection()
	// Behind a proxy the Host header may differ from the host that users see.
	if err := origin.AddTrustedOrigin(c.Issuer); err != nil {
		return nil, fmt.Errorf("websession: %w", err)
	}
	return &Sessions{Config: c, secure: strings.HasPrefix(c.Issuer, "https://"), origin: origin}, nil
}

// Current is the session of the browser, or nil.
func (s *Sessions) Current(r *http.Request) (*session.Session, error) {
	current, err := s.Manager.Find(r.Context(), s.cookie(r, sessionCookie))
	if errors.Is(err, session.ErrNone) {
		return nil, nil //nolint:nilnil // not being signed in is no error
	}
	return current, err
}

// Presented tells whether the browser sent a session cookie, valid or not.
func (s *Sessions) Presented(r *http.Request) bool { return s.cookie(r, sessionCookie) != "" }

// Begin signs a user in who has just authenticated, in place of the browser's present session.
// Without remember the browser forgets the session when it is closed. It returns provider.ErrStale
// when the user was changed since authentication.
func (s *Sessions) Begin(w http.ResponseWriter, r *http.Request, user *account.User, methods []string, remember bool) (*session.Session, error) {
	previous, err := s.Current(r)
	if err != nil {
		return nil, err
	}
	begun, text, err := s.Manager.Begin(r.Context(), user, methods, previous)
	if err != nil {
		return nil, err
	}
	age := untilClosed
	if remember {
		age = int(begun.ExpiresAt.Sub(begun.Proofs.AuthTime()) / time.Second)
	}
	s.setCookie(w, sessionCookie, text, age)
	s.rememberDevice(w, r, user.ID)
	return begun, nil
}

// Forget deletes the session cookie; it does not end the session.
func (s *Sessions) Forget(w http.ResponseWriter) { s.setCookie(w, sessionCookie, "", deleted) }
