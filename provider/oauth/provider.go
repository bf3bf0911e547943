package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// Settings are what an operator chooses.
type Settings struct {
	// Issuer is the issuer identifier, a URL without a path.
	Issuer string
	Paths  Paths
	// RequirePKCE demands PKCE of every client.
	RequirePKCE bool
	// ResponseTypes are those that are offered beside code, in the spelling of metadata.
	ResponseTypes []string
	// SharedKeys lets clients authenticate by client_secret_jwt.
	SharedKeys bool
	// UILocales are the languages (BCP 47) of the pages.
	UILocales []string
	// OfferedACR is the strongest authentication context class that users can reach; empty: phr.
	OfferedACR string
	// Registration: people can register, so that prompt=create is supported.
	Registration bool
	// ClientRegistration: clients can register themselves (RFC 7591).
	ClientRegistration bool
	// ClientDocuments: a client_id can be the URL of a metadata document
	// (draft-ietf-oauth-client-id-metadata-document).
	ClientDocuments bool
}

// Domain are the domain services that the protocol uses.
type Domain struct {
	Authenticator *Authenticator
	Clients       clientFinder
	Codes         codeIssuer
	Refresh       refresher
	Issuer        tokenIssuer
	Tokens        tokenInspector
	IDTokens      *IDTokens
	Users         userFinder
	Consents      consentStore
	Audit         recorder
	Scopes        scopeCatalogue
	SignIn        passwordVerifier
	Factors       secondFactors
	Transactions  transactor
	Clock         provider.Clock
	// RequestObjects reads request objects; nil: they are not offered.
	RequestObjects *RequestObjects
}

// recorder records what users do for themselves, in the transaction of the act.
type recorder interface {
	Record(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, act func(ctx context.Context) (audit.Changes, error)) error
}

// transactor runs fn in one transaction, or, detached, in one that does not depend on the
// caller's.
type transactor interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	Detached(ctx context.Context, fn func(ctx context.Context) error) error
}

// Provider serves every protocol endpoint through one composition.
type Provider struct {
	*composition

	domain   Domain
	settings Settings
	names    Names
	// applicants finds the clients of authorization requests.
	applicants clientFinder
}

// New composes a Provider.
func New(s Settings, d Domain) (*Provider, error) {
	s.OfferedACR = cmp.Or(s.OfferedACR, acr.PhishingResistant)
	c, err := compose(d.parts(s))
	if err != nil {
		return nil, err
	}
	return &Provider{composition: c, domain: d, settings: s, names: Names{s.Issuer, s.Issuer + s.Paths.UserInfo}, applicants: d.Clients}, nil
}

// FindApplicants has the clients of authorization requests found by f, which may fetch their metadata. It is called
// before the first request.
func (p *Provider) FindApplicants(f clientFinder) { p.applicants = f }

// answers give what clients are told about users its form.
func (p *Provider) answers() *Answers { return p.domain.IDTokens.answers }

// authenticate authenticates the client of a call, once.
func (p *Provider) authenticate(ctx context.Context, call *Call) error {
	c, err := p.domain.Authenticator.Authenticate(ctx, call)
	call.client = c
	return err
}

// settle carries out the consequence of a refusal: the one place for it. When that fails the client
// is told to try again, or a stolen token would stay valid.
func (p *Provider) settle(ctx context.Context, refused error) error {
	var c *grant.Consequence
	if !errors.As(refused, &c) {
		return refused
	}
	if err := p.domain.Transactions.Detached(ctx, c.Do); err != nil {
		return fmt.Errorf("consequence of %q: %w", refused.Error(), err) // and no longer the refusal
	}
	return refused
}
