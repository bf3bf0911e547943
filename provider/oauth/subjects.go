package oauth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// permanentKey derives keys that are never replaced.
type permanentKey interface {
	Permanent(info []byte, size int) ([]byte, error)
}

// Subjects says by what subject a client knows a user (OpenID Connect Core section 8).
//
// A pairwise subject is computed, not stored, so that none is written at a sign-in and none can be lost:
//
//	"_" + base64url(tag, sealed id)
//	tag       = HMAC-SHA-256(k1, sector, id of the user), its first 16 bytes
//	sealed id = id of the user XOR AES-256(k2, tag)
//
// This is a synthetic IV (RFC 5297 section 1.3): without the keys it cannot be told from random bytes, so that two
// sectors have nothing to compare and nobody can compute one; with them the id is read from it, so that two users
// cannot have the same, and an operator can ask whose it is. Neither key changes with the secret of the server, or
// with the other data keys. The id and not the public subject goes into it: both are never used again.
//
// No client can be registered with an id that begins with "_": none passes for a user (RFC 9700 section 4.15).
type Subjects struct {
	tagKey []byte
	block  cipher.Block
}

const (
	pairwisePrefix = "_"
	tagSize        = 16
	pairwiseSize   = tagSize + len(provider.ID{})
)

// NewSubjects makes a Subjects.
func NewSubjects(key permanentKey) (*Subjects, error) {
	tagKey, err := key.Permanent([]byte("tag"), sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("oauth: pairwise subjects: %w", err)
	}
	idKey, err := key.Permanent([]byte("id"), sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("oauth: pairwise subjects: %w", err)
	}
	block, err := aes.NewCipher(idKey)
	if err != nil {
		return nil, fmt.Errorf("oauth: pairwise subjects: %w", err)
	}
	return &Subjects{tagKey, block}, nil
}

// Of is the subject by which the client knows the user.
func (s *Subjects) Of(c *client.Client, u *account.User) string { return s.of(c, u.ID, u.Subject) }

// ofGrant is the sub of a token: the client where there is no user (RFC 9068 section 2.2).
func (s *Subjects) ofGrant(c *client.Client, g *grant.Grant) string {
	if g.UserID.IsZero() {
		return g.ClientID
	}
	return s.of(c, g.UserID, g.Subject)
}

func (s *Subjects) of(c *client.Client, id provider.ID, public string) string {
	switch {
	case c.Pairwise():
		return s.pairwise(c.Sector(), id)
	case public != "":
		return public
	default:
		return id.String()
	}
}

func (s *Subjects) pairwise(sector string, id provider.ID) string {
	var raw [pairwiseSize]byte
	copy(raw[:tagSize], s.tag(sector, id))
	s.mask(&raw, id[:])
	return pairwisePrefix + base64.RawURLEncoding.EncodeToString(raw[:])
}

// session is the name by which the client knows a session. In another sector that would tell whose subjects are of one
// person, so each has its own: a pairwise subject of the session's id, in a sector that is none of users.
func (s *Subjects) session(c *client.Client, id provider.ID) string {
	if !c.Pairwise() {
		return id.String()
	}
	return s.pairwise(c.Sector()+"\x00session", id)
}

// sessionOf is the id of the session that a client knows by a name, as text.
func (s *Subjects) sessionOf(name string) string {
	if id, ok := s.Read(name); ok {
		return id.String()
	}
	return name
}

// mask writes the bytes, combined with what the tag gives, behind it.
func (s *Subjects) mask(raw *[pairwiseSize]byte, id []byte) {
	var stream [aes.BlockSize]byte
	s.block.Encrypt(stream[:], raw[:tagSize])
	subtle.XORBytes(raw[tagSize:], id, stream[:])
}

func (s *Subjects) tag(sector string, id provider.ID) []byte {
	mac := hmac.New(sha256.New, s.tagKey)
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(sector)))
	mac.Write(length[:]) // a hash never returns an error
	mac.Write([]byte(sector))
	mac.Write(id[:])
	return mac.Sum(nil)[:tagSize]
}

// Read returns the id of the user of a pairwise subject, whatever its sector. For a text that is none it may return
// an id that no user has: ask InSector whether it is one.
func (s *Subjects) Read(text string) (provider.ID, bool) {
	raw, ok := readPairwise(text)
	if !ok {
		return provider.ID{}, false
	}
	s.mask(&raw, raw[tagSize:])
	return provider.ID(raw[tagSize:]), true
}

// InSector tells whether a text is the pairwise subject of a user in a sector.
func (s *Subjects) InSector(text, sector string, id provider.ID) bool {
	return subtle.ConstantTimeCompare([]byte(text), []byte(s.pairwise(sector, id))) == 1
}

func readPairwise(text string) (raw [pairwiseSize]byte, ok bool) {
	if len(text) != len(pairwisePrefix)+base64.RawURLEncoding.EncodedLen(pairwiseSize) || text[:len(pairwisePrefix)] != pairwisePrefix {
		return raw, false
	}
	n, err := base64.RawURLEncoding.Strict().Decode(raw[:], []byte(text[len(pairwisePrefix):]))
	return raw, err == nil && n == pairwiseSize
}
