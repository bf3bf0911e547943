package wire_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// A value that cannot be marshalled leaves the response to the error.
func TestWriteJSONWritesAllOrNothing(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	require.Error(t, wire.WriteJSON(w, http.StatusOK, math.NaN()))
	assert.Empty(t, w.Header())
	require.NoError(t, wire.WriteJSON(w, http.StatusCreated, map[string]int{"a": 1}))
	assert.Equal(t, http.StatusCreated, w.Code)
	assert.Equal(t, `{"a":1}`, w.Body.String())
	assert.Equal(t, "7", w.Header().Get("Content-Length"))
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
}

func TestJSONIsNotStoredUnlessTheEndpointSaysSo(t *testing.T) {
	t.Parallel()
	for set, want := range map[string]string{"": "no-store", "public, max-age=300": "public, max-age=300"} {
		w := httptest.NewRecorder()
		if set != "" {
			w.Header().Set("Cache-Control", set)
		}
		require.NoError(t, wire.WriteJSON(w, http.StatusOK, struct{}{}))
		assert.Equal(t, []string{want}, w.Header()["Cache-Control"])
	}
}
