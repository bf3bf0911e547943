// Command postman writes the Postman collection: postman FILE.
package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/api"
	"github.com/gatehouse-id/gatehouse/handlers/browser"
	"github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/reference"
)

//go:generate go run . ../../deploy/postman_collection.json

func main() {
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write describes the routes without a server behind them: only their lines are read.
func write(file string) error {
	management, err := api.New(api.Config{Issuer: reference.BaseURL})
	if err != nil {
		return err
	}
	set, err := pages.New(pages.Settings{})
	if err != nil {
		return err
	}
	people := browser.New(browser.Config{AuthorizePath: "/oauth/authorize", LogoutPath: "/oauth/logout"})
	table := handlers.Config{Routes: slices.Concat(oauth.Config{Prefix: "/oauth"}.Routes(), people.Routes(), management.Routes())}.Table()
	r, err := reference.New(reference.Config{Issuer: reference.BaseURL, Table: table, Management: management.Document(), Pages: set})
	if err != nil {
		return err
	}
	collection, err := reference.Collection(management.Document(), r.Protocol())
	if err != nil {
		return err
	}
	return os.WriteFile(file, collection, 0o644) //nolint:gosec // for everyone to read
}
