package e2e_test

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

func (s *server) get(path string) response {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	require.NoError(s.t, err)
	return s.send(r)
}

// userInfo requests the claims of an access token's user.
func (s *server) userInfo(token string) response {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.url+"/oauth/userinfo", nil)
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	return s.send(r)
}

func (s *server) keys() jose.JSONWebKeySet {
	s.t.Helper()
	var set jose.JSONWebKeySet
	require.NoError(s.t, json.Unmarshal([]byte(s.get("/oauth/jwks").body), &set))
	return set
}

func (s *server) rotate(id, overlap string) string {
	s.t.Helper()
	var shown struct {
		Secret string `json:"client_secret"`
	}
	require.NoError(s.t, json.Unmarshal(s.command("client", "rotate-secret", id, "--overlap", overlap, "--json"), &shown))
	return shown.Secret
}

// soon waits until a change made on the command line takes effect on the server, which is
// documented to take at most 5 seconds.
func (s *server) soon(condition func() bool, message string) {
	s.t.Helper()
	require.Eventually(s.t, condition, 5*time.Second, 100*time.Millisecond, message)
}
