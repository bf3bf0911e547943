package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
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
		Long: `Each record has a proof that this product wrote it, which nobody can make with the database
alone. Running servers chain the records by hashes each second, and sign the end of the chain at
most each minute: a checkpoint. This checks all of it and names the first thing that is wrong;
the exit code is 1 then. The result is kept, beside the log, and shown by the console and the
next time; servers verify each day what was recorded since the last result without a fault.

Somebody who can write to the database can put an older copy of the log in its place, or remove
records together with the chain, so that a server chains the rest anew. The latter shows as
records that were signed long after they were made. For both, keep a checkpoint elsewhere and
give it with --checkpoint: the log must contain it. The log of the server has each one (event
audit_signed), and this command shows the last one.

Versions of the first development series wrote records without proof. If this database was made
by one, give the time of the upgrade with --unauthenticated-until: records from before then that
were signed by then, or within ten minutes, are admitted.`,
		Example: `  gatehouse audit verify
  gatehouse audit verify --json
  gatehouse audit verify --checkpoint "$(cat checkpoint.txt)"
  gatehouse audit verify --unauthenticated-until 2026-11-27T08:00:00Z`,
		Args: cobra.NoArgs,
	}
	kept := cmd.Flags().String("checkpoint", "", "a checkpoint that was kept elsewhere")
	until := cmd.Flags().String("unauthenticated-until", "", "admit records without proof of their origin that were made before then and signed within ten minutes after: a time such as 2026-11-01 or 2026-11-01T08:00:00Z")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		options := chain.Options{Kept: strings.TrimSpace(*kept)}
		var err error
		if options.UnauthenticatedUntil, err = timeOrAgo(*until, env.clock.Now(cmd.Context())); err != nil {
			return fmt.Errorf("--unauthenticated-until %w", err)
		}
		before, err := h.verified.Last(cmd.Context())
		if err != nil {
			return err
		}
		shown := env.newProgress("verified")
		report, err := chain.NewVerifier(h.store, h.auditKeys, env.clock).Verify(cmd.Context(), options, shown.at)
		shown.end()
		var fault *chain.Fault
		if err != nil && !errors.As(err, &fault) {
			return err
		}
		if err := env.printVerified(report, fault, before, *asJSON); err != nil {
			return err
		}
		if fault == nil || !fault.Given {
			if err := h.verified.Keep(cmd.Context(), env.actor(), report, fault); err != nil { // such as a copy that is only read
				_, _ = fmt.Fprintln(env.Err, printable("note: this result is not kept: "+err.Error()))
			}
		}
		if fault == nil {
			return nil
		}
		return fmt.Errorf("audit log: %w", fault)
	})
	return cmd
}

func isAuditVerify(cmd *cobra.Command) bool {
	return cmd.CommandPath() == cmd.Root().Name()+" audit verify"
}

type verifiedView struct {
	Intact      bool       `json:"intact"`
	Records     int64      `json:"records"`
	First       int64      `json:"first"`
	Last        int64      `json:"last"`
	Checkpoints int64      `json:"checkpoints"`
	SignedAt    *time.Time `json:"signed_at"`
	Checkpoint  string     `json:"checkpoint"`
	// Unauthenticated is how many records have no proof of their origin, and were admitted.
	Unauthenticated int64      `json:"unauthenticated"`
	SignedLate      []lateView `json:"signed_late"`
	Fault           *faultView `json:"fault"`
	// Before is the result of the verification before.
	Before *beforeView `json:"before"`
}

type beforeView struct {
	VerifiedAt time.Time  `json:"verified_at"`
	ActorKind  string     `json:"actor_kind"`
	Actor      string     `json:"actor"`
	Host       string     `json:"host"`
	Whole      bool       `json:"whole"`
	Records    int64      `json:"records"`
	Last       int64      `json:"last"`
	Fault      *faultView `json:"fault"`
}

