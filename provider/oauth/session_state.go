package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// SessionState is the session_state of a response (OpenID Connect Session Management section 2): a page
// of the client gives it to check_session_iframe, which computes it again from the origin of that page
// and the state of the browser. State is not a secret of the session: the script of the iframe reads it.
// It is empty for a request without openid, and for a redirect URI that is not of a web page.
func SessionState(r *AuthorizeRequest, state string, random io.Reader) string {
	origin := client.OriginOf(r.RedirectURI)
	if origin == "" || !slices.Contains(r.Scopes, scopeOpenID) {
		return ""
	}
	var b [12]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		panic("oauth: no randomness: " + err.Error())
	}
	salt := base64.RawURLEncoding.EncodeToString(b[:])
	return sessionState(r.Client.ID, origin, state, salt)
}

func sessionState(clientID, origin, state, salt string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{clientID, origin, state, salt}, " ")))
	return base64.RawURLEncoding.EncodeToString(sum[:]) + "." + salt
}
