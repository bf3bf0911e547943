package playground

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// checkIDToken validates the ID token of an attempt with the keys in an answer, as an application has to (OpenID
// Connect Core section 3.1.3.7).
func checkIDToken(ctx context.Context, c Config, a attempt, got answer, now time.Time) (string, error) {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(got.body, &set); err != nil {
		return "", fmt.Errorf("the keys are no JWK set: %w", err)
	}
	keys := make([]crypto.PublicKey, len(set.Keys))
	for i, k := range set.Keys {
		keys[i] = k.Key
	}
	verifier := oidc.NewVerifier(c.Issuer, &oidc.StaticKeySet{PublicKeys: keys}, &oidc.Config{ClientID: c.Web.ID, Now: func() time.Time { return now }})
	token, err := verifier.Verify(ctx, a.id)
	if err != nil {
		return "", err
	}
	if token.Nonce != a.nonce {
		return "", errors.New("the nonce is not the one of step 1")
	}
	return fmt.Sprintf("The signature is good, iss is %s, aud is %s, exp is not over, and the nonce is the one of step 1. The application lets %s in.", token.Issuer, c.Web.ID, token.Subject), nil
}
