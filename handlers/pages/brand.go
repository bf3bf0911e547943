package pages

import (
	"cmp"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Brand is what the pages of an operator are called and look like. Everything in it is optional.
type Brand struct {
	// Name replaces that of the product.
	Name  string
	Logo  *Logo
	Color *Color
	// Links are shown at the end of every page.
	Links []Link
}

// maxBrandName bounds a name, in characters: it must fit into the header of a page on a phone.
const maxBrandName = 40

// CheckBrandName returns an error for a name that pages cannot show.
func CheckBrandName(name string) error {
	if name != strings.TrimSpace(name) || utf8.RuneCountInString(name) > maxBrandName {
		return fault.New(fault.BrandName, "most", maxBrandName).Err()
	}
	return provider.TextFault(name).Err()
}

// Title is the name that the pages show.
func (b Brand) Title() string { return cmp.Or(b.Name, "Gatehouse") }

// Icon is the asset that is shown beside the name.
func (b Brand) Icon() string {
	if b.Logo != nil {
		return b.Logo.asset
	}
	if b.Name != "" { // the product's would be taken for the operator's
		return "application.svg"
	}
	return "gatehouse.svg"
}

// IconWidth is the width of the icon for a height of iconHeight, in CSS pixels.
func (b Brand) IconWidth() int {
	if b.Logo != nil {
		return b.Logo.width
	}
	return iconHeight
}

// Link is a link of the operator.
type Link struct{ Label, URL string }

// ParseLink reads a link that is written as Label=https://...
func ParseLink(text string) (Link, error) {
	label, address, ok := strings.Cut(text, "=")
	label, address = strings.TrimSpace(label), strings.TrimSpace(address)
	if !ok || label == "" || utf8.RuneCountInString(label) > maxBrandName || provider.TextFault(label) != nil {
		return Link{}, errors.New("must be written like Help=https://example.com/help, with a label of at most 40 characters")
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return Link{}, errors.New("must lead to an https:// URL")
	}
	return Link{label, u.String()}, nil
}
