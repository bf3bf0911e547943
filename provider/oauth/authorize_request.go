package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// ResponseMode is how an authorization response is sent (OAuth 2.0 Multiple Response Type Encoding
// Practices section 2.1, OAuth 2.0 Form Post Response Mode).
type ResponseMode string

// The response modes.
const (
	Query    ResponseMode = "query"
	Fragment ResponseMode = "fragment"
	FormPost ResponseMode = "form_post"
)

// AuthorizeRequest is a valid authorization request, or as much of an invalid one as the error
// response needs.
type AuthorizeRequest struct {
	Client       *client.Client
	RedirectURI  string
	ResponseType string
	Mode         ResponseMode
	// State is returned unchanged; HasState tells an empty one from none (RFC 6749 section 4.1.2).
	State    string
	HasState bool

	Scopes    []string
	Audience  []string
	Challenge string
	Method    string
	Nonce     string
	Prompt    []string
	MaxAge    *time.Duration
	LoginHint string
	// ACRs are the authentication context classes that were asked for, of those that are offered: each will do.
	ACRs []string
	// UILocales are the languages that the user prefers, in order.
	UILocales []language.Tag
	// Hint is the id_token_hint, or nil.
	Hint *Hint
	// Subjects are those that the claims parameter allows; none: any.
	Subjects []string
	// Claims is the claims parameter, reduced to what the client may ask for.
	Claims claimsParameter

	// signed: the client signed the request (RFC 9101).
	signed bool
	// subjects are those by which clients know users.
	subjects *Subjects
	// essentialACR: the class that tokens name has to be one of those (OpenID Connect Core section 5.5.1.1).
	essentialACR bool
	// offeredACR is the strongest class that users can reach.
	offeredACR string
}

// Asks tells whether the prompt parameter has a value.
func (r *AuthorizeRequest) Asks(prompt string) bool { return slices.Contains(r.Prompt, prompt) }

// Asked is what the user has to consent to.
func (r *AuthorizeRequest) Asked() consent.Agreement {
	return consent.Agreement{Scopes: r.Scopes, Claims: r.Claims.beyond(r.Scopes), Audience: r.Audience}
}

// isAbout tells whether the request allows the given user. The subjects of the claims parameter are those by which the
// client knows users, and no others: it could else find out whose public subject belongs to a pairwise one.
func (r *AuthorizeRequest) isAbout(u *account.User) bool {
	return (r.Hint == nil || r.Hint.Means(u)) && (len(r.Subjects) == 0 || slices.Contains(r.Subjects, r.subjects.Of(r.Client, u)))
}

// Means tells whether a request that has a signed-in user sign in again means that user, and not that the person chooses an
// account.
func (r *AuthorizeRequest) Means(u *account.User) bool {
	return r.isAbout(u) && !r.Asks("select_account")
}

// Check checks an authorization request of which Unfold has read the parameters. With an error it returns
// the request when the error may be sent to the client, or nil when client_id or redirect_uri cannot be
// trusted: then the error is shown to the user and sent nowhere else (RFC 6749 section 4.1.2.1).
func (p *Provider) Check(ctx context.Context, parameters Parameters) (*AuthorizeRequest, error) {
	form := parameters.Form
	r, err := p.addressee(ctx, form)
	if err != nil {
		return nil, err
	}
	r.signed = parameters.Signed
	checks := []func(context.Context, *AuthorizeRequest, url.Values) error{duplicates, p.responseType, unsupported, p.scopes}
	for _, x := range p.parts {
		if x.check != nil {
			checks = append(checks, x.check)
		}
	}
	for _, check := range checks {
		if err := check(ctx, r, form); err != nil {
			return r, withClientID(err, r.Client.ID)
		}
	}
	return r, nil
}

// applicant finds the client of a request.
func (p *Provider) applicant(ctx context.Context, form url.Values) (*client.Client, error) {
	if err := OnlyOnce("client_id", form["client_id"]); err != nil {
		return nil, err
	}
	id := form.Get("client_id")
	if id == "" {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter client_id is missing.")
	}
	c, err := p.applicants.Client(ctx, id)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && c.Disabled) {
		check := refusal.CheckApplication
		if err != nil && (strings.HasPrefix(id, "https://") || strings.HasPrefix(id, "http://")) {
			check = refusal.CheckDocumentURL
		}
		return nil, refusal.New(refusal.InvalidRequest, check, "The application is unknown.").
			WithStatus(400).Compare(refusal.FieldClientID, "", id)
	}
	if err != nil {
		return nil, fmt.Errorf("find client: %w", err)
	}
	return c, nil
}

// addressee finds the client and the redirect URI that the response may be sent to.
func (p *Provider) addressee(ctx context.Context, form url.Values) (*AuthorizeRequest, error) {
	c, err := p.applicant(ctx, form)
	if err != nil {
		return nil, err
	}
	if err := OnlyOnce("redirect_uri", form["redirect_uri"]); err != nil {
		return nil, err
	}
	uri := form.Get("redirect_uri")
	if uri == "" && len(c.RedirectURIs) == 1 && !slices.Contains(strings.Fields(form.Get("scope")), "openid") {
		uri = c.RedirectURIs[0] // RFC 6749 section 3.1.2.3; OpenID Connect requires the parameter
	}
	if !c.MatchRedirectURI(uri) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckRedirectURI, "The redirect_uri is not registered for the application.").
			For(c.ID).Compare(refusal.FieldRedirectURI, strings.Join(c.RedirectURIs, " "), uri)
	}
	r := &AuthorizeRequest{Client: c, RedirectURI: uri, Mode: p.responseMode(form, uri)}
	r.State, r.HasState = form.Get("state"), form.Has("state")
	return r, nil
}

