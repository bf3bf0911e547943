package grant

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

func TestAddressFindsTheRowOfBothFormats(t *testing.T) {
	t.Parallel()
	id := provider.NewID(time.Unix(1_700_000_000, 0), rand.Reader)
	b64 := base64.RawURLEncoding.EncodeToString
	jwt := b64([]byte(`{"alg":"ES256"}`)) + "." + b64([]byte(`{"jti":"`+id.String()+`"}`)) + ".c2ln"
	for _, text := range []string{token.New(token.Access, id, rand.Reader).Encode(), jwt} {
		got, kind := address(text)
		assert.Equal(t, token.Access, kind)
		assert.Equal(t, id, got)
	}
	for name, text := range map[string]string{
		"a code": token.New(token.Code, id, rand.Reader).Encode(), "a cookie": token.New(token.Session, id, rand.Reader).Encode(),
		"two parts": b64([]byte(`{}`)) + "." + b64([]byte(`{"jti":"`+id.String()+`"}`)), "four parts": jwt + ".x",
		"no jti": "e30.e30.x", "another jti": "e30." + b64([]byte(`{"jti":"1"}`)) + ".x", "jti of another type": "e30." + b64([]byte(`{"jti":1}`)) + ".x",
		"too deep": "e30." + b64([]byte(`{"jti":"`+id.String()+`","x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`}`)) + ".x",
		"too long": "e30." + b64([]byte(`{"jti":"`+id.String()+`","pad":"`+strings.Repeat("x", maxJWT)+`"}`)) + ".x", "empty": "",
	} {
		_, kind := address(text)
		assert.Empty(t, kind, name)
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("e30.e30.x")
	f.Add("gh_at_")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = address(text) })
}

// Two requests share a standing grant only when client, scopes and audience are the same.
func TestStandingKeys(t *testing.T) {
	t.Parallel()
	same := standingKey("a", []string{"x", "y"}, []string{"p"})
	assert.Equal(t, same, standingKey("a", []string{"y", "x"}, []string{"p"}), "the order does not matter")
	for name, other := range map[string][32]byte{
		"client": standingKey("b", []string{"x", "y"}, []string{"p"}), "scope": standingKey("a", []string{"x"}, []string{"p"}),
		"scope for audience": standingKey("a", []string{"x", "y", "p"}, nil), "joined": standingKey("a", []string{"xy"}, []string{"p"}),
		"boundary": standingKey("ax", []string{"y"}, []string{"p"}), "audience": standingKey("a", []string{"x", "y"}, []string{"q"}),
	} {
		assert.NotEqual(t, same, other, name)
	}
	scopes := []string{"y", "x"}
	standingKey("a", scopes, nil)
	assert.Equal(t, []string{"y", "x"}, scopes, "the caller's list is unchanged")
}
