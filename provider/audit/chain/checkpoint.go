package chain

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Checkpoint is a signed value of the chain.
type Checkpoint struct {
	Sequence int64
	Hash     []byte
	At       time.Time
	// Beginning tells that older records were removed on purpose, up to and including this number.
	Beginning bool
	KeyID     string
	Signature []byte
}

// checkpointType keeps a checkpoint from being taken for another kind of JWT (RFC 8725 section 3.11).
const checkpointType = "audit-checkpoint+jwt"

// timeFormat has microseconds, as they are stored.
const timeFormat = "2006-01-02T15:04:05.000000Z"

// statement is what a checkpoint signs.
type statement struct {
	Sequence  int64  `json:"seq"`
	Hash      string `json:"hash"`
	At        string `json:"time"`
	Beginning bool   `json:"beginning,omitempty"`
}

// input is the signing input of a compact JWS (RFC 7515 section 5.1). It follows from the columns.
func (c *Checkpoint) input() (string, error) {
	header, err := json.Marshal(map[string]string{"alg": string(jose.EdDSA), "kid": c.KeyID, "typ": checkpointType})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(statement{c.Sequence, base64.RawURLEncoding.EncodeToString(c.Hash), c.At.UTC().Format(timeFormat), c.Beginning})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload), nil
}

// JWS is the checkpoint as a compact JWS, which any library verifies with the public keys.
func (c *Checkpoint) JWS() (string, error) {
	input, err := c.input()
	return input + "." + base64.RawURLEncoding.EncodeToString(c.Signature), err
}

// parseCheckpoint reads what JWS wrote, and leaves it to the caller to verify the signature.
func parseCheckpoint(text string) (*Checkpoint, bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(text) > 2048 {
		return nil, false
	}
	var raw [3][]byte
	for i, part := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return nil, false
		}
	}
	var header struct {
		KeyID string `json:"kid"`
	}
	var s statement
	if json.Unmarshal(raw[0], &header) != nil || json.Unmarshal(raw[1], &s) != nil {
		return nil, false
	}
	hash, err := base64.RawURLEncoding.DecodeString(s.Hash)
	if err != nil {
		return nil, false
	}
	at, err := time.Parse(timeFormat, s.At)
	if err != nil {
		return nil, false
	}
	c := &Checkpoint{s.Sequence, hash, at, s.Beginning, header.KeyID, raw[2]}
	// Only the one spelling that is signed here: what else the header may say is not looked at.
	written, err := c.JWS()
	return c, err == nil && written == text
}
