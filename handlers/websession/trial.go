package websession

import (
	"net/http"
	"time"
)

// trialAge is how long a trial of a client's flow may take.
const trialAge = 10 * time.Minute

// trialCookie is where a trial is kept: the secrets of an application that is this server's own console. It is sent to
// the pages below one path alone, which the prefix __Host- of the others does not allow; what another host of the
// domain might set in its place does not open.
const trialCookie = "gatehouse_try"

func (s *Sessions) trialName() string {
	if s.secure {
		return "__Secure-" + trialCookie
	}
	return trialCookie
}

// SetTrial keeps in the browser what a trial needs to go on, sealed, for the pages below a path.
func (s *Sessions) SetTrial(w http.ResponseWriter, r *http.Request, path string, plain []byte) {
	s.trial(w, path, s.Seal(w, r, trial, plain), int(trialAge/time.Second))
}

// Trial returns what SetTrial kept, or ErrForeign.
func (s *Sessions) Trial(r *http.Request) ([]byte, error) {
	c, err := r.Cookie(s.trialName())
	if err != nil {
		return nil, ErrForeign
	}
	return s.Open(r, trial, c.Value)
}

// EndTrial has the browser forget a trial.
func (s *Sessions) EndTrial(w http.ResponseWriter, path string) { s.trial(w, path, "", deleted) }

func (s *Sessions) trial(w http.ResponseWriter, path, value string, age int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure is impossible over plain http, in development
		Name: s.trialName(), Value: value, Path: path, MaxAge: age,
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
