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
	Begin(ctx context.Context, start session.Start, previous *session.Session) (*session.Session, string, error)
	StepUp(ctx context.Context, before *session.Session, methods ...string) (*session.Session, string, error)
	Continue(ctx context.Context, before *session.Session, user *account.User) (*session.Session, string, error)
	Find(ctx context.Context, text string) (*session.Session, error)
}

// sealer encrypts for one context.
type sealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
}

// Config is the dependencies of the package; all are required but Remember, Watched and Idle.
type Config struct {
	Issuer  string
	Manager manager
	// Seal is for values that are bound to a browser, Devices for the cookie of browsers that have
	// signed in before.
	Seal, Devices sealer
	// Remember is how long a second factor need not be given again in a browser; 0: always.
	Remember time.Duration
	// Watched: applications may learn whether the session of the browser has changed. Then a browser
	// has a cookie that their frame of this server reads.
	Watched bool
	// Idle is how long a session lasts without use; 0: until it expires.
	Idle   time.Duration
	Clock  provider.Clock
	Random io.Reader
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

// Begin signs a user in who has just authenticated, in place of the browser's present session. If not kept,
// the browser forgets the session when it is closed. It returns provider.ErrStale
// when the user was changed since authentication, and an error of session.Manager.Begin when the user has to
// give or set up another factor first, which a browser that is remembered has given.
func (s *Sessions) Begin(w http.ResponseWriter, r *http.Request, start session.Start) (*session.Session, error) {
	previous, err := s.Current(r)
	if err != nil {
		return nil, err
	}
	start.Methods = s.Given(r, start.User, start.Methods...)
	begun, text, err := s.Manager.Begin(r.Context(), start, previous)
	if err != nil {
		return nil, err
	}
	s.keep(w, r, begun, text)
	s.rememberDevice(w, r, start.User.ID)
	return begun, nil
}

// StepUp replaces the session by one of a user who has given another factor.
func (s *Sessions) StepUp(w http.ResponseWriter, r *http.Request, before *session.Session, methods ...string) (*session.Session, error) {
	stepped, text, err := s.Manager.StepUp(r.Context(), before, methods...)
	if err != nil {
		return nil, err
	}
	s.keep(w, r, stepped, text)
	return stepped, nil
}

// Continue replaces the session of a user who has just changed the own password.
func (s *Sessions) Continue(w http.ResponseWriter, r *http.Request, before *session.Session, user *account.User) error {
	continued, text, err := s.Manager.Continue(r.Context(), before, user)
	if err != nil {
		return err
	}
	s.keep(w, r, continued, text)
	return nil
}

// keep sets the cookie of a session. What was given towards one is spent.
func (s *Sessions) keep(w http.ResponseWriter, r *http.Request, of *session.Session, text string) {
	age := lifetimeOf(of, of.SeenAt)
	s.setCookie(w, sessionCookie, text, age)
	if s.Watched {
		s.setBrowserState(w, of, age)
	}
	s.DropProof(w, r)
}

// Forget deletes the session cookie; it does not end the session.
func (s *Sessions) Forget(w http.ResponseWriter) {
	s.setCookie(w, sessionCookie, "", deleted)
	if s.Watched {
		s.setBrowserStateCookie(w, "", deleted)
	}
}
