package pages

// MailCode is a code by mail, which a page sends or asks for.
type MailCode struct {
	// To is the address, masked.
	To string
	// Sent: one was sent for this browser that can be typed.
	Sent bool
	// Focus: nothing else on the page comes first.
	Focus bool
}
