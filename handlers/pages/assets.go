package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
)

//go:embed assets
var assetFiles embed.FS

// AssetRoute is where assets are served: the checksum is that of the file, so that a new version has
// a new URL and the old one may be cached forever.
const AssetRoute = "/assets/{checksum}/{name}"

type asset struct {
	content []byte
	kind    []string
	length  []string
}

// assets are the files by URL, and the URLs by name.
type assets struct {
	files map[string]asset
	paths map[string]string
}

func readAssets() (assets, error) {
	// Do not guess by content or by the tables of the operating system.
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
	a := assets{files: map[string]asset{}, paths: map[string]string{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return assets{}, fmt.Errorf("pages: %w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		content, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			return assets{}, fmt.Errorf("pages: %w", err)
		}
		kind, ok := kinds[path.Ext(name)]
		if !ok {
			return assets{}, fmt.Errorf("pages: no content type for the asset %s", name)
		}
		sum := sha256.Sum256(content)
		address := "/assets/" + hex.EncodeToString(sum[:8]) + "/" + name
		a.paths[name] = address
		a.files[address] = asset{content: content, kind: []string{kind}, length: []string{strconv.Itoa(len(content))}}
	}
	return a, nil
}

// path is the path of the asset with the given name.
func (a assets) path(name string) (string, error) {
	address, ok := a.paths[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return address, nil
}

// Asset writes the asset with the given path and tells whether there is one.
func (s *Set) Asset(w http.ResponseWriter, address string) bool {
	file, ok := s.assets.files[address]
	if !ok {
		return false
	}
	h := w.Header()
	h["Content-Type"], h["Content-Length"] = file.kind, file.length
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(file.content) // fails only when the client has disconnected
	return true
}
