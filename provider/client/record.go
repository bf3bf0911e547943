package client

// record is the registration as the audit log shows it: what has a value, without secrets.
func (c *Client) record() map[string]any {
	values := map[string]any{"disabled": c.Disabled}
	for _, f := range Fields() {
		if !f.IsZero(c) {
			values[f.Name] = f.Value(c)
		}
	}
	return values
}
