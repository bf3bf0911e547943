// Package mail hands mails over to the SMTP server that the operator named.
//
// Unlike the other packages of outbound it connects to private addresses: nobody but the operator
// chooses the server, which is in the same network as a rule. The server must prove its name, and
// speak TLS, unless the operator says otherwise; a password is never sent without TLS to another
// machine.
//
//	smtp://user:password@host:587      TLS by STARTTLS, which is required
//	smtp://host:25?tls=opportunistic   TLS if the server offers it
//	smtp://localhost:25?tls=none       no TLS
//	smtps://user:password@host:465     TLS from the beginning
//
// What the server says is not passed on: it may repeat the recipient. Faults have its codes.
package mail
