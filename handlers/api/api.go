package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Prefix is where the API is served.
const Prefix = oauth.ManagementPath

// maxBody bounds a request, in bytes: a client may have a key set of 64 KiB.
const maxBody = 256 << 10

// documentAge is how long the OpenAPI document may be kept: it changes with the version of the server.
const documentAge = 5 * time.Minute

// sealer encrypts for one context.
type sealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
}

// Config is the dependencies of the package; all are required.
type Config struct {
	Issuer, Version string
	Audit           auditLog
	AuditKeys       auditKeySet
	Clients         clientReader
	Registry        clientRegistry
	Keys            signingKeys
	Scopes          scopeCatalogue
	Sessions        sessionManager
	Tokens          tokenInspector
	Consents        consents
	Policies        *ratelimit.Table
	Records         *refusal.Recorder
	Refusals        *refusal.Catalogue
	// Cursors seals the cursors of lists.
	Cursors sealer
	Clock   provider.Clock
}

// API is the operations.
type API struct {
	Config

	huma  huma.API
	table *adapter
}

// New registers every operation.
func New(c Config) (*API, error) {
	a := &API{Config: c, table: &adapter{limits: []string{ratelimit.ManageClient, ratelimit.ManagePrefix, ratelimit.ClientSecret, ratelimit.ClientSecrets}}}
	config := huma.DefaultConfig("Gatehouse management API", c.Version)
	config.OpenAPIPath, config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", "", nil
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: wire.ParseJSON}
	config.Formats = map[string]huma.Format{wire.JSONType: format, "json": format}
	config.RejectUnknownQueryParameters = true
	config.Servers = []*huma.Server{{URL: c.Issuer + Prefix}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"basic":  {Type: "http", Scheme: "basic", Description: "A client that is registered for the management scope."},
		"bearer": {Type: "http", Scheme: "bearer", Description: "An access token with the management scope and this API as its audience, or of a user with the role admin through a client of type backend."},
	}
	a.huma = huma.NewAPI(config, a.table)
	for _, add := range []func(){a.auditLogs, a.clients, a.keys, a.scopes, a.sessions, a.tokens, a.consents, a.clientUsers, a.rateLimits, a.errorRecords} {
		add()
	}
	document, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("api: OpenAPI document: %w", err)
	}
	tag := wire.Tag(document)
	a.table.routes = append(a.table.routes, route.Route{
		Name: "api document", Methods: []string{http.MethodGet}, Path: Prefix + "/openapi.json", Protection: route.Open,
		Policies: []string{ratelimit.DocumentPrefix},
		Handler: func(w http.ResponseWriter, r *http.Request) error {
			wire.WriteDocument(w, r, document, tag, documentAge)
			return nil
		},
	}, a.auditKeys())
	return a, nil
}

// Routes are the operations and the document.
func (a *API) Routes() []route.Route { return a.table.routes }

// scopeKey is where an operation keeps its management scope.
const scopeKey = "scope"

// register adds an operation that needs a management scope.
func register[I, O any](a *API, scope string, op huma.Operation, act func(ctx context.Context, in *I) (*O, error)) {
	op.MaxBodyBytes = -1 // the route has a limit
	op.Metadata = map[string]any{scopeKey: scope}
	op.Security = []map[string][]string{{"basic": {}}, {"bearer": {scope}}}
	op.Description += " Needs the scope " + scope + "."
	op.Responses = map[string]*huma.Response{}
	for _, status := range append([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable}, op.Errors...) {
		op.Responses[fmt.Sprint(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{wire.JSONType: {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[failure](), true, "Error")}},
		}
	}
	op.Errors = nil
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := act(ctx, in)
		if err != nil {
			return nil, fail(ctx, asRefusal(err))
		}
		return out, nil
	})
}
