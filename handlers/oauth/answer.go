package oauth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// writeJSON answers 200 with v. It marshals before it writes, so that a failure can
// still become an error answer.
func writeJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("marshal answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a caller who hung up cannot be told
	return nil
}
