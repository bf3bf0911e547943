// Package notify owns the messages to people, by mail and SMS: what is to be sent, what it says in
// each language, and when it is tried again. It opens no connections: package outbound does.
//
// A message is stored in the transaction of the act that caused it: there is no act without its
// message, and none of an act that was rolled back. Delivery is at least once; a message that was
// handed over just before a crash is sent again.
//
//	waiting --handed over--> sent
//	   |  ^
//	   |  +-- no connection, or a temporary refusal: again after a pause
//	   +----> failed: the recipient was refused for good, or a day of tries is over
//	   +----> dropped: its code or link is used, expired or gone
//
// A message that is stored silent is never sent. It exists so that a request for an unknown contact
// does the same work as one for a known contact.
//
// Codes and links are not stored: the sender asks for them when it renders. What a message says of a
// person is removed with its row, a week after it was written. Neither is ever logged.
//
// The texts are in messages, a file for each language. Messages to addresses that nobody has proved to
// control contain nothing that whoever entered the address could choose: they would be a way to send
// advertisements in the name of the server.
package notify
