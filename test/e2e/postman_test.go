package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

type postmanPair struct {
	Key, Value string
	Disabled   bool
}

type postmanItem struct {
	Name    string
	Item    []postmanItem
	Event   []struct{ Script struct{ Exec []string } }
	Request *struct {
		Method string
		Auth   map[string]any
		Header []postmanPair
		Body   *struct {
			Mode, Raw  string
			URLEncoded []postmanPair
		}
		URL struct {
			Raw             string
			Query, Variable []postmanPair
		}
	}
}

// postman runs a collection as Postman does.
type postman struct {
	server    *server
	variables map[string]string
}

func (p *postman) fill(text string) string {
	return regexp.MustCompile(`\{\{(\w+)\}\}`).ReplaceAllStringFunc(text, func(name string) string { return p.variables[strings.Trim(name, "{}")] })
}

func (p *postman) form(pairs []postmanPair) url.Values {
	values := url.Values{}
	for _, pair := range pairs {
		if !pair.Disabled {
			values.Add(pair.Key, p.fill(pair.Value))
		}
	}
	return values
}

func (p *postman) send(t *testing.T, i postmanItem) response {
	t.Helper()
	address := i.Request.URL.Raw
	for _, v := range i.Request.URL.Variable {
		require.NotEmpty(t, p.fill(v.Value), "%s: %s", i.Name, v.Key)
		address = strings.Replace(address, ":"+v.Key, url.PathEscape(p.fill(v.Value)), 1)
	}
	if query := p.form(i.Request.URL.Query); len(query) > 0 {
		address += "?" + query.Encode()
	}
	body := ""
	if i.Request.Body != nil && i.Request.Body.Mode == "raw" {
		body = p.fill(i.Request.Body.Raw)
	} else if i.Request.Body != nil {
		body = p.form(i.Request.Body.URLEncoded).Encode()
	}
	r, err := http.NewRequestWithContext(t.Context(), i.Request.Method, p.fill(address), strings.NewReader(body))
	require.NoError(t, err)
	for _, h := range i.Request.Header {
		if !h.Disabled {
			r.Header.Add(h.Key, p.fill(h.Value))
		}
	}
	switch i.Request.Auth["type"] {
	case nil:
		r.SetBasicAuth(p.variables["client_id"], p.variables["client_secret"])
	case "bearer":
		r.Header.Set("Authorization", "Bearer "+p.variables["access_token"])
	}
	answer := p.server.send(r)
	for _, e := range i.Event {
		set := regexp.MustCompile(`set\("(\w+)", pm\.response\.json\(\)\.(\w+)\)`).FindStringSubmatch(e.Script.Exec[0])
		require.NotEmpty(t, set, i.Name)
		if answer.status == http.StatusCreated {
			p.variables[set[1]] = answer.json(t)[set[2]].(string)
		}
	}
	return answer
}

// The requests of the Postman collection can be sent from top to bottom, once its variables are set.
func TestPostmanCollection(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/postman_collection.json")
	require.NoError(t, err)
	var c struct{ Item []postmanItem }
	require.NoError(t, json.Unmarshal(text, &c))
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	secret := s.manager("ops", append(audit.AllScopes(), "invoices:read")...)
	var alice struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin", "--json")), &alice))
	s.command("client", "create", "Demo", "demo-web", "--redirect-uri", "http://127.0.0.1:5555/callback")
	s.soon(func() bool {
		return s.manage(basic("ops", secret), http.MethodGet, "/keys", "").status == http.StatusOK
	}, "the client is unknown")
	p := &postman{s, map[string]string{
		"base_url": s.url, "client_id": "ops", "client_secret": secret, "user_id": alice.ID,
		"access_token": s.token("ops", secret, url.Values{"scope": {"invoices:read"}}),
	}}
	// What only a reader can name, such as a key to withdraw, is not there.
	for _, name := range []string{"secret_id", "session_id", "delivery_id", "logout_id", "invitation_id", "passkey_id"} {
		p.variables[name] = "01900000-0000-7000-8000-000000000000"
	}
	p.variables["kid"], p.variables["error_id"], p.variables["token"] = "none", "none", "12345678"
	refused := map[string]int{
		"End a secret of a client at once":                  http.StatusNotFound,
		"Explain a refusal":                                 http.StatusNotFound,
		"Withdraw a signing key at once":                    http.StatusNotFound,
		"Read a sign-in session":                            http.StatusNotFound,
		"Sign a browser out":                                http.StatusNotFound,
		"Revoke a token":                                    http.StatusNotFound,
		"Send an event again":                               http.StatusNotFound,
		"Tell a client of a sign-out again":                 http.StatusNotFound,
		"Read what an error means":                          http.StatusNotFound,
		"Withdraw what a user agreed to for a client":       http.StatusNotFound,     // was withdrawn by its id before
		"Create a scope":                                    http.StatusConflict,     // it is there since a client has it
		"Read the claims about the user of an access token": http.StatusUnauthorized, // the token was revoked before
		"Follow what was revoked":                           http.StatusForbidden,    // the token is for another scope
		"Get tokens":                                        http.StatusBadRequest,   // this client must name a scope
		"Invite a person to register":                       http.StatusBadRequest,   // this server sends no mail
		"Withdraw an invitation":                            http.StatusNotFound,
		"Withdraw a consent":                                http.StatusNotFound,   // it was ended with the application's access
		"Have a user deleted after a grace period":          http.StatusBadRequest, // the day of the example is over
		"Remove a passkey of a user":                        http.StatusNotFound,
		// What people do needs the code of a message, or their password.
		"Accept an invitation":                  http.StatusNotFound,
		"Activate an account":                   http.StatusNotFound,
		"Send the code of a registration again": http.StatusNotFound,
		"Choose another password":               http.StatusNotFound,
		"Replace the own profile":               http.StatusForbidden,
		"Begin to change the own email address or phone number, or remove one": http.StatusForbidden,
		"Change the own email address or phone number":                         http.StatusForbidden,
	}
	seen := 0
	var last []postmanItem
	var walk func(items []postmanItem)
	walk = func(items []postmanItem) {
		for _, i := range items {
			walk(i.Item)
			if i.Request == nil {
				continue
			}
			if i.Name == "Delete a client" && last == nil { // others are about it
				last = append(last, i)
				continue
			}
			seen++
			answer := p.send(t, i)
			assert.NotEqual(t, http.StatusUnsupportedMediaType, answer.status, i.Name)
			assert.Less(t, answer.status, http.StatusInternalServerError, i.Name)
			if answer.status >= http.StatusBadRequest {
				assert.Equal(t, refused[i.Name], answer.status, "%s %s %s", i.Request.Method, i.Request.URL.Raw, answer.body)
			}
		}
	}
	walk(c.Item)
	require.Len(t, last, 1)
	walk(last)
	assert.Greater(t, seen, 70)
}
