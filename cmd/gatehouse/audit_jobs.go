package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
	"github.com/gatehouse-id/gatehouse/storage"
)

// auditJobs seal the audit log, verify what is new in it, and remove what is older than the operator wants to keep.
func (h *instance) auditJobs(log *slog.Logger, clock provider.Clock, m *metrics.Jobs) []storage.Job {
	sealer := chain.NewSealer(h.store, h.store, h.auditKeys, h.events, clock)
	jobs := []storage.Job{{Name: "audit-seal", Every: time.Second, Lease: 10 * time.Second, Due: sealer.Due, Work: func(ctx context.Context) error {
		_, err := sealer.Seal(ctx)
		return err
	}}}
	goOn := chain.NewContinuation(chain.NewVerifier(h.store, h.auditKeys, clock), h.verified, clock, audit.BackgroundJob("audit-verify"))
	jobs = append(jobs, storage.Job{Name: "audit-verify", Every: time.Minute, Lease: 10 * time.Minute, Due: goOn.Due, Work: func(ctx context.Context) error {
		err := goOn.Step(ctx)
		if errors.Is(err, chain.ErrTampered) {
			log.ErrorContext(ctx, "the audit log is not what was recorded", slog.Any("error", err))
		}
		return err
	}})
	keep := h.config.AuditRetention
	if keep == 0 {
		return jobs
	}
	retention := chain.NewRetention(h.store, h.gate, h.auditKeys, clock, keep)
	return append(jobs, storage.Job{Name: "audit-retention", Every: 3 * time.Minute, Lease: 10 * time.Minute, Work: func(ctx context.Context) error {
		removed, err := retention.Remove(ctx, audit.BackgroundJob("audit-retention"))
		m.Removed("audit_logs", removed)
		if removed > 0 {
			log.InfoContext(ctx, "old audit records removed", slog.Int64("records", removed))
		}
		return err
	}})
}

// lastVerified is when the audit log was last verified, and whether it was intact; the zero time: never.
func (h *instance) lastVerified(ctx context.Context) (at time.Time, intact bool, err error) {
	last, err := h.verified.Last(ctx)
	if err != nil || last == nil {
		return time.Time{}, false, err
	}
	return last.At, last.Fault == nil, nil
}

// unsealed is for how long the oldest record waits to be sealed, or zero.
func (h *instance) unsealed(ctx context.Context, clock provider.Clock) (time.Duration, error) {
	state, err := h.store.ChainState(ctx, 0)
	if err != nil || state.Oldest == nil {
		return 0, err
	}
	return clock.Now(ctx).Sub(*state.Oldest), nil
}
