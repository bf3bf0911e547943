package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

// exportBatch is how many records an export holds in memory.
const exportBatch = 100

func newAuditExport(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write recorded acts as JSON lines, the oldest first",
		Long: `Writes one JSON object a line, with the same members as "audit list --json" and the place of the
record in the hash chain: sequence and hash are null until a server has sealed it.`,
		Example: `  gatehouse audit export > audit.jsonl
  gatehouse audit export --since 2026-11-01 --until 2026-12-01 |
      gzip > november.jsonl.gz`,
		Args: cobra.NoArgs,
	}
	since := cmd.Flags().String("since", "", "only from then on: a time such as 2026-11-01 or 2026-11-01T08:00:00Z, or how long ago, such as 24h")
	until := cmd.Flags().String("until", "", "only before then, written like --since")
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		now := env.clock.Now(cmd.Context())
		from, err := timeOrAgo(*since, now)
		if err != nil {
			return fmt.Errorf("--since %w", err)
		}
		to, err := timeOrAgo(*until, now)
		if err != nil {
			return fmt.Errorf("--until %w", err)
		}
		if !to.IsZero() && !from.Before(to) {
			return errors.New("--until must be later than --since")
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		out := bufio.NewWriter(env.Out)
		lines := jsonEncoder(out)
		var after provider.ID
		if !from.IsZero() {
			after = provider.FirstID(from)
		}
		for {
			batch, err := h.store.RecordsFrom(cmd.Context(), after, to, exportBatch)
			if err != nil {
				return err
			}
			for i := range batch {
				after = batch[i].Record.ID
				if err := lines.Encode(exported(&batch[i])); err != nil {
					return err
				}
			}
			if len(batch) < exportBatch {
				return out.Flush()
			}
		}
	}
	return cmd
}

type exportView struct {
	auditView

	Sequence *int64  `json:"sequence"`
	Hash     *string `json:"hash"`
}

func exported(e *chain.Entry) exportView {
	view := exportView{auditView: viewRecord(e.Record)}
	// Whoever changed a record must not be able to stop the export of the others.
	view.Changes = e.Changes
	if raw := json.RawMessage(e.Changes); json.Valid(raw) {
		view.Changes = raw
	}
	if e.Sequence != 0 {
		hash := base64.RawURLEncoding.EncodeToString(e.Hash)
		view.Sequence, view.Hash = &e.Sequence, &hash
	}
	return view
}
