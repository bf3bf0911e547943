package browser

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The choice of a language leads to a path of this server, whatever the form says: as browsers read
// it, too.
func TestOwnPathsStayHere(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"/":                                    "/",
		"/login":                               "/login",
		"/oauth/authorize?a=b%26&c":            "/oauth/authorize?a=b%26&c",
		"/errors/a-b_C":                        "/errors/a-b_C",
		"/a%2Fb":                               "/a%2Fb",
		"/a#b":                                 "/a",
		"/a b":                                 "/a%20b",
		"":                                     "/",
		"login":                                "/",
		"//evil.example":                       "/",
		"///evil.example":                      "/",
		`/\evil.example`:                       "/",
		`\\evil.example`:                       "/",
		"/\t/evil.example":                     "/",
		"/\n/evil.example":                     "/",
		"\t//evil.example":                     "/",
		" //evil.example":                      "/",
		"/x\r\nSet-Cookie: a=b":                "/",
		"https://evil.example/":                "/",
		"https:evil.example":                   "/",
		"javascript:alert(1)":                  "/",
		"/%zz":                                 "/",
		"/" + strings.Repeat("a", maxLocation): "/",
	} {
		got := inLanguage(ownPath(text), "de")
		assert.Equal(t, want, got, "%q", text)
		u, err := url.Parse("https://id.example/errors/x")
		require.NoError(t, err)
		reached, err := u.Parse(got)
		require.NoError(t, err)
		assert.Equal(t, "id.example", reached.Host, "%q", text)
	}
	for _, text := range []string{"/%2F/evil.example", "/%2F%2Fevil.example", "/.//evil.example", "/%5Cevil.example", "/%09/evil.example"} {
		got := inLanguage(ownPath(text), "de")
		assert.NotRegexp(t, `^/[/\\]`, got, "%q: browsers read it as a host", text)
		assert.NotRegexp(t, `[\t\r\n]`, got)
	}
}

func TestChosenLanguageReplacesThatOfTheRequest(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "/oauth/authorize?client_id=app&ui_locales=de", inLanguage(ownPath("/oauth/authorize?client_id=app&ui_locales=fr+es"), "de"))
	assert.Equal(t, "/oauth/authorize?client_id=app", inLanguage(ownPath("/oauth/authorize?client_id=app"), "de"))
}
