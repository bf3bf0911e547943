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

// A browser remembers the second factors of as many accounts as it remembers the sign-ins of: people of a household do not
// take each other's place.

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
	others := slices.DeleteFunc(s.allGiven(r), func(g given) bool { return g.UserID == u.ID })
	list := append([]given{{u.ID, u.Generation, s.Clock.Now(r.Context())}}, others...)
	plain, err := json.Marshal(list[:min(len(list), deviceAccounts)])
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
	return slices.ContainsFunc(s.allGiven(r), func(g given) bool { return g.UserID == u.ID && g.Generation == u.Generation })
}

// allGiven are those of the cookie that are not too old, the latest first.
func (s *Sessions) allGiven(r *http.Request) []given {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(s.cookie(r, factorCookie))
	if err != nil {
		return nil
	}
	var list []given
	plain, err := s.Config.Devices.OpenFor(factorContext(), sealed)
	if err != nil || json.Unmarshal(plain, &list) != nil {
		return nil
	}
	now := s.Clock.Now(r.Context())
	return slices.DeleteFunc(list, func(g given) bool { return now.Sub(g.At) >= s.Remember })
}
