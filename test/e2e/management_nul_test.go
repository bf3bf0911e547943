package e2e_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Postgres stores no U+0000 in a text. Wherever an operation takes a text, it is refused, and no fault of
// the server: in each property of a body, at any depth, in each part of a path and in each parameter.
func TestNoTextWithNULMakesTheServerFail(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.env = append(s.env, "GATEHOUSE_RATE_LIMITS=off", "GATEHOUSE_LEGACY_TOKEN_CHECK=true")
		s.run()
		caller := basic("everything", s.manager("everything", audit.AllScopes()...))
		s.client("app", "--grant-type", "client_credentials", "--scope", "invoices:read")
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/oauth/clients/app", "").status == http.StatusOK }, "the client is unknown")
		user := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"alice"}`).json(t)["id"].(string)
		webhook := s.manage(caller, http.MethodPost, "/webhooks", `{"url":"https://hooks.example.com/","event_types":["user.updated"]}`)
		require.Equal(t, http.StatusCreated, webhook.status, webhook.body)
		consent := s.manage(caller, http.MethodPost, "/oauth/consents", `{"user_id":"`+user+`","client_id":"app","scopes":["invoices:read"]}`)
		require.Equal(t, http.StatusCreated, consent.status, consent.body)
		p := &prober{known: map[string]any{
			"user_id": user, "client_id": "app", "scope_id": "invoices:read", "name": "invoices:read", "scopes": []any{"invoices:read"}, "scope": "invoices:read",
			"username": "alice", "webhook_id": webhook.json(t)["id"], "endpoint_id": webhook.json(t)["id"], "consent_id": consent.json(t)["consent_id"], "alg": "ES256",
		}}
		for name, base := range map[string]string{"openapi.json": "/api/v1", "protocol.json": ""} {
			require.NoError(t, json.Unmarshal([]byte(s.get("/api/v1/"+name).body), &p.document))
			p.each(func(method, path string, op map[string]any) {
				for where, r := range p.requests(t, s.url+base, method, path, op) {
					r.Header.Set("Authorization", caller)
					got := s.send(r)
					assert.Less(t, got.status, http.StatusInternalServerError, "%s %s with U+0000 in %s: %s", method, path, where, got.body)
					if strings.HasPrefix(where, "body ") && base != "" {
						assert.Equal(t, http.StatusBadRequest, got.status, "%s %s with U+0000 in %s: %s", method, path, where, got.body)
						assert.Contains(t, got.body, "U+0000", "%s %s with U+0000 in %s", method, path, where)
					}
				}
			})
		}
		assert.Greater(t, p.count, 300, "requests")
		assert.NotContains(t, s.log.String(), "panic")
		assert.Equal(t, http.StatusOK, s.manage(caller, http.MethodGet, "/users/"+user, "").status, "nothing has changed")
	})
}

// prober makes requests that are valid but for one text.
type prober struct {
	document

	// known are values of parameters and properties that mean something to the server.
	known map[string]any
	count int
}

const nul = "a\x00b"

// requests are those of an operation, by where the text is.
func (p *prober) requests(t *testing.T, server, method, path string, op map[string]any) map[string]*http.Request {
	t.Helper()
	made := map[string]*http.Request{}
	body, kind, holes := p.bodyOf(op)
	add := func(where, path string, query url.Values, body any) {
		text := ""
		switch form, isForm := body.(map[string]any); {
		case kind == "":
		case kind == "application/x-www-form-urlencoded" && isForm:
			values := url.Values{}
			for name, value := range form {
				text, _ := value.(string)
				values.Set(name, text)
			}
			text = values.Encode()
		default:
			encoded, err := json.Marshal(body)
			require.NoError(t, err)
			text = string(encoded)
		}
		r, err := http.NewRequestWithContext(t.Context(), method, server+path+"?"+query.Encode(), strings.NewReader(text))
		require.NoError(t, err, where)
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		made[where] = r
		p.count++
	}
	parameters := p.parameters(op)
	whole := func(but string) string {
		full := path
		for _, parameter := range parameters {
			if name := parameter["name"].(string); parameter["in"] == "path" && name != but {
				full = strings.ReplaceAll(full, "{"+name+"}", url.PathEscape(p.text(name)))
			}
		}
		return full
	}
	for _, parameter := range parameters {
		name := parameter["name"].(string)
		switch parameter["in"] {
		case "path":
			add("path "+name, strings.ReplaceAll(whole(name), "{"+name+"}", url.PathEscape(nul)), nil, body)
		case "query":
			add("query "+name, whole(""), url.Values{name: {nul}}, body)
		}
	}
	for _, hole := range holes {
		add("body "+strings.Join(hole, "/"), whole(""), nil, with(body, hole))
	}
	return made
}

func (p *prober) parameters(op map[string]any) (list []map[string]any) {
	declared, _ := op["parameters"].([]any)
	for _, parameter := range declared {
		list = append(list, p.resolve(parameter.(map[string]any)))
	}
	return list
}

func (p *prober) text(name string) string {
	if text, ok := p.known[name].(string); ok {
		return text
	}
	return nothing
}

// bodyOf is the smallest valid body of an operation, with the ways to each text that it may have.
func (p *prober) bodyOf(op map[string]any) (body any, kind string, holes [][]string) {
	declared, ok := op["requestBody"].(map[string]any)
	if !ok {
		return nil, "", nil
	}
	content := declared["content"].(map[string]any)
	kind = slices.Sorted(maps.Keys(content))[0]
	schema := content[kind].(map[string]any)["schema"].(map[string]any)
	p.texts(schema, nil, &holes)
	return p.smallest(schema), kind, holes
}

func kindOf(schema map[string]any) string {
	kind, _ := schema["type"].(string)
	if kinds, ok := schema["type"].([]any); ok {
		kind = kinds[0].(string)
	}
	return kind
}

// texts finds the ways to each text of a schema. Where any name is taken, the name itself is one.
func (p *prober) texts(schema map[string]any, at []string, holes *[][]string) {
	schema = p.resolve(schema)
	way := func(step string) []string { return append(slices.Clone(at), step) }
	switch kindOf(schema) {
	case "string":
		*holes = append(*holes, at)
	case "array":
		if items, ok := schema["items"].(map[string]any); ok {
			p.texts(items, way("0"), holes)
		}
	case "object":
		properties, _ := schema["properties"].(map[string]any)
		for name, property := range properties {
			p.texts(property.(map[string]any), way(name), holes)
		}
		if others, ok := schema["additionalProperties"].(map[string]any); ok {
			p.texts(others, way("de"), holes)
			*holes = append(*holes, way("\x00name"))
		}
	}
}

func (p *prober) smallest(schema map[string]any) any {
	schema = p.resolve(schema)
	switch kindOf(schema) {
	case "object":
		value := map[string]any{}
		required, _ := schema["required"].([]any)
		properties, _ := schema["properties"].(map[string]any)
		for _, name := range required {
			if known, ok := p.known[name.(string)]; ok {
				value[name.(string)] = known
			} else {
				value[name.(string)] = p.smallest(properties[name.(string)].(map[string]any))
			}
		}
		return value
	case "array":
		items, _ := schema["items"].(map[string]any)
		return []any{p.smallest(items)}
	case "integer", "number":
		return 1
	case "boolean":
		return false
	default:
		if values, ok := schema["enum"].([]any); ok {
			return values[0]
		}
		return "https://app.example.com/x"
	}
}

// with is the value with U+0000 at the end of the way.
func with(value any, way []string) any {
	if len(way) == 0 {
		return nul
	}
	if n, err := strconv.Atoi(way[0]); err == nil {
		list, _ := value.([]any)
		list = slices.Clone(list)
		if len(list) <= n {
			list = make([]any, n+1)
		}
		list[n] = with(list[n], way[1:])
		return list
	}
	members, _ := value.(map[string]any)
	members = maps.Clone(members)
	if members == nil {
		members = map[string]any{}
	}
	members[way[0]] = with(members[way[0]], way[1:])
	return members
}
