package console

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

const limitsPath = Path + "/limits"

// policies are the limits in force.
type policies interface {
	All() []ratelimit.Policy
	Policy(name string) (*ratelimit.Policy, bool)
}

// budgets are what single clients, addresses and accounts have used of them.
type budgets interface {
	State(ctx context.Context, policy string, who ratelimit.Who) (ratelimit.Decision, error)
	StateOfUser(ctx context.Context, policy string, user provider.ID) (ratelimit.Decision, error)
	Reset(ctx context.Context, actor audit.Actor, policy string, who ratelimit.Who) error
}

// limitsPage is the table of limits.
type limitsPage struct {
	shell

	Policies []ratelimit.Policy
}

func (c *Console) serveLimits(w http.ResponseWriter, r *http.Request, v *viewer) error {
	return c.pages.For(r).Write(w, http.StatusOK, "limits", limitsPage{c.shell(w, r, v, limitsPath), c.Policies.All()}, r.URL.Path)
}

// limitPage is the page about one limit, and about what somebody has used of it.
type limitPage struct {
	shell

	Policy *ratelimit.Policy
	// ByBrowser: it is counted by something that nobody can type.
	ByBrowser bool
	Fields    []formField
	// Budget is what was asked for; nil: nothing was.
	Budget *budget
}

// budget is what is left of a limit.
type budget struct {
	Limit ratelimit.Limit
	// Remaining is how many requests would be allowed at once, FullAt when all are again, RetryAt when one that is
	// refused now would be allowed.
	Remaining       int
	Blocked         bool
	FullAt, RetryAt time.Time
	// Source is where it is counted.
	Source string
}

// The fields of who has a budget, by the names that errors have.
const (
	clientField  = "client_id"
	addressField = "address"
	accountField = "username"
)

// countedBy are the fields that name who has a budget.
func countedBy(key ratelimit.Key) []string {
	switch key {
	case ratelimit.ByClient, ratelimit.ByGuessed:
		return []string{clientField}
	case ratelimit.ByPrefix:
		return []string{addressField}
	case ratelimit.ByGuess:
		return []string{clientField, addressField}
	case ratelimit.ByAccount:
		return []string{accountField}
	case ratelimit.ByAccountAndPrefix:
		return []string{accountField, addressField}
	default: // by browser
		return nil
	}
}

func (c *Console) serveLimit(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page, err := c.limitPage(w, r, v, r.URL.Query())
	if err != nil {
		return err
	}
	given := false
	for _, f := range page.Fields {
		given = given || f.Value != ""
	}
	if !given {
		return c.writeLimit(w, r, http.StatusOK, page)
	}
	who, wrong := page.who()
	if wrong == nil {
		var d ratelimit.Decision
		d, err = c.Budgets.State(r.Context(), page.Policy.Name, who)
		if wrong = wrongWho(err); err == nil {
			page.Budget = budgetOf(d, c.now(r))
		}
	}
	switch {
	case wrong != nil:
		return c.refusedLimit(w, r, page, wrong)
	case err != nil:
		return err
	}
	return c.writeLimit(w, r, http.StatusOK, page)
}

// serveLimitReset gives one client, address or account all of a limit again.
func (c *Console) serveLimitReset(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	page, err := c.limitPage(w, r, v, form)
	if err != nil {
		return err
	}
	who, wrong := page.who()
	if wrong == nil {
		err = c.Budgets.Reset(r.Context(), v.actor, page.Policy.Name, who)
		wrong = wrongWho(err)
	}
	switch {
	case wrong != nil:
		return c.refusedLimit(w, r, page, wrong)
	case err != nil:
		return err
	}
	back := url.Values{}
	for _, f := range page.Fields {
		back.Set(f.Name, f.Value)
	}
	return c.done(w, r, wire.Path(limitPath(page.Policy), back), said{Done: "limit_reset", About: page.Policy.Name})
}

// limitPage is the page about the limit of the path, with what was typed into its fields.
func (c *Console) limitPage(w http.ResponseWriter, r *http.Request, v *viewer, values url.Values) (limitPage, error) {
	policy, known := c.Policies.Policy(mux.Vars(r)["policy"])
	if !known {
		return limitPage{}, noPage(r)
	}
	page := limitPage{shell: c.shell(w, r, v, limitsPath), Policy: policy, ByBrowser: policy.Key == ratelimit.ByDevice}
	for _, name := range countedBy(policy.Key) {
		page.Fields = append(page.Fields, formField{Name: name, Label: "limit." + name, Kind: "text", Value: trimmed(values, name), Note: name != clientField})
	}
	return page, nil
}

// who is who has the budget, or what is wrong with the fields.
func (p *limitPage) who() (who ratelimit.Who, wrong *ratelimit.WhoError) {
	for _, f := range p.Fields {
		switch f.Name {
		case clientField:
			who.ClientID = f.Value
		case accountField:
			who.Username = f.Value
		case addressField:
			var err error
			if who.Address, err = netip.ParseAddr(f.Value); err != nil {
				wrong = &ratelimit.WhoError{Field: addressField, Fault: fault.New(fault.Address)}
			}
		}
	}
	return who, wrong
}

// wrongWho is what is wrong with who was asked for; nil: nothing is.
func wrongWho(err error) *ratelimit.WhoError {
	var wrong *ratelimit.WhoError
	switch {
	case errors.As(err, &wrong):
		return wrong
	case errors.Is(err, provider.ErrNotFound):
		return &ratelimit.WhoError{Field: clientField, Fault: fault.New(fault.NoClient)}
	default:
		return nil
	}
}

func (c *Console) refusedLimit(w http.ResponseWriter, r *http.Request, page limitPage, wrong *ratelimit.WhoError) error {
	canonical.From(r.Context()).Outcome("invalid")
	problems{wrong.Field: faultText(c.pages.For(r), wrong.Fault)}.place(page.Fields)
	return c.writeLimit(w, r, http.StatusUnprocessableEntity, page)
}

func (c *Console) writeLimit(w http.ResponseWriter, r *http.Request, status int, page limitPage) error {
	return c.pages.For(r).Write(w, status, "limit", page, limitPath(page.Policy))
}

func budgetOf(d ratelimit.Decision, now time.Time) *budget {
	v := d.Verdicts[0]
	return &budget{Limit: v.Limit, Remaining: v.Remaining, Blocked: !d.Allowed, FullAt: now.Add(v.Reset), RetryAt: now.Add(v.RetryAfter), Source: d.Source}
}

func limitPath(p *ratelimit.Policy) string { return limitsPath + "/" + url.PathEscape(p.Name) }
