package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func newExplain(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain ERROR_ID",
		Short: "Explain an error id, and what to change",
		Long: `Opens the error id in the response to a refused request: the last part of its
error_uri. The whole address may be given too. Where a registration lacks what was
received, "Run" is the command that adds it, for values that belong to the client.`,
		Example: "  gatehouse explain https://id.example.com/errors/AUc3...",
		Args:    cobra.ExactArgs(1),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		id := refusal.IDIn(args[0])
		record, err := refusal.NewRecorder(h.ring.Key(keyring.ErrorRecord)).Open(id)
		if errors.Is(err, refusal.ErrUnknownID) {
			return errors.New("not an error id of this provider: it was truncated when copied, or another provider issued it")
		}
		if err != nil {
			return err
		}
		c, err := h.clientOfRecord(cmd.Context(), record)
		if err != nil {
			return err
		}
		e := explained{Record: record, Entry: h.config.refusals().Explain(record.Check), client: c, flags: repeated(cmd), now: env.clock.Now(cmd.Context()).UTC()}
		if *asJSON {
			return printJSON(env.Out, e.view())
		}
		return facts(env.Out, e.facts()...)
	})
	return cmd
}

// clientOfRecord is the client as it is registered now, or nil.
func (h *instance) clientOfRecord(ctx context.Context, record refusal.Record) (*client.Client, error) {
	if record.ClientID == "" {
		return nil, nil //nolint:nilnil // many refusals concern no client
	}
	c, err := h.store.Client(ctx, record.ClientID)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, nil //nolint:nilnil // a name that is not, or no longer, registered
	}
	if err != nil {
		return nil, about("client", record.ClientID, err)
	}
	return c, nil
}

// explained is a record with what there is to say about it now.
type explained struct {
	refusal.Record
	refusal.Entry

	client *client.Client
	flags  string
	now    time.Time
}

func (e explained) view() map[string]any {
	name := ""
	if e.client != nil {
		name = e.client.Name
	}
	return map[string]any{
		"time": e.At, "now": e.now.Truncate(time.Second), "error": e.Code, "check": e.Check, "client_id": e.ClientID, "client_name": name,
		"field": e.Field, "expected": e.Expected, "received": e.Received, "registered": e.registered(),
		"route": e.Route, "request_id": e.RequestID,
		"explanation": e.Explanation, "fix": e.Fix, "command": e.command(),
	}
}

func (e explained) facts() []string {
	expected, received := "Expected", "Received"
	if e.Field == refusal.FieldTime {
		expected, received = "Limit", "Our clock then"
	}
	return []string{
		"When", e.At.Format(time.RFC3339), "Now", e.now.Format(time.RFC3339),
		"Error", string(e.Code), "Check", string(e.Check),
		"Client", e.named(), "Endpoint", e.Route, "Request", e.RequestID,
		"Compared", string(e.Field), expected, e.Expected, received, e.Received,
		"Registered", strings.Join(e.registered(), " "),
		"Meaning", e.Explanation, "Fix", e.Fix, "Run", e.command(),
	}
}

// command is what to paste, for the same database.
func (e explained) command() string {
	if command := e.Command(); command != "" {
		return command + e.flags
	}
	return ""
}

// named is the client by id and name.
func (e explained) named() string {
	switch {
	case e.ClientID == "":
		return ""
	case e.client == nil:
		return e.ClientID + " (not registered)"
	default:
		return e.ClientID + " (" + e.client.Name + ")"
	}
}

// registered is what the client has by now of what was compared.
func (e explained) registered() []string {
	if e.client == nil {
		return nil
	}
	return e.client.Registered(e.Field)
}
