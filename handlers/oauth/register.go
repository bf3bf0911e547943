package oauth

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// maxRegistration bounds the body of a registration in bytes: a key set and a software statement are the
// largest that it may have.
const maxRegistration = 32 << 10

// Registrations is what clients do about their own registration (RFC 7591 and 7592).
type Registrations interface {
	Register(ctx context.Context, in registration.Request) (*registration.Information, error)
	Read(ctx context.Context, clientID string, in registration.Request) (*registration.Information, error)
	Update(ctx context.Context, clientID string, in registration.Request) (*registration.Information, error)
	Delete(ctx context.Context, clientID string, in registration.Request) error
}

// registrationRoutes are none where clients cannot register themselves.
func (c Config) registrationRoutes() []route.Route {
	if c.Registrations == nil {
		return nil
	}
	line := func(name, method, path string, handler route.HandlerFunc, policies ...string) route.Route {
		return route.Route{
			Name: name, Methods: []string{method}, Path: c.Prefix + path, Protection: route.Open, CORS: route.PublicClientOrigins,
			MaxBody: maxRegistration, Policies: policies, Handler: handler,
		}
	}
	const own = "/register/{client_id:[0-9a-f-]{36}}"
	return []route.Route{
		line("client registration", http.MethodPost, "/register", Register(c.Registrations), ratelimit.ClientRegisterPrefix),
		line("own registration", http.MethodGet, own, ReadRegistration(c.Registrations), ratelimit.ClientManagePrefix),
		line("own registration change", http.MethodPut, own, UpdateRegistration(c.Registrations), ratelimit.ClientManagePrefix, ratelimit.ClientChangeClient),
		line("own registration removal", http.MethodDelete, own, DeleteRegistration(c.Registrations), ratelimit.ClientManagePrefix),
	}
}

// Register serves the registration endpoint (RFC 7591 section 3).
func Register(clients Registrations) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := registrationRequest(r, true)
		if err != nil {
			return err
		}
		registered, err := clients.Register(r.Context(), in)
		if err != nil {
			return err
		}
		canonical.From(r.Context()).Client(registered.Client.ID)
		return wire.WriteJSON(w, http.StatusCreated, registered.Properties())
	}
}

// ReadRegistration serves the read request of RFC 7592 section 2.1.
func ReadRegistration(clients Registrations) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := registrationRequest(r, false)
		if err != nil {
			return err
		}
		return answerRegistration(w, r, func(ctx context.Context, id string) (*registration.Information, error) {
			return clients.Read(ctx, id, in)
		})
	}
}

// UpdateRegistration serves the update request of RFC 7592 section 2.2.
func UpdateRegistration(clients Registrations) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := registrationRequest(r, true)
		if err != nil {
			return err
		}
		return answerRegistration(w, r, func(ctx context.Context, id string) (*registration.Information, error) {
			return clients.Update(ctx, id, in)
		})
	}
}

// DeleteRegistration serves the delete request of RFC 7592 section 2.3.
func DeleteRegistration(clients Registrations) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := registrationRequest(r, false)
		if err != nil {
			return err
		}
		id := mux.Vars(r)["client_id"]
		if err := clients.Delete(r.Context(), id, in); err != nil {
			return err
		}
		canonical.From(r.Context()).Client(id)
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

func answerRegistration(w http.ResponseWriter, r *http.Request, of func(ctx context.Context, id string) (*registration.Information, error)) error {
	id := mux.Vars(r)["client_id"]
	registered, err := of(r.Context(), id)
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Client(id)
	return wire.WriteJSON(w, http.StatusOK, registered.Properties())
}

// registrationRequest reads the token and, for a registration, the body. Only JSON has one: a form of another
// site could not send it without asking first (Fetch standard section 4.8).
func registrationRequest(r *http.Request, body bool) (registration.Request, error) {
	in := registration.Request{Bearer: bearer(r.Header.Values("Authorization")), Prefix: canonical.From(r.Context()).AddressPrefix()}
	if !body {
		return in, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != wire.JSONType {
		return in, refusal.New(refusal.InvalidClientMetadata, refusal.CheckJSONType, "The body must be sent as "+wire.JSONType+".").
			WithStatus(http.StatusUnsupportedMediaType).Compare(refusal.FieldContentType, wire.JSONType, r.Header.Get("Content-Type"))
	}
	var err error
	if in.Body, err = io.ReadAll(r.Body); err != nil {
		return in, fmt.Errorf("read the registration: %w", err)
	}
	return in, nil
}

// bearer is the token of the header; empty: there is none. What is no single Bearer token is no valid one either.
func bearer(headers []string) string {
	if len(headers) == 0 {
		return ""
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if len(headers) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "none"
	}
	return strings.TrimSpace(token)
}
