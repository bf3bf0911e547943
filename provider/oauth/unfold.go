package oauth

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Parameters are those of an authorization request. Whoever keeps them between two pages keeps them
// where nobody can change them.
type Parameters struct {
	Form url.Values
	// Signed: they were in a request object that the client signed, and the form has nothing else.
	Signed bool
}

// Unfold takes the parameters of a request out of its request object, if it came as one. Then nothing
// that came beside the object counts but client_id (RFC 9101 section 6.3), and the object need not be
// looked at again: it may expire while the user signs in, and its URI may lead to another one. With an
// error it returns a request as Check does.
func (p *Provider) Unfold(ctx context.Context, form url.Values) (Parameters, *AuthorizeRequest, error) {
	o := p.domain.RequestObjects
	value, reference := form.Get("request"), form.Get("request_uri")
	if o == nil || (value == "" && reference == "") || (value != "" && !o.ByValue) || (reference != "" && !o.ByReference) {
		return Parameters{Form: form}, nil, nil // what is not supported is refused by Check
	}
	c, err := p.applicant(ctx, form)
	if err != nil {
		return Parameters{}, nil, err
	}
	inside, err := o.unfold(ctx, c, form)
	if err != nil {
		return Parameters{}, p.beside(c, form), withClientID(err, c.ID)
	}
	return Parameters{inside, true}, nil, nil
}

func (o *RequestObjects) unfold(ctx context.Context, c *client.Client, form url.Values) (url.Values, error) {
	if err := duplicates(ctx, nil, form); err != nil {
		return nil, err
	}
	object, uri := form.Get("request"), form.Get("request_uri")
	if object != "" && uri != "" { // OpenID Connect Core section 6.1
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckObject, "The parameters request and request_uri cannot be used together.")
	}
	if uri != "" {
		fetched, err := o.referenced(ctx, c, uri)
		if err != nil {
			return nil, err
		}
		object = fetched
	}
	claims, err := o.claimsOf(ctx, c, object)
	if err != nil {
		return nil, err
	}
	inside, err := objectParameters(c, claims)
	if err != nil {
		return nil, err
	}
	return inside, agree(c, form, inside)
}

// agree checks what OpenID Connect Core section 6.1 has clients send twice. The values beside the object
// never count, but one that contradicts it shows that somebody has changed the request.
func agree(c *client.Client, beside, inside url.Values) error {
	contradicted := func(name string) error {
		return invalidObject(refusal.CheckObjectClaims, c, "The "+name+" beside the request object contradicts the one in it.")
	}
	// Of its words the order says nothing.
	if kind := beside.Get("response_type"); kind != "" && client.ResponseType(kind) != client.ResponseType(inside.Get("response_type")) {
		return contradicted("response_type")
	}
	within := strings.Fields(inside.Get("scope"))
	for _, scope := range strings.Fields(beside.Get("scope")) { // openid alone is enough there
		if !slices.Contains(within, scope) {
			return contradicted("scope")
		}
	}
	return nil
}

// beside is where an error about a request object is sent: nothing in the object can be trusted, so it
// is the redirect URI beside it, if that is registered, or the only one that the client has.
func (p *Provider) beside(c *client.Client, form url.Values) *AuthorizeRequest {
	uri := form.Get("redirect_uri")
	if uri == "" && len(c.RedirectURIs) == 1 {
		uri = c.RedirectURIs[0]
	}
	if len(form["redirect_uri"]) > 1 || !c.MatchRedirectURI(uri) {
		return nil
	}
	r := &AuthorizeRequest{Client: c, RedirectURI: uri, Mode: p.responseMode(form, uri)}
	if state := form.Get("state"); len(state) <= maxState {
		r.State, r.HasState = state, form.Has("state")
	}
	return r
}

// requestObjects is the part of request objects; nil: they are not offered.
func requestObjects(o *RequestObjects) part {
	return part{
		name: "request objects",
		check: func(_ context.Context, r *AuthorizeRequest, _ url.Values) error {
			if r.Client.RequireSignedRequestObject && !r.signed { // RFC 9101 section 10.5
				return refusal.New(refusal.InvalidRequest, refusal.CheckObjectRequired, "The client must send its request as a signed request object.")
			}
			return nil
		},
		describe: func(m *Metadata) {
			if o != nil {
				o.describe(m)
			}
		},
	}
}

func (o *RequestObjects) describe(m *Metadata) {
	m.RequestParameterSupported, m.RequestURIParameterSupported = o.ByValue, o.ByReference
	m.RequireRequestURIRegistration = o.ByReference
	if o.Encrypted {
		m.RequestObjectEncryptionAlgs, m.RequestObjectEncryptionEncs = client.EncryptionAlgorithms(), client.ContentEncryptions()
	}
}
