package websession

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// SaidField is the query parameter of what was done, which the page says.
const SaidField = "done"

// saidFor is for how long a page says what was done: it may be reloaded, and a copied address or one of the history
// says nothing.
const saidFor = time.Minute

// saidThere is what a page says to a user.
type saidThere struct {
	User provider.ID     `json:"u"`
	Page string          `json:"p"`
	At   int64           `json:"t"`
	What json.RawMessage `json:"w"`
}

// SealSaid seals what was done for the page that says so, given by its escaped path: it says it to the user, in this
// browser, for a minute. What is made of texts.
func (s *Sessions) SealSaid(w http.ResponseWriter, r *http.Request, p Purpose, user provider.ID, page string, what any) string {
	plain, err := json.Marshal(what)
	if err == nil {
		plain, err = json.Marshal(saidThere{user, page, s.Clock.Now(r.Context()).Unix(), plain})
	}
	if err != nil {
		panic("websession: " + err.Error())
	}
	return s.Seal(w, r, p, plain)
}

// OpenSaid reads what the page of a request is to say to a user into what, and tells whether it is to say anything.
func (s *Sessions) OpenSaid(r *http.Request, p Purpose, user provider.ID, what any) bool {
	text := r.URL.Query().Get(SaidField)
	if text == "" {
		return false
	}
	plain, err := s.Open(r, p, text)
	said := saidThere{}
	if err != nil || json.Unmarshal(plain, &said) != nil {
		return false
	}
	if said.User != user || said.Page != r.URL.EscapedPath() || s.Clock.Now(r.Context()).Sub(time.Unix(said.At, 0)) > saidFor {
		return false
	}
	return json.Unmarshal(said.What, what) == nil
}
