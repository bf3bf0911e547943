package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Names are those of this server as an audience: the issuer, and its UserInfo endpoint.
type Names []string

// in tells whether a token with the given audience is for this server. One that names nobody
// is for the issuer.
func (n Names) in(audience []string) bool {
	return len(audience) == 0 || slices.ContainsFunc(audience, func(a string) bool { return slices.Contains(n, a) })
}

// names are those of the server as an audience.
func (p *Provider) names() Names {
	return Names{p.settings.Issuer, p.settings.Issuer + p.settings.Paths.UserInfo}
}

// UserInfo returns the claims that the call's access token may see (OpenID Connect Core section
// 5.3). Two statements. A good token counts against the budget of its client, any other request as
// unproven.
func (p *Provider) UserInfo(ctx context.Context, call *Call) (map[string]any, error) {
	ctx = WithCall(ctx, call)
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
	g := found.grant
	// An API could collect with it who its callers are (RFC 9700 section 2.3).
	if !p.names().in(g.Audience) {
		return nil, call.refuse(ctx, badToken("The access token is for another resource.").For(g.ClientID))
	}
	if g.UserID.IsZero() || !slices.Contains(g.Scopes, scopeOpenID) {
		r := refusal.New(refusal.InsufficientScope, refusal.CheckTokenScope, "The access token was not issued for the scope openid.").For(g.ClientID)
		r.Challenge = bearerRealm + `, error="insufficient_scope", scope="openid"`
		return nil, call.refuse(ctx, r)
	}
	if err := call.served(ctx, found.client); err != nil {
		return nil, err
	}
	user, err := p.domain.Users.User(ctx, g.UserID)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && user.Disabled) {
		return nil, badToken("The access token is unknown, expired or revoked.")
	}
	if err != nil {
		return nil, fmt.Errorf("find user: %w", err)
	}
	asked, err := parseClaims(g.Claims)
	if err != nil {
		return nil, fmt.Errorf("oauth: claims of grant %s: %w", g.ID, err)
	}
	may := newRelease(found.client, g, g.Scopes)
	claims := pick(user, func(claim string) bool { return may.byScope(claim) || may.byName(claim, asked.UserInfo) })
	claims["sub"] = subjectOf(g)
	return claims, nil
}

// bearerRealm begins every challenge: RFC 6750 section 3 wants at least one parameter.
const bearerRealm = `Bearer realm="gatehouse"`

// bearer takes the access token from the header or a form body. Never from the address:
// RFC 9700 section 4.3.2 forbids it, since addresses are logged.
func bearer(call *Call) (string, error) {
	header, posted := call.Authorization, call.Form.Get("access_token")
	if len(header) > 1 || (len(header) == 1 && posted != "") {
		return "", refusal.New(refusal.InvalidRequest, refusal.CheckClientAuthCount, "The access token was sent in more than one way.")
	}
	if len(header) == 0 {
		if posted == "" {
			r := badToken("An access token is needed.")
			r.Challenge = bearerRealm // RFC 6750 section 3: no error code for a request without a token
			return "", r
		}
		return posted, nil
	}
	scheme, text, ok := strings.Cut(header[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", badToken("The Authorization header must be Bearer and the access token.")
	}
	return strings.TrimLeft(text, " "), nil
}

func badToken(description string) *refusal.Refusal {
	r := refusal.New(refusal.InvalidToken, refusal.CheckAccessToken, description)
	r.Challenge = bearerRealm + `, error="invalid_token"`
	return r
}