func viewBefore(v *chain.Verification) *beforeView {
	if v == nil {
		return nil
	}
	return &beforeView{v.At, string(v.Actor.Kind), v.Actor.ID, v.Actor.Host, v.Whole, v.Records, v.Reached.Sequence, viewFault(v.Fault)}
}

// shownBefore is the result of the verification before, in a line.
func shownBefore(v *chain.Verification) string {
	result := "intact"
	if v.Fault != nil {
		result = v.Fault.Error()
	}
	return fmt.Sprintf("%s, by %s: %s", when(v.At), by(v.Actor), result)
}

type lateView struct {
	First    int64     `json:"first"`
	Last     int64     `json:"last"`
	MadeAt   time.Time `json:"made_at"`
	SignedAt time.Time `json:"signed_at"`
}

type faultView struct {
	Kind     string `json:"kind"`
	Sequence int64  `json:"sequence"`
	Through  int64  `json:"through"`
	Record   string `json:"record"`
	KeyID    string `json:"key_id"`
	Text     string `json:"text"`
}

func viewFault(fault *chain.Fault) *faultView {
	if fault == nil {
		return nil
	}
	view := &faultView{Kind: string(fault.Kind), Sequence: fault.Sequence, Through: max(fault.Sequence, fault.Through), KeyID: fault.KeyID, Text: fault.Error()}
	if !fault.ID.IsZero() {
		view.Record = fault.ID.String()
	}
	return view
}

// printVerified prints what was verified. A fault is for standard error, except in JSON.
func (e *environment) printVerified(r chain.Report, fault *chain.Fault, before *chain.Verification, asJSON bool) error {
	view := verifiedView{Intact: fault == nil, Records: r.Records, First: r.First, Last: r.Last, Checkpoints: r.Checkpoints, Unauthenticated: r.Unauthenticated, SignedLate: make([]lateView, len(r.Late)), Fault: viewFault(fault), Before: viewBefore(before)}
	for i, l := range r.Late {
		view.SignedLate[i] = lateView{l.First, l.Last, l.Made, l.Signed}
	}
	if c := r.Checkpoint; c != nil {
		text, err := c.JWS()
		if err != nil {
			return err
		}
		view.SignedAt, view.Checkpoint = &c.At, text
	}
	switch {
	case asJSON:
		return printJSON(e.Out, view)
	case fault != nil:
		if before != nil {
			_, _ = fmt.Fprintln(e.Err, printable("note: the verification before: "+shownBefore(before)))
		}
		return nil
	case r.Records == 0 && r.Unsealed:
		_, err := fmt.Fprintln(e.Out, "The audit log is intact. Its records wait for a running server, which chains and signs them.")
		return err
	case r.Records == 0:
		_, err := fmt.Fprintln(e.Out, "The audit log is empty: nothing was recorded yet.")
		return err
	}
	return e.printIntact(r, before, view.Checkpoint)
}

func (e *environment) printIntact(r chain.Report, before *chain.Verification, checkpoint string) error {
	last := "none"
	if r.Checkpoint != nil {
		last = fmt.Sprintf("%d, the last at record %d, %s", r.Checkpoints, r.Checkpoint.Sequence, when(r.Checkpoint.At))
	}
	if _, err := fmt.Fprintln(e.Out, "The audit log is intact."); err != nil {
		return err
	}
	shown := []string{"Records", fmt.Sprintf("%d to %d", r.First, r.Last), "Checkpoints", last, "To keep", checkpoint}
	if r.Unauthenticated > 0 {
		shown = append(shown, "Without proof", strconv.FormatInt(r.Unauthenticated, 10))
	}
	for _, l := range r.Late {
		shown = append(shown, "Signed late", fmt.Sprintf("%d to %d, made from %s on, signed %s: no server ran, or the chain was made anew", l.First, l.Last, when(l.Made), when(l.Signed)))
	}
	if before != nil {
		shown = append(shown, "Before", shownBefore(before))
	}
	return facts(e.Out, shown...)
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
