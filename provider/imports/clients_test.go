package imports_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// adding registers every client.
type adding struct{}

func (adding) Add(_ context.Context, clients []*client.Imported, _ map[string]any) ([]error, error) {
	return make([]error, len(clients)), nil
}

// Whoever imports a client is told that it does not know its users by the subjects that it had.
func TestPairwiseClientsGetOtherSubjects(t *testing.T) {
	t.Parallel()
	var batch []imports.Item
	for _, kind := range []client.SubjectType{client.Pairwise, client.Public} {
		batch = append(batch, imports.Item{Kind: imports.KindClient, Notes: []string{"first"}, Value: &client.Imported{Client: client.Client{ID: string(kind), SubjectType: kind}}})
	}
	outcomes, err := imports.NewClients(adding{}, imports.Source{}, imports.ClientOptions{}).Write(t.Context(), batch)
	require.NoError(t, err)
	require.Len(t, outcomes[0].Notes, 2)
	assert.Contains(t, outcomes[0].Notes[1], "pairwise subjects of this server")
	assert.Equal(t, []string{"first"}, outcomes[1].Notes)
}
