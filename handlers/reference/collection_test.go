package reference_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/reference"
)

type collectionItem struct {
	Name    string
	Item    []collectionItem
	Request *struct {
		Method string
		Header []struct{ Key, Value string }
		Body   *struct{ Mode, Raw string }
		URL    struct {
			Raw      string
			Path     []string
			Variable []struct{ Key string }
		}
	}
}

func (i collectionItem) each(act func(collectionItem)) {
	if i.Request != nil {
		act(i)
	}
	for _, inner := range i.Item {
		inner.each(act)
	}
}

// The collection has every operation of both documents, and no credentials.
func TestCollection(t *testing.T) {
	t.Parallel()
	lines, management := table(t)
	r, err := described(t, lines, management)
	require.NoError(t, err)
	text, err := reference.Collection(management.Document(), r.Protocol())
	require.NoError(t, err)
	var c struct {
		Info     struct{ Schema string }
		Item     []collectionItem
		Variable []struct{ Key, Value string }
	}
	require.NoError(t, json.Unmarshal(text, &c))
	assert.Equal(t, "https://schema.getpostman.com/json/collection/v2.1.0/collection.json", c.Info.Schema)
	operations := 0
	for _, document := range []int{len(management.Routes()) - 2, len(r.Protocol().Paths) + 3} { // without its documents; three paths have two methods
		operations += document
	}
	requests := map[string]bool{}
	for _, folder := range c.Item {
		folder.each(func(i collectionItem) {
			requests[i.Request.Method+" "+i.Request.URL.Raw] = true
			variables := 0
			for _, part := range i.Request.URL.Path {
				assert.NotContains(t, part, "{")
				if strings.HasPrefix(part, ":") {
					variables++
				}
			}
			assert.Len(t, i.Request.URL.Variable, variables, i.Name)
			if i.Request.Body != nil && i.Request.Body.Mode == "raw" {
				assert.True(t, json.Valid([]byte(i.Request.Body.Raw)), i.Name)
			}
		})
	}
	assert.Len(t, requests, operations)
	for _, v := range c.Variable {
		if v.Key != "base_url" {
			assert.Empty(t, v.Value, v.Key)
		}
	}
	kept, err := os.ReadFile("../../deploy/postman_collection.json")
	require.NoError(t, err)
	assert.Contains(t, string(kept), `"Register a client"`)
}
