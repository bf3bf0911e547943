package oauth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// clientFinder finds a client, or returns provider.ErrNotFound.
type clientFinder interface {
	Client(ctx context.Context, id string) (*client.Client, error)
}

// clientDirectory also tells whether a client is found without a query.
type clientDirectory interface {
	clientFinder
	Known(id string) bool
}

// secretUpgrades replaces the hash of another system by which a secret was verified.
type secretUpgrades interface {
	Upgrade(ctx context.Context, c *client.Client, secret string, now time.Time)
}

// Authenticator proves which client sends a request.
type Authenticator struct {
	clients    clientDirectory
	secrets    *client.Secrets
	upgrades   secretUpgrades
	assertions *Assertions
	clock      provider.Clock
}

// NewAuthenticator makes an Authenticator.
func NewAuthenticator(clients clientDirectory, secrets *client.Secrets, upgrades secretUpgrades, assertions *Assertions, clock provider.Clock) *Authenticator {
	return &Authenticator{clients: clients, secrets: secrets, upgrades: upgrades, assertions: assertions, clock: clock}
}

// basicChallenge is what RFC 6749 section 5.2 wants beside a 401.
const basicChallenge = `Basic realm="gatehouse", charset="UTF-8"`

// authenticationFailed has one text for unknown clients, wrong secrets, wrong methods and
// disabled clients: which of them it was, only the operator learns.
func authenticationFailed(check refusal.Check, clientID string) *refusal.Refusal {
	return refusal.New(refusal.InvalidClient, check, "Client authentication failed: the client is unknown, or its credentials are missing or wrong.").For(clientID)
}

// challenged adds the challenge that RFC 6749 section 5.2 wants for a request that used the
// Authorization header, and one for a request without any credentials. A request that sent
// them in the body gets none: libraries show a challenge instead of the error description, and
// browsers ask the user for a password.
func challenged(call *Call, err error) error {
	var failed *refusal.Refusal
	if errors.As(err, &failed) && failed.Code == refusal.InvalidClient &&
		(len(call.Authorization) > 0 || failed.Check == refusal.CheckClientAuthNone) {
		failed.Challenge = basicChallenge
	}
	return err
}

// Authenticate returns the client of a call. A request uses one method, and it must be one that
// the client is registered for (RFC 6749 section 2.3). A public client is identified, not
// authenticated.
//
// It runs before anything that may be retried, so that a secret is verified, and a failed attempt
// counted, once per request. Admission says whose budget the request counts against.
func (a *Authenticator) Authenticate(ctx context.Context, call *Call) (*client.Client, error) {
	c, err := a.identify(ctx, call)
	var failed *refusal.Refusal
	switch {
	case errors.As(err, &failed):
		return nil, call.refuse(ctx, challenged(call, err))
	case err != nil: // a fault of the server, which counts against no client
		return nil, err
	case c.Public():
		// A request proves nothing by naming a public client: counted by client, an attacker
		// could use up the budget of all its users.
		err = call.unproven(ctx)
	default:
		err = call.served(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (a *Authenticator) identify(ctx context.Context, call *Call) (*client.Client, error) {
	presented, err := presentedBy(call)
	if err != nil {
		return nil, err
	}
	if !a.clients.Known(presented.id) {
		// Each made-up client_id would cost a query.
		if err := call.unproven(ctx); err != nil {
			return nil, err
		}
	}
	c, err := a.clients.Client(ctx, presented.id)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, authenticationFailed(refusal.CheckClientUnknown, "").Compare(refusal.FieldClientID, "", presented.id)
	}
	if err != nil {
		return nil, fmt.Errorf("find client: %w", err)
	}
	accepted := c.Accepts(presented.method) || (c.Public() && presented.nothing())
	if !accepted {
		return nil, authenticationFailed(refusal.CheckClientMethod, c.ID).
			Compare(refusal.FieldAuthMethod, string(c.AuthMethod), string(presented.method))
	}
	if !c.Public() {
		if err := a.verify(ctx, call, c, presented); err != nil {
			return nil, err
		}
	}
	if c.Disabled {
		return nil, authenticationFailed(refusal.CheckClientDisabled, c.ID)
	}
	return c, nil
}

func (a *Authenticator) verify(ctx context.Context, call *Call, c *client.Client, p credentials) error {
	if p.assertion != nil {
		return a.assertions.Verify(ctx, c, p.assertion)
	}
	now := a.clock.Now(ctx)
	if a.secrets.Guessable(c, now) {
		if err := call.guess(ctx, c.ID); err != nil {
			return err
		}
	}
	for _, secret := range p.secrets {
		ok, err := a.secrets.Verify(ctx, c, secret, now)
		if err != nil {
			return fmt.Errorf("verify client secret: %w", err)
		}
		if ok {
			a.upgrades.Upgrade(ctx, c, secret, now)
			return nil
		}
	}
	return authenticationFailed(refusal.CheckClientSecret, c.ID)
}

// credentials are what a request presents. The secret may be decoded in two ways; see
// basicCredentials.
type credentials struct {
	method    client.AuthMethod
	id        string
	secrets   []string
	assertion *assertion
}

// nothing tells whether the secret is empty: so curl and others send the id of a public client by
// Basic.
func (p credentials) nothing() bool {
	return p.method == client.SecretBasic && len(p.secrets) == 1 && p.secrets[0] == ""
}

func presentedBy(call *Call) (credentials, error) {
	form, header := call.Form, call.Authorization
	_, hasSecret := form["client_secret"]
	_, hasAssertion := form["client_assertion"]
	if len(header) > 1 || count(len(header) == 1, hasSecret, hasAssertion) > 1 {
		return credentials{}, refusal.New(refusal.InvalidRequest, refusal.CheckClientAuthCount,
			"The request authenticates the client in more than one way.")
	}
	switch id := form.Get("client_id"); {
	case len(header) == 1:
		p, err := basicCredentials(header[0])
		if err == nil && id != "" && id != p.id {
			return credentials{}, refusal.New(refusal.InvalidRequest, refusal.CheckClientAuthCount,
				"client_id in the body names another client than the Authorization header.")
		}
		return p, err
	case hasAssertion:
		a, err := parseAssertion(form)
		if err != nil {
			return credentials{}, err
		}
		return credentials{method: a.method(), id: a.claims.Subject, assertion: a}, nil
	case id == "":
		return credentials{}, authenticationFailed(refusal.CheckClientAuthNone, "")
	case hasSecret:
		return credentials{method: client.SecretPost, id: id, secrets: []string{form.Get("client_secret")}}, nil
	default:
		return credentials{method: client.None, id: id}, nil
	}
}

// basicCredentials reads RFC 7617 credentials. RFC 6749 section 2.3.1 has both halves
// form-encoded first, which many clients leave out: the decoded secret is tried, then
// the bare one, so that a secret with '+' or '%' in it works either way.
func basicCredentials(header string) (credentials, error) {
	malformed := authenticationFailed(refusal.CheckClientAuthBasic, "")
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return credentials{}, malformed
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimLeft(encoded, " "))
	if err != nil {
		return credentials{}, malformed
	}
	id, secret, ok := strings.Cut(string(raw), ":")
	if !ok || id == "" {
		return credentials{}, malformed
	}
	if decoded, err := url.QueryUnescape(id); err == nil {
		id = decoded
	}
	p := credentials{method: client.SecretBasic, id: id, secrets: []string{secret}}
	if decoded, err := url.QueryUnescape(secret); err == nil && decoded != secret {
		p.secrets = []string{decoded, secret}
	}
	return p, nil
}

func count(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}
