package token

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"log/slog"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Kind is the purpose of a token. It is the visible prefix, and is hashed with the rest.
type Kind string

// The kinds in use.
const (
	Access  Kind = "at"
	Refresh Kind = "rt"
	Code    Kind = "ac"
	Session Kind = "se" // the cookie of a sign-in session
	// Initial lets a client register itself, and Registration lets it manage that (RFC 7591 and 7592).
	Initial      Kind = "ia"
	Registration Kind = "ra"
)

// SecretSize is how many bytes of a token's secret New reads.
const SecretSize = 32

const (
	brand      = "gh_"
	idSize     = 16
	bodyLength = (idSize + SecretSize) * 8 / 6
	sumLength  = 6
	// Length of every token in characters: prefix, body, checksum.
	Length = len(brand) + 2 + 1 + bodyLength + sumLength
)

// ErrMalformed: the string is not a Gatehouse token, or was truncated or mistyped.
var ErrMalformed = errors.New("malformed token")

// Token is a parsed token.
type Token struct {
	Kind   Kind
	ID     provider.ID
	Secret [SecretSize]byte
}

// New makes a token for the row with the given id, with 256 bits from random.
// It panics when random fails.
func New(kind Kind, id provider.ID, random io.Reader) Token {
	t := Token{Kind: kind, ID: id}
	if _, err := io.ReadFull(random, t.Secret[:]); err != nil {
		panic("token: no randomness: " + err.Error())
	}
	return t
}

// Encode returns the complete token. The result is a credential: it goes only to the client that
// it was made for.
func (t Token) Encode() string {
	out := make([]byte, 0, Length)
	out = append(out, brand...)
	out = append(out, t.Kind...)
	out = append(out, '_')
	var body [idSize + SecretSize]byte
	copy(body[:], t.ID[:])
	copy(body[idSize:], t.Secret[:])
	out = base64.RawURLEncoding.AppendEncode(out, body[:])
	return string(appendChecksum(out))
}

// Parse parses a token. It returns ErrMalformed for anything that Encode could not have written,
// so that arbitrary text never reaches the database.
func Parse(text string) (Token, error) {
	if len(text) != Length || !strings.HasPrefix(text, brand) || text[len(brand)+2] != '_' {
		return Token{}, ErrMalformed
	}
	body := text[len(brand)+3 : Length-sumLength]
	var raw [idSize + SecretSize]byte
	if n, err := base64.RawURLEncoding.Strict().Decode(raw[:], []byte(body)); err != nil || n != len(raw) {
		return Token{}, ErrMalformed
	}
	if string(appendChecksum([]byte(text[:Length-sumLength]))) != text {
		return Token{}, ErrMalformed
	}
	t := Token{Kind: Kind(text[len(brand) : len(brand)+2])}
	copy(t.ID[:], raw[:idSize])
	copy(t.Secret[:], raw[idSize:])
	return t, nil
}

func appendChecksum(text []byte) []byte {
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.ChecksumIEEE(text))
	return base64.RawURLEncoding.AppendEncode(text, sum[:])
}

// String names the row and hides the secret: a token that is logged by mistake must not be
// usable.
func (t Token) String() string { return brand + string(t.Kind) + "_" + t.ID.String() + "…" }

// GoString hides the secret from %#v as String does from %v.
func (t Token) GoString() string { return t.String() }

// LogValue hides the secret from structured logs.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }
