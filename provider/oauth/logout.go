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

// LogoutRequest is what an application asks for when it sends the browser to sign out
// (OpenID Connect RP-Initiated Logout section 2).
type LogoutRequest struct {
	// Hint is about the sign-in that the application knows, or nil: nothing that it sent
	// proves that it knows any.
	Hint *Hint
	// Client is who asks, or nil. Without a hint anybody can name it.
	Client *client.Client
	// RedirectURI is where the browser goes afterwards, with the state; empty: nowhere. It is
	// registered for Client.
	RedirectURI string
	// Refused is why the browser does not go where a proven application asked it to; nil: it does.
	// The sign-out takes place all the same.
	Refused error
	// Asked are the parameters that lead to Client and RedirectURI again, without the hint.
	Asked url.Values
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

// Parse checks a request. What does not hold is not used (RP-Initiated Logout section 4): a
// hint of another issuer is none, a client that is not known did not ask, and an address that
// is not registered exactly is not gone to. None of that keeps the person from signing out. Only
// an application that proves itself by a hint is told that its address is wrong.
func (l *Logout) Parse(ctx context.Context, form url.Values) (LogoutRequest, error) {
	for name, values := range form {
		if len(values) > 1 {
			return LogoutRequest{}, refusal.New(refusal.InvalidRequest, refusal.CheckDuplicate, "A parameter stands more than once in the request.").
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
			return LogoutRequest{}, nil // one of the two is not true, and there is no telling which
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
	r.afterwards(form)
	return r, nil
}

// afterwards finds out where the browser may go.
func (r *LogoutRequest) afterwards(form url.Values) {
	after := form.Get("post_logout_redirect_uri")
	if after == "" {
		return
	}
	if r.Client == nil || !slices.Contains(r.Client.PostLogoutRedirectURIs, after) {
		if r.Hint == nil {
			return
		}
		wrong := refusal.New(refusal.InvalidRequest, refusal.CheckLogout, "You are signed out. The address to return to is not registered for the application.")
		if r.Client != nil {
			wrong = wrong.For(r.Client.ID).Compare(refusal.FieldPostLogout, strings.Join(r.Client.PostLogoutRedirectURIs, " "), after)
		}
		r.Refused = wrong
		return
	}
	r.RedirectURI = after
	r.Asked.Set("post_logout_redirect_uri", after)
	if form.Has("state") {
		r.Asked.Set("state", form.Get("state"))
		r.RedirectURI = WithQuery(after, url.Values{"state": r.Asked["state"]})
	}
}

// WithQuery adds parameters to a registered address. What is registered stays as it is,
// letter by letter (RFC 6749 section 3.1.2): reading and writing its query anew would put it
// in another order, and lose what is no pair of name and value.
func WithQuery(address string, params url.Values) string {
	separator := "?"
	switch {
	case strings.HasSuffix(address, "?") || strings.HasSuffix(address, "&"):
		separator = ""
	case strings.Contains(address, "?"):
		separator = "&"
	}
	return address + separator + params.Encode()
}
