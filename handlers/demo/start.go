package demo

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const attemptCookie = "gatehouse_demo"

// attempt is a sign-in started in this browser, which the response is checked against.
type attempt struct {
	Client   string `json:"c"`
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	// Exchanged: the code of the response was sent to the token endpoint.
	Exchanged bool `json:"x,omitempty"`
}

// start starts a sign-in (RFC 6749 section 4.1.1, RFC 7636 section 4).
func (a application) start(w http.ResponseWriter, r *http.Request) error {
	c := a.client(r.URL.Query().Get("client"))
	begun := attempt{Client: c.ID}
	for _, value := range []*string{&begun.State, &begun.Nonce, &begun.Verifier} {
		var raw [32]byte
		if _, err := io.ReadFull(a.Random, raw[:]); err != nil {
			return fmt.Errorf("no randomness: %w", err)
		}
		*value = base64.RawURLEncoding.EncodeToString(raw[:])
	}
	if err := setAttempt(w, begun); err != nil {
		return err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(begun.Nonce), oauth2.S256ChallengeOption(begun.Verifier)}
	if r.URL.Query().Has("create") { // "Initiating User Registration via OpenID Connect 1.0"
		options = append(options, oauth2.SetAuthURLParam("prompt", "create"))
	}
	address := a.oauth(c).AuthCodeURL(begun.State, options...)
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// begun is the attempt in the browser's cookie; without one its state is empty.
func begun(r *http.Request) attempt {
	cookie, err := r.Cookie(attemptCookie)
	if err != nil {
		return attempt{}
	}
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return attempt{}
	}
	var found attempt
	if err := json.Unmarshal(text, &found); err != nil {
		return attempt{}
	}
	return found
}

// setAttempt stores the attempt in the browser, for an hour.
func setAttempt(w http.ResponseWriter, begun attempt) error {
	text, err := json.Marshal(begun)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // plain http on loopback
		Name: attemptCookie, Value: base64.RawURLEncoding.EncodeToString(text), Path: "/", MaxAge: 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return nil
}
