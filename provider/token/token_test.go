package token_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

func newToken() token.Token {
	return token.New(token.Access, provider.NewID(time.Unix(1_700_000_000, 0), rand.Reader), rand.Reader)
}

func TestEncodeAndParse(t *testing.T) {
	tok := newToken()
	text := tok.Encode()
	assert.Len(t, text, token.Length)
	assert.True(t, strings.HasPrefix(text, "gh_at_"))
	back, err := token.Parse(text)
	require.NoError(t, err)
	assert.Equal(t, tok, back)
}

// Codes and tokens alike hold 256 random bits, and each of them shows.
func TestTokensHold256RandomBits(t *testing.T) {
	id := provider.NewID(time.Unix(1_700_000_000, 0), rand.Reader)
	seen := map[string]bool{}
	for bit := range 256 {
		random := make([]byte, 32)
		random[bit/8] = 1 << (bit % 8)
		seen[token.New(token.Code, id, bytes.NewReader(random)).Encode()] = true
	}
	assert.Len(t, seen, 256)
	assert.Panics(t, func() { token.New(token.Code, id, bytes.NewReader(make([]byte, 31))) }, "with fewer bytes there is no token")
}

func TestParseRefusesEveryOneCharacterMistake(t *testing.T) {
	text := newToken().Encode()
	for i := range len(text) {
		for _, c := range []byte{'A', 'z', '_', '.', ' '} {
			if text[i] == c {
				continue
			}
			wrong := text[:i] + string(c) + text[i+1:]
			_, err := token.Parse(wrong)
			assert.ErrorIs(t, err, token.ErrMalformed, "position %d", i)
		}
	}
}

func TestParseRefusesOtherShapes(t *testing.T) {
	text := newToken().Encode()
	for _, wrong := range []string{"", ".", "gh_at_", text[1:], text + "A", text[:len(text)-1], strings.ToUpper(text), "ory_at_" + text[6:]} {
		_, err := token.Parse(wrong)
		assert.ErrorIs(t, err, token.ErrMalformed, "%q", wrong)
	}
}

// A token printed by mistake must not be a credential.
func TestPrintingHidesTheSecret(t *testing.T) {
	tok := newToken()
	secret := tok.Encode()[30:60]
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("issued", "token", tok)
	for _, printed := range []string{tok.String(), fmt.Sprintf("%v %+v %#v", tok, tok, tok), log.String()} {
		assert.NotContains(t, printed, secret)
		assert.Contains(t, printed, tok.ID.String())
	}
}

func FuzzParse(f *testing.F) {
	f.Add(newToken().Encode())
	f.Add("gh_at_")
	f.Fuzz(func(t *testing.T, text string) {
		tok, err := token.Parse(text)
		if err == nil {
			assert.Equal(t, text, tok.Encode(), "a token has one text form")
		}
	})
}

func BenchmarkEncodeAndParse(b *testing.B) {
	tok := newToken()
	for b.Loop() {
		if _, err := token.Parse(tok.Encode()); err != nil {
			b.Fatal(err)
		}
	}
}
