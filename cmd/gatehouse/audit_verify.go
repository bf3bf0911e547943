package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

func newAuditVerify(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check that no recorded act was changed, removed, reordered or inserted",
		Long: `Running servers chain the records by hashes each second, and sign the end of the chain at most
each minute: a checkpoint. This checks all of it and names the first thing that is wrong; the
exit code is 1 then.

Somebody who can replace the whole database by an older copy replaces the checkpoints as well.
Keep a checkpoint elsewhere, and give it with --checkpoint: the log must contain it. The log of
the server has each one (event audit_signed), and this command shows the last one.`,
		Example: `  gatehouse audit verify
  gatehouse audit verify --json
  gatehouse audit verify --checkpoint "$(cat checkpoint.txt)"`,
		Args: cobra.NoArgs,
	}
	kept := cmd.Flags().String("checkpoint", "", "a checkpoint that was kept elsewhere")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		shown := env.newProgress("verified")
		report, err := chain.NewVerifier(h.store, h.auditKeys, env.clock).Verify(cmd.Context(), strings.TrimSpace(*kept), shown.at)
		shown.end()
		var fault *chain.Fault
		if err != nil && !errors.As(err, &fault) {
			return err
		}
		if err := env.printVerified(report, fault, *asJSON); err != nil || fault == nil {
			return err
		}
		return fmt.Errorf("audit log: %w", fault)
	})
	return cmd
}

type verifiedView struct {
	Intact      bool       `json:"intact"`
	Records     int64      `json:"records"`
	First       int64      `json:"first"`
	Last        int64      `json:"last"`
	Checkpoints int64      `json:"checkpoints"`
	SignedAt    *time.Time `json:"signed_at"`
	Checkpoint  string     `json:"checkpoint"`
	Fault       *faultView `json:"fault"`
}

type faultView struct {
	Kind     string `json:"kind"`
	Sequence int64  `json:"sequence"`
	Through  int64  `json:"through"`
	Record   string `json:"record"`
	KeyID    string `json:"key_id"`
	Text     string `json:"text"`
}

// printVerified prints what was verified. A fault is for standard error, except in JSON.
func (e *environment) printVerified(r chain.Report, fault *chain.Fault, asJSON bool) error {
	view := verifiedView{Intact: fault == nil, Records: r.Records, First: r.First, Last: r.Last, Checkpoints: r.Checkpoints}
	if c := r.Checkpoint; c != nil {
		text, err := c.JWS()
		if err != nil {
			return err
		}
		view.SignedAt, view.Checkpoint = &c.At, text
	}
	if fault != nil {
		view.Fault = &faultView{Kind: string(fault.Kind), Sequence: fault.Sequence, Through: max(fault.Sequence, fault.Through), KeyID: fault.KeyID, Text: fault.Error()}
		if !fault.ID.IsZero() {
			view.Fault.Record = fault.ID.String()
		}
	}
	switch {
	case asJSON:
		return printJSON(e.Out, view)
	case fault != nil:
		return nil
	case r.Records == 0:
		_, err := fmt.Fprintln(e.Out, "The audit log is intact: no records are sealed.")
		return err
	}
	last := "none"
	if r.Checkpoint != nil {
		last = fmt.Sprintf("%d, the last at record %d, %s", r.Checkpoints, r.Checkpoint.Sequence, when(r.Checkpoint.At))
	}
	if _, err := fmt.Fprintln(e.Out, "The audit log is intact."); err != nil {
		return err
	}
	return facts(e.Out, "Records", fmt.Sprintf("%d to %d", r.First, r.Last), "Checkpoints", last, "To keep", view.Checkpoint)
}

// progress is a line about long work, on a terminal.
type progress struct {
	env   *environment
	verb  string
	shown time.Time
}

// newProgress makes a line about what is being done, or none where standard error is no terminal.
func (e *environment) newProgress(verb string) *progress {
	if f, ok := e.Err.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{env: e, verb: verb, shown: e.clock()}
}

// progressEvery is how often the line is written.
const progressEvery = 200 * time.Millisecond

func (p *progress) at(done, total int64) {
	if p.env == nil || p.env.clock().Sub(p.shown) < progressEvery {
		return
	}
	p.shown = p.env.clock()
	_, _ = fmt.Fprintf(p.env.Err, "\r\033[K%s %d of %d", p.verb, done, total) // of no consequence
}

// end removes the line.
func (p *progress) end() {
	if p.env != nil {
		_, _ = fmt.Fprint(p.env.Err, "\r\033[K")
	}
}
