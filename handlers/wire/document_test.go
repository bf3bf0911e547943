package wire_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

func TestADocumentIsSentOnceToACallerWhoKeepsIt(t *testing.T) {
	t.Parallel()
	document := []byte(`{"issuer":"https://id.example"}`)
	tag := wire.Tag(document)
	assert.NotEqual(t, tag, wire.Tag([]byte("{}")))
	for sent, status := range map[string]int{"": http.StatusOK, `"other"`: http.StatusOK, tag: http.StatusNotModified, "W/" + tag: http.StatusNotModified} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("If-None-Match", sent)
		w := httptest.NewRecorder()
		wire.WriteDocument(w, r, document, tag, 5*time.Minute)
		assert.Equal(t, status, w.Code, sent)
		assert.Equal(t, tag, w.Header().Get("ETag"))
		assert.Equal(t, "public, max-age=300", w.Header().Get("Cache-Control"))
		if status == http.StatusOK {
			assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
			assert.Equal(t, string(document), w.Body.String())
		} else {
			assert.Empty(t, w.Body.String())
		}
	}
}
