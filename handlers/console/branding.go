package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

const brandingPath = Path + "/branding"

// brandingPage shows what a brand would look like. It stores nothing: the brand is made of settings, which every server
// reads at its start.
type brandingPage struct {
	shell

	Fields []formField
	// Name is what the pages would be called.
	Name string
	// Own: the name is not the product's, so that the product's icon is not shown beside it.
	Own bool
	// Themes are those of the pages.
	Themes []string
	// Stylesheet is the path of the one with the color.
	Stylesheet string
	// Variables and File are the settings to paste: as variables of a shell, and as lines of the file with settings.
	// Empty: nothing is chosen, or something is wrong.
	Variables, File string
}

// The fields of the brand, by the names of the settings.
const (
	brandName  = "brand_name"
	brandColor = "brand_color"
)

func (c *Console) serveBranding(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	brand := pages.Brand{Name: c.Brand.Name}
	color := ""
	if c.Brand.Color != nil {
		color, _, _ = c.Brand.Color.Shades()
	}
	if query.Has(brandName) || query.Has(brandColor) {
		brand.Name, color = trimmed(query, brandName), trimmed(query, brandColor)
	}
	page := brandingPage{shell: c.shell(w, r, v, brandingPath), Themes: []string{"light", "dark"}, Fields: []formField{
		{Name: brandName, Label: "branding.name", Kind: "text", Value: brand.Name, Note: true},
		{Name: brandColor, Label: "branding.color", Kind: "text", Value: color, Note: true},
	}}
	in, wrong := c.pages.For(r), problems{}
	if err := pages.CheckBrandName(brand.Name); err != nil {
		wrong[brandName] = errorText(in, err)
		brand.Name = c.Brand.Name
	}
	preview := url.Values{}
	if color != "" {
		if _, err := pages.ParseColor(color); err != nil {
			wrong[brandColor] = errorText(in, err)
		} else {
			preview.Set("color", color)
		}
	}
	status := http.StatusOK
	if len(wrong) > 0 {
		canonical.From(r.Context()).Outcome("invalid")
		wrong.place(page.Fields)
		status = http.StatusUnprocessableEntity
	} else {
		page.Variables, page.File = brandSettings(brand.Name, color)
	}
	page.Name, page.Own, page.Stylesheet = brand.Title(), brand.Name != "", wire.Path(brandingPath+"/preview.css", preview)
	return in.Write(w, status, "branding", page, r.URL.RequestURI())
}

// brandSettings are the settings of a brand for a shell and for the file with settings (YAML, which has the texts of
// JSON).
func brandSettings(name, color string) (variables, file string) {
	var a, b strings.Builder
	for _, s := range []struct{ name, value string }{{brandName, name}, {brandColor, color}} {
		if s.value == "" {
			continue
		}
		a.WriteString("GATEHOUSE_" + strings.ToUpper(s.name) + "='" + strings.ReplaceAll(s.value, "'", `'\''`) + "'\n")
		b.WriteString(s.name + ": " + strconv.Quote(s.value) + "\n")
	}
	return a.String(), b.String()
}

// servePreviewCSS serves the colors of the preview. A color that cannot be used is not.
func (*Console) servePreviewCSS(w http.ResponseWriter, r *http.Request, _ *viewer) error {
	color, err := pages.ParseColor(r.URL.Query().Get("color"))
	if err != nil {
		color = nil
	}
	css, err := pages.PreviewCSS(color)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(css) //nolint:gosec // of what was sent it has a color, which was parsed
	return err
}
