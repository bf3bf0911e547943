package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// ResponseMode is how the answer of an authorization request travels (OAuth 2.0 Multiple
// Response Types section 2.1, Form Post Response Mode).
type ResponseMode string

// The response modes.
const (
	Query    ResponseMode = "query"
	Fragment ResponseMode = "fragment"
	FormPost ResponseMode = "form_post"
)

// AuthorizeRequest is an authorization request that was found to be in order, or as much
// of it as is needed to answer that it is not.
type AuthorizeRequest struct {
	Client      *client.Client
	RedirectURI string
	Mode        ResponseMode
	// State goes back as it came; HasState tells an empty one from none (RFC 6749 section 4.1.2).
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
	// HintSubject is whom the id_token_hint is about, or empty.
	HintSubject string
	// Subjects are whom the claims parameter allows the answer to be about; none: anybody.
	Subjects []string
	// Claims is the claims parameter, reduced to what the client may ask for.
	Claims claimsParameter
}

// Asks tells whether the prompt parameter has a value.
func (r *AuthorizeRequest) Asks(prompt string) bool { return slices.Contains(r.Prompt, prompt) }

// Asked is what the person has to agree to.
func (r *AuthorizeRequest) Asked() consent.Agreement {
	return consent.Agreement{Scopes: r.Scopes, Claims: r.Claims.beyond(r.Scopes), Audience: r.Audience}
}

// isAbout tells whether the answer may be about the given subject.
func (r *AuthorizeRequest) isAbout(subject string) bool {
	return (r.HintSubject == "" || r.HintSubject == subject) && (len(r.Subjects) == 0 || slices.Contains(r.Subjects, subject))
}

// Parse checks an authorization request. With an error it returns the request as far as it
// may be answered by redirect, or nil when client and address cannot be trusted: then the
// error is for the person at the browser and goes nowhere else (RFC 6749 section 4.1.2.1).
func (e *AuthorizeEndpoint) Parse(ctx context.Context, form url.Values) (*AuthorizeRequest, error) {
	r, err := e.addressee(ctx, form)
	if err != nil {
		return nil, err
	}
	for _, check := range []func(context.Context, *AuthorizeRequest, url.Values) error{
		duplicates, responseType, requestObjects, e.scopes, e.pkce, prompts, e.details, claims,
	} {
		if err := check(ctx, r, form); err != nil {
			return r, withClientID(err, r.Client.ID)
		}
	}
	return r, nil
}

// addressee finds out who asks and where the answer may go.
func (e *AuthorizeEndpoint) addressee(ctx context.Context, form url.Values) (*AuthorizeRequest, error) {
	for _, name := range []string{"client_id", "redirect_uri"} {
		if err := OnlyOnce(name, form[name]); err != nil {
			return nil, err
		}
	}
	id := form.Get("client_id")
	if id == "" {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter client_id is missing.")
	}
	c, err := e.clients.Client(ctx, id)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && c.Disabled) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckClientUnknown, "The application is not known here.").WithStatus(400)
	}
	if err != nil {
		return nil, fmt.Errorf("find client: %w", err)
	}
	uri := form.Get("redirect_uri")
	if uri == "" && len(c.RedirectURIs) == 1 && !slices.Contains(strings.Fields(form.Get("scope")), "openid") {
		uri = c.RedirectURIs[0] // RFC 6749 section 3.1.2.3; OpenID Connect always wants it sent
	}
	if !c.MatchRedirectURI(uri) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckRedirectURI, "The address for the answer is not registered for the application.").
			For(c.ID).Compare(refusal.FieldRedirectURI, strings.Join(c.RedirectURIs, " "), uri)
	}
	r := &AuthorizeRequest{Client: c, RedirectURI: uri, Mode: Query}
	r.State, r.HasState = form.Get("state"), form.Has("state")
	r.Mode = responseMode(form)
	return r, nil
}

// responseMode is how the answer travels. Of a response type with a token in it even the error
// goes into the fragment, whether the type is offered or not, and never into the query, which
// is logged (OAuth 2.0 Multiple Response Type Encoding Practices sections 2.1 and 3).
func responseMode(form url.Values) ResponseMode {
	types := strings.Fields(form.Get("response_type"))
	inFragment := slices.Contains(types, "token") || slices.Contains(types, "id_token")
	mode := ResponseMode(form.Get("response_mode"))
	switch {
	case mode == FormPost || mode == Fragment:
		return mode
	case inFragment:
		return Fragment
	default:
		return Query
	}
}

func duplicates(_ context.Context, _ *AuthorizeRequest, form url.Values) error {
	for name, values := range form {
		if err := OnlyOnce(name, values); err != nil {
			return err
		}
	}
	return nil
}

func responseType(_ context.Context, r *AuthorizeRequest, form url.Values) error {
	switch kind := form.Get("response_type"); {
	case kind == "":
		return refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter response_type is missing.")
	case kind != "code":
		return refusal.New(refusal.UnsupportedResponseType, refusal.CheckResponseType, "This server does not support "+quoted("the response_type", kind, "this response_type")+": it answers with a code only.").
			Compare(refusal.FieldResponse, "code", kind)
	case !r.Client.MayUse(client.AuthorizationCode):
		return refusal.New(refusal.UnauthorizedClient, refusal.CheckClientGrant, "The client is not registered for the authorization code grant.")
	}
	if mode := form.Get("response_mode"); mode != "" && mode != string(r.Mode) {
		return refusal.New(refusal.InvalidRequest, refusal.CheckParameter, "This server does not support "+quoted("the response_mode", mode, "this response_mode")+": it knows query, fragment and form_post.")
	}
	return nil
}

