package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
)

// pages are the pages of this server.
func (c *config) pages() (*pages.Set, error) {
	return pages.New(pages.Settings{Dev: c.Dev, LanguageCookie: websession.LanguageCookie(c.Issuer), Brand: c.brand})
}

// readBrand reads what the pages are called and look like.
func (c *config) readBrand() error {
	brand := pages.Brand{Name: c.BrandName}
	var faults []error
	check := func(key string, err error) {
		if err != nil {
			faults = append(faults, fmt.Errorf("%s %w", c.named(key), err))
		}
	}
	check("brand_name", pages.CheckBrandName(c.BrandName))
	if c.BrandLogo != "" {
		content, err := os.ReadFile(c.BrandLogo)
		if err == nil {
			brand.Logo, err = pages.NewLogo(content)
		}
		var unread *fs.PathError
		if err != nil && !errors.As(err, &unread) { // which names the file
			err = fmt.Errorf("%s %w", c.BrandLogo, err)
		}
		check("brand_logo", err)
	}
	if c.BrandColor != "" {
		var err error
		brand.Color, err = pages.ParseColor(c.BrandColor)
		check("brand_color", err)
	}
	for _, text := range c.BrandLinks {
		link, err := pages.ParseLink(text)
		if err != nil {
			err = fmt.Errorf("%q %w", text, err)
		}
		check("brand_links", err)
		brand.Links = append(brand.Links, link)
	}
	c.brand = brand
	return errors.Join(faults...)
}
