package client

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
)

// KeptSecret is a secret of a client as it is stored.
type KeptSecret struct {
	ID       provider.ID
	ClientID string
	Hash     string
}

// secretStore stores the secrets.
type secretStore interface {
	// SecretsBeginning lists those whose stored form begins with the prefix.
	SecretsBeginning(ctx context.Context, prefix string) ([]KeptSecret, error)
	// ReplaceSecret replaces the stored form while it still is what the caller read.
	ReplaceSecret(ctx context.Context, id provider.ID, before, after string) error
}

// Reseal seals the secrets again that an older data key sealed (client_secret_jwt), so that a leaked
// old key opens nothing that is stored from now on. It returns their number.
func (s *Secrets) Reseal(ctx context.Context, store secretStore) (int, error) {
	kept, err := store.SecretsBeginning(ctx, sealedPrefix)
	if err != nil {
		return 0, fmt.Errorf("client: read sealed secrets: %w", err)
	}
	n := 0
	for _, k := range kept {
		sealed, err := base64.RawStdEncoding.DecodeString(strings.TrimPrefix(k.Hash, sealedPrefix))
		if err != nil {
			return n, fmt.Errorf("client: sealed secret %s: %w", k.ID, err)
		}
		if !s.seal.Stale(sealed) {
			continue
		}
		key, err := s.seal.OpenFor([]byte(k.ClientID), sealed)
		if err != nil {
			return n, fmt.Errorf("client: sealed secret %s: %w", k.ID, err)
		}
		if err := store.ReplaceSecret(ctx, k.ID, k.Hash, s.sealed(k.ClientID, key)); err != nil {
			return n, fmt.Errorf("client: seal secret %s again: %w", k.ID, err)
		}
		n++
	}
	return n, nil
}

func (s *Secrets) sealed(clientID string, secret []byte) string {
	return sealedPrefix + base64.RawStdEncoding.EncodeToString(s.seal.SealFor([]byte(clientID), secret))
}
