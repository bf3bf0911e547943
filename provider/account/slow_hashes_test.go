package account_test

import (
	"context"
	"crypto/rand"
	"sync"

	"github.com/gatehouse-id/gatehouse/provider/password"
)

// slowHashes computes each slow hash once for all tests, at its full cost. Most tests create the same user and
// try the same passwords, which took most of their time. The steps of a test count what it asks for, remembered
// or not; a test that measures time has a hasher of its own.
var slowHashes = &remembered{
	Hasher: password.New(rand.Reader, 2), hashes: map[string]string{}, matches: map[attempt]bool{},
}

type attempt struct{ hash, secret string }

type remembered struct {
	*password.Hasher

	mu      sync.Mutex
	hashes  map[string]string
	matches map[attempt]bool
}

func (r *remembered) Hash(ctx context.Context, secret string) (string, error) {
	r.mu.Lock()
	hash, known := r.hashes[secret]
	r.mu.Unlock()
	if known && ctx.Err() == nil {
		return hash, nil
	}
	hash, err := r.Hasher.Hash(ctx, secret)
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hashes[secret] = hash
	return hash, nil
}

func (r *remembered) Verify(ctx context.Context, hash, secret string) (bool, error) {
	a := attempt{hash, secret}
	r.mu.Lock()
	matches, known := r.matches[a]
	r.mu.Unlock()
	if known && ctx.Err() == nil {
		return matches, nil
	}
	matches, err := r.Hasher.Verify(ctx, hash, secret)
	if err != nil {
		return false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.matches[a] = matches
	return matches, nil
}
