package registration

// Seen is of how many documents something is known.
func (d *Documents) Seen() int { return d.seen.Len() }
