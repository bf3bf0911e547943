package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// document is an OpenAPI document as JSON.
type document map[string]any

// generator makes requests from a document: valid ones, those at the bounds, and broken ones. The same
// seed makes the same requests.
type generator struct {
	t      *testing.T
	random *rand.Rand
	document
	// known are ids of things that exist.
	known []string
}

func newGenerator(t *testing.T, text string, seed uint64, known ...string) *generator {
	t.Helper()
	g := &generator{t: t, random: rand.New(rand.NewPCG(seed, seed)), known: known}
	require.NoError(t, json.Unmarshal([]byte(text), &g.document))
	return g
}

// resolve follows a reference within the document.
func (d document) resolve(node map[string]any) map[string]any {
	ref, ok := node["$ref"].(string)
	if !ok {
		return node
	}
	var at any = map[string]any(d)
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		at = at.(map[string]any)[part]
	}
	return d.resolve(at.(map[string]any))
}

// each calls act for every operation, in a fixed order.
func (d document) each(act func(method, path string, op map[string]any)) {
	paths := d["paths"].(map[string]any)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		methods := paths[path].(map[string]any)
		for _, method := range slices.Sorted(maps.Keys(methods)) {
			act(strings.ToUpper(method), path, methods[method].(map[string]any))
		}
	}
}

func pick[T any](g *generator, list ...T) T { return list[g.random.IntN(len(list))] }

// strange are texts that have broken servers.
func strange() []string {
	return []string{
		"", " ", "\x00", "a\x00b", "\xff", "\xc3(", "ä\u0301", "\u202e", "😀", "'--", `"><script>`, "../../etc", "%00", "%2f", "null", "true", "-1", "1e400",
		strings.Repeat("x", 201), strings.Repeat("x", 5000), strings.Repeat("ü", 300), "a b", "\t", "\r\nSet-Cookie: a=b", nothing, "2026-13-45T99:99:99Z", "Infinity", "{}", "[]",
	}
}

// request makes one for an operation.
func (g *generator) request(server, method, path string, op map[string]any) *http.Request {
	broken := g.random.IntN(3) == 0
	query, header := url.Values{}, http.Header{}
	parameters, _ := op["parameters"].([]any)
	for _, p := range parameters {
		p := g.resolve(p.(map[string]any))
		name := p["name"].(string)
		schema, _ := p["schema"].(map[string]any)
		required, _ := p["required"].(bool)
		switch value := fmt.Sprint(g.value(schema, broken, 0)); p["in"] {
		case "path":
			path = strings.ReplaceAll(path, "{"+name+"}", g.segment(value))
		case "query":
			if required || g.random.IntN(3) == 0 {
				query.Add(name, value)
			}
			if broken && g.random.IntN(6) == 0 {
				query.Add(name, value)
			}
		case "header":
			if g.random.IntN(3) == 0 {
				header.Set(name, strings.Map(func(c rune) rune {
					if c < ' ' || c > '~' {
						return 'x'
					}
					return c
				}, value))
			}
		}
	}
	if broken && g.random.IntN(4) == 0 {
		query.Set(pick(g, strange()...), pick(g, strange()...))
	}
	text, kind := g.body(op, broken)
	raw := server + path
	if len(query) > 0 || broken {
		raw += "?" + query.Encode()
	}
	if broken && g.random.IntN(8) == 0 {
		raw += "&" + pick(g, "%zz", "limit=1;cursor=2", "=", "a&a", "cursor=%ff")
	}
	r, err := http.NewRequestWithContext(g.t.Context(), method, raw, strings.NewReader(text))
	require.NoError(g.t, err, "%s %q", method, raw)
	r.Header = header
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return r
}

// segment is a value as a part of a path, most often one that something has.
func (g *generator) segment(value string) string {
	if g.random.IntN(2) == 0 {
		value = pick(g, append(g.known, nothing)...)
	}
	if value == "" || value == "." || value == ".." {
		value = "x"
	}
	return url.PathEscape(value)
}

