package main

import (
	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/ratelimit"
)

type limitView struct {
	Policy       string `json:"policy"`
	Limit        string `json:"limit"`
	Default      string `json:"default,omitempty"` // where the settings replace it
	CountedBy    string `json:"counted_by"`
	WithoutRedis string `json:"without_redis"`
	Why          string `json:"why"`
}

func newLimitList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the rate limits in force",
		Long: `Lists the limits as the settings leave them. A prefix is an IPv4 address or an IPv6 /64.
Servers that share a Redis count together; while it is away, "open" lets everything
through, and "strict" is a quarter of the limit, counted by each server for itself.

GATEHOUSE_RATE_LIMITS=token-client=100/1s changes one, commas separate several, and a
server reads them when it starts. "off" lifts all but those that keep secrets from being
guessed, for where a gateway in front limits. "gatehouse client update ID --rate-limit N"
gives one client its own limit in place of each that is counted by client.`,
		Example: `  gatehouse limit list --json
  GATEHOUSE_RATE_LIMITS="token-client=100/1s,page-prefix=50/1s" \
      gatehouse limit list`,
		Args: cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := loadConfig(cmd, env.Environ)
		if err != nil {
			return err
		}
		inForce, err := c.policies()
		if err != nil {
			return err
		}
		views := limitViews(inForce.All())
		if *asJSON {
			return printJSON(env.Out, views)
		}
		out := table{header: []string{"POLICY", "LIMIT", "DEFAULT", "COUNTED BY", "WITHOUT REDIS"}, empty: "No limits."}
		for _, v := range views {
			out.addNoted(v.Why, v.Policy, v.Limit, v.Default, v.CountedBy, v.WithoutRedis)
		}
		return out.print(env.Out)
	}
	return cmd
}

func limitViews(policies []ratelimit.Policy) []limitView {
	usual := map[string]ratelimit.Limit{}
	for _, p := range ratelimit.Policies() {
		usual[p.Name] = p.Limit
	}
	views := make([]limitView, len(policies))
	for i, p := range policies {
		views[i] = limitView{Policy: p.Name, Limit: p.Limit.String(), CountedBy: string(p.Key), WithoutRedis: string(p.Outage), Why: p.Why}
		if p.Limit != usual[p.Name] {
			views[i].Default = usual[p.Name].String()
		}
	}
	return views
}
