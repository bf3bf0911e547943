// Command generate owns the table of characters that look the same, which it makes of the standard's data
// file in the folder that it runs in.
package main
