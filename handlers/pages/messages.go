package pages

import (
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed messages/*.json
var catalogues embed.FS

// messages are the texts of one language, by key.
type messages map[string]string

func readMessages(file string) (messages, error) {
	content, err := catalogues.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	var m messages
	if err := json.Unmarshal(content, &m); err != nil {
		return nil, fmt.Errorf("pages: %s: %w", file, err)
	}
	return m, nil
}

// text fails for a missing key: a page without the text would go unnoticed.
func (m messages) text(key string) (string, error) {
	text, ok := m[key]
	if !ok {
		return "", fmt.Errorf("no text for %q", key)
	}
	return text, nil
}
