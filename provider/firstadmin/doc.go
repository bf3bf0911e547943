// Package firstadmin owns how the first administrator of an installation comes to be without the command line: by an
// address that the server writes to its log when it starts, and that is worth something once and for 15 minutes.
//
//	nobody has ever been an administrator --Invite--> address open --WithPassword, WithPasskey--> ended
//	                                      <--15 minutes--
//	                                      --an administrator made in any other way--------------> ended
//
// Ended is for good: neither the deletion of the last administrator nor another start brings an address back, or who
// can restart a server, or reads its log, could take it over. The database keeps a hash of the address; triggers end it
// when a user gets the role, whoever gives it.
//
// It does not make users and passkeys; packages account and passkey do.
package firstadmin
