package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
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
	answers *Answers
	issuer  string
	clock   provider.Clock
}

// NewLogoutTokens makes a LogoutTokens.
func NewLogoutTokens(answers *Answers, issuer string, clock provider.Clock) *LogoutTokens {
	return &LogoutTokens{answers: answers, issuer: issuer, clock: clock}
}

// LogoutToken signs a token that tells a client of the end of a session, with the algorithm of the
// client's ID tokens, and encrypts it as they are (OpenID Connect Back-Channel Logout sections 2.4 and
// 2.8). It has sub and sid, and never a nonce. Repetitions have the same jti. It returns
// logout.ErrNoKey for a client whose key for the encryption cannot be had.
func (l *LogoutTokens) LogoutToken(ctx context.Context, c *client.Client, d logout.Delivery) (string, error) {
	now := l.clock.Now(ctx)
	text, err := l.answers.idToken(ctx, c, keys.Algorithm(c.IDTokenAlgorithm()), logoutTokenType, map[string]any{
		"iss": l.issuer, "aud": c.ID, "sub": l.answers.of(c, d.UserID, d.Subject), "sid": l.answers.session(c, d.SID),
		"iat": now.Unix(), "exp": now.Add(logoutTokenLifetime).Unix(), "jti": d.ID.String(),
		"events": map[string]any{logoutEvent: struct{}{}},
	})
	var refused *refusal.Refusal
	if errors.As(err, &refused) {
		return "", fmt.Errorf("%w: %w", logout.ErrNoKey, err)
	}
	return text, err
}