// requestObjects are refused by the error made for that and never ignored: the parameters
// beside one might be an attacker's (threats 13, fosite.md 12).
func requestObjects(_ context.Context, _ *AuthorizeRequest, form url.Values) error {
	for name, code := range map[string]refusal.Code{
		"request": refusal.RequestNotSupported, "request_uri": refusal.RequestURINotSupported, "registration": refusal.RegistrationNotSupported,
	} {
		if form.Get(name) != "" { // without a value it was not sent (RFC 6749 section 3.1)
			return refusal.New(code, refusal.CheckRequestObject, "The parameter "+name+" is not supported.")
		}
	}
	return nil
}

func (e *AuthorizeEndpoint) scopes(_ context.Context, r *AuthorizeRequest, form url.Values) (err error) {
	if r.Scopes, err = allowedScopes(r.Client, form, e.catalogue); err != nil {
		return err
	}
	r.Audience, err = allowedAudience(r.Client, form)
	return err
}

// pkce follows RFC 7636 and RFC 9700 section 2.1.1: public clients always, confidential
// ones when they are registered for it, or the deployment demands it of all; a challenge that
// was sent always binds.
func (e *AuthorizeEndpoint) pkce(_ context.Context, r *AuthorizeRequest, form url.Values) error {
	r.Challenge, r.Method = form.Get("code_challenge"), form.Get("code_challenge_method")
	if r.Challenge == "" {
		if r.Method != "" || r.Client.Public() || r.Client.RequirePKCE || e.requirePKCE {
			return refusal.New(refusal.InvalidRequest, refusal.CheckPKCE, "The parameter code_challenge is missing (PKCE).")
		}
		return nil
	}
	if r.Method == "" {
		r.Method = grant.Plain // RFC 7636 section 4.3
	}
	wrong := func(description string) error {
		return refusal.New(refusal.InvalidRequest, refusal.CheckPKCEMethod, description).Compare(refusal.FieldPKCEMethod, grant.S256, r.Method)
	}
	switch {
	case r.Method == grant.Plain && !r.Client.AllowPlainPKCE:
		return wrong("The code_challenge_method must be S256; plain, which is meant when none is sent, is not for this client.")
	case r.Method != grant.Plain && r.Method != grant.S256:
		return wrong("This server does not support " + quoted("the code_challenge_method", r.Method, "this code_challenge_method") + ": it must be S256.")
	case r.Method == grant.S256 && len(r.Challenge) != 43, !grant.ValidVerifier(r.Challenge):
		return wrong("The code_challenge is malformed: of S256 it is 43 characters of base64url without padding.")
	}
	return nil
}

// prompts ignores values that this server does not know: extensions define more of them, and
// libraries send those to every provider. None beside any other value contradicts itself
// (OpenID Connect Core section 3.1.2.1).
func prompts(_ context.Context, r *AuthorizeRequest, form url.Values) error {
	asked := strings.Fields(form.Get("prompt"))
	if len(asked) > 1 && slices.Contains(asked, "none") {
		return refusal.New(refusal.InvalidRequest, refusal.CheckPrompt, "The prompt none goes with no other value.").
			Compare(refusal.FieldPrompt, "none", form.Get("prompt"))
	}
	r.Prompt = slices.DeleteFunc(asked, func(p string) bool { return !slices.Contains(promptValues(), p) })
	return nil
}

// promptValues are those that mean something here.
func promptValues() []string { return []string{"none", "login", "consent", "select_account"} }

// Bounds of what comes back to the client or is kept with the code, in bytes.
const (
	maxState  = 4096
	maxNonce  = 1024
	maxClaims = 8192
)

func malformed(name string) error {
	return refusal.New(refusal.InvalidRequest, refusal.CheckParameter, "The value of "+name+" is malformed.")
}

func (e *AuthorizeEndpoint) details(ctx context.Context, r *AuthorizeRequest, form url.Values) error {
	r.Nonce, r.LoginHint = form.Get("nonce"), form.Get("login_hint")
	if len(r.State) > maxState {
		return malformed("state")
	}
	if len(r.Nonce) > maxNonce {
		return malformed("nonce")
	}
	if text := form.Get("max_age"); text != "" {
		// fosite takes a malformed one for none at all, and 0 for no demand (fosite.md 13).
		seconds, err := strconv.ParseInt(text, 10, 32)
		if err != nil || seconds < 0 {
			return malformed("max_age")
		}
		age := time.Duration(seconds) * time.Second
		r.MaxAge = &age
	}
	if hint := form.Get("id_token_hint"); hint != "" {
		claims, err := e.idTokens.Hint(ctx, hint)
		if err != nil || !slices.Contains(claims.Audience, r.Client.ID) {
			return malformed("id_token_hint")
		}
		r.HintSubject = claims.Subject
	}
	return nil
}

// claims reads the claims parameter (OpenID Connect Core section 5.5) and heeds the demands
// that have consequences: whom the answer is about, and an essential acr (section 5.5.1.1).
func claims(_ context.Context, r *AuthorizeRequest, form url.Values) error {
	text := form.Get("claims")
	if len(text) > maxClaims {
		return malformed("claims")
	}
	asked, err := parseClaims(text)
	if err != nil {
		return malformed("claims")
	}
	if r.Subjects, err = asked.subjects(); err != nil {
		return malformed("claims")
	}
	acr, err := asked.IDToken.of("acr")
	if err != nil {
		return malformed("claims")
	}
	if acr.Essential && len(acr.Values) > 0 && !slices.Contains(acr.Values, passwordACR) {
		return refusal.New(refusal.UnmetAuthenticationRequirements, refusal.CheckACR, "The person cannot be authenticated in the way that the claim acr asks for.")
	}
	r.Claims = asked.reduce(r.Client, r.Scopes)
	return nil
}
