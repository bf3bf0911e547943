package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
)

// rotate publishes a new key beside the one that signs ID tokens, by the management API: oidcc-server-rotate-keys
// wants one in the key set. It is of RS256, since the suite knows no new keys of other types than RSA and EC.
func (a *attended) rotate(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.issuer+"/api/v1/keys/rotate", strings.NewReader(`{"alg":"RS256"}`))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(conformance.Operator, conformance.Secret(conformance.Operator))
	got, err := a.provider.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(got.Body, 1<<16))
	if err != nil {
		return fmt.Errorf("rotate the signing key: %w", err)
	}
	if got.StatusCode != http.StatusCreated {
		return fmt.Errorf("rotate the signing key: status %d: %s", got.StatusCode, answer)
	}
	a.note("a new signing key was published")
	return nil
}
