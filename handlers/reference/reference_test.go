package reference_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/api"
	"github.com/gatehouse-id/gatehouse/handlers/browser"
	"github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/reference"
	"github.com/gatehouse-id/gatehouse/handlers/route"
)

const issuer = "https://id.example"

// table is every route that serve puts together.
func table(t *testing.T) ([]route.Route, *api.API) {
	t.Helper()
	management, err := api.New(api.Config{Issuer: issuer})
	require.NoError(t, err)
	people := browser.New(browser.Config{AuthorizePath: "/oauth/authorize", LogoutPath: "/oauth/logout"})
	endpoints := oauth.Config{Prefix: "/oauth", LegacyCheck: true, PasskeyOrigins: []string{"https://shop.example"}}
	return handlers.Config{Routes: slices.Concat(endpoints.Routes(), people.Routes(), management.Routes())}.Table(), management
}

func described(t *testing.T, table []route.Route, management *api.API) (*reference.Reference, error) {
	t.Helper()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	return reference.New(reference.Config{Issuer: issuer, Version: "test", Table: table, Management: management.Document(), ManagementPath: "/api/v1/openapi.json", Pages: set})
}

var pattern = regexp.MustCompile(`:[^}]*`)

// Every route is described in one of the two documents or is a page for people, and every description
// is that of a route.
func TestDocumentsAreTheRouteTable(t *testing.T) {
	t.Parallel()
	lines, management := table(t)
	r, err := described(t, lines, management)
	require.NoError(t, err)
	lines = append(lines, r.Routes()...)
	pages := []string{"landing", "asset", "logo", "login page", "login", "passkey sign-in", "factor page", "factor", "factor mail", "set-up page", "set-up", "set-up mail", "recovery codes page", "consent", "language", "authorize head", "logout head", "reference"}
	var served, documented []string
	for _, line := range lines {
		for _, method := range line.Methods {
			if !slices.Contains(pages, line.Name) {
				served = append(served, method+" "+pattern.ReplaceAllString(line.Path, ""))
			}
		}
	}
	for prefix, document := range map[string]*huma.OpenAPI{"": r.Protocol(), api.Prefix: management.Document()} {
		for path, item := range document.Paths {
			for method, op := range map[string]*huma.Operation{
				http.MethodGet: item.Get, http.MethodPut: item.Put, http.MethodPost: item.Post, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete, http.MethodHead: item.Head,
			} {
				if op != nil {
					documented = append(documented, method+" "+prefix+path)
				}
			}
		}
	}
	assert.ElementsMatch(t, served, documented)
}

func TestARouteWithoutADescriptionPreventsTheStart(t *testing.T) {
	t.Parallel()
	lines, management := table(t)
	_, err := described(t, append(lines, route.Route{Name: "new", Methods: []string{http.MethodGet}, Path: "/new", Protection: route.Open}), management)
	require.ErrorContains(t, err, `"new"`)
	_, err = described(t, lines[1:], management)
	require.ErrorContains(t, err, lines[0].Name)
}

func TestProtocolDocumentIsOpenAPI31(t *testing.T) {
	t.Parallel()
	lines, management := table(t)
	r, err := described(t, lines, management)
	require.NoError(t, err)
	text, err := json.Marshal(r.Protocol())
	require.NoError(t, err)
	document, err := libopenapi.NewDocument(text)
	require.NoError(t, err)
	check, errs := validator.NewValidator(document)
	require.Empty(t, errs)
	_, faults := check.ValidateDocument()
	assert.Empty(t, faults)
	ids := map[string]bool{}
	for path, item := range r.Protocol().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op == nil {
				continue
			}
			assert.False(t, ids[op.OperationID], op.OperationID)
			ids[op.OperationID] = true
			assert.NotEmpty(t, op.Summary, path)
			assert.NotEmpty(t, op.Description, path)
			for _, p := range op.Parameters {
				assert.NotEmpty(t, p.Description, "%s %s", path, p.Name)
			}
		}
	}
}
