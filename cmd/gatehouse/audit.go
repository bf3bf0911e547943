package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

func newAudit(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Show and verify who changed what",
		Long: `Every act of an administrator, by the command line or a background job, is recorded in the
transaction that carries it out, with what it changed; so are sign-ins and sign-outs, and tokens
that were stolen. Refused sign-ins are recorded as sums. Secrets are never recorded. Running
servers chain and sign the records, so that a later change is found by "audit verify".`,
	}
	cmd.AddCommand(newAuditList(env), newAuditVerify(env), newAuditExport(env))
	return cmd
}

type auditView struct {
	ID        string     `json:"id"`
	Time      time.Time  `json:"time"`
	ActorKind string     `json:"actor_kind"`
	Actor     string     `json:"actor"`
	ClientID  string     `json:"actor_client_id"`
	Host      string     `json:"host"`
	Address   string     `json:"address"`
	UserAgent string     `json:"user_agent"`
	RequestID string     `json:"request_id"`
	Action    string     `json:"action"`
	Target    targetView `json:"target"`
	Changes   any        `json:"changes"`
	Outcome   string     `json:"outcome"`
}

func viewRecord(r audit.Record) auditView {
	return auditView{
		ID: r.ID.String(), Time: r.At, ActorKind: string(r.Actor.Kind), Actor: r.Actor.ID, ClientID: r.Actor.ClientID, Host: r.Actor.Host,
		Address: r.Actor.Address, UserAgent: r.Actor.UserAgent, RequestID: r.Actor.RequestID,
		Action: string(r.Action), Target: targetView{string(r.Target.Type), r.Target.ID, r.Target.ClientID, r.Target.UserID}, Changes: r.Changes, Outcome: string(r.Outcome),
	}
}

type targetView struct {
	Type     string `json:"type"`
	ID       string `json:"id"`
	ClientID string `json:"client_id"`
	UserID   string `json:"user_id"`
}

func newAuditList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List recorded acts, the newest first",
		Long: `Lists who did what to what. ACTOR is an operator (a user of the operating system, at the command
line), a job (the server itself), a client of the management API, or a user, with the client
through which the user acted.

The management API has the same filters: GET /api/v1/audit-logs with the scope
gatehouse:audit:read takes client_id, user_id, actor, action, target_id, since and until (times),
limit, and the cursor of the page before in place of --before.`,
		Example: `  gatehouse audit list --since 24h
  gatehouse audit list --client shop --json
  gatehouse audit list --user alice --action user.update
  gatehouse audit list --target shop --until 2026-11-01`,
		Args: cobra.NoArgs,
	}
	clientID := cmd.Flags().String("client", "", "only what concerned this client")
	username := cmd.Flags().String("user", "", "only what concerned this user (a deleted one by id)")
	actor := cmd.Flags().String("actor", "", "only what this operating system user, job, client or user did (a user by id)")
	action := cmd.Flags().String("action", "", "only acts of this kind, such as client.update")
	since := cmd.Flags().String("since", "", "only from then on: a time such as 2026-11-01 or 2026-11-01T08:00:00Z, or how long ago, such as 24h")
	until := cmd.Flags().String("until", "", "only before then, written like --since")
	target := cmd.Flags().String("target", "", "only acts on the thing with this id, such as a client, a key or a grant")
	page := addPage(cmd)
	env.completeFlagBy(cmd, "client", clientIDs)
	env.completeFlagBy(cmd, "user", usernames)
	completeFlag(cmd, "action", actionNames())
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if err := checkSelectors(cmd, "client", "user", "actor", "action", "target"); err != nil {
			return err
		}
		of := audit.Filter{ActorID: *actor, Action: audit.Action(*action), TargetID: *target}
		if *action != "" && !slices.Contains(actionNames(), *action) {
			return fmt.Errorf("--action %q must be %s", *action, oneOf(actionNames()))
		}
		if of.Before, err = page.from(); err != nil {
			return err
		}
		if of.Since, err = timeOrAgo(*since, env.clock.Now(cmd.Context())); err != nil {
			return fmt.Errorf("--since %w", err)
		}
		if of.Until, err = timeOrAgo(*until, env.clock.Now(cmd.Context())); err != nil {
			return fmt.Errorf("--until %w", err)
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		of.ClientID = *clientID
		if of.UserID, err = h.userID(cmd, *username); err != nil {
			return err
		}
		records, err := h.store.Records(cmd.Context(), of, page.read())
		if err != nil {
			return err
		}
		return env.printRecords(page, records, *asJSON)
	}
	return cmd
}

func actionNames() []string {
	var names []string
	for _, a := range audit.Actions() {
		names = append(names, string(a))
	}
	return names
}

// userID is the id of a user. A deleted one can be named by the id alone.
func (h *instance) userID(cmd *cobra.Command, username string) (string, error) {
	if username == "" {
		return "", nil
	}
	u, err := h.users.Find(cmd.Context(), username)
	if errors.Is(err, provider.ErrNotFound) {
		if _, malformed := provider.ParseID(username); malformed == nil {
			return username, nil
		}
		return "", fmt.Errorf("user %q: %w (a deleted user is named by the id, which gatehouse audit list --action user.delete shows)", username, provider.ErrNotFound)
	}
	if err != nil {
		return "", about("user", username, err)
	}
	return u.ID.String(), nil
}

func (e *environment) printRecords(page *listPage, records []audit.Record, asJSON bool) error {
	records = within(page, records, func(r audit.Record) provider.ID { return r.ID })
	views := make([]auditView, len(records))
	out := table{header: []string{"ID", "TIME", "ACTOR", "ACTION", "TARGET", "CONCERNS", "CHANGES"}, empty: "No acts are recorded."}
	for i, r := range records {
		views[i] = viewRecord(r)
		out.add(r.ID.String(), r.At.Format("2006-01-02 15:04:05 MST"), by(r.Actor), string(r.Action), r.Target.ID, concerns(r.Target), summary(r.Changes))
	}
	return page.print(e, views, &out, asJSON)
}

// concerns are the client and the user of an act whose target is something else.
func concerns(t audit.Target) string {
	var list []string
	if t.ClientID != "" && t.Type != audit.Client {
		list = append(list, "client "+t.ClientID)
	}
	if t.UserID != "" && t.Type != audit.User {
		list = append(list, "user "+t.UserID)
	}
	return strings.Join(list, ", ")
}

// summary is what changed, in a line of a table.
func summary(changes audit.Changes) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		c := changes[name]
		text := name + "=" + compact(c.After)
		if c.Before != nil {
			text = name + ": " + compact(c.Before) + " -> " + compact(c.After)
		}
		list = append(list, text)
	}
	line := []rune(strings.Join(list, ", "))
	const longest = 80
	if len(line) > longest {
		return string(line[:longest-1]) + "…"
	}
	return string(line)
}

func compact(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return string(text)
}

// timeOrAgo reads a time, or how long ago it was. The zero time is for an empty text.
func timeOrAgo(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q must be a time such as 2026-11-01 or 2026-11-01T08:00:00Z, or how long ago, such as 24h", text)
}
