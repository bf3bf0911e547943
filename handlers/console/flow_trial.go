package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/provider"
)

// trial is a sign-in at a client that the console has begun in the client's place. Its secrets are the client's (RFC
// 6749 section 10.12, RFC 7636 section 4.1, OpenID Connect Core section 15.5.2). It is kept sealed in the browser, so
// that any replica can go on with it.
type trial struct {
	// Session is the console session that began it; no other one may go on.
	Session provider.ID `json:"session"`
	Client  string      `json:"client"`
	BegunAt time.Time   `json:"begun_at"`
	// State is empty once the response has come: there is one.
	State    string `json:"state,omitempty"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	// Asked are the other parameters of the request, to begin again with.
	Asked url.Values `json:"asked,omitempty"`
	// Response is nil until it has come.
	Response *authorizationResponse `json:"response,omitempty"`
}

// authorizationResponse is what came back (RFC 6749 section 4.1.2, RFC 9207).
type authorizationResponse struct {
	CameAt      time.Time `json:"came_at"`
	Code        string    `json:"code,omitempty"`
	Error       string    `json:"error,omitempty"`
	Description string    `json:"description,omitempty"`
	URI         string    `json:"uri,omitempty"`
	// Issuer is the one that the response names.
	Issuer string `json:"issuer,omitempty"`
}

// The bounds of what is kept in the cookie, in bytes: proxies buffer few headers.
const (
	maxAsked    = 500
	maxReceived = 400
)

// trialAge is how long a trial may take.
const trialAge = 10 * time.Minute

// newTrial makes the secrets of a trial.
func (c *Console) newTrial(r *http.Request, v *viewer, client string, asked url.Values) trial {
	return trial{
		Session: v.session.ID, Client: client, BegunAt: c.now(r), Asked: asked,
		State: transcript.Secret(c.Random), Nonce: transcript.Secret(c.Random), Verifier: transcript.Secret(c.Random),
	}
}

// keepTrial keeps a trial in the browser.
func (c *Console) keepTrial(w http.ResponseWriter, r *http.Request, t trial) error {
	if len(t.Asked.Encode()) > maxAsked {
		t.Asked = nil
	}
	plain, err := json.Marshal(t)
	if err != nil {
		return err
	}
	c.Web.SetTrial(w, r, tryPath, plain)
	return nil
}

// keptTrial is the trial of this browser and this session; nil: there is none.
func (c *Console) keptTrial(r *http.Request, v *viewer) *trial {
	plain, err := c.Web.Trial(r)
	t := trial{}
	if err != nil || json.Unmarshal(plain, &t) != nil || t.Session != v.session.ID || c.now(r).Sub(t.BegunAt) >= trialAge {
		return nil
	}
	return &t
}

// bounded is as much of what came as is kept.
func bounded(text string) string {
	if len(text) <= maxReceived {
		return text
	}
	return text[:maxReceived] + "…"
}
