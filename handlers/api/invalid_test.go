package api

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLocationsAreJSONPointers(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"body": "", "body.name": "/name", "body.redirect_uris[1]": "/redirect_uris/1", "body.a.b": "/a/b", "query.limit": "limit", "body.a/b~c": "/a~1b~0c", "path.client_id": "client_id", "": "",
	} {
		assert.Equal(t, want, pointer(location), location)
	}
}
