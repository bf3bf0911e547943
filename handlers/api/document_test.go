package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

func documented(t *testing.T) (*API, map[string]*huma.Operation) {
	t.Helper()
	a, err := New(Config{Issuer: "https://id.example", Version: "test"})
	require.NoError(t, err)
	operations := map[string]*huma.Operation{}
	for path, item := range a.Document().Paths {
		for method, op := range map[string]*huma.Operation{
			http.MethodGet: item.Get, http.MethodPut: item.Put, http.MethodPost: item.Post, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
		} {
			if op != nil {
				operations[method+" "+Prefix+path] = op
			}
		}
	}
	return a, operations
}

// anyone stands for the scope of an operation that needs none.
const anyone = "anyone"

func neededBy(op *huma.Operation) string {
	if len(op.Security[0]) == 0 {
		return anyone
	}
	return op.Security[1]["bearer"][0]
}

// Every route with a management scope is in the document, and nothing else is.
func TestDocumentIsTheRouteTable(t *testing.T) {
	t.Parallel()
	a, operations := documented(t)
	routes := map[string]string{}
	for _, line := range a.Routes() {
		for _, method := range line.Methods {
			if operations[method+" "+line.Path] == nil && line.Protection == route.Open {
				continue // a document itself
			}
			if routes[method+" "+line.Path] = line.Protection.Scope(); line.Protection == route.Open {
				routes[method+" "+line.Path] = anyone
			}
		}
	}
	described := map[string]string{}
	for name, op := range operations {
		described[name] = neededBy(op)
	}
	assert.Equal(t, routes, described)
	assert.Greater(t, len(routes), 20)
}

func TestDocumentIsOpenAPI31(t *testing.T) {
	t.Parallel()
	a, _ := documented(t)
	text, err := json.Marshal(a.Document())
	require.NoError(t, err)
	document, err := libopenapi.NewDocument(text)
	require.NoError(t, err)
	assert.Equal(t, "3.1.0", document.GetVersion())
	check, errs := validator.NewValidator(document)
	require.Empty(t, errs)
	valid, faults := check.ValidateDocument()
	assert.True(t, valid, "%v", faults)
	assert.Empty(t, faults)
}

func TestOperationsAreDescribedCompletely(t *testing.T) {
	t.Parallel()
	a, operations := documented(t)
	ids, needed := map[string]bool{}, map[string]bool{}
	for name, op := range operations {
		if scope := neededBy(op); scope != anyone {
			needed[scope] = true
		}
		assert.False(t, ids[op.OperationID], op.OperationID)
		ids[op.OperationID] = true
		assert.NotEmpty(t, op.Summary, name)
		require.Len(t, op.Tags, 1, name)
		assert.NotEmpty(t, about()[op.Tags[0]], "%s: the tag %s is not described", name, op.Tags[0])
		for _, p := range op.Parameters {
			if p.Ref == "" {
				assert.NotEmpty(t, p.Description, "%s: %s", name, p.Name)
			}
		}
		want := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable, op.DefaultStatus}
		if strings.Contains(name, "{") {
			want = append(want, http.StatusNotFound)
		}
		if op.RequestBody != nil {
			want = append(want, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		}
		if op.DefaultStatus == http.StatusCreated && op.Method == http.MethodPost {
			want = append(want, http.StatusUnprocessableEntity)
			assert.True(t, slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return strings.HasSuffix(p.Ref, "IdempotencyKey") }), name)
		}
		for _, status := range want {
			assert.Contains(t, op.Responses, strconv.Itoa(status), name)
		}
		for status, r := range op.Responses {
			if shared, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
				assert.Contains(t, a.Document().Components.Responses, shared, "%s %s", name, status)
			}
		}
	}
	assert.ElementsMatch(t, audit.AllScopes(), slices.Collect(maps.Keys(needed)), "a management scope is what an operation needs")
	for id := range examples() {
		assert.Contains(t, ids, id)
	}
}

// What can be read by itself and changed has a version that the change can depend on.
func TestChangesTakeACondition(t *testing.T) {
	t.Parallel()
	_, operations := documented(t)
	changed := 0
	for name, op := range operations {
		method, path, _ := strings.Cut(name, " ")
		read, readable := operations[http.MethodGet+" "+path]
		if !readable || method != http.MethodPut && method != http.MethodPatch {
			continue
		}
		changed++
		assert.Contains(t, read.Responses["200"].Headers, "ETag", name)
		assert.True(t, slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "If-Match" }), name)
		assert.Contains(t, op.Responses, "412", name)
	}
	assert.GreaterOrEqual(t, changed, 8)
}

// The examples are bodies that the operations take.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	a, operations := documented(t)
	for name, op := range operations {
		if op.RequestBody == nil {
			continue
		}
		text, err := json.Marshal(op.RequestBody.Content["application/json"].Example)
		require.NoError(t, err)
		var value any
		require.NoError(t, json.Unmarshal(text, &value))
		var result huma.ValidateResult
		huma.Validate(a.Document().Components.Schemas, op.RequestBody.Content["application/json"].Schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, value, &result)
		assert.Empty(t, result.Errors, name)
	}
}
