package oauth

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Principal is who a good access token speaks for.
type Principal struct {
	// Client is the one that the token was issued to.
	Client *client.Client
	// UserID is zero for a token of the client itself.
	UserID provider.ID
	Scopes []string
	// AuthTime is when the user was authenticated; nil: it is not known, or there is none.
	AuthTime *time.Time
	// AMR are the methods by which the user was authenticated (RFC 8176).
	AMR []string
}

type principalKey struct{}

// WithPrincipal returns a context whose work is done on behalf of p.
func WithPrincipal(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// PrincipalOf returns the principal of ctx, or nil where none was authenticated.
func PrincipalOf(ctx context.Context) *Principal {
	p, _ := ctx.Value(principalKey{}).(*Principal)
	return p
}

// Bearer checks the access token of a call to an API of this server, and that it has the scope
// (RFC 6750). A token for another resource server is not accepted, since that server could replay
// it (RFC 9700 section 2.3).
func (p *Provider) Bearer(ctx context.Context, call *Call, scope string) (*Principal, error) {
	ctx = WithCall(ctx, call)
	found, err := p.presented(ctx, call)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(found.grant.Scopes, scope) {
		return nil, call.refuse(ctx, insufficientScope(scope).For(found.grant.ClientID))
	}
	if err := call.served(ctx, found.client); err != nil {
		return nil, err
	}
	return &Principal{Client: found.client, UserID: found.grant.UserID, Scopes: found.grant.Scopes, AuthTime: found.grant.AuthTime, AMR: found.grant.AMR}, nil
}

// presented checks the access token of a call, and that it is for this server.
func (p *Provider) presented(ctx context.Context, call *Call) (*inspected, error) {
	return p.tokenFor(ctx, call, p.names)
}

// tokenFor checks the access token of a call, and that it is for one of the names.
func (p *Provider) tokenFor(ctx context.Context, call *Call, names Names) (*inspected, error) {
	text, err := bearer(call)
	if err != nil {
		return nil, call.refuse(ctx, err)
	}
	found, err := p.accessToken(ctx, text)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, call.refuse(ctx, badToken("The access token is unknown, expired or revoked."))
	}
	if !names.in(found.grant.Audience) {
		return nil, call.refuse(ctx, names.refuse(found, "The access token is for another resource."))
	}
	return found, nil
}

// realmChallenge begins every challenge: RFC 6750 section 3 requires at least one parameter.
const realmChallenge = `Bearer realm="gatehouse"`

// bearer takes the access token from the header or a form body, never from the query: RFC 9700
// section 4.3.2 forbids that, since URLs are logged.
func bearer(call *Call) (string, error) {
	header, posted := call.Authorization, call.Form.Get("access_token")
	if len(header) > 1 || (len(header) == 1 && posted != "") {
		r := refusal.New(refusal.InvalidRequest, refusal.CheckClientAuthCount, "The access token was sent in more than one way.")
		r.Challenge = realmChallenge + `, error="invalid_request"` // RFC 6750 section 3
		return "", r
	}
	if len(header) == 0 {
		if posted == "" {
			r := badToken("An access token is required.")
			r.Challenge = realmChallenge // RFC 6750 section 3: no error code for a request without a token
			return "", r
		}
		return posted, nil
	}
	scheme, text, ok := strings.Cut(header[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		r := badToken("The Authorization header must have the scheme Bearer and the access token.")
		r.Challenge = realmChallenge // RFC 6750 section 3.1: no error code for another method of authentication either
		return "", r
	}
	return strings.TrimLeft(text, " "), nil
}

func badToken(description string) *refusal.Refusal {
	r := refusal.New(refusal.InvalidToken, refusal.CheckAccessToken, description)
	r.Challenge = realmChallenge + `, error="invalid_token"`
	return r
}

// refuse says which audience a token should have. A client that is not registered for the management
// API must be first.
func (n Names) refuse(found *inspected, description string) *refusal.Refusal {
	r := badToken(description).For(found.grant.ClientID).Compare(refusal.FieldAudience, n[0], strings.Join(found.grant.Audience, " "))
	r.Check = refusal.CheckTokenAudience
	if found.grant.UserID.IsZero() && strings.HasSuffix(n[0], ManagementPath) && !found.client.MayReach(n[0]) {
		r.Check = refusal.CheckManagementAudience
	}
	return r
}

func insufficientScope(scope string) *refusal.Refusal {
	r := refusal.New(refusal.InsufficientScope, refusal.CheckTokenScope, "The access token was not issued for the scope "+scope+".")
	r.Challenge = realmChallenge + `, error="insufficient_scope", scope="` + scope + `"`
	return r
}

// StepUp refuses an access token whose user has to sign in again for a request: by a class (acr_values), at most maxAge
// ago (RFC 9470 section 3). The description has no quotes.
func StepUp(class string, maxAge time.Duration, description string) *refusal.Refusal {
	r := refusal.New(refusal.InsufficientUserAuthentication, refusal.CheckSecondFactor, description)
	r.Challenge = realmChallenge + `, error="` + string(refusal.InsufficientUserAuthentication) + `", error_description="` + description +
		`", acr_values="` + class + `", max_age="` + strconv.FormatInt(int64(maxAge/time.Second), 10) + `"`
	return r
}