func (g *generator) body(op map[string]any, broken bool) (text, kind string) {
	body, ok := op["requestBody"].(map[string]any)
	if !ok {
		return "", ""
	}
	content := body["content"].(map[string]any)
	kind = pick(g, slices.Sorted(maps.Keys(content))...)
	media := content[kind].(map[string]any)
	if broken && g.random.IntN(8) == 0 {
		kind = pick(g, "", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ";", "multipart/form-data", "application/json", "application/vnd.x+json")
	}
	value := g.value(media["schema"].(map[string]any), broken, 0)
	if strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		form := url.Values{}
		if fields, ok := value.(map[string]any); ok {
			for name, v := range fields {
				form.Add(name, fmt.Sprint(v))
			}
		}
		return form.Encode(), kind
	}
	if broken && g.random.IntN(4) == 0 {
		return pick(g, "", "{", "nul", "[[[[[[", strings.Repeat("[", 20000), strings.Repeat(`{"a":`, 9000), `{"a":1}{"b":2}`, "\xff", "{\"\xff\":1}", `"text"`, "0", "[]", "null",
			`{"client_name":"`+strings.Repeat("x", 300<<10)+`"}`, `{"client_id":"a","client_id":"b"}`, "\ufeff{}", `{"name":"a\u0000b"}`, `{"client_name":"\ud800"}`, `{"id":1e999}`), kind
	}
	encoded, err := json.Marshal(value)
	require.NoError(g.t, err)
	return string(encoded), kind
}

// value makes one of a schema; a broken one may be of another type, or out of bounds.
func (g *generator) value(schema map[string]any, broken bool, depth int) any {
	schema = g.resolve(schema)
	if broken && g.random.IntN(4) == 0 {
		return pick[any](g, nil, true, -1, 1e300, 1.5, "text", []any{}, map[string]any{}, []any{nil, 1, "a"}, pick(g, strange()...), map[string]any{"a": []any{map[string]any{}}})
	}
	if values, ok := schema["enum"].([]any); ok {
		return pick(g, values...)
	}
	kind, _ := schema["type"].(string)
	if kinds, ok := schema["type"].([]any); ok {
		kind = pick(g, kinds...).(string)
	}
	switch kind {
	case "object":
		return g.object(schema, broken, depth)
	case "array":
		list := []any{}
		for range g.random.IntN(4) {
			items, _ := schema["items"].(map[string]any)
			list = append(list, g.value(items, broken, depth+1))
		}
		return list
	case "integer", "number":
		bounds := []any{0, 1, 2, 1000, 86400}
		for _, name := range []string{"minimum", "maximum"} {
			if bound, ok := schema[name].(float64); ok {
				bounds = append(bounds, int64(bound))
				if broken {
					bounds = append(bounds, int64(bound)-1, int64(bound)+1, int64(1)<<62)
				}
			}
		}
		return pick(g, bounds...)
	case "boolean":
		return g.random.IntN(2) == 0
	case "null":
		return nil
	default:
		return g.text(schema, broken)
	}
}

func (g *generator) object(schema map[string]any, broken bool, depth int) any {
	fields := map[string]any{}
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if slices.Contains(required, any(name)) != (broken && g.random.IntN(4) == 0) || g.random.IntN(4) == 0 {
			fields[name] = g.value(properties[name].(map[string]any), broken && depth < 3, depth+1)
		}
	}
	if broken && g.random.IntN(3) == 0 {
		fields[pick(g, strange()...)] = pick[any](g, nil, 1, "x")
	}
	return fields
}

func (g *generator) text(schema map[string]any, broken bool) string {
	if broken && g.random.IntN(2) == 0 {
		return pick(g, strange()...)
	}
	switch schema["format"] {
	case "uuid":
		return nothing
	case "date-time":
		return "2026-01-02T03:04:05Z"
	}
	if longest, ok := schema["maxLength"].(float64); ok && g.random.IntN(4) == 0 {
		return strings.Repeat("x", int(longest))
	}
	return pick(g, append([]string{"a", "openid profile", "https://app.example.com/callback", "authorization_code", "client_credentials", "ES256", fmt.Sprint("n", g.random.IntN(1000))}, g.known...)...)
}