// returns tells whether a word is one of those of the response type: what the response has in it.
func (r *AuthorizeRequest) returns(word string) bool { return client.Returns(r.ResponseType, word) }

// isIDTokenAlone tells whether the response is an ID token and nothing that leads to UserInfo, so that the claims of the scopes
// are in it (OpenID Connect Core section 5.4).
func (r *AuthorizeRequest) isIDTokenAlone() bool { return r.ResponseType == client.ResponseIDToken }

// responseMode is how the response is sent. For a response type with a token even the error goes
// into the fragment, whether the type is offered or not, and never into the query, which is logged
// (OAuth 2.0 Multiple Response Type Encoding Practices sections 2.1 and 3). Nothing is posted where browsers do not post.
func (c *composition) responseMode(form url.Values, redirectURI string) ResponseMode {
	usual := usualMode(form.Get("response_type"))
	mode := ResponseMode(form.Get("response_mode"))
	if slices.Contains(c.modes, mode) && (mode != Query || usual == Query) && (mode != FormPost || posted(redirectURI)) {
		return mode
	}
	return usual
}

// usualMode is how the response of a response type is sent where the request does not say.
func usualMode(responseType string) ResponseMode {
	if client.Returns(responseType, client.ResponseToken) || client.Returns(responseType, client.ResponseIDToken) {
		return Fragment
	}
	return Query
}

func duplicates(_ context.Context, _ *AuthorizeRequest, form url.Values) error {
	for name, values := range form {
		if err := OnlyOnce(name, values); err != nil {
			return err
		}
	}
	return nil
}

func (p *Provider) responseType(_ context.Context, r *AuthorizeRequest, form url.Values) error {
	asked := form.Get("response_type")
	kind := client.ResponseType(asked)
	switch {
	case asked == "":
		return refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter response_type is missing.")
	case !slices.Contains(p.responses, kind):
		all := listed(p.responses)
		return refusal.New(refusal.UnsupportedResponseType, refusal.CheckResponseType, "This server does not support "+quoted("the response_type", asked, "this response_type")+": it supports "+all+".").
			Compare(refusal.FieldResponse, all, asked)
	}
	if err := mayRespond(r, kind); err != nil {
		return err
	}
	r.ResponseType = kind
	if mode := form.Get("response_mode"); mode != "" && mode != string(r.Mode) {
		return refusal.New(refusal.InvalidRequest, refusal.CheckParameter, p.noMode(ResponseMode(mode)))
	}
	if len(r.State) > maxState {
		return malformed("state")
	}
	return nil
}

// noMode says why a response cannot be sent as the request says.
func (c *composition) noMode(mode ResponseMode) string {
	switch {
	case !slices.Contains(c.modes, mode):
		return "This server does not support " + quoted("the response_mode", string(mode), "this response_mode") + ": it supports " + joined(c.modes) + "."
	case mode == FormPost:
		return "The response_mode form_post needs a redirect_uri of http or https."
	default:
		return "The response_mode query is not for responses with tokens: it must be fragment or form_post."
	}
}

// posted tells whether browsers post to a URI.
func posted(uri string) bool {
	return strings.HasPrefix(uri, "https://") || strings.HasPrefix(uri, "http://")
}

// mayRespond refuses a response type that the client is not registered for. It is the rule of the
// registration too, which may be older than the rule.
func mayRespond(r *AuthorizeRequest, kind string) error {
	for _, g := range client.GrantsOf(kind) {
		if !r.Client.MayUse(g) {
			return refusal.New(refusal.UnauthorizedClient, refusal.CheckClientGrant, "The client is not registered for the grant type "+string(g)+", which this response_type needs.")
		}
	}
	if !r.Client.MayRespond(kind) {
		return refusal.New(refusal.UnauthorizedClient, refusal.CheckClientResponse, "The client is not registered for the response_type "+kind+".").
			Compare(refusal.FieldResponse, listed(r.Client.Responses()), kind)
	}
	if why := r.Client.FrontChannelFault(r.RedirectURI, kind); why != "" {
		return refusal.New(refusal.UnauthorizedClient, refusal.CheckFrontChannel, "Tokens of the response_type "+kind+" cannot be sent to this redirect_uri.").
			Compare(refusal.FieldRedirectURI, "", r.RedirectURI)
	}
	return nil
}

// listed lists response types in a text: they have spaces.
func listed(types []string) string { return strings.Join(types, ", ") }

// unsupported refuses what the server does not offer, each by its own error code. Request objects are
// never ignored: the parameters beside one might be an attacker's.
func unsupported(_ context.Context, _ *AuthorizeRequest, form url.Values) error {
	for _, p := range []struct {
		name string
		code refusal.Code
	}{{"request", refusal.RequestNotSupported}, {"request_uri", refusal.RequestURINotSupported}, {"registration", refusal.RegistrationNotSupported}} {
		if form.Get(p.name) != "" { // without a value it was not sent (RFC 6749 section 3.1)
			return refusal.New(p.code, refusal.CheckRequestObject, "The parameter "+p.name+" is not supported.")
		}
	}
	return nil
}

func (p *Provider) scopes(_ context.Context, r *AuthorizeRequest, form url.Values) (err error) {
	if r.Scopes, err = allowedScopes(r.Client, form, p.domain.Scopes); err != nil {
		return err
	}
	r.Audience, err = allowedAudience(r.Client, form, r.Scopes)
	return err
}

// maxState bounds what comes back to the client, in bytes.
const maxState = 4096

func malformed(name string) error {
	return refusal.New(refusal.InvalidRequest, refusal.CheckParameter, "The value of "+name+" is malformed.")
}
