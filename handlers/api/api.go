package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
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

// maxOpenBody bounds a request that anyone may send, in bytes.
const maxOpenBody = 16 << 10

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
	Users           userReader
	Accounts        userRegistry
	People          selfService
	Invitations     invitations
	Factors         factors
	Passkeys        passkeys
	Recovery        recovery
	Own             ownAccount
	Passwords       passwordCheck
	// Manager admits a caller with a management scope, Caller any caller with valid credentials. They are
	// for operations that anyone may call; the others have the guard of their route.
	Manager, Caller route.Guard
	Consents        consents
	Apps            connectedApps
	Webhooks        webhookRegistry
	// RegistrationTokens let clients register themselves.
	RegistrationTokens registrationTokens
	// Logouts are what clients are told of the end of sessions.
	Logouts  clientLogouts
	Policies *ratelimit.Table
	Budgets  budgets
	Records  *refusal.Recorder
	Refusals *refusal.Catalogue
	// Repeats carries out requests with an Idempotency-Key.
	Repeats repeats
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
	a := &API{Config: c, table: &adapter{
		limits:  []string{ratelimit.ManageClient, ratelimit.ManagePrefix, ratelimit.ClientSecret, ratelimit.ClientSecrets},
		repeats: c.Repeats,
		prepare: func(ctx context.Context, password string) context.Context { return c.Accounts.Prepare(ctx, password) },
	}}
	a.table.identified = a.identified
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
	components(config.Components)
	a.table.schemas = config.Components.Schemas
	a.huma = huma.NewAPI(config, a.table)
	for _, add := range []func(){a.auditLogs, a.clients, a.keys, a.scopes, a.sessions, a.tokens, a.consents, a.clientUsers, a.clientGroups, a.clientLogouts, a.rateLimits, a.errorRecords, a.users, a.factors, a.passkeys, a.registrations, a.invitations, a.recoveries, a.ownAccounts, a.webhooks} {
		add()
	}
	a.complete()
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

// Document describes the operations.
func (a *API) Document() *huma.OpenAPI { return a.huma.OpenAPI() }

// Routes are the operations and the document.
func (a *API) Routes() []route.Route { return a.table.routes }
