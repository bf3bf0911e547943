package registration_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

type noSector struct{}

func (noSector) Get(context.Context, string, string, int64) (outbound.Fetched, error) {
	return outbound.Fetched{}, outbound.ErrFetch
}

// The log says why the list of a sector could not be fetched, and the response does not.
func TestUnreachableSectorsAreLogged(t *testing.T) {
	f := newFixture(t)
	f.domain.Clients = f.clients.WithSectors(client.NewSectors(noSector{}, f.domain.Clock)).ForItself(f.store)
	_, err := f.registry().Register(t.Context(), registration.Request{Body: body(map[string]any{"sector_identifier_uri": "https://notes.example/list"})})
	var r *refusal.Refusal
	require.ErrorAs(t, err, &r)
	require.EqualError(t, r.Cause, outbound.ErrFetch.Error())
	assert.NotErrorIs(t, err, outbound.ErrFetch)
}
