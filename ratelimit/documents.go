package ratelimit

import (
	"context"
	"fmt"
	"net/netip"
	"time"
)

// Documents limits how many metadata documents of unknown clients one address has the server fetch.
type Documents struct {
	limiter Limiter
	policy  *Policy
}

// NewDocuments makes Documents with the policy of a table.
func NewDocuments(limiter Limiter, table *Table) *Documents {
	policy, _ := table.Policy(ClientDocumentPrefix) // every table has it
	return &Documents{limiter, policy}
}

// Take counts a document before it is fetched. It returns how long the address has to wait, and then counts nothing; 0:
// not at all.
func (d *Documents) Take(ctx context.Context, address string) (time.Duration, error) {
	from, err := netip.ParseAddr(address)
	if err != nil {
		return 0, fmt.Errorf("ratelimit: document: %w", err)
	}
	return wait(ctx, d.limiter, Ask{Policy: d.policy, Key: Prefix(from)})
}
