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
	// Unregistered says that the application, which proved itself by a hint, named an address
	// to go to that is not registered for it; or nil. It forbids the redirect alone (section 4).
	Unregistered *refusal.Refusal
	// Asked are the parameters that lead to the same again, without the hint.
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
// hint that is not ours is none, a client that is not known did not ask, and an address that
// is not registered exactly is not gone to. None of that keeps a person from signing
// out. Of a wrong address of an application that proves itself by a hint the operator learns;
// without a hint anybody could fill the log in the application's name. Judged tells that the
// form is what Asked was of an earlier request: it has no hint, and no wrong address that was
// sent without one.
func (l *Logout) Parse(ctx context.Context, form url.Values, judged bool) (LogoutRequest, error) {
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
	if after := form.Get("post_logout_redirect_uri"); after != "" && r.Client != nil {
		r.afterwards(after, form, judged)
	}
	return r, nil
}

// afterwards finds out where the browser may go. A client that is not known, or disabled, has
// no address.
func (r *LogoutRequest) afterwards(after string, form url.Values, judged bool) {
	if !slices.Contains(r.Client.PostLogoutRedirectURIs, after) {
		if r.Hint == nil && !judged {
			return
		}
		r.Asked.Set("post_logout_redirect_uri", after)
		r.Unregistered = refusal.New(refusal.InvalidRequest, refusal.CheckLogout, "The address to go to is not registered for the application.").
			For(r.Client.ID).Compare(refusal.FieldPostLogout, strings.Join(r.Client.PostLogoutRedirectURIs, " "), after)
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
