package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// LogoutRequest is what an application asks for when it sends the browser to sign out
// (OpenID Connect RP-Initiated Logout section 2).
type LogoutRequest struct {
	// Trusted: the hint proves that the application knows this person's sign-in, so no
	// question is needed when it is the person who is signed in.
	Trusted bool
	Hint    Hint
	// RedirectURI is where the browser goes afterwards, with the state; empty: nowhere.
	RedirectURI string
}

// Logout judges requests to sign out.
type Logout struct {
	clients  clientFinder
	idTokens *IDTokens
}

// NewLogout makes a Logout.
func NewLogout(clients clientFinder, idTokens *IDTokens) *Logout {
	return &Logout{clients: clients, idTokens: idTokens}
}

// Parse checks a request. An address to go to afterwards needs a hint of ours and must be
// registered letter by letter, or anybody could send people anywhere through us (threats
// 55, Authelia GHSA-36f2-fcrx-fp4j).
func (l *Logout) Parse(ctx context.Context, form url.Values) (LogoutRequest, error) {
	refused := func(description string) error {
		return refusal.New(refusal.InvalidRequest, refusal.CheckLogout, description)
	}
	for _, values := range form {
		if len(values) > 1 {
			return LogoutRequest{}, refusal.New(refusal.InvalidRequest, refusal.CheckDuplicate, "A parameter stands more than once in the request.")
		}
	}
	after, text := form.Get("post_logout_redirect_uri"), form.Get("id_token_hint")
	if text == "" {
		if after != "" {
			return LogoutRequest{}, refused("An address to go to needs an id_token_hint.")
		}
		return LogoutRequest{}, nil
	}
	hint, err := l.idTokens.Hint(ctx, text)
	if err != nil {
		return LogoutRequest{}, refused("The id_token_hint is not an ID token of this server.")
	}
	if id := form.Get("client_id"); id != "" && !slices.Contains(hint.Audience, id) {
		return LogoutRequest{}, refused("The id_token_hint was issued to another client.")
	}
	r := LogoutRequest{Trusted: true, Hint: hint}
	if after == "" {
		return r, nil
	}
	c, err := l.clients.Client(ctx, hint.Audience[0])
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		return LogoutRequest{}, fmt.Errorf("find client: %w", err)
	}
	if err != nil || c.Disabled || !slices.Contains(c.PostLogoutRedirectURIs, after) {
		return LogoutRequest{}, refused("The address to go to is not registered for the application.")
	}
	u, err := url.Parse(after)
	if err != nil {
		return LogoutRequest{}, refused("The address to go to is malformed.")
	}
	if form.Has("state") {
		q := u.Query()
		q.Set("state", form.Get("state"))
		u.RawQuery = q.Encode()
	}
	r.RedirectURI = u.String()
	return r, nil
}
