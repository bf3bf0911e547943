package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// checkTable refuses a table that would serve something else than it says. It also drops
// aliases that the prefix made equal to the path itself.
func checkTable(table []Route) error {
	names, served, rules := map[string]bool{}, map[string]string{}, map[string]CORSRule{}
	for i := range table {
		route := &table[i]
		if err := checkRoute(*route); err != nil {
			return fmt.Errorf("route %q: %w", route.Name, err)
		}
		if names[route.Name] {
			return fmt.Errorf("route %q: the name is taken", route.Name)
		}
		names[route.Name] = true
		if rule, ok := rules[route.Path]; ok && rule != route.CORS {
			return fmt.Errorf("route %q: another CORS rule than the other methods of %s", route.Name, route.Path)
		}
		rules[route.Path] = route.CORS
		for _, method := range route.Methods {
			key := method + " " + route.Path
			if other, ok := served[key]; ok {
				return fmt.Errorf("route %q: %s is already %q", route.Name, key, other)
			}
			served[key] = route.Name
		}
		route.Aliases = slices.DeleteFunc(slices.Clone(route.Aliases), func(alias string) bool { return alias == route.Path })
	}
	return nil
}

func checkRoute(r Route) error {
	switch {
	case r.Protection < Open || r.Protection > Page:
		return errors.New("no protection named")
	case r.CORS < NoCORS || r.CORS > PublicClientOrigins:
		return errors.New("unknown CORS rule")
	case r.Handler == nil:
		return errors.New("no handler")
	case r.Name == "" || len(r.Methods) == 0 || !strings.HasPrefix(r.Path, "/"):
		return errors.New("name, methods and path are needed")
	case r.MaxBody < 0:
		return errors.New("negative body limit")
	}
	return nil
}

// aliasTable maps each alias to the path that it stands for.
func aliasTable(table []Route) (map[string]string, error) {
	paths, aliases := map[string]bool{}, map[string]string{}
	for _, route := range table {
		paths[route.Path] = true
	}
	for _, route := range table {
		for _, alias := range route.Aliases {
			if other, ok := aliases[alias]; paths[alias] || (ok && other != route.Path) || strings.ContainsAny(alias, "{}") {
				return nil, fmt.Errorf("route %q: the alias %s is taken or has variables", route.Name, alias)
			}
			aliases[alias] = route.Path
		}
	}
	return aliases, nil
}

// checkPrefix: a prefix is empty or made of plain segments, like /oauth or /auth/v2.
func checkPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	plain := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.'
	}
	segments := strings.Split(prefix, "/")
	for i, s := range segments {
		if (i == 0) != (s == "") || s == "." || s == ".." || strings.ContainsFunc(s, func(c rune) bool { return !plain(c) }) {
			return fmt.Errorf("the OAuth prefix %q is not of the form /name or /name/name", prefix)
		}
	}
	return nil
}
