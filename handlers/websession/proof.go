package websession

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// proofLifetime is how long a person may take to give the second factor.
const proofLifetime = 10 * time.Minute

// Proof is what a person has given towards a session, who has to give more before there is one. It is no session, and
// no path but the pages for second factors reads it.
type Proof struct {
	UserID     provider.ID `json:"u"`
	Generation int64       `json:"g"`
	Methods    []string    `json:"m"`
	At         time.Time   `json:"t"`
	Keep       bool        `json:"k,omitempty"`
}

// Prove keeps in the browser what a person has given.
func (s *Sessions) Prove(w http.ResponseWriter, r *http.Request, start session.Start) {
	plain, err := json.Marshal(Proof{
		UserID: start.User.ID, Generation: start.User.Generation, Methods: start.Methods, At: s.Clock.Now(r.Context()), Keep: start.Keep,
	})
	if err != nil {
		panic("websession: " + err.Error()) // it is made of texts and numbers
	}
	s.setCookie(w, proofCookie, s.Seal(w, r, proof, plain), int(proofLifetime/time.Second))
}

// Proof is what a person has given in this browser. Whether it is still true of the user is for the caller to check.
func (s *Sessions) Proof(r *http.Request) (p Proof, given bool) {
	plain, err := s.Open(r, proof, s.cookie(r, proofCookie))
	if err != nil || json.Unmarshal(plain, &p) != nil {
		return Proof{}, false
	}
	return p, s.Clock.Now(r.Context()).Sub(p.At) < proofLifetime
}

// DropProof forgets it.
func (s *Sessions) DropProof(w http.ResponseWriter, r *http.Request) {
	if s.cookie(r, proofCookie) != "" {
		s.setCookie(w, proofCookie, "", deleted)
	}
}
