package main

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// lateFetch is the way out for the few commands that fetch while a client is registered: no other reads the file with
// the certificates. A server has its own.
type lateFetch struct{ config config }

// Get fetches as outbound.Client does.
func (f lateFetch) Get(ctx context.Context, address, accept string, maxBody int64) (outbound.Fetched, error) {
	client, err := f.config.outbound(nil)
	if err != nil {
		return outbound.Fetched{}, err
	}
	return client.Get(ctx, address, accept, maxBody)
}
