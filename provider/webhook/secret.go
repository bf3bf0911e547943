package webhook

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Secret is a secret of an endpoint as it is stored.
type Secret struct {
	ID, EndpointID provider.ID
	Sealed         []byte
	CreatedAt      time.Time
}

// sealer encrypts for one context.
type sealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
	Stale(sealed []byte) bool
}

// secretStore stores secrets.
type secretStore interface {
	AllWebhookSecrets(ctx context.Context) ([]Secret, error)
	// ReplaceWebhookSecret replaces the sealed form while it still is what the caller read.
	ReplaceWebhookSecret(ctx context.Context, id provider.ID, before, after []byte) error
}

func newSecret(seal sealer, endpoint provider.ID, at time.Time, random io.Reader) (Secret, string, error) {
	secret := make([]byte, secretSize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return Secret{}, "", fmt.Errorf("webhooks: no randomness: %w", err)
	}
	return Secret{provider.NewID(at, random), endpoint, seal.SealFor(endpoint[:], secret), at}, encodeSecret(secret), nil
}

// Reseal seals the secrets again that an older data key sealed, so that a leaked old key opens
// nothing that is stored from now on. It returns their number.
func Reseal(ctx context.Context, store secretStore, seal sealer) (int, error) {
	secrets, err := store.AllWebhookSecrets(ctx)
	if err != nil {
		return 0, fmt.Errorf("webhooks: read secrets: %w", err)
	}
	n := 0
	for _, s := range secrets {
		if !seal.Stale(s.Sealed) {
			continue
		}
		plain, err := seal.OpenFor(s.EndpointID[:], s.Sealed)
		if err != nil {
			return n, fmt.Errorf("webhooks: secret %s: %w", s.ID, err)
		}
		if err := store.ReplaceWebhookSecret(ctx, s.ID, s.Sealed, seal.SealFor(s.EndpointID[:], plain)); err != nil {
			return n, fmt.Errorf("webhooks: seal secret %s again: %w", s.ID, err)
		}
		n++
	}
	return n, nil
}
