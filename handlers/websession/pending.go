package websession

import (
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// pendingAge is how long the longest request of a person may be open: a registration.
const pendingAge = 24 * time.Hour

// maxPending bounds what is kept of a request in progress: sealed and encoded it is a third longer, and
// proxies buffer 4 KiB of response headers by default.
const maxPending = 1500

// maxTwice bounds a request in progress that a redirect has in its URL beside the cookie, in bytes.
const maxTwice = 1000

// SetPending keeps in the browser what a person has begun, with the authorization request in progress, if
// there is one: the link of a message then leads on from where the person was. It returns the request in
// progress for the URL of the next page; empty: it is in the cookie only, or the response had more headers
// than proxies buffer.
func (s *Sessions) SetPending(w http.ResponseWriter, r *http.Request, id provider.ID, flow string) (again string) {
	kept := flow
	if len(flow) > maxPending {
		kept = ""
	}
	s.setCookie(w, pendingCookie, s.Seal(w, r, pending, append(id[:], kept...)), int(pendingAge/time.Second))
	if kept != "" && len(flow) > maxTwice {
		return ""
	}
	return flow
}

// Begun is what was begun in this browser last; zero: nothing.
func (s *Sessions) Begun(r *http.Request) (id provider.ID) {
	if plain, err := s.Open(r, pending, s.cookie(r, pendingCookie)); err == nil && len(plain) >= len(id) {
		copy(id[:], plain)
	}
	return id
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
