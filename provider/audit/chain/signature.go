package chain

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// key signs checkpoints, and authenticates records.
type key struct {
	id      string
	private ed25519.PrivateKey
	records []byte // derived from it: the key of MACs
	made    time.Time
}

func (k *key) public() ed25519.PublicKey { return ed25519.PublicKey(k.private[ed25519.SeedSize:]) }

func newKey(seed []byte) (*key, error) {
	k := &key{private: ed25519.NewKeyFromSeed(seed)}
	sum, err := (&jose.JSONWebKey{Key: k.public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("chain: thumbprint: %w", err)
	}
	k.id = base64.RawURLEncoding.EncodeToString(sum)
	k.records, err = hkdf.Key(sha256.New, seed, nil, "gatehouse audit record authentication v1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("chain: derive a key: %w", err)
	}
	return k, nil
}

// sign signs the checkpoint.
func (c *Checkpoint) sign(k *key) error {
	c.KeyID = k.id
	input, err := c.input()
	if err != nil {
		return err
	}
	c.Signature = ed25519.Sign(k.private, []byte(input))
	return nil
}

// signedBy tells whether the key signed the checkpoint.
func (c *Checkpoint) signedBy(k *key) bool {
	input, err := c.input()
	return err == nil && ed25519.Verify(k.public(), []byte(input), c.Signature)
}

// verifySignature returns a Fault unless one of the keys signed the checkpoint.
func verifySignature(list []*key, c *Checkpoint) error {
	for _, k := range list {
		if k.id == c.KeyID {
			if c.signedBy(k) {
				return nil
			}
			break
		}
	}
	return &Fault{Kind: Forged, Sequence: c.Sequence, KeyID: c.KeyID}
}
