package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

type limit struct {
	Policy       string `json:"policy" example:"token-client"`
	Limit        string `json:"limit" example:"500/1s burst 1000"`
	CountedBy    string `json:"counted_by" example:"client"`
	WithoutRedis string `json:"without_redis" enum:"open,strict" doc:"What applies while Redis is unavailable"`
	Why          string `json:"why"`
}

type limitList struct {
	Body struct {
		Limits []limit `json:"limits"`
	}
}

func (a *API) rateLimits() {
	register(a, audit.ReadScope("limits"), huma.Operation{
		OperationID: "list-rate-limits", Method: http.MethodGet, Path: "/oauth/rate-limits", Tags: []string{"limits"},
		Summary: "List the rate limits in force", Description: "As the settings leave them; a client may have its own limit.",
	}, func(context.Context, *struct{}) (*limitList, error) {
		out := &limitList{}
		out.Body.Limits = []limit{}
		for _, p := range a.Policies.All() {
			out.Body.Limits = append(out.Body.Limits, limit{p.Name, p.Limit.String(), string(p.Key), string(p.Outage), p.Why})
		}
		return out, nil
	})
	a.limitStates()
}
