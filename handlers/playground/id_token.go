package playground

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// checkIDToken validates the ID token of an attempt with the keys in an answer, as an application has to (OpenID
// Connect Core section 3.1.3.7).
func checkIDToken(_ context.Context, c Config, a attempt, got answer, now time.Time) (string, error) {
	expected := transcript.Expected{Issuer: c.Issuer, Audience: c.Web.ID, Nonce: a.nonce, Now: now}
	if err := json.Unmarshal(got.Body, &expected.Keys); err != nil {
		return "", fmt.Errorf("the keys are no JWK set: %w", err)
	}
	findings, err := transcript.Verify(a.id, expected)
	if err != nil {
		return "", err
	}
	for _, f := range findings {
		if !f.Good {
			return "", fmt.Errorf("the %s is wrong", f.Name)
		}
	}
	subject := ""
	_, claims, _ := transcript.Decoded(a.id)
	for _, m := range claims {
		if m.Name == "sub" {
			subject = m.Text()
		}
	}
	return fmt.Sprintf("The signature is good, iss is %s, aud is %s, exp is not over, and the nonce is the one of step 1. The application lets %s in.", c.Issuer, c.Web.ID, subject), nil
}
