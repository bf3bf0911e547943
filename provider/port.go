package provider

import "strconv"

// ValidPort tells whether the port of a URL is one: none, or between 1 and 65535 without zeros before it.
func ValidPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && port[0] != '0' && port[0] != '+'
}
