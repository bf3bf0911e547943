package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func newExplain(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain ERROR_ID",
		Short: "Say what an error id means, and what to change",
		Long: `Opens the error id that a refused request was answered with: the last part of its
error_uri. The whole address may be given too.`,
		Example: "  gatehouse explain https://id.example.com/errors/AUc3...",
		Args:    cobra.ExactArgs(1),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.inHouse(func(cmd *cobra.Command, h *house, args []string) error {
		id := args[0][strings.LastIndexByte(args[0], '/')+1:]
		record, err := refusal.NewRecorder(h.ring.Key(keyring.ErrorRecord)).Open(id)
		if errors.Is(err, refusal.ErrUnknownID) {
			return errors.New("not an error id of this provider: it was cut when copied, or comes from another one")
		}
		if err != nil {
			return err
		}
		entry := refusal.Explain(record.Check)
		if *asJSON {
			return printJSON(env.Out, map[string]any{
				"at": record.At, "error": record.Code, "check": record.Check, "client_id": record.ClientID,
				"field": record.Field, "expected": record.Expected, "received": record.Received,
				"route": record.Route, "request_id": record.RequestID,
				"explanation": entry.Explanation, "fix": entry.Fix,
			})
		}
		return facts(env.Out,
			"When", record.At.Format(time.RFC3339), "Error", string(record.Code), "Check", string(record.Check),
			"Client", record.ClientID, "Endpoint", record.Route, "Request", record.RequestID,
			"Compared", string(record.Field), "Expected", record.Expected, "Received", record.Received,
			"Meaning", entry.Explanation, "Fix", entry.Fix,
		)
	})
	return cmd
}
