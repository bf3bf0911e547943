package audittest

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// Log keeps records in memory.
type Log struct {
	mu      sync.Mutex
	records []audit.Record
}

// AppendRecord is part of the gate's store.
func (l *Log) AppendRecord(_ context.Context, r audit.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, r)
	return nil
}

// Records are those that were appended, the oldest first.
func (l *Log) Records() []audit.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.records)
}

// InTx calls fn.
func (*Log) InTx(ctx context.Context, fn func(ctx context.Context) error) error { return fn(ctx) }

// NewGate makes a gate with its log.
func NewGate(clock provider.Clock) (*audit.Gate, *Log) {
	log := &Log{}
	return audit.NewGate(log, log, (*event.Bus)(nil), clock, rand.Reader), log
}

// Operator is an actor who may do everything.
func Operator() audit.Actor {
	return audit.Actor{Kind: audit.OperatingSystemUser, ID: "operator", Host: "test"}
}
