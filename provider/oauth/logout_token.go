package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/logout"
)

const (
	// logoutTokenType tells logout tokens from ID tokens (OpenID Connect Back-Channel Logout section
	// 2.4): whoever verifies the type takes neither for the other.
	logoutTokenType = "logout+jwt" //nolint:gosec // no credential
	// logoutTokenLifetime is how long a receiver may take the token, which is signed when it is sent
	// (section 4 recommends at most two minutes).
	logoutTokenLifetime = 2 * time.Minute
	// logoutEvent is the member of the events claim that makes it a logout token.
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
)

// LogoutTokens write logout tokens.
type LogoutTokens struct {
	subjects *Subjects
	keys     signer
	issuer   string
	clock    provider.Clock
}

// NewLogoutTokens makes a LogoutTokens.
func NewLogoutTokens(subjects *Subjects, keys signer, issuer string, clock provider.Clock) *LogoutTokens {
	return &LogoutTokens{subjects: subjects, keys: keys, issuer: issuer, clock: clock}
}

// LogoutToken signs a token that tells a client of the end of a session, with the algorithm of the
// client's ID tokens (OpenID Connect Back-Channel Logout section 2.4). It has sub and sid, and never a
// nonce. Repetitions have the same jti.
func (l *LogoutTokens) LogoutToken(ctx context.Context, c *client.Client, d logout.Delivery) (string, error) {
	alg := keys.RS256
	if c.IDTokenAlg != "" {
		alg = keys.Algorithm(c.IDTokenAlg)
	}
	now := l.clock.Now(ctx)
	payload, err := json.Marshal(map[string]any{
		"iss": l.issuer, "aud": c.ID, "sub": l.subjects.of(c, d.UserID, d.Subject), "sid": l.subjects.session(c, d.SID),
		"iat": now.Unix(), "exp": now.Add(logoutTokenLifetime).Unix(), "jti": d.ID.String(),
		"events": map[string]any{logoutEvent: struct{}{}},
	})
	if err != nil {
		return "", fmt.Errorf("oauth: marshal logout token: %w", err)
	}
	return l.keys.Sign(ctx, alg, logoutTokenType, payload)
}
