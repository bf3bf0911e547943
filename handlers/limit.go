package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// limits apply the policies of a route to its endpoint.
type limits struct {
	limiter ratelimit.Limiter
	// policies are those of the route, one of each kind at most.
	prefix, client, guess, guesses *ratelimit.Policy
}

// limitsOf finds the policies of a route. Those of accounts are counted where the account is
// known (ratelimit.SignIn, ratelimit.Recoveries), the one of documents where one is fetched (ratelimit.Documents), and the one of changes of a registration where its token is known (ratelimit.ClientChanges); the route names them so that the table is complete.
func limitsOf(entry route.Route, limiter ratelimit.Limiter, table *ratelimit.Table) (*limits, error) {
	l := &limits{limiter: limiter}
	for _, name := range entry.Policies {
		p, ok := table.Policy(name)
		if !ok {
			return nil, fmt.Errorf("route %q: there is no rate-limit policy %q", entry.Name, name)
		}
		switch name {
		case ratelimit.FactorAccount, ratelimit.FactorAccountLong, ratelimit.FactorPrefix, ratelimit.FactorDevice, ratelimit.FactorDevicesLong,
			ratelimit.FactorRecoveryAccount, ratelimit.FactorRecoveryDevice, ratelimit.FactorRenewal,
			ratelimit.SignInAccount, ratelimit.SignInPrefix, ratelimit.SignInDevice, ratelimit.RecoverAccount, ratelimit.ClientDocumentPrefix, ratelimit.ClientChangeClient:
			continue
		}
		into := map[ratelimit.Key]**ratelimit.Policy{
			ratelimit.ByPrefix: &l.prefix, ratelimit.ByClient: &l.client, ratelimit.ByGuess: &l.guess,
			ratelimit.ByGuessed: &l.guesses,
		}[p.Key]
		if into == nil || *into != nil {
			return nil, fmt.Errorf("route %q: the rate-limit policy %q cannot be counted here", entry.Name, name)
		}
		*into = p
	}
	return l, nil
}

// around counts each request before its endpoint or, where the endpoint authenticates clients, passes
// it an Admission.
func (l *limits) around(next route.HandlerFunc) route.HandlerFunc {
	switch {
	case l.client != nil:
		return func(w http.ResponseWriter, r *http.Request) error {
			a := &admission{limits: l, header: w.Header(), prefixOf: canonical.From(r.Context())}
			return next(w, r.WithContext(oauth.WithCall(r.Context(), &oauth.Call{Admission: a})))
		}
	case l.prefix != nil:
		return func(w http.ResponseWriter, r *http.Request) error {
			a := &admission{limits: l, header: w.Header(), prefixOf: canonical.From(r.Context())}
			if err := a.Unproven(r.Context()); err != nil {
				return err
			}
			return next(w, r)
		}
	default:
		return next
	}
}

// admission counts one request.
type admission struct {
	*limits

	header   http.Header
	prefixOf *canonical.Line
	// taken is what was counted before the client was authenticated.
	taken    []ratelimit.Ask
	unproven error
	counted  bool
}

var _ oauth.Admission = (*admission)(nil)

// Unproven is part of oauth.Admission.
func (a *admission) Unproven(ctx context.Context) error {
	if a.counted || a.prefix == nil {
		return a.unproven
	}
	a.counted = true
	a.unproven = a.take(ctx, "", ratelimit.Ask{Policy: a.prefix, Key: a.prefixOf.AddressPrefix()})
	return a.unproven
}

// Guess is part of oauth.Admission. Attempts are counted by client and IP address together: by the
// client alone, an attacker could lock the client out. Attempts from many addresses are also counted
// by the client, with a larger budget.
func (a *admission) Guess(ctx context.Context, clientID string) error {
	if a.guess == nil || a.guesses == nil {
		return nil
	}
	return a.take(ctx, clientID,
		ratelimit.Ask{Policy: a.guess, Key: ratelimit.GuessKey(clientID, a.prefixOf.AddressPrefix())},
		ratelimit.Ask{Policy: a.guesses, Key: clientID})
}

// Client is part of oauth.Admission.
func (a *admission) Client(ctx context.Context, c *client.Client) error {
	if len(a.taken) > 0 {
		// When this fails, the budget recovers with time.
		_ = a.limiter.Return(ctx, a.taken...)
		a.taken = nil
	}
	ask := ratelimit.Ask{Policy: a.client, Key: c.ID}
	if c.RateLimit > 0 {
		ask.Limit = ratelimit.OwnLimit(c.RateLimit)
	}
	return a.take(ctx, c.ID, ask)
}

func (a *admission) take(ctx context.Context, clientID string, asks ...ratelimit.Ask) error {
	asks = slices.DeleteFunc(asks, ratelimit.Ask.Off)
	if len(asks) == 0 {
		return nil
	}
	d, err := a.limiter.Take(ctx, asks...)
	if err != nil {
		return fmt.Errorf("rate limit: %w", err)
	}
	// A budget for attempts at a client's secret reveals that the secret is short enough to be
	// guessed: it is not announced before the client is authenticated.
	guess := asks[0].Policy == a.guess || asks[0].Policy == a.guesses
	if !guess {
		announce(a.header, d.Verdicts)
	}
	if d.Allowed {
		if asks[0].Policy != a.client {
			a.taken = append(a.taken, asks...)
		}
		return nil
	}
	verdict, _ := d.Tightest()
	return tooMany(verdict, clientID)
}

// tooMany is the refusal of a request over the limit (RFC 6585 section 4). RFC 6749 has no error code
// for it; temporarily_unavailable says that the same request may succeed later.
func tooMany(v ratelimit.Verdict, clientID string) error {
	r := refusal.New(refusal.TemporarilyUnavailable, refusal.CheckRateLimit, "Too many requests.").
		For(clientID).WithStatus(http.StatusTooManyRequests).
		Compare(refusal.FieldPolicy, v.Policy.Name+" "+v.Limit.String(), "")
	r.RetryAfter = v.RetryAfter
	return r
}

// announce sends the limits that apply and what is left of them, in the fields of
// draft-ietf-httpapi-ratelimit-headers: quota, window and time in whole seconds. A later decision
// about the same request replaces them.
func announce(h http.Header, verdicts []ratelimit.Verdict) {
	if len(verdicts) == 0 {
		return
	}
	policy, left := make([]byte, 0, 64), make([]byte, 0, 64)
	for i, v := range verdicts {
		if i > 0 {
			policy, left = append(policy, ", "...), append(left, ", "...)
		}
		policy = member(policy, v.Policy.Name, "q", int64(v.Limit.Burst), "w", wholeSeconds(v.Limit.Window()))
		left = member(left, v.Policy.Name, "r", int64(v.Remaining), "t", wholeSeconds(v.Reset))
	}
	h["Ratelimit-Policy"], h["Ratelimit"] = []string{string(policy)}, []string{string(left)}
}

// member appends one member of a list of RFC 9651: a string with two integer parameters.
func member(b []byte, name, first string, n int64, second string, m int64) []byte {
	b = append(append(append(b, '"'), name...), '"')
	b = strconv.AppendInt(append(append(append(b, ';'), first...), '='), n, 10)
	return strconv.AppendInt(append(append(append(b, ';'), second...), '='), m, 10)
}

func wholeSeconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
