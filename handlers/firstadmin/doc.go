// Package firstadmin owns the page on which the first administrator of an installation is made, at the address that the
// server writes to its log. It decides nothing about who may; package provider/firstadmin does.
package firstadmin
