package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// UserInfo answers who a token is about (OpenID Connect Core section 5.3).
type UserInfo struct {
	tokens  inspector
	clients clientFinder
	users   userFinder
	names   Names
}

// Names are those of this server as an audience: the issuer, and its UserInfo endpoint.
type Names []string

// in tells whether a token with the given audience is for this server. One that names nobody
// is for the issuer.
func (n Names) in(audience []string) bool {
	return len(audience) == 0 || slices.ContainsFunc(audience, func(a string) bool { return slices.Contains(n, a) })
}

// NewUserInfo makes a UserInfo of the server with the given names.
func NewUserInfo(tokens inspector, clients clientFinder, users userFinder, names Names) *UserInfo {
	return &UserInfo{tokens: tokens, clients: clients, users: users, names: names}
}

// Claims returns the claims that the request's access token may see. Two statements. A good
// token counts against the budget of its client, any other request as a stranger's.
func (u *UserInfo) Claims(ctx context.Context, r *http.Request) (map[string]any, error) {
	text, err := bearer(r)
	if err != nil {
		return nil, turnedAway(ctx, err)
	}
	_, g, err := u.tokens.Active(ctx, text)
	if errors.Is(err, grant.ErrInactive) {
		return nil, turnedAway(ctx, badToken("The access token is unknown, expired or revoked."))
	}
	if err != nil {
		return nil, err
	}
	c, err := u.clients.Client(ctx, g.ClientID)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && (c.Disabled || !keepRegistered(g, c))) {
		return nil, turnedAway(ctx, badToken("The access token is unknown, expired or revoked."))
	}
	if err != nil {
		return nil, fmt.Errorf("find client: %w", err)
	}
	// An API could collect with it who its callers are (RFC 9700 section 2.3).
	if !u.names.in(g.Audience) {
		return nil, turnedAway(ctx, badToken("The access token is for another resource.").For(g.ClientID))
	}
	if g.UserID.IsZero() || !slices.Contains(g.Scopes, "openid") {
		r := refusal.New(refusal.InsufficientScope, refusal.CheckTokenScope, "The access token was not issued for the scope openid.").For(g.ClientID)
		r.Challenge = bearerRealm + `, error="insufficient_scope", scope="openid"`
		return nil, turnedAway(ctx, r)
	}
	if err := AdmissionOf(ctx).Client(ctx, c); err != nil {
		return nil, err
	}
	user, err := u.users.User(ctx, g.UserID)
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
	may := newRelease(c, g, g.Scopes)
	claims := pick(user, func(claim string) bool { return may.byScope(claim) || may.byName(claim, asked.UserInfo) })
	claims["sub"] = subjectOf(g)
	return claims, nil
}

// bearerRealm begins every challenge: RFC 6750 section 3 wants at least one parameter.
const bearerRealm = `Bearer realm="gatehouse"`

// bearer takes the access token from the header or a form body. Never from the address:
// RFC 9700 section 4.3.2 forbids it, since addresses are logged (fosite.md 29).
func bearer(r *http.Request) (string, error) {
	header, posted := r.Header.Values("Authorization"), r.PostForm.Get("access_token")
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
