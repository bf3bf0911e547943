package api

import (
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// examples are bodies of requests, by operation.
func examples() map[string]any {
	type object = map[string]any
	return map[string]any{
		"create-client": object{
			"client_id": "billing", "client_name": "Billing", "grant_types": []string{"client_credentials"}, "scope": "invoices:read", "audience": []string{"https://api.example.com"},
		},
		"replace-client":            object{"client_name": "Billing", "redirect_uris": []string{"https://billing.example.com/callback"}, "scope": "openid invoices:read"},
		"update-client":             object{"client_name": "Invoices", "access_token_lifetime": 600},
		"rotate-client-secret":      object{"overlap_seconds": 86400},
		"create-scope":              object{"name": "invoices:read", "description": "Read your invoices"},
		"update-scope":              object{"description": "Read your invoices"},
		"revoke-token":              object{"id": "01900000-0000-7000-8000-000000000000"},
		"revoke-tokens":             object{"client_id": "billing"},
		"create-user":               object{"username": "ada", "email": "ada@example.com", "password": "a long password of her own"},
		"invite-user":               object{"email": "grace@example.com", "roles": []string{"editor"}, "locale": "en"},
		"accept-invitation":         object{"code": "12345678", "username": "grace", "password": "a long password of her own"},
		"register":                  object{"username": "grace", "email": "grace@example.com", "password": "a long password of her own"},
		"forgot-password":           object{"contact": "ada@example.com"},
		"reset-forgotten-password":  object{"code": "12345678", "password": "a long password of her own"},
		"reset-password":            object{"id": "01900000-0000-7000-8000-000000000000", "code": "12345678", "password": "a long password of her own"},
		"change-own-password":       object{"current_password": "the present password", "password": "a long password of her own"},
		"request-contact":           object{"current_password": "the present password", "email": "ada@example.com"},
		"confirm-contact":           object{"current_password": "the present password", "code": "12345678"},
		"verify-email":              object{"id": "01900000-0000-7000-8000-000000000000", "code": "12345678"},
		"change-own-profile":        object{"name": "Ada Lovelace", "locale": "en-GB"},
		"replace-user":              object{"username": "ada", "email": "ada@example.com", "roles": []string{}},
		"update-user":               object{"email": "ada@example.com"},
		"admin-update-user":         object{"email": "ada@example.com"},
		"set-user-roles":            object{"roles": []string{"admin"}},
		"set-user-password":         object{"password": "a long password of her own"},
		"change-user-password":      object{"password": "a long password of her own"},
		"replace-scope":             object{"description": "Read your invoices", "descriptions": map[string]string{"de": "Ihre Rechnungen lesen"}},
		"create-consent":            object{"user_id": "01900000-0000-7000-8000-000000000000", "client_id": "billing", "scopes": []string{"invoices:read"}},
		"rotate-key":                object{"alg": "ES256", "in_seconds": 600},
		"create-webhook":            object{"url": "https://receiver.example.com/events", "event_types": []string{"user.created", "user.deleted"}},
		"create-registration-token": object{"label": "Web shop of ACME", "redirect_hosts": []string{"shop.acme.example"}, "max_uses": 1},
		"update-webhook":            object{"description": "The CRM"},
		"rotate-webhook-secret":     object{"overlap_seconds": 86400},
		"redeliver-failed-events":   object{"since": "2026-01-02T03:04:05Z"},
		"redeliver-failed-logouts":  object{"since": "2026-01-02T03:04:05Z"},
	}
}

// exampleOf is a body for a schema: what is required and what has an example. It stands in where an
// operation has none of its own.
func exampleOf(schemas huma.Registry, s *huma.Schema) any {
	for s.Ref != "" {
		s = schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeObject:
		fields := map[string]any{}
		for name, p := range s.Properties {
			if !p.ReadOnly && (len(p.Examples) > 0 || slices.Contains(s.Required, name)) {
				fields[name] = exampleOf(schemas, p)
			}
		}
		return fields
	case huma.TypeArray:
		return []any{}
	case huma.TypeInteger, huma.TypeNumber:
		return 1
	case huma.TypeBoolean:
		return true
	}
	switch s.Format {
	case "uuid":
		return "01900000-0000-7000-8000-000000000000"
	case "date-time":
		return "2026-01-02T03:04:05Z"
	case "uri":
		return "https://app.example.com/"
	default:
		return "text"
	}
}
