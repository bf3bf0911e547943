package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// LogoutRequest is a request to sign out by which a client sends the browser here (OpenID Connect
// RP-Initiated Logout section 2).
type LogoutRequest struct {
	// Hint names the session that the client takes part in, or is nil: nothing in the request
	// proves that.
	Hint *Hint
	// Client is the client of the request, or nil. Without a hint it is not proven.
	Client *client.Client
	// RedirectURI is where the browser is redirected afterwards, with the state; empty: nowhere. It
	// is registered for Client.
	RedirectURI string
	// Unregistered is the refusal of a post_logout_redirect_uri that is not registered for a client
	// proven by a hint; or nil. It prevents the redirect alone (section 4).
	Unregistered *refusal.Refusal
	// Asked are the parameters that repeat the request, without the hint.
	Asked url.Values
}

// Logout checks requests to sign out.
type Logout struct {
	clients  clientFinder
	idTokens *IDTokens
}

// NewLogout makes a Logout.
func NewLogout(clients clientFinder, idTokens *IDTokens) *Logout {
	return &Logout{clients: clients, idTokens: idTokens}
}

// Parse checks a request. Invalid parameters are ignored (RP-Initiated Logout section 4): a hint
// that this server did not issue, an unknown client, and a redirect URI that is not registered
// exactly. None of that keeps the user from signing out. A wrong redirect URI of a client that is
// proven by a hint is reported to the operator; without a hint an attacker could fill the log in
// the client's name. With judged the form is Asked of an earlier request: it has no hint, and a
// wrong redirect URI in it was sent with one.
func (l *Logout) Parse(ctx context.Context, form url.Values, judged bool) (LogoutRequest, error) {
	for name, values := range form {
		if len(values) > 1 {
			return LogoutRequest{}, refusal.New(refusal.InvalidRequest, refusal.CheckDuplicate, "A parameter is repeated in the request.").
				Compare(refusal.FieldParameter, "", name)
		}
	}
	var r LogoutRequest
	id := form.Get("client_id")
	if text := form.Get("id_token_hint"); text != "" {
		hint, err := l.idTokens.Hint(ctx, text)
		switch {
		case err != nil:
		case id != "" && !slices.Contains(hint.Audience, id):
			return LogoutRequest{}, nil // one of the two is wrong, and it is unknown which
		default:
			r.Hint, id = &hint, hint.Audience[0]
		}
	}
	if id == "" {
		return r, nil
	}
	c, err := l.clients.Client(ctx, id)
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		return LogoutRequest{}, fmt.Errorf("find client: %w", err)
	}
	if err == nil && !c.Disabled {
		r.Client, r.Asked = c, url.Values{"client_id": {c.ID}}
	}
	if after := form.Get("post_logout_redirect_uri"); after != "" && r.Client != nil {
		r.afterwards(after, form, judged)
	}
	return r, nil
}

// afterwards decides where the browser is redirected after the sign-out.
func (r *LogoutRequest) afterwards(after string, form url.Values, judged bool) {
	if !slices.Contains(r.Client.PostLogoutRedirectURIs, after) {
		if r.Hint == nil && !judged {
			return
		}
		r.Asked.Set("post_logout_redirect_uri", after)
		r.Unregistered = refusal.New(refusal.InvalidRequest, refusal.CheckLogout, "The post_logout_redirect_uri is not registered for the application.").
			For(r.Client.ID).Compare(refusal.FieldPostLogout, strings.Join(r.Client.PostLogoutRedirectURIs, " "), after)
		return
	}
	r.RedirectURI = after
	r.Asked.Set("post_logout_redirect_uri", after)
	if form.Has("state") {
		r.Asked.Set("state", form.Get("state"))
		r.RedirectURI = client.WithQuery(after, url.Values{"state": r.Asked["state"]})
	}
}
