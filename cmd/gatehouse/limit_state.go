package main

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// errOwnMemory: this process has no way to what others count.
var errOwnMemory = errors.New("without Redis each server counts in its own memory, which this command cannot reach: " +
	"ask the server itself (GET or DELETE /api/v1/oauth/rate-limits/POLICY)")

// whoFlags name whose budget is meant.
type whoFlags struct{ client, address, user *string }

func (env *environment) addWho(cmd *cobra.Command) whoFlags {
	w := whoFlags{
		client:  cmd.Flags().String("client", "", "the client"),
		address: cmd.Flags().String("address", "", "the IP address"),
		user:    cmd.Flags().String("user", "", "the account: what is typed at the sign-in, or the name of a user"),
	}
	env.completeFlagBy(cmd, "client", clientIDs)
	env.completeFlagBy(cmd, "user", usernames)
	return w
}

func (w whoFlags) who() (who ratelimit.Who, err error) {
	who.ClientID, who.Username = *w.client, *w.user
	if *w.address != "" {
		if who.Address, err = netip.ParseAddr(*w.address); err != nil {
			return who, fmt.Errorf("--address: %q is not an IP address", *w.address)
		}
	}
	return who, nil
}

// withBudgets runs act with the budgets in Redis.
func (env *environment) withBudgets(act func(cmd *cobra.Command, b *ratelimit.Budgets, policy string, who ratelimit.Who) error, flags whoFlags) func(*cobra.Command, []string) error {
	inRedis := env.withInstance(func(cmd *cobra.Command, h *instance, args []string) (err error) {
		who, err := flags.who()
		if err != nil {
			return err
		}
		table, err := h.config.policies()
		if err != nil {
			return err
		}
		shared, client, err := h.redisLimits(redisPatience)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, client.Close()) }()
		err = act(cmd, ratelimit.NewBudgets(table, shared, h.gate, h.store, h.users), args[0], who)
		var wrong *ratelimit.WhoError
		switch {
		case errors.As(err, &wrong):
			flag := map[string]string{"client_id": "--client", "address": "--address", "username": "--user", "policy": args[0]}[wrong.Field]
			return fmt.Errorf("%s %s", flag, wrong.Fault)
		case errors.Is(err, ratelimit.ErrPolicy):
			return fmt.Errorf("policy %q: not found (gatehouse limit list shows them)", args[0])
		case errors.Is(err, provider.ErrNotFound):
			return about("client", who.ClientID, provider.ErrNotFound)
		}
		return err
	})
	return func(cmd *cobra.Command, args []string) error {
		c, err := loadConfig(cmd, env.Environ)
		if err != nil {
			return err
		}
		if c.RedisURL == "" {
			return errOwnMemory
		}
		return inRedis(cmd, args)
	}
}

type limitStateView struct {
	Policy    string     `json:"policy"`
	Limit     string     `json:"limit"`
	Remaining *int       `json:"remaining,omitempty"` // nil: the limit is off
	Blocked   bool       `json:"blocked"`
	ResetAt   *time.Time `json:"reset_at,omitempty"`
	RetryAt   *time.Time `json:"retry_at,omitempty"`
}

func newLimitShow(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show POLICY",
		Short: "Show what is left of a limit for a client, an address or an account",
		Long: `Shows what is left now, and counts nothing. It reads Redis; without Redis each server counts in
its own memory: GET /api/v1/oauth/rate-limits/POLICY asks a server.`,
		Example: `  gatehouse limit show token-client --client billing
  gatehouse limit show sign-in-account --user alice
  gatehouse limit show sign-in-prefix --address 2001:db8::1 --json`,
		Args: cobra.ExactArgs(1),
	}
	flags := env.addWho(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withBudgets(func(cmd *cobra.Command, b *ratelimit.Budgets, policy string, who ratelimit.Who) error {
		d, err := b.State(cmd.Context(), policy, who)
		if err != nil {
			return err
		}
		v, now := d.Verdicts[0], env.clock.Now(cmd.Context())
		view := limitStateView{Policy: policy, Limit: v.Limit.String(), Blocked: !d.Allowed}
		left, full, again := "-", "-", "no"
		if !v.Limit.Off() {
			at := now.Add(v.Reset)
			view.Remaining, view.ResetAt = &v.Remaining, &at
			left, full = strconv.Itoa(v.Remaining), when(at)
		}
		if !d.Allowed {
			at := now.Add(v.RetryAfter)
			view.RetryAt, again = &at, "until "+when(at)
		}
		if *asJSON {
			return printJSON(env.Out, view)
		}
		out := table{header: []string{"POLICY", "LIMIT", "REMAINING", "FULL AGAIN", "BLOCKED"}}
		out.add(policy, v.Limit.String(), left, full, again)
		return out.print(env.Out)
	}, flags)
	return cmd
}

func newLimitReset(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reset POLICY",
		Short: "Let a client, an address or an account start again",
		Long: `Makes a budget full, for somebody who was refused and should not be. It changes Redis; without
Redis each server counts in its own memory: DELETE /api/v1/oauth/rate-limits/POLICY tells a server.`,
		Example: `  gatehouse limit reset sign-in-account --user alice
  gatehouse limit reset client-secret --client billing --address 192.0.2.1`,
		Args: cobra.ExactArgs(1),
	}
	flags := env.addWho(cmd)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withBudgets(func(cmd *cobra.Command, b *ratelimit.Budgets, policy string, who ratelimit.Who) error {
		if err := b.Reset(cmd.Context(), env.actor(), policy, who); err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"policy": policy, "reset": true})
		}
		return env.say("reset %s", policy)
	}, flags)
	return cmd
}
