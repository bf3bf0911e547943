package websession

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// How long a person may take to give the second factor, and to set one up where one is demanded: to install an app, or
// to look for a key, takes longer.
const (
	proofLifetime = 10 * time.Minute
	setUpLifetime = 30 * time.Minute
)

// Proof is what a person has given towards a session, who has to give more before there is one. It is no session, and
// no path but the pages for second factors reads it.
type Proof struct {
	UserID     provider.ID `json:"u"`
	Generation int64       `json:"g"`
	Methods    []string    `json:"m"`
	At         time.Time   `json:"t"`
	Keep       bool        `json:"k,omitempty"`
	// SetUp: there is no second factor yet, and the person is to set one up.
	SetUp bool `json:"s,omitempty"`
}

// lifetime is how long it counts.
func (p Proof) lifetime() time.Duration {
	if p.SetUp {
		return setUpLifetime
	}
	return proofLifetime
}

// Prove keeps in the browser what a person has given. setUp: the person is to set up a second factor.
func (s *Sessions) Prove(w http.ResponseWriter, r *http.Request, start session.Start, setUp bool) {
	p := Proof{
		UserID: start.User.ID, Generation: start.User.Generation, Methods: start.Methods, At: s.Clock.Now(r.Context()), Keep: start.Keep, SetUp: setUp,
	}
	plain, err := json.Marshal(p)
	if err != nil {
		panic("websession: " + err.Error()) // it is made of texts and numbers
	}
	s.setCookie(w, proofCookie, s.Seal(w, r, proof, plain), int(p.lifetime()/time.Second))
}

// Proof is what a person has given in this browser. Whether it is still true of the user is for the caller to check.
func (s *Sessions) Proof(r *http.Request) (p Proof, given bool) {
	plain, err := s.Open(r, proof, s.cookie(r, proofCookie))
	if err != nil || json.Unmarshal(plain, &p) != nil {
		return Proof{}, false
	}
	return p, s.Clock.Now(r.Context()).Sub(p.At) < p.lifetime()
}

// DropProof forgets it.
func (s *Sessions) DropProof(w http.ResponseWriter, r *http.Request) {
	if s.cookie(r, proofCookie) != "" {
		s.setCookie(w, proofCookie, "", deleted)
	}
}
