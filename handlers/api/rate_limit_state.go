package api

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

type budgets interface {
	State(ctx context.Context, policy string, who ratelimit.Who) (ratelimit.Decision, error)
	Reset(ctx context.Context, actor audit.Actor, policy string, who ratelimit.Who) error
}

type budgetQuery struct {
	Policy   string `path:"policy" maxLength:"100" doc:"Name of the policy, as the list has it" example:"token-client"`
	ClientID string `query:"client_id" maxLength:"200" doc:"For a policy that is counted by client"`
	Address  string `query:"address" maxLength:"100" doc:"For a policy that is counted by prefix: an IP address; the /64 of an IPv6 address is meant"`
	Username string `query:"username" maxLength:"254" doc:"For a policy that is counted by account: a user name or email address"`
}

type budget struct {
	Policy    string     `json:"policy"`
	Limit     string     `json:"limit" example:"10/15m burst 10"`
	Remaining *int       `json:"remaining,omitempty" doc:"How many requests would be allowed at once; missing: the limit is off"`
	Blocked   bool       `json:"blocked" doc:"The next request would be refused"`
	ResetAt   *time.Time `json:"reset_at,omitempty" doc:"When all of it is available again"`
	RetryAt   *time.Time `json:"retry_at,omitempty" doc:"When the next request would be allowed"`
	Source    string     `json:"source" enum:"memory,redis,fallback,none" doc:"Where it is counted: memory and fallback are those of the server that responds; none: nowhere"`
}

type budgetBody struct{ Body budget }

func (a *API) limitStates() {
	tags := []string{"limits"}
	register(a, audit.ReadScope("limits"), huma.Operation{
		OperationID: "get-rate-limit", Method: http.MethodGet, Path: "/oauth/rate-limits/{policy}", Tags: tags, Errors: []int{http.StatusNotFound},
		Summary: "Read what is left of a rate limit", Description: "For one client, address or account. Reading is not counted.",
	}, a.budget)
	register(a, audit.WriteScope("limits"), huma.Operation{
		OperationID: "reset-rate-limit", Method: http.MethodDelete, Path: "/oauth/rate-limits/{policy}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Reset a rate limit", Description: "One client, address or account starts again with all of it. Without Redis that applies to the server that responds.",
	}, func(ctx context.Context, in *budgetQuery) (*struct{}, error) {
		who, err := in.who()
		if err != nil {
			return nil, err
		}
		return nil, asBudgetRefusal(a.Budgets.Reset(ctx, actor(ctx), in.Policy, who))
	})
}

func (a *API) budget(ctx context.Context, in *budgetQuery) (*budgetBody, error) {
	who, err := in.who()
	if err != nil {
		return nil, err
	}
	d, err := a.Budgets.State(ctx, in.Policy, who)
	if err != nil {
		return nil, asBudgetRefusal(err)
	}
	v, now := d.Verdicts[0], a.Clock.Now(ctx)
	out := &budgetBody{budget{Policy: in.Policy, Limit: v.Limit.String(), Blocked: !d.Allowed, Source: d.Source}}
	if !v.Limit.Off() {
		at := now.Add(v.Reset)
		out.Body.Remaining, out.Body.ResetAt = &v.Remaining, &at
	}
	if !d.Allowed {
		at := now.Add(v.RetryAfter)
		out.Body.RetryAt = &at
	}
	return out, nil
}

func (q *budgetQuery) who() (who ratelimit.Who, err error) {
	who.ClientID, who.Username = q.ClientID, q.Username
	if q.Address != "" {
		if who.Address, err = netip.ParseAddr(q.Address); err != nil {
			return who, invalid("address", "is not an IP address")
		}
	}
	return who, nil
}

func asBudgetRefusal(err error) error {
	var wrong *ratelimit.WhoError
	switch {
	case errors.As(err, &wrong):
		return invalid(wrong.Field, wrong.Fault.String())
	case errors.Is(err, ratelimit.ErrPolicy):
		return provider.ErrNotFound
	default:
		return err
	}
}
