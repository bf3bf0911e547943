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

// assetPolicy has no scripts and another origin for what opens an asset on its own. An SVG image may
// have styles of its own.
const assetPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

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

// readAssets reads the embedded files, and adds those of the brand.
func readAssets(brand Brand) (assets, error) {
	a := assets{files: map[string]asset{}, paths: map[string]string{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return assets{}, fmt.Errorf("pages: %w", err)
	}
	for _, entry := range entries {
		content, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			return assets{}, fmt.Errorf("pages: %w", err)
		}
		if err := a.add(entry.Name(), content); err != nil {
			return assets{}, err
		}
	}
	if brand.Logo != nil {
		if err := a.add(brand.Logo.asset, brand.Logo.content); err != nil {
			return assets{}, err
		}
	}
	if brand.Color != nil {
		if err := a.add("brand.css", brand.Color.css()); err != nil {
			return assets{}, err
		}
	}
	return a, nil
}

func (a assets) add(name string, content []byte) error {
	// Do not guess by content or by the tables of the operating system.
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".js": "text/javascript; charset=utf-8"}
	kind, ok := kinds[path.Ext(name)]
	if !ok {
		return fmt.Errorf("pages: no content type for the asset %s", name)
	}
	sum := sha256.Sum256(content)
	address := "/assets/" + hex.EncodeToString(sum[:8]) + "/" + name
	a.paths[name] = address
	a.files[address] = asset{content: content, kind: []string{kind}, length: []string{strconv.Itoa(len(content))}}
	return nil
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
	// The operator's logo may be an SVG image: opened on its own, it is a document of this origin.
	h.Set("Content-Security-Policy", assetPolicy)
	_, _ = w.Write(file.content) // fails only when the client has disconnected
	return true
}
