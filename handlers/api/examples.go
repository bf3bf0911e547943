package api

// examples are bodies of requests, by operation.
func examples() map[string]any {
	type object = map[string]any
	return map[string]any{
		"create-client": object{
			"client_name": "Billing", "grant_types": []string{"client_credentials"}, "scope": "invoices:read", "audience": []string{"https://api.example.com"},
		},
		"replace-client":       object{"client_name": "Billing", "redirect_uris": []string{"https://billing.example.com/callback"}, "scope": "openid profile"},
		"update-client":        object{"client_name": "Invoices", "access_token_lifetime": 600},
		"rotate-client-secret": object{"overlap_seconds": 86400},
		"create-scope":         object{"name": "invoices:read", "description": "Read your invoices"},
		"update-scope":         object{"description": "Read your invoices"},
		"revoke-token":         object{"id": "01900000-0000-7000-8000-000000000000"},
		"revoke-tokens":        object{"client_id": "billing"},
		"rotate-key":           object{"alg": "ES256", "in_seconds": 600},
	}
}
