package websession

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// given is a second factor that a user gave in this browser. Another generation, as after a change of the password
// or of a factor, or a reset by an administrator, makes it worthless.
type given struct {
	UserID     provider.ID `json:"u"`
	Generation int64       `json:"g"`
	At         time.Time   `json:"t"`
}

// factorContext keeps the cookie apart from that of devices, whose key it shares.
func factorContext() []byte { return []byte("factor") }

// RememberFactor has the browser remember that the user gave a second factor, where the operator allows that.
func (s *Sessions) RememberFactor(w http.ResponseWriter, r *http.Request, u *account.User) {
	if s.Remember <= 0 {
		return
	}
	plain, err := json.Marshal(given{u.ID, u.Generation, s.Clock.Now(r.Context())})
	if err != nil {
		panic("websession: " + err.Error()) // it is made of texts and numbers
	}
	// It is not bound to the browser by the cookie for that, which goes when the browser is closed.
	sealed := s.Config.Devices.SealFor(factorContext(), plain)
	s.setCookie(w, factorCookie, base64.RawURLEncoding.EncodeToString(sealed), int(s.Remember/time.Second))
}

// Given are the methods that a user has given, with session.Remembered where this browser has given a second
// factor of the user before.
func (s *Sessions) Given(r *http.Request, u *account.User, methods ...string) []string {
	if !s.remembers(r, u) || slices.Contains(methods, session.Remembered) {
		return methods
	}
	return append(slices.Clone(methods), session.Remembered)
}

func (s *Sessions) remembers(r *http.Request, u *account.User) bool {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(s.cookie(r, factorCookie))
	if err != nil {
		return false
	}
	var g given
	plain, err := s.Config.Devices.OpenFor(factorContext(), sealed)
	if err != nil || json.Unmarshal(plain, &g) != nil {
		return false
	}
	return g.UserID == u.ID && g.Generation == u.Generation && s.Clock.Now(r.Context()).Sub(g.At) < s.Remember
}
