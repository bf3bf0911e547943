package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func TestAnAudienceIsTheSameInEachSpellingOfItsURL(t *testing.T) {
	t.Parallel()
	c := client.Client{Audience: []string{"https://mcp.example.com/mcp", "https://bare.example.com", "https://Slash.example.com/", "http://localhost:80/a", "urn:api", "https://bare.example.com:8443"}}
	for named, want := range map[string]string{
		"https://mcp.example.com/mcp": "https://mcp.example.com/mcp", "HTTPS://MCP.Example.com:443/mcp": "https://mcp.example.com/mcp",
		"https://bare.example.com/": "https://bare.example.com", "https://bare.example.com:443": "https://bare.example.com",
		"https://slash.example.com": "https://Slash.example.com/", "http://localhost/a": "http://localhost:80/a",
		"https://bare.example.com:8443/": "https://bare.example.com:8443", "urn:api": "urn:api",
	} {
		got, ok := c.RegisteredAudience(named)
		assert.True(t, ok, named)
		assert.Equal(t, want, got)
	}
	for _, named := range []string{
		"https://mcp.example.com/mcp/", "https://mcp.example.com/MCP", "https://mcp.example.com", "https://mcp.example.com/a/../mcp", "https://mcp.example.com/%6dcp", "https://mcp.example.com/mcp?",
		"http://mcp.example.com/mcp", "https://mcp.example.com:80/mcp", "https://a@mcp.example.com/mcp", "https://bare.example.com/?", "https://bare.example.com#", "https://bare.example.com:844", "URN:api", "", "://", "https://",
	} {
		_, ok := c.RegisteredAudience(named)
		assert.False(t, ok, named)
	}
}
