package websession

import (
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// pendingAge is how long the longest request of a person may be open: a registration.
const pendingAge = 24 * time.Hour

// maxPending bounds what is kept of a request in progress: a cookie has at most 4 KiB, sealed and encoded.
const maxPending = 2500

// SetPending keeps in the browser what a person has begun, with the authorization request in progress, if
// there is one: the link of a message then leads on from where the person was.
func (s *Sessions) SetPending(w http.ResponseWriter, r *http.Request, id provider.ID, flow string) {
	if len(flow) > maxPending {
		flow = ""
	}
	s.setCookie(w, pendingCookie, s.Seal(w, r, pending, append(id[:], flow...)), int(pendingAge/time.Second))
}

// Pending tells whether something was begun in this browser, and returns the authorization request in
// progress.
func (s *Sessions) Pending(r *http.Request, id provider.ID) (flow string, here bool) {
	plain, err := s.Open(r, pending, s.cookie(r, pendingCookie))
	if err != nil || len(plain) < len(id) || string(plain[:len(id)]) != string(id[:]) {
		return "", false
	}
	return string(plain[len(id):]), true
}
